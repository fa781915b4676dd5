#!/usr/bin/env python3
"""Writes convolution.json, PyTorch's values and gradients of thousands of convolutions, to the folder that is named.

    python Tests/Interop/convolution.py FOLDER          # `make test-interop` does, and runs the test that reads it

The full product of options at small sizes, with the functions and in the form of Tests/Fixtures/convolution.py. Inputs
are multiples of 1/4096, so that float32 holds them but rounds their products' sums.
"""

import itertools
import json
import pathlib
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Fixtures"))
sys.dont_write_bytecode = True
from convolution import fits, make  # noqa: E402

# PyTorch says that padding="same" with even kernels copies.
warnings.filterwarnings("ignore", category=UserWarning)
cases = []


def case(rank, batch, channels, lengths, kernel, **options):
    inputs, outputs, groups = channels
    weight = [inputs, outputs // groups] if options.get("transposed") else [outputs, inputs // groups]
    make(cases, rank, ([] if batch is None else [batch]) + [inputs, *lengths], [*weight, *kernel], groups=groups, unit=4096,
         bias=len(cases) % 2 == 0, **options)


def grid(rank, batches, channels, lengths, kernels, strides, paddings, dilations):
    for batch, c, n, k, s, p, d in itertools.product(batches, channels, lengths, kernels, strides, paddings, dilations):
        if fits(n, k, s, p, d):
            case(rank, batch, c, n, k, stride=s, padding=p, dilation=d)


def transposed_grid(rank, batches, channels, lengths, kernels, strides, paddings, dilations):
    for batch, c, n, k, s, p, d in itertools.product(batches, channels, lengths, kernels, strides, paddings, dilations):
        for extra in {0, max(s, d) - 1}:
            if all((length - 1) * s + d * (size - 1) + extra + 1 > 2 * p for length, size in zip(n, k)):
                case(rank, batch, c, n, k, stride=s, padding=p, dilation=d, output_padding=extra, transposed=True)


groups = [(3, 5, 1), (4, 6, 2), (4, 4, 4), (3, 6, 3)]
kernels = [(1, 1), (2, 2), (3, 3), (5, 5), (3, 2)]

grid(2, [1, 3], groups, [(5, 7), (8, 6), (9, 9)], kernels, [1, 2, 3], [0, 1, 2, "same"], [1, 2])
grid(2, [2], groups, [(6, 7)], kernels + [(4, 4), (1, 3)], [[1, 2], [3, 1]], [[2, 1], ([1, 0], [0, 2]), "same"], [1, [1, 2]])
grid(1, [None, 2], groups, [(7,), (12,)], [(1,), (2,), (3,), (4,)], [1, 2, 3], [0, 1, 2, "same"], [1, 2])
grid(3, [2], groups[:3], [(4, 5, 3)], [(1, 1, 1), (2, 2, 2), (3, 3, 3), (1, 3, 2)], [1, 2], [0, 1, "same"], [1, 2])

# 3×3 with stride 1 at all sizes about the tiles', and channels about a vector's width.
channels = [(1, 1, 1), (3, 16, 1), (16, 3, 1), (17, 20, 1), (20, 17, 1), (32, 8, 1), (8, 33, 1), (6, 9, 3)]
for i, (height, width) in enumerate(itertools.product([1, 2, 3, 4, 5, 6, 8, 9, 13], repeat=2)):
    for padding in [0, 1, 2, ([0, 1], [2, 1]), "same"]:
        c = channels[len(cases) % len(channels)]
        if fits((height, width), (3, 3), 1, padding, 1):
            case(2, 1 + i % 2, c, (height, width), (3, 3), padding=padding)

transposed_grid(2, [1, 3], groups, [(3, 5), (4, 4)], kernels + [(4, 4)], [1, 2, 3], [0, 1, 2], [1, 2])
transposed_grid(1, [None, 2], groups, [(6,)], [(1,), (2,), (3,), (4,)], [1, 2, 3], [0, 1, 2], [1, 2])
transposed_grid(3, [2], groups[:3], [(2, 4, 3)], [(1, 1, 1), (2, 2, 2), (3, 3, 3)], [1, 2], [0, 1], [1])

path = pathlib.Path(sys.argv[1]) / "convolution.json"
path.write_text(json.dumps(cases, separators=(",", ":")))
print(f"{len(cases)} convolutions, {path.stat().st_size / 1e6:.1f} MB")
