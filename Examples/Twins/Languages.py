"""The example Languages in PyTorch: the same network, words, batches and steps.

    Languages.py [--epochs 12] [--seed 1]
"""
import csv

import torch
from torch import nn

from support import DATA, Clock, Vocabulary, bucketed, last, padded, parse, recur, step

arguments = parse(__doc__, epochs=12, seed=1)
with open(DATA / "languages.csv", newline="", encoding="utf-8") as file:
    rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
training = [row for index, row in enumerate(rows) if index % 5 != 4]
test = rows[4::5]
classes = sorted({label for _, label in rows})
letters = Vocabulary((letter for text, _ in training for letter in text), ["<pad>", "<unk>"], minimum=2)


def batch(rows):
    tokens, lengths = padded([[letters.get(letter, 1) for letter in text] for text, _ in rows])
    return tokens, lengths, torch.tensor([classes.index(label) for _, label in rows])


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.dropout = nn.Embedding(len(letters), 48), nn.Dropout(0.5)
        self.recurrence, self.output = nn.LSTM(48, 128, bidirectional=True), nn.Linear(256, len(classes))

    def forward(self, tokens, lengths):
        return self.output(last(recur(self.recurrence, self.dropout(self.embedding(tokens)), lengths)[1]))


model = Classifier()
print(f"{len(training)} texts to learn from, {len(test)} to test with; {len(classes)} classes")
print(f"{len(letters) - 2} different letters that occur twice or more")
print(f"{sum(p.numel() for p in model.parameters())} parameters")
optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
clock = Clock()
for epoch in range(1, arguments.epochs + 1):
    optimizer.param_groups[0]["lr"] = 0.001 if 2 * epoch > arguments.epochs else 0.003
    losses = []
    for indices in bucketed([len(text) for text, _ in training], 64):
        tokens, lengths, labels = batch([training[index] for index in indices])
        losses.append(step(model, optimizer, nn.functional.cross_entropy(model(tokens, lengths), labels), clipping=1))
    print(f"epoch {epoch}  loss {sum(losses) / len(losses):.3f}", flush=True)
print(f"{arguments.epochs} epochs: {clock.seconds:.1f} s")

model.eval()
right = 0
with torch.inference_mode():
    for start in range(0, len(test), 256):
        tokens, lengths, labels = batch(test[start:start + 256])
        right += (model(tokens, lengths).argmax(1) == labels).sum().item()
print(f"bidirectional LSTM: {right / len(test):.1%} of the test")
