#!/usr/bin/env python3
"""Writes state_dicts.json: models of nested modules with their state_dict() and their output for an input.

    python Tests/Fixtures/state_dicts.py          # made with PyTorch 2.13

Parameters and inputs are random multiples of 1/64, which float32 holds exactly; batch normalisations have followed three
batches. Outputs are PyTorch's in float64, in eval mode. Tests/Interop reads the models back with `stored`.
"""

import json
import pathlib

import torch
from torch import nn


class Convolutional(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            nn.Sequential(nn.Conv2d(4, 6, 3, groups=2, bias=False), nn.GroupNorm(3, 6)))
        self.up = nn.ConvTranspose2d(6, 3, 2, stride=2)
        self.normed = nn.InstanceNorm2d(3, affine=True, track_running_stats=True)
        self.head = nn.Linear(3, 5)

    def forward(self, x):
        return self.head(self.normed(self.up(self.features(x))).mean((2, 3)))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 5)
        self.encoder = nn.LSTM(5, 4, num_layers=2, bidirectional=True)
        self.norm = nn.LayerNorm(8)
        self.reader = nn.GRU(8, 3)
        self.heads = nn.ModuleList([nn.Linear(3, 2), nn.Linear(3, 4, bias=False)])

    def forward(self, tokens):
        x, _ = self.reader(self.norm(self.encoder(self.embedding(tokens))[0]))
        return torch.cat([head(x) for head in self.heads], -1)


class Tied(nn.Module):
    """The last layer's weight is the embedding's."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.recurrent = nn.RNN(4, 4)
        self.scale = nn.Parameter(torch.ones(4))
        self.decoder = nn.Linear(4, 7)
        self.decoder.weight = self.embedding.weight

    def forward(self, tokens):
        return self.decoder(self.recurrent(self.embedding(tokens))[0] * self.scale)


kinds = {"convolutional": Convolutional, "recurrent": Recurrent, "tied": Tied}
path = pathlib.Path(__file__).with_name("state_dicts.json")


def multiples(*shape, low=-1.0, high=1.0):
    return torch.randint(round(low * 64), round(high * 64) + 1, shape).double() / 64


def models():
    """(name, model in float64 and eval mode, input)."""
    torch.manual_seed(20260518)
    made = []
    for name, make_input in [
        ("convolutional", lambda: multiples(3, 2, 8, 6)), ("recurrent", lambda: torch.randint(0, 11, (6, 3))),
        ("tied", lambda: torch.randint(0, 7, (5, 2))),
    ]:
        model = kinds[name]().double()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(multiples(*parameter.shape))
        model.train()
        for _ in range(3):
            model(make_input())
        with torch.no_grad():
            for key, buffer in model.named_buffers():
                if buffer.is_floating_point():
                    buffer.copy_((buffer * 64).round() / 64 + (1 if key.endswith("var") else 0))
        made.append((name, model.eval(), make_input()))
    return made


def encode(tensor):
    name = "int64" if tensor.dtype == torch.int64 else "float"
    return {"dtype": name, "shape": list(tensor.shape), "values": tensor.reshape(-1).tolist()}


def decode(entry):
    values = torch.tensor(entry["values"], dtype=torch.int64 if entry["dtype"] == "int64" else torch.float64)
    return values.reshape(entry["shape"])


def stored():
    """(name, model in float64 and eval mode, input, output) of the file."""
    made = []
    for case in json.loads(path.read_text()):
        model = kinds[case["name"]]().double().eval()
        model.load_state_dict({entry["name"]: decode(entry["tensor"]) for entry in case["state"]})
        made.append((case["name"], model, decode(case["input"]), decode(case["output"])))
    return made


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = []
    for name, model, x in models():
        with torch.no_grad():
            output = model(x)
        cases.append({
            "name": name, "input": encode(x), "output": encode(output),
            "state": [{"name": key, "tensor": encode(value)} for key, value in model.state_dict().items()]})
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    print([(case["name"], [entry["name"] for entry in case["state"]]) for case in cases], path.stat().st_size, "bytes")
