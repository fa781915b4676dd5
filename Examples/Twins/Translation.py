"""The example Translation in PyTorch: the same encoder and decoder, words, batches and steps.

    Translation.py [--epochs 12] [--seed 1]
"""
import csv
import math

import torch
from torch import nn

from support import DATA, Clock, Vocabulary, bucketed, padded, parse, recur, step

arguments = parse(__doc__, epochs=12, seed=1)
with open(DATA / "phonemes.csv", newline="", encoding="utf-8") as file:
    rows = [(row["word"], row["phonemes"].split()) for row in csv.DictReader(file)]
letters = Vocabulary((letter for word, _ in rows for letter in word), ["<pad>"])
phonemes = Vocabulary((phoneme for _, spoken in rows for phoneme in spoken), ["<pad>", "<start>", "<end>"])
START, END = 1, 2
pairs = [([letters[letter] for letter in word], [phonemes[phoneme] for phoneme in spoken]) for word, spoken in rows]
training, test = [pair for index, pair in enumerate(pairs) if index % 10 != 9], pairs[9::10]


class EncoderDecoder(nn.Module):
    """Attention by scaled dot products of the decoder's states with the encoder's, [batch, phonemes, letters]."""

    def __init__(self):
        super().__init__()
        self.source, self.target = nn.Embedding(len(letters), 32), nn.Embedding(len(phonemes), 32)
        self.encoder, self.decoder = nn.LSTM(32, 96, bidirectional=True), nn.LSTM(32, 160)
        self.hidden, self.cell = nn.Linear(384, 160), nn.Linear(384, 160)
        self.key = nn.Linear(192, 160, bias=False)
        self.combination, self.output = nn.Linear(352, 160, bias=False), nn.Linear(160, len(phonemes))

    def encode(self, source, lengths):
        values, state = recur(self.encoder, self.source(source), lengths)
        ends = torch.cat([part.transpose(0, 1).flatten(1) for part in state], 1)
        values = values.transpose(0, 1)
        hides = (torch.arange(len(source)) >= lengths[:, None])[:, None]
        return (torch.tanh(self.hidden(ends))[None], self.cell(ends)[None]), (self.key(values), values, hides)

    def decode(self, tokens, state, memory):
        keys, values, hides = memory
        outputs, state = self.decoder(self.target(tokens), state)
        outputs = outputs.transpose(0, 1)
        scores = outputs @ keys.transpose(1, 2) / math.sqrt(160)
        context = torch.softmax(scores.masked_fill(hides, -math.inf), -1) @ values
        logits = self.output(torch.tanh(self.combination(torch.cat([context, outputs], -1))))
        return logits.transpose(0, 1), state

    def forward(self, source, lengths, target):
        state, memory = self.encode(source, lengths)
        start = torch.full((1, target.shape[1]), START)
        return self.decode(torch.cat([start, target[:-1]]), state, memory)[0]

    def greedy(self, source, lengths, longest):
        state, memory = self.encode(source, lengths)
        token, said = torch.full((1, source.shape[1]), START), []
        for _ in range(longest):
            logits, state = self.decode(token, state, memory)
            token = logits.argmax(-1)
            said.append(token[0])
        answers = torch.stack(said, 1).tolist()
        return [answer[:answer.index(END)] if END in answer else answer for answer in answers]


def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        diagonal, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], min(diagonal + (x != y), row[j] + 1, row[j + 1] + 1)
    return row[-1]


model = EncoderDecoder()
print(f"{len(training)} words to learn from, {len(test)} to test with")
print(f"{len(letters) - 1} letters, {len(phonemes) - 3} phonemes and marks of stress")
print(f"{sum(p.numel() for p in model.parameters())} parameters")
optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
clock = Clock()
for epoch in range(1, arguments.epochs + 1):
    optimizer.param_groups[0]["lr"] = 0.001 if 3 * epoch > 2 * arguments.epochs else 0.003
    losses = []
    for indices in bucketed([len(word) for word, _ in training], 64):
        source, lengths = padded([training[index][0] for index in indices])
        target, _ = padded([training[index][1] + [END] for index in indices], padding=-100)
        logits = model(source, lengths, target.clamp(min=0))
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten())
        losses.append(step(model, optimizer, loss, clipping=1))
    print(f"epoch {epoch}  loss {sum(losses) / len(losses):.4f}", flush=True)
print(f"{arguments.epochs} epochs: {clock.seconds:.1f} s")

model.eval()
longest = 2 * max(len(spoken) for _, spoken in training)
answers = []
with torch.inference_mode():
    for start in range(0, len(test), 200):
        answers += model.greedy(*padded([word for word, _ in test[start:start + 200]]), longest)
exact = sum(answer == spoken for answer, (_, spoken) in zip(answers, test)) / len(test)
edits = sum(edit_distance(answer, spoken) for answer, (_, spoken) in zip(answers, test))
print(f"greedy: {exact:.1%} words right, symbol error rate {edits / sum(len(spoken) for _, spoken in test):.1%}")
