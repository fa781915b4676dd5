"""The LSTMs of the example TimeSeries in PyTorch: the same networks, data, steps and measures.

    TimeSeries.py [--steps 400] [--networks 5] [--seed 1]
"""
import math

import numpy as np
import torch
from torch import nn

from support import DATA, Clock, parse, step as descend

arguments = parse(__doc__, steps=400, networks=5, seed=1)
HORIZON, WINDOW, WARM_UP, BATCH = 24, 264, 60, 16
table = np.loadtxt(DATA / "sunspots.csv", delimiter=",", skiprows=1, dtype=np.float32)
training, validation_from = (int((table[:, 0] < year).sum()) for year in (1915, 1944))
unit = float(table[:training, 2].std())
values = torch.tensor(table[:, 2] / unit)
futures = values[1:].unfold(0, HORIZON, 1)
validation = range(training - 1, validation_from - HORIZON)
test = range(validation_from - 1, len(values) - HORIZON)


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrence, self.output = nn.LSTM(1, 32), nn.Linear(32, HORIZON)

    def forward(self, x):
        return x + self.output(self.recurrence(x)[0])


def squares(model, origins):
    """Mean squared errors by how far ahead was looked."""
    with torch.no_grad():
        said = model(values[:origins.stop, None, None])[origins.start:, 0]
    return ((said - futures[origins.start:origins.stop]) ** 2).mean(0) * unit**2


def train(seed, stretch):
    torch.manual_seed(seed)
    model = Forecaster()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, arguments.steps)
    best = (math.inf, None)
    for step in range(1, arguments.steps + 1):
        origins = torch.arange(WINDOW)[:, None] + torch.randint(training - WINDOW - HORIZON + 1, (BATCH,))
        factors = stretch ** torch.empty(BATCH, 1).uniform_(-1, 1)
        x, y = values[origins][..., None] * factors, futures[origins] * factors
        descend(model, optimizer, nn.functional.mse_loss(model(x)[WARM_UP:], y[WARM_UP:]), clipping=1)
        schedule.step()
        if step % 20 == 0:
            error = squares(model, validation).mean().item()
            if error < best[0]:
                best = (error, {name: value.clone() for name, value in model.state_dict().items()})
    model.load_state_dict(best[1])
    return model


for name, stretch in ("LSTM, numbers as they are", 1.0), ("LSTM, numbers stretched", 2.0):
    clock = Clock()
    models = [train(arguments.seed + index, stretch) for index in range(arguments.networks)]
    print(f"{name}: {len(models)} networks, {clock.seconds:.1f} s", flush=True)
    on_test, on_validation = (
        torch.stack([squares(model, origins) for model in models]).mean(0) for origins in (test, validation))
    errors = [*(on_test[[0, 2, 5, 11, 23]].sqrt().tolist()), on_test.mean().sqrt().item()]
    print(f"{name:28}" + "".join(f"{error:7.1f}" for error in errors)
          + f"{on_validation.mean().sqrt().item():9.1f}")
