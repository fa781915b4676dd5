#!/usr/bin/env python3
"""Writes normalization.json: known answers for normalisations.

    python Tests/Fixtures/normalization.py          # made with PyTorch 2.13, NumPy 2.4

Inputs are multiples of 1/64 that float32 holds exactly, so that one case serves both dtypes; values and gradients are
PyTorch's in float64, to 12 digits, for a random cotangent. "large mean" cases lie about 10000 with deviations below 1. Layers run
several steps in training, each with its running figures, then once in inference.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
random = np.random.default_rng(20250310)


def normal(*shape, low=-2.0, high=2.0):
    """Random multiples of 1/64 within low…high, none of them 0."""
    values = random.integers(round(low * 64), round(high * 64) + 1, size=shape)
    return torch.tensor(np.where(values == 0, 1, values) / 64)


def encode(tensor):
    tensor = tensor.detach()
    return {
        "dtype": "int64" if tensor.dtype == torch.int64 else "float", "shape": list(tensor.shape),
        "values": [int(v) if v == int(v) else float(f"{v:.12g}") for v in tensor.reshape(-1).tolist()]}


# ---- Operations ---------------------------------------------------------------------------------------------------

operations = []


def operation(name, f, x, weight=None, bias=None, note="", figures=(), **options):
    leaves = [t.clone().requires_grad_() for t in (x, weight, bias) if t is not None]
    at = iter(leaves)
    given = [next(at) if t is not None else None for t in (x, weight, bias)]
    value = f(*given)
    cotangent = normal(*value.shape)
    gradients = iter(torch.autograd.grad(value, leaves, cotangent))
    pick = lambda t: None if t is None else encode(next(gradients))
    operations.append({
        "name": name, "note": note, "options": options, "input": encode(x),
        "weight": None if weight is None else encode(weight), "bias": None if bias is None else encode(bias),
        "figures": [encode(t) for t in figures], "output": encode(value), "cotangent": encode(cotangent),
        "gradients": {"input": pick(x), "weight": pick(weight), "bias": pick(bias)}})


def affine(shape):
    return normal(*shape, low=-1.5, high=1.5), normal(*shape)


# [batch, channels], planes too short for a vector, and long ones; odd lengths throughout.
for shape in [(5, 3), (2, 19), (3, 3, 7), (2, 2, 3, 5), (2, 2, 3, 7), (2, 2, 2, 3, 3)]:
    x, (weight, bias) = normal(*shape), affine(shape[1:2])
    mean, variance = normal(shape[1]), normal(shape[1], low=0.25, high=3)
    for w, b in [(weight, bias)] + ([(None, None), (weight, None), (None, bias)] if shape in [(3, 3, 7), (2, 2, 3, 7)] else []):
        operation("batchNorm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, eps=1e-3), x, w, b, epsilon=1e-3)
    operation(
        "batchNorm.given", lambda x, w, b: F.batch_norm(x, mean, variance, w, b, False, eps=1e-3), x, weight, bias,
        figures=(mean, variance), epsilon=1e-3)
for shape, axes in [((4, 7), 1), ((3, 33), 1), ((3, 4, 5), 2), ((5,), 1), ((2, 1, 9, 2), 3), ((3, 1), 1)]:
    x, (weight, bias) = normal(*shape), affine(shape[-axes:])
    for w, b in [(weight, bias)] + ([(None, None), (weight, None), (None, bias)] if shape == (4, 7) else []):
        operation("layerNorm", lambda x, w, b: F.layer_norm(x, shape[-axes:], w, b, 1e-3), x, w, b, axes=axes, epsilon=1e-3)
for shape, groups in [((3, 6), 2), ((2, 6, 3), 3), ((2, 4, 3, 7), 2), ((1, 4, 2, 3, 3), 1), ((2, 3, 17), 3), ((2, 3, 5), 3)]:
    x, (weight, bias) = normal(*shape), affine(shape[1:2])
    for w, b in [(weight, bias), (None, None)] if shape[-1] in (7, 17) else [(weight, bias)]:
        operation("groupNorm", lambda x, w, b: F.group_norm(x, groups, w, b, 1e-3), x, w, b, groups=groups, epsilon=1e-3)
for shape in [(3, 2, 7), (2, 2, 4, 5), (2, 2, 2, 3, 3)]:
    x, (weight, bias) = normal(*shape), affine(shape[1:2])
    for w, b in [(weight, bias), (None, None)]:
        operation("instanceNorm", lambda x, w, b: F.instance_norm(x, None, None, w, b, True, eps=1e-3), x, w, b, epsilon=1e-3)

for shape in [(9, 5), (3, 2, 3, 7)]:
    x, (weight, bias) = 10_000 + normal(*shape, low=-0.75, high=0.75), affine(shape[1:2])
    operation("batchNorm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), x, weight, bias, "large mean", epsilon=1e-5)
x, (weight, bias) = 10_000 + normal(3, 29, low=-0.75, high=0.75), affine((29,))
operation("layerNorm", lambda x, w, b: F.layer_norm(x, (29,), w, b), x, weight, bias, "large mean", axes=1, epsilon=1e-5)
x, (weight, bias) = 10_000 + normal(1, 4, 3, 7, low=-0.75, high=0.75), affine((4,))
operation("groupNorm", lambda x, w, b: F.group_norm(x, 2, w, b), x, weight, bias, "large mean", groups=2, epsilon=1e-5)

# ---- Layers -------------------------------------------------------------------------------------------------------

layers = []


def layer(name, module, shape, steps=2, **options):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(normal(*parameter.shape, low=-1, high=1))
    encoded = lambda named: {key: encode(value) for key, value in named}
    case = {"name": name, "options": options, "state": encoded(module.state_dict().items()), "steps": []}
    for step in range(steps + 1):
        # The last one in inference
        module.train(step < steps)
        module.zero_grad()
        x = (normal(*shape) + (normal(*shape[:2], *[1] * (len(shape) - 2)) if len(shape) > 1 else 0)).requires_grad_()
        output = module(x)
        cotangent = normal(*output.shape)
        output.backward(cotangent)
        case["steps"].append({
            "input": encode(x), "output": encode(output), "cotangent": encode(cotangent), "inputGradient": encode(x.grad),
            "gradients": encoded((key, p.grad) for key, p in module.named_parameters()),
            "buffers": encoded(module.named_buffers())})
    layers.append(case)


n = torch.nn
layer("BatchNorm1D", n.BatchNorm1d(3), (5, 3), features=3)
layer("BatchNorm1D", n.BatchNorm1d(2, eps=1e-3, momentum=0.3), (2, 2, 5), features=2, epsilon=1e-3, momentum=0.3)
layer("BatchNorm2D", n.BatchNorm2d(3), (2, 3, 3, 6), features=3)
layer("BatchNorm2D", n.BatchNorm2d(2, momentum=None), (3, 2, 3, 3), features=2, momentum=None)
layer("BatchNorm2D", n.BatchNorm2d(2, affine=False), (2, 2, 3, 3), features=2, affine=False)
layer("BatchNorm2D", n.BatchNorm2d(2, track_running_stats=False), (2, 2, 3, 3), steps=1, features=2, tracks=False)
layer("BatchNorm3D", n.BatchNorm3d(2), (2, 2, 2, 3, 3), features=2)
layer("InstanceNorm1D", n.InstanceNorm1d(2), (2, 2, 5), steps=1, features=2)
layer("InstanceNorm1D", n.InstanceNorm1d(2), (2, 5), steps=1, features=2)
layer("InstanceNorm2D", n.InstanceNorm2d(3, affine=True, track_running_stats=True), (2, 3, 3, 4), features=3, affine=True, tracks=True)
layer("InstanceNorm2D", n.InstanceNorm2d(2, affine=True), (2, 4, 5), steps=1, features=2, affine=True)
layer("InstanceNorm3D", n.InstanceNorm3d(2, track_running_stats=True, momentum=0.4), (2, 2, 2, 3, 3), features=2, momentum=0.4, tracks=True)
layer("LayerNorm", n.LayerNorm(7), (4, 7), steps=1, normalizedShape=[7])
layer("LayerNorm", n.LayerNorm((3, 5), eps=1e-3), (2, 3, 5), steps=1, normalizedShape=[3, 5], epsilon=1e-3)
layer("LayerNorm", n.LayerNorm(7, bias=False), (4, 7), steps=1, normalizedShape=[7], bias=False)
layer("LayerNorm", n.LayerNorm(7, elementwise_affine=False), (4, 7), steps=1, normalizedShape=[7], affine=False)
layer("GroupNorm", n.GroupNorm(2, 4), (2, 4, 3, 6), steps=1, groups=2, channels=4)
layer("GroupNorm", n.GroupNorm(2, 4, eps=1e-3, affine=False), (3, 4, 3), steps=1, groups=2, channels=4, epsilon=1e-3, affine=False)

path = pathlib.Path(__file__).with_suffix(".json")
made = f"normalization.py with PyTorch {torch.__version__.split('+')[0]}, NumPy {np.__version__}"
dump = lambda cases: ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
path.write_text(f'{{"made":"{made}","operations":[\n{dump(operations)}\n],"layers":[\n{dump(layers)}\n]}}\n')
print(f"{len(operations)} operations, {len(layers)} layers, {path.stat().st_size} bytes")
