"""The examples Digits and DigitsCNN in PyTorch: the same networks, data, batches, steps and choice of weights.

    Digits.py [--network MLP | CNN] [--epochs 60 | 40] [--seeds 1]
"""
import copy
import statistics

import torch
from torch import nn

from support import Clock, accuracy, digit_filters, digits, parse, step

arguments = parse(__doc__, network="MLP", epochs=0, seeds=1)
epochs = arguments.epochs or (60 if arguments.network == "MLP" else 40)
x, y = digits()


def trained(seed):
    """The network with the weights of the least validation loss."""
    torch.manual_seed(seed)
    model = digit_filters() if arguments.network == "CNN" else nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.4), nn.Linear(128, 10))
    order = torch.randperm(1437)
    validation, training = order[:137], order[137:]
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003, fused=True)
    best = (float("inf"), None)
    clock = Clock()
    for _ in range(epochs):
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
    return model


accuracies = []
for seed in range(1, arguments.seeds + 1):
    accuracies.append(accuracy(trained(seed), x[1437:], y[1437:]))
    print(f"seed {seed}: test accuracy {accuracies[-1]:.1%}", flush=True)
print(f"mean of {len(accuracies)} seeds: {statistics.mean(accuracies):.1%}")
