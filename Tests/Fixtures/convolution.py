#!/usr/bin/env python3
"""Writes convolution.json: known answers for convolutions and their transposed form.

    python Tests/Fixtures/convolution.py          # made with PyTorch 2.13, NumPy 2.4

Inputs, weights, biases and cotangents come from an integer formula that the test computes as well (`values`): multiples
of 1/64, which float32 holds exactly. Outputs and gradients are PyTorch's in float64: sums of products of two such
numbers, so exact multiples of 1/4096, and stored as integers of 16 or 32 bits (little-endian, base64).

Tests/Interop/convolution.py makes many more cases with the functions of this file.
"""

import base64
import itertools
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def values(shape, salt, unit):
    """Multiples of 1/unit: the i-th is (noise(i, salt, unit + 1) − unit/2) / unit, where noise is a multiplicative
    hash in 32 bits."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    h = (index * np.uint64(2654435761) + np.uint64(salt * 2246822519)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(3266489917)) & np.uint64(0xFFFFFFFF)
    noise = (h >> np.uint64(16)) % np.uint64(unit + 1)
    return torch.tensor((noise.astype(np.int64) - unit // 2) / unit).reshape(shape)


def encode(tensor, unit):
    """Multiples of 1/unit² as integers where 32 bits hold them, else as doubles."""
    array = tensor.detach().numpy().reshape(-1)
    whole = array * unit * unit
    assert (whole == np.round(whole)).all()
    largest = np.abs(whole).max(initial=0)
    kind = "int16" if largest < 2**15 else "int32" if largest < 2**31 else "float64"
    array = array if kind == "float64" else whole
    return {kind: base64.b64encode(array.astype(np.dtype(kind).newbyteorder("<")).tobytes()).decode()}


def same_padding(lengths, kernel, stride, dilation):
    """Keras's: as much as makes the output ⌈length / stride⌉ long, an odd number after."""
    totals = [max(0, (-(-n // s) - 1) * s + d * (k - 1) + 1 - n) for n, k, s, d in zip(lengths, kernel, stride, dilation)]
    return [t // 2 for t in totals], [t - t // 2 for t in totals]


def per_axis(value, rank):
    return list(value) if isinstance(value, (list, tuple)) else [value] * rank


def make(cases, rank, x, weight, *, stride=1, padding=0, dilation=1, groups=1, bias=True, relu=False,
         transposed=False, output_padding=0, second=False, unit=64):
    """Appends a case: its output, and the gradients of x, weight and bias for a random cotangent u.

    padding: a number, one an axis, (before, after), or "same". weight is PyTorch's shape. With `second`, also the
    gradients in x, weight and u of ⟨a, dx⟩ + ⟨b, dweight⟩ + ⟨c, dbias⟩ for random a, b, c: all second derivatives.
    """
    stride, dilation, output_padding = (per_axis(v, rank) for v in (stride, dilation, output_padding))
    kernel, lengths, salt = weight[2:], x[-rank:], len(cases) * 8
    channels = weight[1] * groups if transposed else weight[0]
    X, W, B = values(x, salt, unit), values(weight, salt + 1, unit), values([channels], salt + 2, unit)
    leaves = [v.requires_grad_() for v in ([X, W, B] if bias else [X, W])]

    sides = padding if isinstance(padding, tuple) else None
    if padding == "same":
        before, after = same_padding(lengths, kernel, stride, dilation)
    else:
        before, after = (per_axis(p, rank) for p in (sides or (padding, padding)))
    if transposed:
        assert sides is None
        f = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]
        y = f(X, W, B if bias else None, stride, before, output_padding, groups, dilation)
    else:
        f = [F.conv1d, F.conv2d, F.conv3d][rank - 1]
        if padding == "same" and stride == [1] * rank:
            input, argument = X, "same"
        elif before == after:
            input, argument = X, before
        else:
            input, argument = F.pad(X, [p for pair in zip(before[::-1], after[::-1]) for p in pair]), 0
        y = f(input, W, B if bias else None, stride, argument, dilation, groups)
    if relu:
        y = F.relu(y)
    u = values(y.shape, salt + 3, unit).requires_grad_(second)
    gradients = torch.autograd.grad(y, leaves, u, create_graph=second)
    names = ["x", "weight", "bias"]
    case = {
        "operation": f"conv{'Transpose' if transposed else ''}{rank}d", "salt": salt, "unit": unit, "x": x,
        "weight": weight, "bias": bias, "relu": relu, "stride": stride, "before": before, "after": after,
        "same": padding == "same", "dilation": dilation, "groups": groups, "outputPadding": output_padding,
        "output": list(y.shape),
        "values": {"output": encode(y, unit)} | {n: encode(g, unit) for n, g in zip(names, gradients)}}
    if second:
        total = sum((values(g.shape, salt + 4 + i, unit) * g).sum() for i, g in enumerate(gradients))
        found = torch.autograd.grad(total, [X, W, u])
        case["second"] = {n: encode(g, unit) for n, g in zip(["x", "weight", "cotangent"], found)}
    cases.append(case)


def fits(lengths, kernel, stride, padding, dilation):
    rank = len(lengths)
    if padding == "same":
        return True
    before, after = (per_axis(p, rank) for p in (padding if isinstance(padding, tuple) else (padding, padding)))
    return all(n + b + a >= d * (k - 1) + 1 for n, b, a, k, d in zip(lengths, before, after, kernel, per_axis(dilation, rank)))


def pairwise(factors, valid):
    """Rows in which every pair of values of two factors occurs that occurs in any valid row: greedy."""
    def pairs(row):
        return {(i, j, repr(row[i]), repr(row[j])) for i, j in itertools.combinations(range(len(row)), 2)}

    rows = [row for row in itertools.product(*factors) if valid(row)]
    rows = [rows[i] for i in np.random.default_rng(20240915).permutation(len(rows))]
    remaining = set().union(*map(pairs, rows))
    sample = [(row, pairs(row)) for row in rows[:6000]]
    while remaining:
        row, covered = max(sample, key=lambda s: len(s[1] & remaining))
        if not covered & remaining:  # a pair that the sample lacks
            row, covered = next((row, pairs(row)) for row in rows if pairs(row) & remaining)
        remaining -= covered
        yield row


def main():
    cases = []

    # Images: all pairs of options. "whole" stands for a kernel as large as the padded input.
    factors = [
        [1, 2, 3, [2, 1]], [0, 1, 2, [1, 2], ([0, 1], [2, 1]), "same"], [1, 2, [1, 2]],
        [(4, 4, 1), (4, 6, 2), (4, 4, 4), (3, 6, 3)],
        [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [3, 2], [1, 3], "whole"], [[5, 7], [8, 6], [9, 9]], [1, 3, None],
        [True, False]]

    def kernel_of(row):
        if row[4] != "whole":
            return row[4]
        before, after = (per_axis(p, 2) for p in (row[1] if isinstance(row[1], tuple) else (row[1], row[1])))
        return [n + b + a for n, b, a in zip(row[5], before, after)]

    def valid(row):
        if row[4] == "whole":
            return row[1] != "same" and row[2] == 1
        return fits(row[5], row[4], row[0], row[1], row[2])

    for row in pairwise(factors, valid):
        stride, padding, dilation, (inputs, outputs, groups), _, size, batch, bias = row
        make(cases, 2, ([] if batch is None else [batch]) + [inputs] + size, [outputs, inputs // groups] + kernel_of(row),
             stride=stride, padding=padding, dilation=dilation, groups=groups, bias=bias)

    # 3×3 kernels with stride 1, whose tiles do not divide the output, and channels about a vector's width.
    for batch, inputs, outputs, size, padding in [
        (1, 1, 1, [3, 3], 0), (2, 3, 4, [3, 3], 0), (1, 1, 16, [7, 5], 1), (2, 3, 17, [6, 9], 1), (1, 16, 3, [5, 7], 2),
        (1, 17, 20, [9, 6], 1), (3, 20, 1, [10, 7], 0), (1, 16, 16, [5, 5], ([1, 0], [0, 2])), (1, 3, 3, [13, 11], 1),
        (1, 17, 3, [4, 4], ([2, 1], [1, 2])), (1, 3, 20, [1, 1], 1), (2, 1, 3, [15, 2], 2)]:
        make(cases, 2, [batch, inputs] + size, [outputs, inputs, 3, 3], padding=padding)
    make(cases, 2, [2, 6, 7, 9], [8, 3, 3, 3], padding=1, groups=2)

    # Signals and volumes.
    make(cases, 1, [3, 4, 11], [6, 4, 3], padding=1)
    make(cases, 1, [2, 4, 12], [4, 2, 5], stride=2, padding=2, groups=2)
    make(cases, 1, [4, 10], [4, 1, 4], padding="same", dilation=2, groups=4, bias=False)
    make(cases, 1, [1, 3, 9], [6, 1, 2], stride=3, padding=([1], [0]), groups=3)
    make(cases, 1, [2, 3, 7], [5, 3, 1])
    make(cases, 1, [1, 2, 6], [3, 2, 8], padding=1)
    make(cases, 3, [2, 3, 4, 5, 6], [4, 3, 3, 3, 3], padding=1)
    make(cases, 3, [1, 4, 5, 4, 7], [4, 2, 2, 3, 1], stride=[1, 2, 3], padding=[1, 0, 2], groups=2)
    make(cases, 3, [2, 5, 5, 4], [4, 1, 2, 2, 3], dilation=[1, 2, 1], padding="same", groups=2, bias=False)
    make(cases, 3, [1, 2, 3, 4, 4], [3, 2, 3, 2, 2], padding=([0, 1, 0], [1, 0, 2]), stride=2)
    make(cases, 3, [2, 3, 2, 3, 3], [2, 3, 1, 1, 1])

    # Transposed.
    transposed = lambda *a, **k: make(cases, *a, transposed=True, **k)
    transposed(1, [3, 4, 7], [4, 3, 3])
    transposed(1, [2, 4, 5], [4, 2, 4], stride=2, padding=1, groups=2, bias=False)
    transposed(1, [4, 5], [4, 1, 3], stride=3, padding=1, output_padding=2, dilation=2, groups=4)
    transposed(2, [2, 3, 5, 4], [3, 4, 3, 3])
    transposed(2, [1, 3, 5, 6], [3, 4, 3, 3], padding=1)
    transposed(2, [1, 16, 4, 3], [16, 3, 3, 3], padding=2)
    transposed(2, [2, 4, 4, 5], [4, 3, 4, 4], stride=2, padding=1)
    transposed(2, [1, 4, 3, 4], [4, 2, 3, 3], stride=2, padding=1, output_padding=1, groups=2)
    transposed(2, [2, 3, 4, 3], [3, 2, 3, 2], stride=[2, 3], padding=[1, 0], output_padding=[0, 2], bias=False)
    transposed(2, [2, 4, 3], [2, 3, 2, 2], stride=2)
    transposed(2, [1, 4, 4, 4], [4, 1, 3, 3], dilation=2, padding=1, groups=4)
    transposed(2, [1, 2, 3, 5], [2, 3, 1, 1], stride=2, output_padding=1)
    transposed(2, [1, 2, 3, 5], [2, 3, 5, 5], stride=3, padding=2, dilation=[1, 2], output_padding=[2, 0])
    transposed(3, [2, 2, 3, 2, 3], [2, 3, 2, 3, 3], stride=[1, 2, 1], padding=[0, 1, 1])
    transposed(3, [2, 3, 2, 3], [2, 2, 2, 2, 2], stride=2, output_padding=[0, 1, 0], groups=2)
    transposed(2, [2, 2, 4, 3], [2, 3, 3, 2], stride=[1, 2], padding=1, dilation=[2, 3], output_padding=[1, 2])

    # All second derivatives.
    make(cases, 2, [2, 3, 5, 6], [4, 3, 3, 3], padding=1, second=True)
    make(cases, 2, [1, 4, 7, 5], [6, 2, 3, 2], stride=2, padding=1, dilation=[2, 1], groups=2, second=True)
    make(cases, 2, [2, 3, 5, 5], [4, 3, 3, 3], padding=1, relu=True, second=True)
    make(cases, 2, [2, 3, 6, 6], [4, 3, 1, 1], second=True)
    make(cases, 1, [2, 3, 8], [4, 3, 3], stride=2, padding=2, second=True)
    make(cases, 3, [1, 2, 3, 4, 3], [3, 2, 2, 2, 2], padding=1, second=True)
    transposed(2, [2, 3, 4, 3], [3, 2, 3, 3], stride=2, padding=1, output_padding=1, second=True)
    transposed(2, [1, 3, 5, 4], [3, 2, 3, 3], padding=1, second=True)

    path = pathlib.Path(__file__).with_name("convolution.json")
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    path.write_text(f"[\n{lines}\n]\n")
    print(f"{len(cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
