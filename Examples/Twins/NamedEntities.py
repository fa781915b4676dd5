"""The example NamedEntities in PyTorch: the same network, labels, split, batches and steps.

    NamedEntities.py [--epochs 6] [--seed 1]
"""
import collections
import re

import torch
from torch import nn

from support import DATA, Clock, Vocabulary, bucketed, last, padded, parse, recur, step

arguments = parse(__doc__, epochs=6, seed=1)
TOKENS = re.compile(r"[^\W_]+(?:['’][^\W_]+|(?<=\d)[.,](?=\d)[^\W_]+)*|[^\w\s]|_")


def labelled_verses():
    """Chapters and their verses as (word, label): 1 for a name, -100 where a sentence begins."""
    verses = []
    for line in (DATA / "kjv-pentateuch.txt").read_text(encoding="utf-8").splitlines():
        reference, text = line.split(" ", 1)
        words = TOKENS.findall(text)
        verses.append((reference.split(":")[0], words, [word.lower().removesuffix("'s") for word in words]))
    capital, small, behind_mark = (collections.Counter() for _ in range(3))
    for _, words, keys in verses:
        for before, word, key in zip(words, words[1:], keys[1:]):
            if before not in ".?!":
                if word[0].isupper():
                    capital[key] += before[0].isalpha()
                else:
                    (small if before[0].isalpha() else behind_mark)[key] += 1

    def usually(key):
        return capital[key] > small[key] if capital[key] + small[key] else behind_mark[key] == 0

    def label(before, word, key):
        if before in ".?!":
            return -100
        return int(word[0].isupper() and key not in ("i", "o") and (before[0].isalpha() or usually(key)))

    return [(chapter, list(zip(keys, [-100] + [label(*three) for three in zip(words, words[1:], keys[1:])])))
            for chapter, words, keys in verses]


verses = labelled_verses()
chapters = list(dict.fromkeys(chapter for chapter, _ in verses))
kept = set(chapters[4::5])
training, test = ([words for chapter, words in verses if (chapter in kept) == wanted] for wanted in (False, True))
seen = [key for verse in training for key, _ in verse]
vocabulary = Vocabulary(seen, ["<pad>", "<unk>"], minimum=3)
letters = Vocabulary((letter for key in seen for letter in key), ["<pad>", "<unk>"])


def batch(verses, unknown_rate=0.0):
    words, lengths = padded([[vocabulary.get(key, 1) for key, _ in verse] for verse in verses])
    words[torch.rand(words.shape) < unknown_rate] = 1
    different = {key: index for index, key in enumerate(dict.fromkeys(key for verse in verses for key, _ in verse))}
    spellings = padded([[letters.get(letter, 1) for letter in key] for key in different])
    which, _ = padded([[different[key] for key, _ in verse] for verse in verses])
    labels, _ = padded([[label for _, label in verse] for verse in verses], padding=-100)
    return (words, lengths, spellings, which), labels


class NameTagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.word, self.letter = nn.Embedding(len(vocabulary), 48), nn.Embedding(len(letters), 16)
        self.spelling, self.spelt = nn.LSTM(16, 32, bidirectional=True), nn.Linear(64, 48)
        self.dropout = nn.Dropout(0.3)
        self.tagger, self.output = nn.LSTM(96, 64, bidirectional=True), nn.Linear(128, 2)

    def forward(self, words, lengths, spellings, which):
        tokens, sizes = spellings
        spelt = self.spelt(last(recur(self.spelling, self.letter(tokens), sizes)[1]))
        x = torch.cat([self.word(words), spelt[which]], -1)
        return self.output(recur(self.tagger, self.dropout(x), lengths)[0])


model = NameTagger()
print(f"{len(training)} verses to learn from with {sum(label == 1 for verse in training for _, label in verse)} names, "
      f"{len(test)} in other chapters to test with")
print(f"{len(vocabulary) - 2} words that occur three times or more, "
      f"{sum(p.numel() for p in model.parameters())} parameters")
optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
clock = Clock()
for epoch in range(1, arguments.epochs + 1):
    losses = []
    for indices in bucketed([len(verse) for verse in training], 32):
        inputs, labels = batch([training[index] for index in indices], unknown_rate=0.15)
        loss = nn.functional.cross_entropy(model(*inputs).flatten(0, 1), labels.flatten())
        losses.append(step(model, optimizer, loss, clipping=1))
    print(f"epoch {epoch}  loss {sum(losses) / len(losses):.4f}", flush=True)
print(f"{arguments.epochs} epochs: {clock.seconds:.1f} s")

model.eval()
known = set(seen)
everywhere, among_new = collections.Counter(), collections.Counter()
with torch.inference_mode():
    for start in range(0, len(test), 128):
        verses = test[start:start + 128]
        found = model(*batch(verses)[0]).argmax(-1)
        for column, verse in enumerate(verses):
            for row, (key, label) in enumerate(verse):
                if label >= 0:
                    pair = (found[row, column].item(), label)
                    everywhere[pair] += 1
                    among_new[pair] += key not in known
figures = []
for counts in everywhere, among_new:
    hits = counts[1, 1]
    precision, recall = hits / (hits + counts[1, 0] or 1), hits / (hits + counts[0, 1])
    f1 = 2 * hits / (2 * hits + counts[1, 0] + counts[0, 1])
    figures.append(f"{precision:9.3f} {recall:7.3f} {f1:7.3f}")
print("                                    all words                       words not seen in training")
print(f"bidirectional LSTM             {figures[0]}        {figures[1]}")
