#!/usr/bin/env python3
"""Loads what StateDictInteropTests wrote into PyTorch's models, strictly, and compares outputs.

    python Tests/Interop/check_state_dicts.py FOLDER
"""

import pathlib
import sys

import safetensors.torch
import torch

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Fixtures"))
import state_dicts

folder = pathlib.Path(sys.argv[1])
count = 0
for name, model, x, expected in state_dicts.stored():
    expected_state = model.state_dict()
    for dtype, tolerance in [(torch.float64, 1e-10), (torch.float32, 1e-5)]:
        state = safetensors.torch.load_file(folder / f"ours_{name}_{str(dtype)[6:]}.safetensors")
        assert set(state) == set(expected_state), (name, sorted(set(state) ^ set(expected_state)))
        for key, value in expected_state.items():
            wanted = dtype if value.is_floating_point() else value.dtype
            assert state[key].shape == value.shape and state[key].dtype == wanted, (name, key, state[key].dtype)
        fresh = state_dicts.kinds[name]().to(dtype).eval()
        fresh.load_state_dict(state, strict=True)
        with torch.no_grad():
            output = fresh(x.to(dtype) if x.is_floating_point() else x).double()
        distance = ((output - expected).norm() / expected.norm()).item()
        assert distance < tolerance, (name, dtype, distance)
        count += 1
print(f"PyTorch has loaded {count} of Cotangent's files strictly, and its outputs are the same")
