#!/usr/bin/env python3
"""Writes optimizer_state.json: what PyTorch's optimizers keep after the steps of networks.json.

    python Tests/Fixtures/optimizer_state.py          # made with PyTorch 2.13

For each optimizer case of networks.json, in its order: `optimizer.state_dict()["state"]` after all steps, by parameter
and name. PyTorch's single-tensor forms, in the case's dtype.
"""

import json
import pathlib

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__).parent
networks = json.loads((here / "networks.json").read_text())["optimizers"]
kinds = {"RMSProp": "RMSprop"}
options = {
    "learningRate": "lr", "weightDecay": "weight_decay", "epsilon": "eps", "rateDecay": "lr_decay",
    "initialAccumulator": "initial_accumulator_value"}


def decode(entry, dtype):
    return torch.tensor(entry["values"], dtype=torch.float64).reshape(entry["shape"]).to(dtype)


states = []
for case in networks["cases"]:
    dtype = getattr(torch, case["dtype"])
    values = [torch.nn.Parameter(decode(start, dtype)) for start in networks["starts"]]
    given = {options.get(key, key): value for key, value in case["options"].items() if not key.startswith("beta")}
    if "beta1" in case["options"]:
        given["betas"] = case["options"]["beta1"], case["options"]["beta2"]
    optimizer = getattr(torch.optim, kinds.get(case["name"], case["name"]))(values, foreach=False, **given)
    for step in networks["gradients"]:
        for value, gradient in zip(values, step):
            value.grad = decode(gradient, dtype)
        optimizer.step()
    for value, expected in zip(values, case["values"][-1]):
        # The same run as the one whose values networks.json has.
        assert torch.equal(value.detach().reshape(-1), torch.tensor(expected).to(dtype)), case
    # float32 numbers in the few digits that tell them apart
    states.append([
        {name: [float(str(v)) for v in tensor.numpy().reshape(-1)]
         for name, tensor in optimizer.state_dict()["state"].get(index, {}).items() if tensor is not None}
        for index in range(len(values))])

path = here / "optimizer_state.json"
path.write_text(json.dumps(states, separators=(",", ":")) + "\n")
print(f"{len(states)} states, {path.stat().st_size} bytes")
