#!/usr/bin/env python3
"""Writes minimization.json: minimisers of functions by SciPy, and paths of gradient descent by PyTorch.

    python Tests/Fixtures/minimization.py     # made with SciPy 1.17, PyTorch 2.13, scikit-learn 1.9

Minimisers are SciPy's to its last digits: L-BFGS-B's, then Newton's method with the exact Hessian. `iterations` and
`evaluations` are L-BFGS-B's, until its gradient is below 1e-8.
"""

import json
import pathlib

import numpy as np
import scipy.optimize as optimize
import torch
from sklearn.datasets import load_iris

torch.set_default_dtype(torch.float64)


def rosenbrock(p):
    return (100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2).sum()


def quadratic(condition, n=8):
    """Eigenvalues from 1 to `condition`, along axes that a reflection turns."""
    v = torch.arange(1.0, n + 1)
    turn = torch.eye(n) - 2 * torch.outer(v, v) / (v @ v)
    matrix = turn @ torch.diag(torch.logspace(0, np.log10(condition), n)) @ turn
    b = torch.linspace(-1, 1, n)
    return lambda p: 0.5 * p @ matrix @ p - b @ p


def valleys(p):
    return (1 - p[0]) ** 2 + (1 - p[1]) ** 2 - 2 * torch.exp(-3 * p[0] ** 2 - 3 * p[1] ** 2)


iris = load_iris()
rows = iris.target > 0
measures = torch.tensor(iris.data[rows])
signs = torch.tensor(2.0 * (iris.target[rows] == 2) - 1)


def logistic(p):
    """Two species of iris by four measures and a constant, with a penalty on the weights."""
    margins = signs * (measures @ p[:4] + p[4])
    return torch.nn.functional.softplus(-margins).mean() + 0.005 * (p[:4] ** 2).sum()


def minimised(name, f, start, **more):
    start = torch.tensor(start)

    def value_and_gradient(x):
        p = torch.tensor(x, requires_grad=True)
        value = f(p)
        value.backward()
        return value.item(), p.grad.numpy()

    found = optimize.minimize(
        value_and_gradient, start.numpy(), jac=True, method="L-BFGS-B",
        options={"gtol": 1e-8, "ftol": 0, "maxiter": 10000, "maxfun": 100000, "maxcor": 10},
    )
    x = torch.tensor(found.x)
    for _ in range(5):
        p = x.clone().requires_grad_()
        gradient = torch.autograd.grad(f(p), p)[0]
        x = x - torch.linalg.solve(torch.autograd.functional.hessian(f, x), gradient)
    assert np.abs(value_and_gradient(x.numpy())[1]).max() < 1e-11, name
    return {
        "name": name, "start": start.tolist(), "point": x.tolist(), "value": f(x).item(),
        "iterations": found.nit, "evaluations": found.nfev, **more,
    }


def walked(f, start, rate, momentum, steps):
    p = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=rate, momentum=momentum)
    points = [p.tolist()]
    for _ in range(steps):
        optimizer.zero_grad()
        f(p).backward()
        optimizer.step()
        points.append(p.tolist())
    return {"start": start, "rate": rate, "momentum": momentum, "points": points}


out = {
    "measures": measures.flatten().tolist(),
    "signs": signs.tolist(),
    "minima": [
        minimised("rosenbrock", rosenbrock, [-1.2, 1.0]),
        minimised("rosenbrock", rosenbrock, [-1.2, 1.0] * 5),
        *(minimised("quadratic", quadratic(c), [3.0] * 8, condition=c) for c in (1.0, 10.0, 1e3, 1e5)),
        *(minimised("valleys", valleys, p) for p in ([-0.5, -0.25], [0.25, -1.0], [2.0, 1.5], [0.5, 0.75])),
        minimised("logistic", logistic, [0.0] * 5),
    ],
    "walks": [walked(valleys, [-0.5, 1.0], rate, momentum, 20) for rate in (0.05, 0.3) for momentum in (0.0, 0.9)],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
