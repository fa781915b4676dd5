"""The example TextGenerator in PyTorch: the same readings, networks, windows, steps and measure.

    TextGenerator.py [--epochs 3] [--hidden 192] [--seed 1] [--only "letters LSTM"]
"""
import collections
import math
import re

import torch
from torch import nn
from torch.nn import functional as F

from support import DATA, Clock, parse, step

arguments = parse(__doc__, epochs=3, hidden=192, seed=1, only="")
text = (DATA / "kjv-pentateuch.txt").read_text(encoding="utf-8")
kept = len(text) - int(0.05 * len(text))
parts = text[:kept], text[kept:]


def words(text):
    return re.findall(r" ?[A-Za-z']+|.|\n", text)


counts = collections.Counter(words(parts[0]))


def spelt(text):
    return [piece for word in words(text) for piece in ([word] if counts[word] >= 3 else word)]


def streams(tokens, batch):
    """[time, batch]: part b of the text is column b."""
    length = (len(tokens) - 1) // batch
    return [torch.tensor(tokens[i:i + batch * length]).view(batch, length).t().contiguous() for i in (0, 1)]


class Model(nn.Module):
    def __init__(self, size, kind, one_hot):
        super().__init__()
        self.table = None if one_hot else nn.Embedding(size, 128)
        self.identity = torch.eye(size) if one_hot else None
        self.recurrence = getattr(nn, kind)(size if one_hot else 128, arguments.hidden, 2)
        self.output = nn.Linear(arguments.hidden, size)

    def forward(self, x, state):
        x = self.identity[x] if self.table is None else self.table(x)
        hidden, state = self.recurrence(x, state)
        return self.output(hidden), state


def detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def learn(kind, name, split, window):
    torch.manual_seed(arguments.seed)
    pieces = [split(part) for part in parts]
    number = {piece: index for index, piece in enumerate(sorted(set(pieces[0]) | set(text)))}
    training, held_out = ([number[piece] for piece in part] for part in pieces)
    clock = Clock()
    model = Model(len(number), kind, name == "letters")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
    x, y = streams(training, 32)
    starts = range(0, len(x) - window + 1, window)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, arguments.epochs * len(starts))
    for _ in range(arguments.epochs):
        state = None
        for at in starts:
            logits, state = model(x[at:at + window], state)
            state = detached(state)
            step(model, optimizer, F.cross_entropy(logits.flatten(0, 1), y[at:at + window].flatten()), clipping=1)
            schedule.step()
    x, y = streams(held_out, 8)
    total, state = 0.0, None
    with torch.inference_mode():
        for at in range(0, len(x), 200):
            logits, state = model(x[at:at + 200], state)
            total += F.cross_entropy(logits.flatten(0, 1), y[at:at + 200].flatten(), reduction="sum").item()
    characters = sum(len(piece) for piece in pieces[1][1:y.numel() + 1])
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{name + ' ' + kind:16}{count:12}{total / math.log(2) / characters:16.3f}"
          f"{clock.seconds:10.0f} s", flush=True)


for name, split, window in ("letters", list, 50), ("words", spelt, 25):
    for kind in "RNN", "GRU", "LSTM":
        if arguments.only in ("", f"{name} {kind}"):
            learn(kind, name, split, window)
