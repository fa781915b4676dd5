#!/usr/bin/env python3
"""Writes recurrent.json and recurrent.bin, PyTorch's values and gradients of recurrent networks, to a folder.

    python Tests/Interop/recurrent.py FOLDER          # `make test-interop` does, and runs the test that reads it

Random combinations of all options, with the functions and in the form of Tests/Fixtures/recurrent.py; the results lie
in recurrent.bin one behind the other. Sizes are about vector widths as often as not; a few are so large that products
are cut into blocks.
"""

import json
import pathlib
import random
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Fixtures"))
sys.dont_write_bytecode = True
from recurrent import make  # noqa: E402

warnings.filterwarnings("ignore", category=UserWarning)
draw = random.Random(20250701)
KINDS = ["rnn tanh", "rnn relu", "rnn sigmoid", "lstm", "projected", "gru", "gru before"]


def some_lengths(time, batch):
    """None, random ones, one long sequence among short ones, or all alike but shorter than the input."""
    return draw.choice([
        None, None, [draw.randint(1, time) for _ in range(batch)],
        [time if i == batch // 2 else 1 for i in range(batch)], [draw.randint(1, time)] * batch])


def size(limit):
    about = [7, 8, 9, 15, 16, 17, 31, 32, 33]
    return min(limit, draw.choice([draw.randint(1, limit), draw.randint(1, 9), draw.choice(about)]))


def cases():
    for index in range(1500):
        kind = KINDS[index % len(KINDS)]
        # Step by step in Python: smaller.
        limit = 12 if kind in ("rnn sigmoid", "gru before") else 40
        hidden, time = size(limit), draw.randint(1, 12)
        batch = draw.choice([1, 2, draw.randint(1, 20), draw.choice([15, 16, 17])])
        if limit == 12:
            time, batch = min(time, 6), draw.choice([1, 2, 3, 5])
        projection = None
        if kind == "projected":
            kind, hidden = "lstm", max(hidden, 2)
            projection = draw.randint(1, hidden - 1)
        yield make(
            kind, size(limit), hidden, projection=projection, layers=draw.choice([1, 1, 2, 3]),
            directions=draw.choice([1, 2]), bias=draw.choice([True, True, False]), state=draw.choice([True, False]),
            lengths=some_lengths(time, batch), time=time, batch=batch, salt=1000 + 100 * index)
    for index, (input_size, hidden, batch, time, directions) in enumerate([
            (70, 130, 33, 5, 1), (130, 256, 64, 4, 1), (33, 300, 3, 4, 2), (300, 257, 1, 6, 1), (20, 192, 48, 9, 2),
            (9, 17, 300, 7, 1)]):
        for kind in ["rnn tanh", "lstm", "projected", "gru"]:
            lengths = None if index % 2 else [1 + (5 * i) % time for i in range(batch)]
            projected = kind == "projected"
            yield make(
                "lstm" if projected else kind, input_size, hidden, projection=hidden // 2 if projected else None,
                directions=directions, state=True, lengths=lengths, time=time, batch=batch,
                salt=300000 + 400 * index + 100 * KINDS.index(kind))


folder = pathlib.Path(sys.argv[1])
written, start = [], 0
with open(folder / "recurrent.bin", "wb") as file:
    for case, results in cases():
        file.write(results.tobytes())
        written.append(case | {"start": start})
        start += results.size
(folder / "recurrent.json").write_text(json.dumps(written, separators=(",", ":")))
print(f"{len(written)} recurrent networks, {start * 8 / 1e6:.1f} MB")
