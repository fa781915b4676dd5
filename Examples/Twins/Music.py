"""The example Music in PyTorch: the same network, tunes, batches, steps and choice of weights.

    Music.py [--epochs 70] [--seed 1]
"""
import copy
import re

import torch
from torch import nn

from support import DATA, Clock, Vocabulary, bucketed, padded, parse, recur, step

arguments = parse(__doc__, epochs=70, seed=1)
NOTE = re.compile(r"([\^_=]*)([A-Ga-g])([,']*)(\d*)")


def all_tunes():
    """Metres and tokens: notes, rests, bar lines and the double bar."""
    tunes = []
    for line in (DATA / "tunes.abc").read_text(encoding="utf-8").splitlines():
        if line.startswith("X:"):
            tunes.append(["", []])
        elif line.startswith("M:"):
            tunes[-1][0] = line[2:]
        elif not re.match(r"%|[A-Z]:|$", line):
            tunes[-1][1] += re.findall(r"\|\]|\||[\^_=]*[A-Ga-gz][,']*\d*", line)
    return tunes


def moved(token, steps):
    """The same note some steps of the scale higher."""
    match = NOTE.fullmatch(token)
    if not match:
        return token
    accidental, letter, marks, length = match.groups()
    octave = letter.islower() - marks.count(",") + marks.count("'")
    octave, place = divmod(7 * octave + "CDEFGAB".index(letter.upper()) + steps, 7)
    letter = "CDEFGAB"[place]
    return accidental + (letter.lower() + "'" * (octave - 1) if octave > 0 else letter + "," * -octave) + length


tunes = all_tunes()
metres = sorted({metre for metre, _ in tunes})
shifts = range(-3, 4)
vocabulary = Vocabulary(
    (moved(token, steps) for _, tokens in tunes for steps in shifts for token in tokens), ["<pad>", "<start>"])


def written(metre, tokens, steps):
    """Style, and numbers behind a start token."""
    return ([metres.index(metre), len(metres) + steps + 3],
            [1] + [vocabulary[moved(token, steps)] for token in tokens])


validation = [written(*tune, 0) for tune in tunes[5::6]]
training = [written(*tune, steps) for index, tune in enumerate(tunes) if index % 6 != 5 for steps in shifts]


class OneToMany(nn.Module):
    def __init__(self):
        super().__init__()
        styles = len(metres) + len(shifts)
        self.hidden, self.cell = nn.Linear(styles, 192), nn.Linear(styles, 192)
        self.embedding, self.recurrence = nn.Embedding(len(vocabulary), 48), nn.LSTM(48, 96, 2, dropout=0.4)
        self.output = nn.Linear(96, len(vocabulary))

    def forward(self, styles, tokens, lengths):
        def layered(x):
            return x.view(len(x), 2, 96).transpose(0, 1).contiguous()

        state = layered(torch.tanh(self.hidden(styles))), layered(self.cell(styles))
        return self.output(recur(self.recurrence, self.embedding(tokens), lengths, state)[0])


def loss(model, tunes):
    """Nats a token."""
    styles = nn.functional.one_hot(torch.tensor([style for style, _ in tunes]), len(metres) + len(shifts)).sum(1)
    tokens, lengths = padded([tokens for _, tokens in tunes], padding=-100)
    logits = model(styles.float(), tokens[:-1].clamp(min=0), lengths - 1)
    return nn.functional.cross_entropy(logits.flatten(0, 1), tokens[1:].flatten())


def judged(model):
    model.eval()
    with torch.inference_mode():
        return loss(model, validation).item()


model = OneToMany()
print(f"{len(training) // 7} tunes to learn from, {len(validation)} for validation; "
      f"{len(vocabulary) - 2} different notes and bars")
print(f"{sum(p.numel() for p in model.parameters())} parameters")
optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
best = (judged(model), 0, None)
clock = Clock()
for epoch in range(1, arguments.epochs + 1):
    model.train()
    losses = []
    for indices in bucketed([len(tokens) - 1 for _, tokens in training], 32):
        losses.append(step(model, optimizer, loss(model, [training[index] for index in indices]), clipping=1))
    reached = judged(model)
    if reached < best[0]:
        best = (reached, epoch, copy.deepcopy(model.state_dict()))
    if epoch % max(arguments.epochs // 5, 1) == 0:
        print(f"epoch {epoch}  loss {sum(losses) / len(losses):.3f}, validation {reached:.3f}", flush=True)
print(f"{arguments.epochs} epochs: {clock.seconds:.1f} s")
print(f"kept: epoch {best[1]}, validation {best[0]:.3f} nats a token")
