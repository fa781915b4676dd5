#!/usr/bin/env python3
"""Writes, into the folder given, hundreds of safetensors, NPY and NPZ files by safetensors' own library, PyTorch and
NumPy, and what is in them: formats.json and formats.bin. FormatsInteropTests reads them and writes files of the same
arrays, which check_formats.py reads.

    python Tests/Interop/formats.py FOLDER
"""

import json
import pathlib
import sys

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

folder = pathlib.Path(sys.argv[1])
(folder / "formats").mkdir()
random = np.random.default_rng(7)
files, binary = [], bytearray()

codes = {"f8": "float64", "f4": "float32", "f2": "float16", "i8": "int64", "i4": "int32", "i2": "int16", "i1": "int8",
         "u8": "uint64", "u4": "uint32", "u2": "uint16", "u1": "uint8", "b1": "bool"}
of_torch = {torch.bfloat16: "bfloat16", torch.float8_e4m3fn: "float8E4M3", torch.float8_e5m2: "float8E5M2",
            torch.float16: "float16", torch.float32: "float32", torch.float64: "float64", torch.int64: "int64",
            torch.bool: "bool"}


def shape():
    return tuple(random.choice([0, 1, 2, 3, 5, 17], p=[0.03, 0.17, 0.2, 0.2, 0.2, 0.2], size=random.integers(0, 5)))


def values(code):
    """Bits at random: NaNs, infinities and subnormal numbers among them."""
    dtype = np.dtype(code)
    size = shape()
    if dtype.kind == "b":
        return np.asarray(random.integers(0, 2, size=size)).astype(bool)
    data = random.bytes(int(np.prod(size)) * dtype.itemsize)
    x = np.frombuffer(data, dtype=dtype).reshape(size).copy()
    return np.asarray(x & dtype.type(2**63 - 1)) if dtype.str[1:] == "u8" else x


def plain(x):
    """As a reader without the other types has it."""
    if isinstance(x, torch.Tensor):
        return x.numpy() if x.dtype in (torch.float64, torch.int64, torch.bool) else x.to(torch.float32).numpy()
    if x.dtype.kind == "f":
        return x.astype(np.float64 if x.dtype.itemsize == 8 else np.float32)
    return x.astype(np.bool_ if x.dtype.kind == "b" else np.int64)


def add(name, arrays, **more):
    entries = []
    for key, x in arrays.items():
        stored = of_torch[x.dtype] if isinstance(x, torch.Tensor) else codes[x.dtype.str[1:]]
        expected = plain(x)
        entries.append({"name": key, "stored": stored, "dtype": str(expected.dtype), "shape": list(expected.shape),
                        "place": len(binary)})
        binary.extend(np.ascontiguousarray(expected).tobytes())
    files.append({"file": f"formats/{name}", "arrays": entries, **more})


with np.errstate(all="ignore"):
    for number in range(150):
        arrays = {f"layer.{i}.größe": values(random.choice(list(codes))) for i in range(random.integers(0, 8))}
        path = folder / "formats" / f"numpy{number}.safetensors"
        safetensors.numpy.save_file(arrays, path, {"number": str(number)} if number % 2 else None)
        add(path.name, arrays)
    for number in range(100):
        tensors = {}
        for i in range(random.integers(1, 6)):
            dtype = random.choice(list(of_torch))
            x = torch.from_numpy(np.asarray(random.normal(size=shape()) * 10.0 ** random.integers(-6, 5)))
            tensors[f"t{i}"] = x.to(dtype)
        path = folder / "formats" / f"torch{number}.safetensors"
        safetensors.torch.save_file(tensors, path)
        add(path.name, tensors)
    for number in range(400):
        order = random.choice(["<", ">"])
        x = values(order + random.choice(list(codes)))
        x = np.asfortranarray(x) if random.integers(2) else x
        path = folder / "formats" / f"{number}.npy"
        with open(path, "wb") as file:
            np.lib.format.write_array(file, x, [(1, 0), (2, 0), (3, 0)][random.integers(3)])
        add(path.name, {"": x})
    for number in range(100):
        arrays = {f"arr/{i}": values(random.choice(list(codes))) for i in range(random.integers(0, 6))}
        path = folder / "formats" / f"{number}.npz"
        (np.savez_compressed if number % 2 else np.savez)(path, **arrays)
        add(path.name, arrays, isCompressed=bool(number % 2))

(folder / "formats.json").write_text(json.dumps(files))
(folder / "formats.bin").write_bytes(binary)
print(f"{len(files)} files, {sum(len(file['arrays']) for file in files)} arrays")
