#!/usr/bin/env python3
"""Writes state_dict_*.safetensors and state_dicts_interop.json for StateDictInteropTests: the models of
Tests/Fixtures/state_dicts.json as PyTorch users save them.

    python Tests/Interop/state_dicts.py FOLDER
"""

import json
import pathlib
import sys

import safetensors.torch
import torch

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Fixtures"))
import state_dicts

folder = pathlib.Path(sys.argv[1])
cases = []
for name, model, _, _ in state_dicts.stored():
    for dtype in [torch.float64, torch.float32, torch.bfloat16]:
        # A copy of each: the library refuses tensors that share memory.
        state = {key: (value.to(dtype) if value.is_floating_point() else value).clone()
                 for key, value in model.state_dict().items()}
        suffix = str(dtype)[6:]
        safetensors.torch.save_file(state, folder / f"state_dict_{name}_{suffix}.safetensors")
        cases.append({"name": name, "dtype": suffix, "wrapped": False})
    # The library's way for tied weights: one name of each tensor is left out.
    safetensors.torch.save_model(model, str(folder / f"state_dict_{name}_once.safetensors"))
    cases.append({"name": name, "dtype": "once", "wrapped": False})
    wrapped = torch.nn.DataParallel(model)
    safetensors.torch.save_file(
        {key: value.clone() for key, value in wrapped.state_dict().items()},
        folder / f"state_dict_{name}_wrapped.safetensors")
    cases.append({"name": name, "dtype": "wrapped", "wrapped": True})
(folder / "state_dicts_interop.json").write_text(json.dumps(cases))
print(f"{len(cases)} files of state_dicts")
