#!/usr/bin/env python3
"""Writes naive_networks.json: known answers for the plain loops of convolutions, pooling, and small networks.

    python Tests/Fixtures/naive_networks.py          # made with PyTorch 2.13, NumPy 2.4

Inputs are random multiples of 1/64, which float32 holds exactly; values and gradients are PyTorch's in float64. What a
case is called says its sizes.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
random = np.random.default_rng(20240917)


def normal(*shape, low=-2.0, high=2.0):
    return torch.tensor(random.integers(round(low * 64), round(high * 64) + 1, size=shape) / 64)


def encode(tensor):
    tensor = tensor.detach()
    name = "int64" if tensor.dtype == torch.int64 else "float"
    return {"dtype": name, "shape": list(tensor.shape), "values": tensor.reshape(-1).tolist()}


cases = []


def case(kind, f, inputs, **options):
    """A function's value, and the gradients to its inputs for a random cotangent."""
    leaves = [x.clone().requires_grad_() for x in inputs]
    output = f(*leaves)
    cotangent = normal(*output.shape)
    gradients = torch.autograd.grad(output, leaves, cotangent)
    cases.append({
        "kind": kind, "options": options, "inputs": [encode(x) for x in inputs], "output": encode(output),
        "cotangent": encode(cotangent), "gradients": [encode(g) for g in gradients]})


# batch, input channels, height, width, output channels, kernel size, stride, padding
for n, c, h, w, o, k, s, p in [
    (2, 3, 6, 5, 4, 3, 1, 1), (1, 1, 7, 9, 6, 5, 1, 2), (3, 6, 7, 7, 5, 5, 1, 0), (2, 5, 4, 3, 3, 1, 1, 0),
    (2, 2, 9, 7, 3, 3, 2, 1), (1, 3, 12, 11, 5, 7, 2, 3), (2, 2, 10, 13, 4, 4, 3, 2), (1, 2, 9, 10, 3, 2, 4, 0),
    (1, 1, 1, 1, 1, 3, 1, 1),
]:
    case(
        "convolution", lambda x, weight, bias: F.conv2d(x, weight, bias, s, p),
        [normal(n, c, h, w), normal(o, c, k, k), normal(o)], stride=s, padding=p)
# batch, input channels, height, width, output channels, kernel size, stride, padding, rows and columns more
for n, c, h, w, o, k, s, p, more in [
    (2, 6, 3, 4, 3, 2, 2, 0, 0), (1, 3, 4, 3, 2, 3, 2, 1, 0), (1, 3, 4, 3, 2, 3, 2, 1, 1), (2, 2, 3, 3, 5, 4, 3, 1, 2),
    (1, 4, 5, 4, 2, 3, 1, 1, 0),
]:
    case(
        "transposedConvolution", lambda x, weight, bias: F.conv_transpose2d(x, weight, bias, s, p, more),
        [normal(n, c, h, w), normal(c, o, k, k), normal(o)], stride=s, padding=p)
# Few different values, so that there are ties.
for n, c, h, w, k, s, p in [
    (2, 3, 6, 8, 2, 2, 0), (2, 2, 7, 5, 2, 2, 0), (1, 2, 7, 8, 3, 2, 1), (1, 2, 6, 5, 3, 1, 1), (1, 3, 8, 11, 3, 3, 0),
]:
    x = torch.tensor(random.integers(-2, 3, size=(n, c, h, w)) / 1.0)
    case("maxPooling", lambda x: F.max_pool2d(x, k, s, p), [x], kernelSize=k, stride=s, padding=p)

labels = torch.tensor(random.integers(0, 3, size=(2, 4, 5)))
case(
    "pixelCrossEntropy", lambda x: F.cross_entropy(x, labels), [normal(2, 3, 4, 5, low=-4, high=4)],
    labels=labels.reshape(-1).tolist())

path = pathlib.Path(__file__).with_name("naive_networks.json")
path.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")
print(f"{len(cases)} cases, {path.stat().st_size} bytes")
