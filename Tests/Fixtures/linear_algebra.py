#!/usr/bin/env python3
"""Writes linear_algebra_values.json and linear_algebra_gradients.json: known answers of linear algebra.

    python Tests/Fixtures/linear_algebra.py        # made with NumPy 2.4, SciPy 1.17, PyTorch 2.13

`values` are NumPy's and SciPy's in float64 to 12 digits, of matrices whose elements float32 holds exactly. What has free signs is
given by what has none: singular vectors by their products, eigenvalues that may come in any order as sorted pairs.
`gradients` are PyTorch's of a sum weighted by random numbers, of functions without free signs. `exact` are systems whose
solution is known: Hilbert matrices, whose inverses are integers.
"""

import json
import math
import pathlib

import numpy as np
import scipy.linalg
import torch

random = np.random.default_rng(20250611)


def matrix(*shape):
    """Multiples of 1/64, which are exact in float32."""
    return np.round(random.normal(size=shape) * 64) / 64


def definite(*shape):
    a = matrix(*shape)
    return a @ np.swapaxes(a, -1, -2) + 2 * np.eye(shape[-1])


def deficient(m, n, rank):
    return np.round(random.normal(size=(m, rank)) * 4) / 4 @ (np.round(random.normal(size=(rank, n)) * 4) / 4)


def tensor(x):
    x = np.asarray(x)
    kind = "int64" if x.dtype.kind == "i" else "float"
    return {"dtype": kind, "shape": list(x.shape), "values": [float(f"{v:.12g}") for v in x.ravel()]}


def case(operation, inputs, outputs, **parameters):
    return {
        "operation": operation,
        "inputs": [tensor(x) for x in inputs],
        "outputs": [tensor(x) for x in outputs],
        "parameters": parameters,
    }


values = []
for shape in [(1, 1), (3, 3), (5, 5), (10, 10), (4, 3, 3), (2, 1, 4, 4), (2, 9, 9)]:
    a, s, n = matrix(*shape), definite(*shape), shape[-1]
    b, v = matrix(*shape[:-1], 2), matrix(*shape[:-1])
    values.append(case("solve", [a, b], [np.linalg.solve(a, b)]))
    values.append(case("solve", [a, v], [np.linalg.solve(a, v[..., None])[..., 0]]))
    values.append(case("solveDefinite", [s, b], [np.linalg.solve(s, b)]))
    lower = np.tril(a) + 4 * np.eye(n)
    for unit in (False, True):
        t = np.tril(lower, -1) + np.eye(n) if unit else lower
        upper = np.swapaxes(t, -1, -2)
        values.append(case("solveLower", [lower + np.triu(a, 1), b], [np.linalg.solve(t, b)], unit=unit))
        values.append(
            case("solveUpper", [np.swapaxes(lower, -1, -2) + np.tril(a, -1), b], [np.linalg.solve(upper, b)], unit=unit))
    values.append(case("inverse", [a], [np.linalg.inv(a)]))
    values.append(case("determinant", [a], [np.linalg.det(a)]))
    values.append(case("logDeterminant", [a], list(np.linalg.slogdet(a))))
    values.append(case("choleskyFactor", [s], [np.linalg.cholesky(s)]))
    values.append(case("symmetricEigenvalues", [s], [np.linalg.eigvalsh(s)]))
    if n > 1:
        w = np.linalg.eigvals(a).reshape(*shape[:-1])
        values.append(case("eigenvalues", [a], [np.real(w), np.imag(w)]))
    values.append(case("matrixExponential", [a], [np.asarray(scipy.linalg.expm(a))]))
    values.append(case("matrixExponential", [a / 64], [np.asarray(scipy.linalg.expm(a / 64))]))
    values.append(case("conditionNumber", [a], [np.linalg.cond(a)]))
for shape in [(5, 3), (3, 5), (14, 9), (2, 6, 4), (2, 4, 6)]:
    a, b = matrix(*shape), matrix(*shape[:-1], 2)
    q, r = np.linalg.qr(a)
    values.append(case("qr", [a], [q, r]))
    values.append(case("singularValues", [a], [np.linalg.svd(a, compute_uv=False)]))
    values.append(case("pseudoInverse", [a], [np.linalg.pinv(a)]))
    for name, order in [("frobenius", "fro"), ("one", 1), ("infinity", np.inf), ("two", 2), ("nuclear", "nuc")]:
        values.append(case("matrixNorm", [a], [np.linalg.norm(a, order, axis=(-2, -1))], norm=name))
    if len(shape) == 2:
        for right in (b, b[:, 0]):
            x, _, rank, s = np.linalg.lstsq(a, right)
            values.append(case("leastSquares", [a, right], [x, np.sum((right - a @ x) ** 2, axis=0), s], rank=int(rank)))
        p, l, u = scipy.linalg.lu(a)
        values.append(case("lu", [a], [np.argmax(p, axis=0).astype(np.int64), l, u]))
# The scaled columns make rank and the shortest solution harder to tell.
for m, n, rank in [(8, 5, 3), (5, 8, 4), (6, 6, 1), (12, 10, 9)]:
    a = deficient(m, n, rank) * 2.0 ** random.integers(-3, 4, size=n)
    b = matrix(m, 2)
    x, _, found, s = np.linalg.lstsq(a, b)
    assert found == rank
    values.append(case("leastSquares", [a, b], [x, np.sum((b - a @ x) ** 2, axis=0), s], rank=rank))
    values.append(case("pseudoInverse", [a], [np.linalg.pinv(a)]))
# e^A where the norm says little about the powers (Al-Mohy and Higham, 2009, section 1), and far from and near 0.
for a in (np.array([[1.0, 1000.0], [0.0, -1.0]]), np.array([[0.0, 4096.0], [0.0, 0.0]]), np.array([[-49.0, 24.0], [-64.0, 31.0]]), np.zeros((3, 3))):
    values.append(case("matrixExponential", [a], [np.asarray(scipy.linalg.expm(a))]))


def hilbert(n):
    """As integers: times the least common multiple of 1 … 2n − 1."""
    scale = math.lcm(*range(1, 2 * n))
    return np.array([[scale // (i + j + 1) for j in range(n)] for i in range(n)], dtype=np.float64)


exact = []
for n in (4, 6, 8, 10, 12):
    h = hilbert(n)
    x = np.array([(-1.0) ** i * (i + 1) for i in range(n)])
    b = np.array([sum(int(h[i, j]) * int(x[j]) for j in range(n)) for i in range(n)], dtype=np.float64)
    exact.append({"matrix": tensor(h), "right": tensor(b), "solution": tensor(x), "condition": float(np.linalg.cond(h))})


def symmetric(x):
    return (x + x.mT) / 2


FUNCTIONS = {
    "solve": lambda a, b: [torch.linalg.solve(a, b)],
    "inverse": lambda a: [torch.linalg.inv(a)],
    "determinant": lambda a: [torch.linalg.det(a)],
    "logDeterminant": lambda a: [torch.linalg.slogdet(a)[1]],
    "choleskyFactor": lambda a: [torch.linalg.cholesky(symmetric(a))],
    "qr": lambda a: list(torch.linalg.qr(a)),
    "svd": lambda a: (lambda u, s, vt: [u * u, s, vt * vt])(*torch.linalg.svd(a, full_matrices=False)),
    "symmetricEigen": lambda a: (lambda w, v: [w, v * v])(*torch.linalg.eigh(symmetric(a))),
    "pseudoInverse": lambda a: [torch.linalg.pinv(a)],
    "matrixExponential": lambda a: [torch.linalg.matrix_exp(a)],
}


def gradient_case(name, *inputs):
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    outputs = FUNCTIONS[name](*tensors)
    cotangents = [matrix(*y.shape) for y in outputs]
    total = sum((torch.tensor(c) * y).sum() for c, y in zip(cotangents, outputs))
    result = case(name, inputs, [y.detach().numpy() for y in outputs])
    result["cotangents"] = [tensor(c) for c in cotangents]
    result["gradients"] = [tensor(g.numpy()) for g in torch.autograd.grad(total, tensors)]
    return result


gradients = []
for shape in [(3, 3), (9, 9), (2, 4, 4)]:
    a = matrix(*shape) + 3 * np.eye(shape[-1])
    gradients.append(gradient_case("solve", a, matrix(*shape[:-1], 2)))
    for name in ("inverse", "determinant", "logDeterminant", "matrixExponential"):
        gradients.append(gradient_case(name, a / 2 if name == "matrixExponential" else a))
    gradients.append(gradient_case("choleskyFactor", definite(*shape)))
    gradients.append(gradient_case("symmetricEigen", definite(*shape)))
    for name in ("qr", "svd"):
        gradients.append(gradient_case(name, matrix(*shape)))
for shape in [(6, 4), (4, 6), (2, 5, 3), (2, 3, 5)]:
    for name in ("qr", "svd", "pseudoInverse"):
        gradients.append(gradient_case(name, matrix(*shape)))

folder = pathlib.Path(__file__).parent
for name, content in [("values", {"values": values, "exact": exact}), ("gradients", {"gradients": gradients})]:
    path = folder / f"linear_algebra_{name}.json"
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")
    print(f"{path}: {', '.join(f'{len(cases)} {kind}' for kind, cases in content.items())}, {path.stat().st_size} bytes")
