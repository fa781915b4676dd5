#!/usr/bin/env python3
"""Writes models.json: PyTorch's answers for the models that come with Cotangent, LeNet-5, a small VGG and a U-Net.

    python Tests/Fixtures/models.py          # made with PyTorch 2.13, NumPy 2.4

Weights, inputs and labels come from integer formulas that the tests compute as well (`noise`), and are exact in float32:
VGG has a million weights. Everything is computed in float64. Of a gradient there is its norm and its product with three
vectors of noise, which another gradient is most unlikely to share; of training the loss of a few steps of SGD.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def noise(count, salt, limit):
    """Numbers in 0..<limit from their indices: multiplicative hashing in 32 bits."""
    mask = np.uint64(0xFFFFFFFF)
    h = (np.arange(count, dtype=np.uint64) * np.uint64(2654435761) + np.uint64(salt * 2246822519 & 0xFFFFFFFF)) & mask
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(3266489917)) & mask
    return ((h >> np.uint64(16)) % np.uint64(limit)).astype(np.int64)


def values(shape, salt):
    """Multiples of 1/128 within ±1."""
    return torch.tensor((noise(math.prod(shape), salt, 257) - 128) / 128).reshape(shape)


def labels(shape, salt, classes):
    return torch.tensor(noise(math.prod(shape), salt, classes)).reshape(shape)


def summary(gradient, salt):
    flat = gradient.reshape(-1)
    return {
        "norm": flat.norm().item(),
        "products": [(flat * values(flat.shape, 1000 + 3 * salt + i)).sum().item() for i in range(3)]}


class UNet(nn.Module):
    """`depth` levels of two 3×3 convolutions, joined by pooling down and by transposed convolutions up."""

    def __init__(self, input_channels, classes, base_channels, depth):
        super().__init__()
        widths = [base_channels * 2**level for level in range(depth)]
        self.down = nn.ModuleList(self.block(i, o) for i, o in zip([input_channels, *widths], widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in widths[:-1])
        self.merge = nn.ModuleList(self.block(2 * width, width) for width in widths[:-1])
        self.head = nn.Conv2d(base_channels, classes, 1)

    @staticmethod
    def block(inputs, outputs):
        first, second = nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)
        return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        for level in reversed(range(len(self.up))):
            x = self.merge[level](torch.cat([skips[level], self.up[level](x)], dim=1))
        return self.head(x)


def lenet5(channels, classes):
    return nn.Sequential(
        nn.Conv2d(channels, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes))


def vgg_small(channels, classes):
    layers = []
    for i, o in [(channels, 32), (32, 64)]:
        layers += [nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4096, 256), nn.ReLU(), nn.Linear(256, classes))


models = []


def model(name, module, input_shape, classes, rate, **options):
    parameters = []
    for salt, (key, parameter) in enumerate(module.named_parameters()):
        # He's bound √(6 / fan in), rounded to a power of two.
        fan_in = math.prod(parameter.shape[1:]) if parameter.dim() > 1 else 64
        exponent = round(math.log2(math.sqrt(6 / fan_in)))
        with torch.no_grad():
            parameter.copy_(values(parameter.shape, salt) * 2.0**exponent)
        parameters.append({"name": key, "shape": list(parameter.shape), "exponent": exponent})
    x = values(input_shape, 500).requires_grad_()
    output = module(x)
    y = labels((output.shape[0], *output.shape[2:]), 501, classes)
    loss = F.cross_entropy(output, y)
    loss.backward()
    for salt, (entry, parameter) in enumerate(zip(parameters, module.parameters())):
        entry["gradient"] = summary(parameter.grad, salt)
    gradient = summary(x.grad, len(parameters))
    optimizer = torch.optim.SGD(module.parameters(), lr=rate)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = F.cross_entropy(module(x.detach()), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    models.append({
        "name": name, "options": options, "inputShape": list(input_shape), "classes": classes, "parameters": parameters,
        "output": output.reshape(-1).tolist(), "outputShape": list(output.shape), "inputGradient": gradient,
        "learningRate": rate, "losses": losses})
    print(name, sum(p.numel() for p in module.parameters()), losses, output.std().item())


model("LeNet5", lenet5(1, 10), (3, 1, 28, 28), 10, 0.01)
model("LeNet5", lenet5(3, 7), (2, 3, 28, 28), 7, 0.01, inputChannels=3)
model("VGGSmall", vgg_small(3, 10), (2, 3, 32, 32), 10, 0.001)
model("UNet", UNet(1, 2, 2, 3), (2, 1, 8, 8), 2, 0.1, baseChannels=2, depth=3)
model("UNet", UNet(3, 4, 3, 2), (2, 3, 6, 4), 4, 0.1, baseChannels=3, depth=2)
model("UNet", UNet(2, 3, 4, 1), (1, 2, 5, 3), 3, 0.1, baseChannels=4, depth=1)

path = pathlib.Path(__file__).with_name("models.json")
path.write_text(json.dumps({"models": models}, separators=(",", ":")) + "\n")
print(f"{len(models)} models, {path.stat().st_size} bytes")
