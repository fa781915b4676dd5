"""The examples Digits and DigitsCNN in PyTorch: the same networks, data, batches, steps and choice of weights.

    Digits.py [--network MLP | CNN] [--epochs 60 | 40] [--seed 1]
"""
import copy

import torch
from torch import nn

from support import Clock, accuracy, digits, parse, step

arguments = parse(__doc__, network="MLP", epochs=0)
if arguments.network == "MLP":
    epochs = arguments.epochs or 60
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.4), nn.Linear(128, 10))
else:
    epochs = arguments.epochs or 40
    model = nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(64, 10))
print(f"{sum(p.numel() for p in model.parameters())} parameters")

x, y = digits()
order = torch.randperm(1437)
validation, training = order[:137], order[137:]
optimizer = torch.optim.AdamW(model.parameters(), lr=0.003, fused=True)
best = (float("inf"), None)
clock = Clock()
for epoch in range(epochs):
    model.train()
    for rows in training[torch.randperm(len(training))].split(16):
        step(model, optimizer, nn.functional.cross_entropy(model(x[rows]), y[rows]))
    model.eval()
    with torch.inference_mode():
        loss = nn.functional.cross_entropy(model(x[validation]), y[validation]).item()
    if loss < best[0]:
        best = (loss, copy.deepcopy(model.state_dict()))
print(f"{epochs} epochs: {clock.seconds:.2f} s")
model.load_state_dict(best[1])
print(f"test accuracy {accuracy(model, x[1437:], y[1437:]):.1%}")
