#!/usr/bin/env python3
"""Writes operations.json: known answers for every tensor operation.

    python Tests/Fixtures/operations.py        # made with PyTorch 2.13, NumPy 2.4

Each case has inputs, options, the output and, for a random cotangent, the gradient of every floating-point input (null
where there is none). Values and gradients are PyTorch's in float64 (NumPy's for slices with negative steps, which
PyTorch lacks); where PyTorch has no such operation it is composed of those that it has. Inputs are random multiples of
1/64, so float32 holds them exactly and the same case serves both dtypes. Values are written with 17 digits.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
random = np.random.default_rng(20240607)
cases = []


def normal(*shape, low=-3.0, high=3.0, distance=0.0):
    """Random multiples of 1/64 within low…high, all different, at least `distance` away from 0."""
    count = math.prod(shape)
    pool = np.arange(math.ceil(low * 64), math.floor(high * 64) + 1) / 64
    pool = pool[np.abs(pool) >= distance]
    return torch.tensor(random.choice(pool, size=count, replace=False).reshape(shape))


def positive(*shape):
    return normal(*shape, low=0.25, high=4.0)


def integers(*shape, low=0, high=9):
    return torch.tensor(random.integers(low, high + 1, size=shape))


def bools(*shape):
    return torch.tensor(random.integers(0, 2, size=shape).astype(bool))


def encode(tensor):
    name = {torch.float64: "float", torch.int64: "int64", torch.bool: "bool"}[tensor.dtype]
    values = [int(v) if name != "float" else float(v) for v in tensor.reshape(-1).tolist()]
    return {"dtype": name, "shape": list(tensor.shape), "values": values}


def case(operation, f, *inputs, note="", gradient=True, **options):
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    output = f(*leaves)
    entry = {"operation": operation, "note": note, "options": options, "inputs": [encode(x) for x in inputs],
             "output": encode(output.detach())}
    if gradient and output.is_floating_point() and output.requires_grad:
        cotangent = normal(*output.shape, low=-2, high=2)
        wanted = [x for x in leaves if x.requires_grad]
        found = iter(torch.autograd.grad(output, wanted, cotangent, allow_unused=True))
        gradients = [next(found) if x.requires_grad else None for x in leaves]
        entry["cotangent"] = encode(cotangent)
        entry["gradients"] = [
            None if not x.requires_grad else encode(torch.zeros_like(x) if g is None else g)
            for x, g in zip(leaves, gradients)]
    cases.append(entry)


# Arithmetic with broadcasting
pairs = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (4,)), ((2, 2, 2), (2, 1, 2))]
for name, f in [("add", torch.add), ("subtract", torch.sub), ("multiply", torch.mul), ("divide", torch.div)]:
    for a, b in pairs:
        case(name, f, normal(*a), normal(*b, distance=0.5))
    case(name, (lambda a, b: torch.div(a, b, rounding_mode="trunc")) if name == "divide" else f,
         integers(2, 3, low=-9), integers(3, low=1), note="int64")
for a, b in [((2, 3), (2, 3)), ((2, 1), (3,)), ((2, 2, 2), (1, 2))]:
    case("maximum", torch.maximum, normal(*a), normal(*b))
    case("minimum", torch.minimum, normal(*a), normal(*b))
    case("pow", torch.pow, positive(*a), normal(*b))
case("pow", torch.pow, torch.tensor([-2.0, -1.5, 0.0, 0.0]), torch.tensor([3.0, 2.0, 2.0, 0.0]),
     note="integer powers of what is not positive", gradient=False)
case("maximum", torch.maximum, integers(4, low=-5), integers(4, low=-5), note="int64")
case("minimum", torch.minimum, integers(4, low=-5), integers(4, low=-5), note="int64")
case("negate", torch.neg, normal(2, 3))
case("negate", torch.neg, integers(4, low=-5), note="int64")
for c in [2.5, -0.75]:
    case("addScalar", lambda x: x + c, normal(2, 3), scalar=c)
    case("subtractScalar", lambda x: x - c, normal(2, 3), scalar=c)
    case("scalarSubtract", lambda x: c - x, normal(2, 3), scalar=c)
    case("multiplyScalar", lambda x: x * c, normal(2, 3), scalar=c)
    case("divideScalar", lambda x: x / c, normal(2, 3), scalar=c)
    case("scalarDivide", lambda x: c / x, normal(2, 3, distance=0.5), scalar=c)
case("addScalar", lambda x: x + 3, integers(4), scalar=3, note="int64")
case("subtractScalar", lambda x: x - 3, integers(4), scalar=3, note="int64")
case("scalarSubtract", lambda x: 3 - x, integers(4), scalar=3, note="int64")
case("multiplyScalar", lambda x: x * 3, integers(4), scalar=3, note="int64")
case("divideScalar", lambda x: torch.div(x, 3, rounding_mode="trunc"), integers(4, low=-9), scalar=3, note="int64")
case("scalarDivide", lambda x: torch.div(torch.tensor(17), x, rounding_mode="trunc"), integers(4, low=1), scalar=17,
     note="int64")
case("cast", lambda x: x.to(torch.int64), normal(6), to="int64", note="toward zero")
case("cast", lambda x: x.to(torch.bool), torch.tensor([0.0, -0.5, 2.0, 0.0]), to="bool")
case("cast", lambda x: x.to(torch.int64), bools(5), to="int64")

# Comparisons and choices
for name, f in [("equal", torch.eq), ("notEqual", torch.ne), ("less", torch.lt), ("lessEqual", torch.le),
                ("greater", torch.gt), ("greaterEqual", torch.ge)]:
    a, b = integers(2, 3, high=2), integers(3, high=2)
    case(name, f, a.double(), b.double())
    case(name, f, a, b, note="int64")
    case(name + "Scalar", lambda x: f(x, 1), a.double(), scalar=1)
case("equal", torch.eq, bools(4), bools(4), note="bool")
case("logicalAnd", torch.logical_and, bools(2, 4), bools(4))
case("logicalOr", torch.logical_or, bools(2, 4), bools(4))
case("logicalXor", torch.logical_xor, bools(2, 4), bools(4))
case("logicalNot", torch.logical_not, bools(5))
case("where", torch.where, bools(2, 3), normal(2, 3), normal(2, 3))
case("where", torch.where, bools(2, 1), normal(3), normal(2, 3), note="broadcast")
case("where", torch.where, bools(3), normal(2, 1), normal(1), note="broadcast")
case("where", torch.where, bools(4), integers(4), integers(4), note="int64")
case("clamp", lambda x: torch.clamp(x, -1.1, 0.7), normal(2, 4), low=-1.1, high=0.7)

# Element by element
for name, f, make in [
    ("abs", torch.abs, lambda *s: normal(*s, distance=0.1)), ("square", torch.square, normal),
    ("sqrt", torch.sqrt, positive), ("rsqrt", torch.rsqrt, positive), ("reciprocal", torch.reciprocal, positive),
    ("exp", torch.exp, normal), ("expm1", torch.expm1, normal), ("log", torch.log, positive),
    ("log1p", torch.log1p, lambda *s: normal(*s, low=-0.9)), ("sin", torch.sin, normal), ("cos", torch.cos, normal),
    ("tanh", torch.tanh, normal), ("erf", torch.erf, normal), ("sigmoid", torch.sigmoid, normal),
    ("softplus", F.softplus, normal), ("logSigmoid", F.logsigmoid, normal),
    ("relu", torch.relu, lambda *s: normal(*s, distance=0.1)), ("silu", F.silu, normal), ("gelu", F.gelu, normal),
    ("geluTanh", lambda x: F.gelu(x, approximate="tanh"), normal),
    ("selu", torch.selu, lambda *s: normal(*s, distance=0.1)),
]:
    case(name, f, make(2, 4))
case("abs", torch.abs, integers(4, low=-5), note="int64")
case("square", torch.square, integers(4, low=-5), note="int64")
case("exp", torch.exp, torch.tensor([-20.0, -0.015625, 0.0, 10.0]), note="far out")
case("tanh", torch.tanh, torch.tensor([-8.0, -0.015625, 0.0, 5.0]), note="far out")
case("sigmoid", torch.sigmoid, torch.tensor([-20.0, -0.015625, 0.0, 12.0]), note="far out")
case("softplus", lambda x: torch.logaddexp(x, torch.zeros_like(x)), torch.tensor([-30.0, -0.5, 0.0, 40.0]),
     note="far out")
case("sign", torch.sign, torch.tensor([-2.5, 0.0, 1.5, -0.25]), gradient=False)
for name, f in [("floor", torch.floor), ("ceil", torch.ceil), ("round", torch.round)]:
    case(name, f, torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.75, -0.25]), gradient=False)
for c in [3, 0.5, -1, -1.5, 2, 1, 0]:
    case("powScalar", lambda x: torch.pow(x, c), positive(4), scalar=c)
case("powScalar", lambda x: torch.pow(x, 3), normal(4, distance=0.1), scalar=3, note="of negative numbers")
case("scalarPow", lambda x: torch.pow(2.5, x), normal(4), scalar=2.5)
case("leakyReLU", lambda x: F.leaky_relu(x, 0.2), normal(2, 4, distance=0.1), slope=0.2)
case("elu", lambda x: F.elu(x, 1.5), normal(2, 4, distance=0.1), alpha=1.5)

# Reductions
reductions = [("sum", torch.sum, None), ("mean", torch.mean, None), ("max", torch.amax, None),
              ("min", torch.amin, None), ("logSumExp", torch.logsumexp, None)]
axes_of = [([0, 1, 2], None), ([0], [0]), ([1], [1]), ([-1], [-1]), ([0, 2], [0, 2]), ([0, 1], [1, 0])]
for name, f, _ in reductions:
    for dims, axes in axes_of:
        for keep in [False, True]:
            x = normal(2, 2, 3)
            options = {"keepingAxes": keep} | ({} if axes is None else {"axes": axes})
            case(name, lambda x: f(x, dim=dims, keepdim=keep), x, **options)
    case(name, lambda x: f(x, dim=[0]), normal(5), note="vector")
case("sum", lambda x: x.sum(0), integers(2, 3, low=-4), axes=[0], note="int64")
case("sum", lambda x: x.sum(1), bools(2, 4), axes=[1], note="bool")
case("max", lambda x: x.amax(1), integers(2, 3, low=-4), axes=[1], note="int64")
case("min", lambda x: x.amin(0), integers(2, 3, low=-4), axes=[0], note="int64")
for dims, axes in [([0, 1], None), ([0], [0]), ([1], [1])]:
    for keep in [False, True]:
        for correction in [0, 1]:
            options = {"correction": correction, "keepingAxes": keep} | ({} if axes is None else {"axes": axes})
            case("variance", lambda x: torch.var(x, dim=dims, correction=correction, keepdim=keep), normal(3, 2), **options)
            case("standardDeviation", lambda x: torch.std(x, dim=dims, correction=correction, keepdim=keep),
                 normal(3, 2), **options)
for axis in [0, 1, -1]:
    for keep in [False, True]:
        case("product", lambda x: torch.prod(x, axis, keepdim=keep), normal(2, 3, distance=0.25), axes=[axis],
             keepingAxes=keep)
case("product", torch.prod, normal(4, distance=0.25))
case("product", lambda x: torch.prod(x, 1), torch.tensor([[0.0, 2.0, -3.0], [0.0, 0.0, 5.0], [1.5, -2.0, 4.0]]),
     axes=[1], note="none, one and two zeros")
case("product", torch.prod, integers(4, low=1), note="int64")
case("anyTrue", torch.any, bools(3), gradient=False)
case("anyTrue", lambda x: torch.any(x, 1), torch.tensor([[True, False], [False, False], [True, True]]), axes=[1])
case("allTrue", torch.all, bools(3), gradient=False)
case("allTrue", lambda x: torch.all(x, 1, keepdim=True), torch.tensor([[True, False], [False, False], [True, True]]),
     axes=[1], keepingAxes=True)
for name, f in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
    case(name, lambda x: f(x), normal(2, 3))
    for axis in [0, 1, -1]:
        case(name, lambda x: f(x, axis), normal(2, 4), axis=axis)
    case(name, lambda x: f(x, 1, keepdim=True), normal(2, 2, 2), axis=1, keepingAxis=True)
    case(name, lambda x: f(x, 1), torch.tensor([[1.0, 3.0, 3.0, 1.0], [2.0, 2.0, 2.0, 2.0]]), axis=1, note="ties")
    case(name, lambda x: f(x, 0), integers(4, 2, low=-4), axis=0, note="int64")
for axis in [0, 1, -1]:
    case("cumulativeSum", lambda x: torch.cumsum(x, axis), normal(2, 3), axis=axis)
case("cumulativeSum", lambda x: torch.cumsum(x, 1), normal(2, 2, 2), axis=1)
case("cumulativeSum", lambda x: torch.cumsum(x, 0), integers(5, low=-4), axis=0, note="int64")

# Softmax
for axis in [0, 1, -1]:
    case("softmax", lambda x: torch.softmax(x, axis), normal(2, 4), axis=axis)
    case("logSoftmax", lambda x: torch.log_softmax(x, axis), normal(2, 4), axis=axis)
case("softmax", lambda x: torch.softmax(x, 1), normal(2, 2, 2), axis=1)
case("logSoftmax", lambda x: torch.log_softmax(x, 1), normal(2, 2, 2), axis=1)
case("softmax", lambda x: torch.softmax(x, -1), torch.tensor([[1000.0, 999.0, 0.0]]), axis=-1, note="large")
case("logSoftmax", lambda x: torch.log_softmax(x, -1), torch.tensor([[1000.0, 999.0, 0.0]]), axis=-1, note="large")

# Order
for axis in [0, 1, -1]:
    for descending in [False, True]:
        x = normal(3, 2)
        case("sort", lambda x: torch.sort(x, dim=axis, descending=descending, stable=True)[0], x, axis=axis, descending=descending)
        case("sortIndices", lambda x: torch.sort(x, dim=axis, descending=descending, stable=True)[1], x, axis=axis, descending=descending)
ties = torch.tensor([2.0, 1.0, 2.0, 1.0, 2.0])
for descending in [False, True]:
    case("sortIndices", lambda x: torch.sort(x, dim=0, descending=descending, stable=True)[1], ties, axis=0, descending=descending,
         note="stable")
case("sort", lambda x: torch.sort(x, 0)[0], integers(6, low=-5), axis=0, descending=False, note="int64")
for axis, largest in [(0, True), (1, True), (-1, False)]:
    x = normal(3, 3)
    case("topK", lambda x: torch.topk(x, 2, axis, largest)[0], x, count=2, axis=axis, largest=largest)
    case("topKIndices", lambda x: torch.topk(x, 2, axis, largest)[1], x, count=2, axis=axis, largest=largest)

# Views
case("reshaped", lambda x: x.reshape(3, 2), normal(2, 3), shape=[3, 2])
case("reshaped", lambda x: x.reshape(2, -1), normal(2, 2, 2), shape=[2, -1])
case("reshaped", lambda x: x.reshape(()), normal(1, 1), shape=[])
case("permuted", lambda x: x.permute(2, 0, 1), normal(2, 2, 3), axes=[2, 0, 1])
case("permuted", lambda x: x.permute(1, -1, 0), normal(2, 2, 2), axes=[1, -1, 0])
case("transposed", lambda x: x.mT, normal(2, 3))
case("transposed", lambda x: x.mT, normal(2, 1, 3))
case("swappingAxes", lambda x: x.transpose(0, -1), normal(2, 1, 3), axes=[0, -1])
case("broadcast", lambda x: x.expand(2, 3), normal(3), shape=[2, 3])
case("broadcast", lambda x: x.expand(3, 2, 2), normal(2, 1), shape=[3, 2, 2])
case("broadcast", lambda x: x.expand(4), normal(), shape=[4])
case("expandingAxis", lambda x: x.unsqueeze(1), normal(2, 3), axis=1)
case("expandingAxis", lambda x: x.unsqueeze(-1), normal(2, 3), axis=-1)
case("squeezed", lambda x: x.squeeze(), normal(1, 3, 1))
case("squeezed", lambda x: x.squeeze(-1), normal(1, 3, 1), axes=[-1])
case("flip", lambda x: x.flip(1), normal(2, 3), axes=[1])
case("flip", lambda x: x.flip(0, 2), normal(2, 2, 2), axes=[0, -1])

# Slices: [from, to, step] for a range, a number for an index, "all", "newAxis", "ellipsis"
spell = {"all": slice(None), "newAxis": None, "ellipsis": Ellipsis}
subscripts = [
    ((4,), [2]), ((4,), [-1]), ((5,), [[1, 4, 1]]), ((5,), [[-3, None, 1]]), ((5,), [[None, -1, 1]]),
    ((6,), [[None, None, 2]]), ((6,), [[1, None, 3]]), ((6,), [[None, None, -1]]), ((6,), [[4, 0, -2]]),
    ((6,), [[-2, None, -3]]), ((5,), [[2, 100, 1]]), ((5,), [[4, 2, 1]]), ((2, 3), [1]), ((2, 3), ["all", 1]),
    ((2, 3), ["all", [None, None, -1]]), ((3, 4), [[None, None, 2], [1, 3, 1]]), ((2, 3), ["all", "newAxis"]),
    ((2, 3), ["newAxis", 0]), ((2, 2, 2), ["ellipsis", 0]), ((2, 2, 2), [1, "ellipsis", [0, 1, 1]]),
    ((2, 2, 2), [-1, 0, 1]), ((2, 3), ["ellipsis"]),
]
for shape, subscript in subscripts:
    x = normal(*shape)
    index = tuple(slice(*s) if isinstance(s, list) else spell.get(s, s) for s in subscript)
    # NumPy knows negative steps: the positions of the elements that it picks give value and gradient.
    picked = torch.tensor(np.arange(x.numel()).reshape(shape)[index].copy())
    case("slice", lambda x: x.reshape(-1)[picked], x, subscript=subscript)
    if shape != (2, 3) or "newAxis" in subscript or picked.dim() < 1:
        continue
    value = normal(*picked.shape)
    def replace(x, value):
        return x.reshape(-1).index_put((picked.reshape(-1),), value.reshape(-1)).reshape(shape)
    case("replace", replace, normal(*shape), value, subscript=subscript)
    def replace_all(x, value):
        return replace(x, value.expand(picked.shape))
    case("replace", replace_all, normal(*shape), normal(1), subscript=subscript, note="broadcast")
case("slice", lambda x: x[1:], integers(4), subscript=[[1, None, 1]], note="int64")
case("slice", lambda x: x[1:], bools(4), subscript=[[1, None, 1]], note="bool")

# Joining
for axis in [0, 1, -1]:
    shapes = [(2, 2), (1, 2), (2, 2)] if axis == 0 else [(2, 2), (2, 1), (2, 2)]
    case("concatenate", lambda *x: torch.cat(x, axis), *[normal(*s) for s in shapes], axis=axis)
case("concatenate", lambda *x: torch.cat(x, 0), integers(2), integers(3), axis=0, note="int64")
for axis in [0, 1, -1]:
    case("stack", lambda *x: torch.stack(x, axis), normal(2, 2), normal(2, 2), axis=axis)
case("stack", lambda *x: torch.stack(x, 0), normal(), normal(), normal(), axis=0, note="scalars")
for part in range(3):
    case("split", lambda x: torch.split(x, [1, 3, 2])[part], normal(6), sizes=[1, 3, 2], axis=0, part=part)
case("split", lambda x: torch.split(x, 2, -1)[1], normal(2, 4), into=2, axis=-1, part=1)
case("padded", lambda x: F.pad(x, (1, 2)), normal(3), widths=[[1, 2]], value=0)
case("padded", lambda x: F.pad(x, (0, 1, 2, 0), value=-1.5), normal(2, 2), widths=[[2, 0], [0, 1]], value=-1.5)
case("tiled", lambda x: torch.tile(x, (2, 3)), normal(2, 1), repeats=[2, 3])
case("tiled", lambda x: torch.tile(x, (2, 1, 2)), normal(1, 2), repeats=[2, 1, 2])

# Indexing
def place(indices, axis, values, target):
    flat = indices.reshape(-1)
    source = values.reshape(target.shape[:axis] + (flat.numel(),) + target.shape[axis + 1:])
    return target.index_add(axis, flat, source)


for x, indices, axis in [
    (normal(3, 2), torch.tensor([2, 0, 2]), 0), (normal(3, 2), torch.tensor([[1, -1], [0, 1]]), 0),
    (normal(2, 3), torch.tensor([0, 0]), 1), (normal(2, 2, 2), torch.tensor([1, 0, 1]), 1), (normal(4), torch.tensor(2), 0),
]:
    positive_indices = torch.where(indices < 0, indices + x.shape[axis], indices)
    shape = x.shape[:axis] + indices.shape + x.shape[axis + 1:]
    case("gather", lambda x, _: x.index_select(axis, positive_indices.reshape(-1)).reshape(shape), x, indices, axis=axis)
    case("scatterAdd", lambda v, _, t: place(positive_indices, axis, v, t), normal(*shape), indices, x, axis=axis)
for x, indices, axis in [
    (normal(2, 3), torch.tensor([[2], [0]]), 1), (normal(3, 2), torch.tensor([[2, 0], [2, 1]]), 0),
    (normal(2, 2, 2), torch.tensor([[[1, 1], [0, 1], [0, 0]], [[0, 0], [1, 0], [1, 1]]]), 1), (normal(4), torch.tensor([3, 3, 1]), 0),
]:
    case("gatherAlong", lambda x, i: torch.gather(x, axis, i), x, indices, axis=axis)
    case("scatterAddAlong", lambda v, i, t: t.scatter_add(axis, i, v), normal(*indices.shape), indices, x, axis=axis)
case("gather", lambda x, i: x[i], integers(4), torch.tensor([3, 1]), axis=0, note="int64")
case("oneHot", lambda i: F.one_hot(i, 3).double(), torch.tensor([2, 0, 1]), classes=3)
case("oneHot", lambda i: F.one_hot(i, 2).double(), torch.tensor([[1, 0], [1, 1]]), classes=2)

# Products
for a, b in [((2, 3), (3, 2)), ((3,), (3, 2)), ((2, 3), (3,)), ((3,), (3,)), ((2, 2, 3), (3, 2)), ((2, 2, 3), (2, 3, 1)),
             ((2, 2), (2, 2, 2)), ((2, 1, 2, 2), (2, 2, 1)), ((1, 2, 2), (3, 2, 1)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,))]:
    case("matmul", torch.matmul, normal(*a), normal(*b))
case("linear", F.linear, normal(2, 3), normal(2, 3), normal(2), relu=False)
case("linear", F.linear, normal(2, 3), normal(4, 3), relu=False, note="no bias")
case("linear", lambda x, w, b: F.relu(F.linear(x, w, b)), normal(2, 2, 3), normal(2, 3), normal(2), relu=True)
case("linear", F.linear, normal(3), normal(2, 3), normal(2), relu=False, note="vector")
for equation, *shapes in [
    ("ij,jk->ik", (2, 3), (3, 2)), ("ij,kj->ik", (2, 3), (2, 3)), ("ji,jk->ki", (3, 2), (3, 2)), ("ij,jk", (2, 3), (3, 2)),
    ("ba,cb", (2, 3), (2, 2)), ("i,j->ij", (2,), (3,)), ("i,i->", (4,), (4,)), ("i,i->i", (4,), (4,)), ("ij->ji", (2, 3)),
    ("ij->j", (2, 3)), ("ij->", (2, 3)), ("ii->", (3, 3)), ("ii->i", (3, 3)), ("iij->ji", (2, 2, 3)), ("iii->i", (2, 2, 2)),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("bhqd,bhkd->bhqk", (2, 1, 2, 2), (2, 1, 3, 2)), ("...ij,...jk->...ik", (2, 2, 2), (2, 2)),
    ("...i,i", (2, 2, 2), (2,)), ("...ii->...i", (2, 2, 2)), ("i...->...", (2, 3)), ("i...,j...->ij...", (2, 1, 2), (2, 2, 1)),
    ("ij,jk,kl->il", (2, 3), (3, 2), (2, 2)), ("i,ij,j->", (2,), (2, 3), (3,)), ("ij,ik->i", (2, 3), (2, 2)),
    ("ijk,jil->kl", (2, 2, 2), (2, 2, 3)), ("ii,ij->j", (2, 2), (2, 3)), ("Ab,bA->A", (2, 3), (3, 2)), (" i j , j -> i ", (2, 3), (3,)),
    ("ij,kl->k", (2, 2), (2, 2)), (",i->i", (), (3,)), ("bij,bij->b", (2, 2, 2), (2, 2, 2)),
]:
    case("einsum", lambda *x: torch.einsum(equation, *x), *[normal(*s) for s in shapes], equation=equation)

path = pathlib.Path(__file__).with_suffix(".json")
made = f"operations.py with PyTorch {torch.__version__.split('+')[0]}, NumPy {np.__version__}"
lines = ",\n".join(json.dumps(c, separators=(",", ":"), ensure_ascii=False) for c in cases)
path.write_text(f'{{"made":"{made}","cases":[\n{lines}\n]}}\n')
print(f"{len(cases)} cases, {path.stat().st_size} bytes")
