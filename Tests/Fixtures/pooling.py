#!/usr/bin/env python3
"""Writes pooling.json: known answers for pooling and upsampling.

    python Tests/Fixtures/pooling.py           # made with PyTorch 2.13, NumPy 2.4

Each case has an input, options, the output and, for a random cotangent, the gradient, all PyTorch's in float64. Inputs
are multiples of 1/64, which float32 holds exactly, so that one case serves both dtypes; all different but for ties,
which a note names. Max pooling has the indices of the winners as well. 1e99 stands for a NaN and −1e99 for −∞, which
JSON lacks.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
random = np.random.default_rng(20250301)
cases = []


def distinct(*shape):
    """A random order of multiples of 1/64 about 0."""
    count = int(np.prod(shape))
    return torch.tensor((random.permutation(count) - count // 2).reshape(shape) / 64)


def encode(tensor):
    tensor = torch.nan_to_num(tensor, nan=1e99, neginf=-1e99) if tensor.is_floating_point() else tensor
    values = [int(v) if v == int(v) else v for v in tensor.reshape(-1).tolist()]
    return {"dtype": "float" if tensor.is_floating_point() else "int64", "shape": list(tensor.shape), "values": values}


def case(operation, f, x, note="", **options):
    """`f` gives the output, or the output and the indices."""
    leaf = x.clone().requires_grad_()
    result = f(leaf)
    output, indices = result if isinstance(result, tuple) else (result, None)
    cotangent = torch.tensor(random.integers(-128, 129, size=tuple(output.shape)) / 64)
    (gradient,) = torch.autograd.grad(output, leaf, cotangent)
    cases.append({
        "operation": operation, "note": note, "options": options, "input": encode(x), "output": encode(output.detach()),
        "indices": None if indices is None else encode(indices), "cotangent": encode(cotangent),
        "gradient": encode(gradient)})


def max_pool(x, rank, note="", kernel=2, stride=None, padding=0, dilation=1, ceil=False):
    f = [F.max_pool1d, F.max_pool2d, F.max_pool3d][rank - 1]
    case(f"maxPool{rank}d", lambda x: f(x, kernel, stride, padding, dilation, ceil, True), x, note, kernelSize=kernel,
         stride=stride, padding=padding, dilation=dilation, roundsUp=ceil)


def average_pool(x, rank, kernel=2, stride=None, padding=0, ceil=False, counts=True, divisor=None):
    f = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][rank - 1]
    more = [] if divisor is None else [divisor]
    case(f"averagePool{rank}d", lambda x: f(x, kernel, stride, padding, ceil, counts, *more), x, kernelSize=kernel,
         stride=stride, padding=padding, roundsUp=ceil, countsPadding=counts, divisor=divisor)


# Max pooling
for n in [8, 9, 35]:
    max_pool(distinct(1, 2, n), 1)
    max_pool(distinct(1, 2, n), 1, ceil=True)
max_pool(distinct(2, 2, 11), 1, kernel=3, stride=2, padding=1)
max_pool(distinct(2, 11), 1, "no batch", kernel=3, stride=1, padding=1)
max_pool(distinct(1, 2, 11), 1, kernel=3, stride=2, padding=1, dilation=2, ceil=True)
max_pool(distinct(1, 2, 11), 1, kernel=4, stride=3, padding=2, ceil=True)
max_pool(distinct(1, 2, 5), 1, kernel=2, stride=4, ceil=True)
max_pool(distinct(1, 2, 6), 1, "larger than the input", kernel=7, stride=2, ceil=True)
max_pool(distinct(1, 1, 301), 1, "more places than a byte counts", kernel=260, stride=20)
for shape in [(2, 2, 6, 4), (1, 2, 7, 5), (1, 1, 2, 2), (1, 1, 4, 34), (1, 1, 5, 19)]:
    max_pool(distinct(*shape), 2)
max_pool(distinct(1, 2, 7, 5), 2, ceil=True)
max_pool(distinct(2, 6, 8), 2, "no batch")
max_pool(distinct(1, 2, 7, 8), 2, kernel=3, stride=2, padding=1)
max_pool(distinct(1, 1, 8, 20), 2, kernel=3, stride=2, padding=1, ceil=True)
max_pool(distinct(1, 1, 6, 19), 2, kernel=3, stride=1, padding=1)
max_pool(distinct(1, 2, 8, 7), 2, kernel=[3, 2], stride=[2, 3], padding=[1, 0])
max_pool(distinct(1, 2, 8, 9), 2, kernel=[2, 3], stride=[1, 2], padding=[0, 1], dilation=[3, 2], ceil=True)
max_pool(distinct(1, 1, 9, 9), 2, kernel=3)
max_pool(distinct(1, 1, 7, 7), 2, kernel=2, stride=1)
max_pool(distinct(1, 1, 7, 9), 2, kernel=2, stride=3)
max_pool(distinct(1, 1, 17, 18), 2, "more places than a byte counts", kernel=17, stride=1)
max_pool(distinct(1, 2, 4, 5, 6), 3)
max_pool(distinct(1, 1, 5, 4, 6), 3, kernel=[2, 3, 2], stride=[2, 1, 2], padding=[1, 1, 0], ceil=True)
max_pool(distinct(1, 4, 3, 6), 3, "no batch", kernel=[1, 2, 2])
max_pool(distinct(0, 2, 6, 4), 2, "empty batch")
ties = torch.tensor(random.integers(0, 2, size=(1, 2, 6, 8)).astype(float))
max_pool(ties, 2, "ties")
max_pool(ties, 2, "ties", kernel=3, stride=1, padding=1)
special = distinct(1, 2, 6, 20)
special[torch.tensor(random.random((1, 2, 6, 20)) < 0.15)] = np.nan
special[torch.tensor(random.random((1, 2, 6, 20)) < 0.3)] = -np.inf
special[0, 1, 0:3, 0:4] = -np.inf
max_pool(special, 2, "NaN and −∞")
max_pool(special, 2, "NaN and −∞", kernel=3, stride=2, padding=1)
max_pool(special, 2, "NaN and −∞", kernel=3, stride=1, padding=1)

# Average pooling
for counts in [True, False]:
    average_pool(distinct(1, 2, 11), 1, kernel=3, stride=2, padding=1, counts=counts)
    average_pool(distinct(1, 2, 11), 1, kernel=4, stride=3, padding=2, ceil=True, counts=counts)
    average_pool(distinct(1, 1, 7, 6), 2, kernel=3, stride=2, padding=1, counts=counts)
    average_pool(distinct(1, 1, 7, 6), 2, kernel=3, stride=2, padding=1, ceil=True, counts=counts)
    average_pool(distinct(1, 1, 6, 8), 2, kernel=[2, 3], stride=[3, 2], padding=[1, 0], ceil=True, counts=counts)
    average_pool(distinct(1, 1, 4, 3, 5), 3, kernel=2, stride=[2, 1, 2], padding=1, ceil=True, counts=counts)
average_pool(distinct(1, 2, 8), 1)
average_pool(distinct(2, 9), 1)
average_pool(distinct(1, 2, 6, 5), 2)
average_pool(distinct(1, 1, 4, 36), 2)
average_pool(distinct(1, 1, 5, 19), 2, kernel=3, stride=1, padding=1)
average_pool(distinct(1, 1, 7, 7), 2, kernel=3, stride=2, padding=1, divisor=5)
average_pool(distinct(1, 1, 5, 5), 2, ceil=True, divisor=-2)
average_pool(distinct(1, 1, 5, 5), 2, kernel=6, stride=3, ceil=True)
average_pool(distinct(1, 1, 4, 4, 6), 3)
average_pool(distinct(0, 2, 6, 4), 2)

# Adaptive pooling
for shape, size in [((2, 2, 8), 4), ((1, 2, 10), 3), ((1, 7), 5), ((1, 2, 3), 5), ((1, 2, 7), 1),
                    ((1, 2, 6, 8), [3, 2]), ((1, 2, 7, 5), [3, 2]), ((1, 1, 5, 7), 4), ((1, 6, 4), [4, 4]),
                    ((1, 2, 5, 3), 1), ((1, 1, 3, 4), [5, 2]), ((1, 1, 5, 4, 6), [2, 3, 4]),
                    ((1, 1, 4, 2, 6), [2, 1, 3])]:
    rank = len(size) if isinstance(size, list) else min(len(shape) - 1, 2 if len(shape) == 4 else 1)
    average = [F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d][rank - 1]
    largest = [F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d][rank - 1]
    case(f"adaptiveAveragePool{rank}d", lambda x: average(x, size), distinct(*shape), outputSize=size)
    case(f"adaptiveMaxPool{rank}d", lambda x: largest(x, size), distinct(*shape), outputSize=size)
case("adaptiveMaxPool2d", lambda x: F.adaptive_max_pool2d(x, [4, 3]), special, "NaN and −∞", outputSize=[4, 3])
case("globalAveragePool", lambda x: x.mean((2, 3)), distinct(2, 3, 3, 5))
case("globalMaxPool", lambda x: F.adaptive_max_pool2d(x, 1).flatten(1), distinct(2, 3, 3, 5))

# Upsampling
modes = {1: "linear", 2: "bilinear", 3: "trilinear"}
targets = [((1, 2, 5), {"scale": 2}), ((1, 2, 5), {"scale": 1.5}), ((1, 1, 4), {"scale": 1.2}),
           ((1, 1, 7), {"scale": 0.4}), ((1, 2, 5), {"size": 13}), ((1, 1, 1), {"size": 3}), ((1, 1, 4), {"size": 1}), ((1, 2, 3, 4), {"scale": 2}),
           ((2, 1, 3, 5), {"scale": 2.5}), ((1, 1, 4, 3), {"size": [7, 3]}), ((1, 1, 6, 5), {"size": [3, 4]}),
           ((1, 1, 2, 3, 2), {"scale": 2}), ((1, 1, 3, 2, 4), {"size": [4, 5, 2]})]
for shape, target in targets:
    rank = len(shape) - 2
    options = {"scale_factor": float(target["scale"])} if "scale" in target else {"size": target["size"]}
    # PyTorch's gradient is not that of its value where a scale leaves the length as it is.
    if target != {"scale": 1.2}:
        case("upsample", lambda x: F.interpolate(x, mode="nearest", **options), distinct(*shape), mode="nearest",
             **target)
    for corners in [False, True]:
        case("upsample", lambda x: F.interpolate(x, mode=modes[rank], align_corners=corners, **options),
             distinct(*shape), mode="linear", alignCorners=corners, **target)
for n, m in [(7, 49), (49, 7), (10, 33), (3, 29), (6, 47)]:
    case("upsample", lambda x: F.interpolate(x, size=m, mode="nearest"), distinct(1, 1, n), mode="nearest", size=m)

path = pathlib.Path(__file__).with_suffix(".json")
made = f"pooling.py with PyTorch {torch.__version__.split('+')[0]}, NumPy {np.__version__}"
lines = ",\n".join(json.dumps(c, separators=(",", ":"), ensure_ascii=False) for c in cases)
path.write_text(f'{{"made":"{made}","cases":[\n{lines}\n]}}\n')
print(f"{len(cases)} cases, {path.stat().st_size} bytes")
