#!/usr/bin/env python3
"""Writes naive_recurrent.json: known answers for the plain loops of recurrent layers.

    python Tests/Fixtures/naive_recurrent.py         # made with PyTorch 2.13, NumPy 2.4

Inputs and parameters are random multiples of 1/64, which float32 holds exactly; values and gradients are PyTorch's in
float64. Parameters are in PyTorch's order: of each layer weight_ih, weight_hh, bias_ih, bias_hh.
"""

import json
import pathlib

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
random = np.random.default_rng(20241124)


def normal(*shape, limit):
    steps = round(limit * 64)
    return torch.tensor(random.integers(-steps, steps + 1, size=shape) / 64)


def encode(tensor):
    return {"dtype": "float", "shape": list(tensor.shape), "values": tensor.detach().reshape(-1).tolist()}


cases = []
for kind, make in [("rnn", nn.RNN), ("lstm", nn.LSTM), ("gru", nn.GRU)]:
    for time, batch, inputs, hidden, layers in [
        (1, 2, 3, 5, 1), (5, 3, 4, 6, 2), (7, 1, 9, 2, 3), (4, 5, 1, 9, 1), (12, 2, 5, 3, 2),
    ]:
        layer = make(inputs, hidden, layers)
        parameters = list(layer.parameters())
        with torch.no_grad():
            for parameter in parameters:
                parameter.copy_(normal(*parameter.shape, limit=0.75))
        x = normal(time, batch, inputs, limit=2.0).requires_grad_()
        output = layer(x)[0]
        cotangent = normal(*output.shape, limit=2.0)
        gradients = torch.autograd.grad(output, [x, *parameters], cotangent)
        cases.append({
            "kind": kind, "options": {"hiddenSize": hidden, "layers": layers},
            "inputs": [encode(x), *map(encode, parameters)], "output": encode(output),
            "cotangent": encode(cotangent), "gradients": [encode(g) for g in gradients]})

path = pathlib.Path(__file__).with_name("naive_recurrent.json")
path.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")
print(f"{len(cases)} cases, {path.stat().st_size} bytes")
