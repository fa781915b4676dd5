"""The example Regularization in PyTorch: the same network, rows, methods, strengths and choice by validation.

    Regularization.py [--seeds 10]
"""
import copy
import statistics

import torch
from torch import nn

from support import Clock, accuracy, digits, parse, step

arguments = parse(__doc__, seeds=10)
x, y = digits()
cross_entropy = nn.functional.cross_entropy


def run(seed, dropout=0.0, l2=0.0, l1=0.0, patience=None):
    """Accuracies on validation and test, loss on the test, the share of weights that are 0, and epochs."""
    torch.manual_seed(seed)
    order = torch.randperm(1437)
    training, validation, test = order[:200], order[200:500], slice(1437, None)
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(dropout), nn.Linear(128, 10))
    weights = [p for p in model.parameters() if p.dim() == 2]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
    best = (float("inf"), 0, None)
    for epoch in range(1, 201):
        model.train()
        for rows in training[torch.randperm(200)].split(20):
            penalty = l2 * sum(w.square().sum() for w in weights) if l2 else 0
            step(model, optimizer, cross_entropy(model(x[rows]), y[rows]) + penalty)
            if l1:
                with torch.no_grad():
                    for w in weights:
                        w.copy_(nn.functional.softshrink(w, 0.003 * l1))
        model.eval()
        with torch.inference_mode():
            loss = cross_entropy(model(x[validation]), y[validation]).item()
        if patience:
            if loss < best[0]:
                best = (loss, epoch, copy.deepcopy(model.state_dict()))
            elif epoch - best[1] > patience:
                break
    if patience:
        model.load_state_dict(best[2])
    reached = accuracy(model, x[validation], y[validation]), accuracy(model, x[test], y[test])
    with torch.inference_mode():
        loss = cross_entropy(model(x[test]), y[test]).item()
    zeros = sum((w == 0).sum().item() for w in weights) / sum(w.numel() for w in weights)
    return *reached, loss, zeros, epoch


def best_of(settings):
    """The strength that does best on the validation sets."""
    tried = [(setting, [run(seed, **setting) for seed in range(1, arguments.seeds + 1)]) for setting in settings]
    return max(tried, key=lambda each: statistics.mean(outcome[0] for outcome in each[1]))


clock = Clock()
methods = {
    "none": best_of([{}]),
    "dropout": best_of([{"dropout": rate} for rate in (0.35, 0.5, 0.65, 0.8)]),
    "L2": best_of([{"l2": strength} for strength in (1e-4, 3e-4, 1e-3, 3e-3)]),
    "L1": best_of([{"l1": strength} for strength in (0.003, 0.01, 0.03, 0.1)]),
    "early stopping": best_of([{"patience": 20}]),
}
methods["together"] = best_of([methods["dropout"][0] | methods["L2"][0] | {"patience": 20}])
print(f"{arguments.seeds} seeds of each: {clock.seconds:.1f} s")
for name, (setting, outcomes) in methods.items():
    validation, test, loss, zeros, epochs = (statistics.mean(values) for values in zip(*outcomes))
    print(f"{name:16}{str(setting):50}epochs {epochs:3.0f}  validation {validation:.1%}  test {test:.1%}  "
          f"loss {loss:.3f}  weights that are 0 {zeros:.1%}")
