#!/usr/bin/env python3
"""Writes training.json: a whole training run by PyTorch, and scikit-learn's Lasso and elastic net.

    python Tests/Fixtures/training.py          # made with PyTorch 2.13, scikit-learn 1.9

The run: five epochs of nine batches, SGD with momentum, a warm-up and a cosine for the learning rate, L2 on the weights,
gradients clipped by norm, an exponential moving average of the weights, which is evaluated behind every epoch. In float32
and in float64. Weights and batches come from integer formulas that the test computes as well (`noise` of networks.py).
"""

import json
import pathlib

import numpy as np
import sklearn.linear_model
import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler, swa_utils

torch.set_num_threads(1)


def noise(index, salt, count):
    h = (index * 2654435761 + salt * 2246822519) & 0xFFFFFFFF
    h ^= h >> 15
    h = (h * 3266489917) & 0xFFFFFFFF
    return (h >> 16) % count


def digits_like(batch, dtype, size=32, features=64):
    labels = [noise(batch * size + n, 1, 10) for n in range(size)]
    x = [[min(16, max(0, noise(label * 64 + j, 2, 17) + noise((batch * size + n) * 64 + j, 3, 9) - 4)) / 16
          for j in range(features)] for n, label in enumerate(labels)]
    return torch.tensor(x, dtype=dtype), torch.tensor(labels)


def run(dtype):
    model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)).to(dtype)
    with torch.no_grad():
        for salt, parameter in enumerate(model.parameters()):
            values = [(noise(i, 10 + salt, 257) - 128) / 1024 for i in range(parameter.numel())]
            parameter.copy_(torch.tensor(values).reshape(parameter.shape))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    schedule = lr_scheduler.SequentialLR(
        optimizer,
        [lr_scheduler.LinearLR(optimizer, 0.1, 1.0, 10), lr_scheduler.CosineAnnealingLR(optimizer, 35)],
        [10])
    average = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.9))
    batches = [digits_like(b, dtype) for b in range(9)]
    x_validation, y_validation = digits_like(9, dtype)
    out = {"losses": [], "rates": [], "norms": [], "validation": []}
    for epoch in range(5):
        for x, y in batches:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y) + 1e-3 * (model[0].weight.square().sum() + model[2].weight.square().sum())
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            out["rates"].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
            average.update_parameters(model)
            out["losses"].append(loss.item())
            out["norms"].append(norm.item())
        out["validation"].append(F.cross_entropy(average(x_validation), y_validation).item())
    out["average"] = [p.flatten().tolist() for p in average.module.parameters()]
    out["last"] = [p.flatten().tolist() for p in model.parameters()]
    return out


def linear():
    """A linear problem of which four coefficients of ten are 0, and the solutions to the last digits."""
    random = np.random.default_rng(20250301)
    x = random.integers(-64, 65, size=(60, 10)) / 64
    truth = np.array([1.5, 0, -2, 0, 0.25, 0, 3, -0.5, 0, 0.125])
    y = np.round((x @ truth + 0.7 + random.normal(size=60) * 0.1) * 64) / 64
    lasso = sklearn.linear_model.Lasso(alpha=0.05, tol=1e-15, max_iter=1_000_000).fit(x, y)
    net = sklearn.linear_model.ElasticNet(alpha=0.08, l1_ratio=0.6, tol=1e-15, max_iter=1_000_000).fit(x, y)
    fit = lambda m: {"weight": m.coef_.tolist(), "bias": float(m.intercept_)}
    return {"x": x.flatten().tolist(), "y": y.tolist(), "lasso": fit(lasso), "elasticNet": fit(net)}


if __name__ == "__main__":
    out = {"float32": run(torch.float32), "float64": run(torch.float64), "linear": linear()}
    path = pathlib.Path(__file__).with_name("training.json")
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    for name in ("float32", "float64"):
        print(name, out[name]["losses"][::11], out[name]["validation"])
    print({k: out["linear"][k] for k in ("lasso", "elasticNet")}, path.stat().st_size, sklearn.__version__)
