#!/usr/bin/env python3
"""Reads the files that FormatsInteropTests wrote, with safetensors' own library, PyTorch and NumPy, and compares every
array with what formats.py put there.

    python Tests/Interop/check_formats.py FOLDER
"""

import json
import pathlib
import sys

import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

folder = pathlib.Path(sys.argv[1])
binary = (folder / "formats.bin").read_bytes()
counts = {"safetensors": 0, "float16": 0, "bfloat16": 0, "npy": 0, "npz": 0}


def same(a, b):
    a = np.asarray(a)
    return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=b.dtype.kind == "f")


def check(kind, found, expected, path):
    assert sorted(found) == sorted(expected), (path, list(found), list(expected))
    for name, x in expected.items():
        assert same(found[name], x), (path, name, found[name], x)
        counts[kind] += 1


for file in json.loads((folder / "formats.json").read_text()):
    expected = {}
    for entry in file["arrays"]:
        count = int(np.prod(entry["shape"]))
        x = np.frombuffer(binary, dtype=entry["dtype"], count=count, offset=entry["place"])
        expected[entry["name"]] = x.reshape(entry["shape"])
    path = folder / (file["file"] + ".ours")
    assert path.with_suffix(".ours.safetensors").exists(), f"{path}: FormatsInteropTests has not written it"
    weights = path.with_suffix(".ours.safetensors")
    check("safetensors", safetensors.numpy.load_file(weights), expected, weights)
    found = safetensors.torch.load_file(weights)
    check("safetensors", {name: x.numpy() for name, x in found.items()}, expected, weights)
    with safetensors.safe_open(weights, framework="np") as opened:
        assert opened.metadata() == {"written by": "Cotangent ö"}, opened.metadata()
    for dtype in [torch.float16, torch.bfloat16]:
        name = str(dtype).removeprefix("torch.")
        short = path.with_suffix(f".{name}.safetensors")
        found = safetensors.torch.load_file(short)
        for key, x in expected.items():
            wanted = torch.from_numpy(x.copy())
            wanted = wanted.to(dtype) if wanted.dtype == torch.float32 else wanted
            assert torch.equal(found[key].nan_to_num(7), wanted.nan_to_num(7)) if wanted.is_floating_point() else \
                torch.equal(found[key], wanted), (short, key)
            assert found[key].dtype == wanted.dtype
            counts[name] += 1
    with np.load(path.with_suffix(".ours.npz"), allow_pickle=False) as archive:
        found = {name: archive[name] for name in archive.files}
        check("npz", found, {name or "x": x for name, x in expected.items()}, path)
    for number, x in enumerate(expected.values()):
        array = path.with_suffix(f".ours{number}.npy")
        check("npy", {"": np.load(array, allow_pickle=False)}, {"": x}, array)
        check("npy", {"": np.load(array, mmap_mode="r", allow_pickle=False)} if x.size else {"": x}, {"": x}, array)

print("read anew: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
assert all(count > 500 for count in counts.values())
