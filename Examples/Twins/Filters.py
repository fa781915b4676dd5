"""The networks of the example Filters in PyTorch: the same layers, data and steps.

Usage: Filters.py [--epochs 40] [--seeds 5]
"""
import argparse
import pathlib
import time

import numpy as np
import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--seeds", type=int, default=5)
arguments = parser.parse_args()

path = pathlib.Path(__file__).parent / "../Data/digits.csv"
table = torch.tensor(np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32))
images, labels = table[:, :64].reshape(-1, 1, 8, 8) / 16, table[:, 64].long()
x, y, test_x, test_y = images[:1437], labels[:1437], images[1437:], labels[1437:]

sobel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
diagonal = torch.tensor([[2.0, 1, 0], [1, 0, -1], [0, -1, -2]])
four = [sobel, sobel.T, diagonal, diagonal.flip(1)]
edges = torch.stack(four + [-kernel for kernel in four])[:, None] / 4
upright = torch.tensor([[-1.0, 2, -1], [-1, 2, -1], [-1, 2, -1]])
oblique = torch.tensor([[-1.0, -1, 2], [-1, 2, -1], [2, -1, -1]])
lines = torch.stack([upright, upright.T, oblique, oblique.flip(1)])[:, None] / 6
strokes = torch.cat([lines, edges[[0, 1, 4, 5]]])


def trained(features, seed):
    torch.manual_seed(seed)
    convolution = nn.Conv2d(1, 8, 3, padding=1)
    if features == "lines and edges":
        convolution.weight.data = strokes.clone()
    elif features == "edges":
        convolution.weight.data = edges.clone()
    if features != "learnt":
        convolution.requires_grad_(False)
    layers = [] if features == "pixels" else [convolution, nn.ReLU(), nn.MaxPool2d(2)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 if layers else 64, 10))
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.003, fused=True)
    for _ in range(arguments.epochs):
        for rows in torch.randperm(len(x)).split(16):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        return (model(test_x).argmax(1) == test_y).float().mean().item()


start = time.perf_counter()
for features in ["pixels", "random", "edges", "lines and edges", "learnt"]:
    found = [trained(features, seed) for seed in range(1, arguments.seeds + 1)]
    print(f"{features}: {np.mean(found):.1%}, from {min(found):.1%} to {max(found):.1%}")
print(f"{time.perf_counter() - start:.1f} s")
