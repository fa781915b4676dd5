"""The example Regression in PyTorch: the same network, folds, steps and measures.

    Regression.py [--seeds 5]
"""
import copy
import statistics

import numpy as np
import torch
from torch import nn

from support import DATA, Clock, parse, step

arguments = parse(__doc__, seeds=5)
table = torch.tensor(np.loadtxt(DATA / "diabetes.csv", delimiter=",", skiprows=1))
x, y = table[:, :10].float(), table[:, 10:].float()
folds = [torch.tensor(rows) for rows in np.array_split(np.arange(len(x)), 5)]


def r2(predictions, targets):
    return (1 - (predictions - targets).square().sum() / (targets - targets.mean()).square().sum()).item()


class Standardizer:
    def __init__(self, x):
        self.mean, self.deviation = x.mean(0), x.std(0, correction=0)

    def __call__(self, x):
        return (x - self.mean) / self.deviation

    def inverse(self, y):
        return y * self.deviation + self.mean


def trained(training, validation):
    model = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.002, weight_decay=0.01, fused=True)
    best, weights, best_epoch = float("inf"), None, 0
    for epoch in range(300):
        for rows in torch.randperm(len(training[0])).split(32):
            step(model, optimizer, nn.functional.mse_loss(model(training[0][rows]), training[1][rows]))
        with torch.no_grad():
            loss = nn.functional.mse_loss(model(validation[0]), validation[1]).item()
        if loss < best:
            best, weights, best_epoch = loss, copy.deepcopy(model.state_dict()), epoch
        elif epoch - best_epoch > 20:
            break
    model.load_state_dict(weights)
    return model, epoch + 1


clock = Clock()
scores, epochs = [], 0
for seed in range(1, arguments.seeds + 1):
    torch.manual_seed(seed)
    predictions = torch.zeros_like(y)
    for k in range(5):
        test, validation = folds[k], folds[(k + 1) % 5]
        training = torch.cat([folds[(k + i) % 5] for i in (2, 3, 4)])
        inputs, outputs = Standardizer(x[training]), Standardizer(y[training])
        model, count = trained(*(((inputs(x[rows]), outputs(y[rows]))) for rows in (training, validation)))
        epochs += count
        with torch.no_grad():
            predictions[test] = outputs.inverse(model(inputs(x[test])))
    scores.append(r2(predictions, y))
seconds = clock.seconds
print(f"network  R² {statistics.mean(scores):.3f} in the mean, {epochs} epochs in {seconds:.1f} s")
