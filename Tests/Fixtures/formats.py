#!/usr/bin/env python3
"""Writes formats.json: small safetensors, NPY, NPZ and IDX files, and what is in them.

    python Tests/Fixtures/formats.py       # made with safetensors 0.8, NumPy 2.4, PyTorch 2.13

safetensors' own library wrote the safetensors files, with tensors of PyTorch and arrays of NumPy; NumPy wrote the NPY
and NPZ files. IDX files, which no library here writes, follow http://yann.lecun.com/exdb/mnist: their few bytes are put
together below. Values are given as the bytes of the float32, float64, int64 or bool array that a reader should end
with, converted by PyTorch or NumPy.
"""

import base64
import gzip
import io
import json
import pathlib
import struct

import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

random = np.random.default_rng(20260105)
files = []


def text(data):
    return base64.b64encode(data).decode()


def array(name, values, stored):
    """values: a NumPy array of float32, float64, int64 or bool."""
    assert values.dtype in (np.float32, np.float64, np.int64, np.bool_)
    return {"name": name, "stored": stored, "dtype": str(values.dtype), "shape": list(values.shape),
            "values": text(np.ascontiguousarray(values).tobytes())}


def add(name, data, arrays, **more):
    files.append({"name": name, "base64": text(data), "arrays": arrays, "metadata": more.get("metadata", {})})


# safetensors
names = {torch.float64: "float64", torch.float32: "float32", torch.float16: "float16", torch.bfloat16: "bfloat16",
         torch.float8_e4m3fn: "float8E4M3", torch.float8_e5m2: "float8E5M2", torch.int64: "int64", torch.int32: "int32",
         torch.int16: "int16", torch.int8: "int8", torch.uint64: "uint64", torch.uint32: "uint32",
         torch.uint16: "uint16", torch.uint8: "uint8", torch.bool: "bool"}


def converted(x):
    """As a reader without the other types has it."""
    if x.dtype in (torch.float64, torch.float32, torch.bool, torch.int64):
        return x.numpy()
    return x.to(torch.float32).numpy() if x.dtype.is_floating_point else x.to(torch.int64).numpy()


def with_torch(name, tensors, metadata=None):
    data = safetensors.torch.save(tensors, metadata)
    # As the library reads them back: their order is that of the file.
    arrays = [array(key, converted(x), names[x.dtype]) for key, x in safetensors.torch.load(data).items()]
    add(name, data, arrays, metadata=metadata or {})


every = torch.from_numpy(np.arange(65536, dtype=np.uint16).view(np.int16).copy())
bytes_ = torch.arange(256, dtype=torch.uint8)
kinds = {}
for dtype, name in names.items():
    if dtype.is_floating_point:
        kinds[name] = torch.from_numpy(random.normal(size=(3, 5)) * 10).to(dtype)
    elif dtype == torch.bool:
        kinds[name] = torch.from_numpy(random.integers(0, 2, size=(2, 7)).astype(bool))
    else:
        limits = torch.iinfo(dtype)
        values = [limits.min, 0, 1, min(limits.max, torch.iinfo(torch.int64).max), 77, 5]
        kinds[name] = torch.tensor(values, dtype=torch.int64).to(dtype).reshape(2, 3)
with_torch("kinds.safetensors", kinds, {"format": "pt", "übung": "1\n\"2\""})
with_torch("float8.safetensors", {"e4m3": bytes_.view(torch.float8_e4m3fn),
                                  "e5m2": bytes_.clone().view(torch.float8_e5m2)})
# One in 41 of all float16 and bfloat16 numbers: infinities, NaNs and subnormal ones among them.
with_torch("float16.safetensors", {"f16": every[::41].clone().view(torch.float16),
                                   "bf16": every[::41].clone().view(torch.bfloat16)})
torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 2))
with_torch("model.safetensors", model.state_dict())
with_torch("shapes.safetensors", {"scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "one": torch.tensor([7]),
                                  "deep": torch.arange(24.0).reshape(1, 2, 3, 2, 2), "": torch.tensor([True])})
with_torch("none.safetensors", {}, {"only": "metadata"})
values = {"a": random.normal(size=(2, 3)), "b": np.arange(4, dtype=np.int32)}
add("numpy.safetensors", safetensors.numpy.save(values),
    [array("a", values["a"], "float64"), array("b", values["b"].astype(np.int64), "int32")])

# float32 numbers and their nearest float16 and bfloat16.
magnitudes = np.concatenate([2.0 ** random.uniform(-27, 17, 400), 2.0 ** random.uniform(-149, 127, 100)])
floats = np.concatenate([
    magnitudes * random.choice([-1, 1], size=500), [0.0, -0.0, np.inf, -np.inf, np.nan, 65504, 65519.996, 65520, 65536,
    2.0 ** -24, 2.0 ** -25, 2.0 ** -25 * 1.0001, 3 * 2.0 ** -25, 2.0 ** -14, 2.0 ** -14 - 2.0 ** -25, 2049, 2051, 257,
    259, 3.3961776e38, 3.4e38, 1e-45]]).astype(np.float32)
rounding = {"float32": text(floats.tobytes()), "float16": text(torch.from_numpy(floats).half().numpy().tobytes()),
            "bfloat16": text(torch.from_numpy(floats).bfloat16().view(torch.int16).numpy().tobytes())}


# NPY and NPZ
def npy(values, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, values, version)
    return file.getvalue()


stored = {"f8": "float64", "f4": "float32", "f2": "float16", "i8": "int64", "i4": "int32", "i2": "int16", "i1": "int8",
          "u8": "uint64", "u4": "uint32", "u2": "uint16", "u1": "uint8", "b1": "bool"}


def plain(values):
    kind = values.dtype.kind
    if kind == "f":
        return values.astype(np.float64 if values.dtype.itemsize == 8 else np.float32)
    return values.astype(np.bool_ if kind == "b" else np.int64)


def as_npy(name, values, version=None):
    add(name, npy(values, version), [array("", plain(values), stored[values.dtype.str[1:]])])


for code in stored:
    values = random.normal(size=(3, 4)) * 50 if code[0] == "f" else random.integers(0, 120, size=(3, 4))
    for order in "<>" if code[1] != "1" else "|":
        as_npy(f"{'big' if order == '>' else 'little'}-{code}.npy", values.astype(np.dtype(order + code)))
as_npy("fortran.npy", np.asfortranarray(random.normal(size=(4, 3))))
as_npy("fortran-big-i2.npy", np.asfortranarray(random.integers(-300, 300, size=(2, 3, 4)).astype(">i2")))
as_npy("scalar.npy", np.float32(-1.5).reshape(()))
as_npy("empty.npy", np.zeros((3, 0, 2)))
as_npy("version2.npy", np.arange(5, dtype=np.float32), (2, 0))
as_npy("version3.npy", np.arange(6).reshape(3, 2), (3, 0))
as_npy("bytes.npy", np.arange(256, dtype=np.uint8).reshape(16, 16))
refused = {"objects": np.array([None, {}], dtype=object), "strings": np.array(["a", "bc"]), "bytes": np.array([b"ab"]),
           "complex": np.ones(2, np.complex64), "time": np.array(["2026-01-05"], "datetime64[D]"),
           "structured": np.zeros(2, [("a", "<f4"), ("b", "<i2", (2,))]), "long": np.ones(2, np.longdouble)}
refusals = [{"name": name, "base64": text(npy(values))} for name, values in refused.items()]


def as_npz(name, arrays, save):
    file = io.BytesIO()
    save(file, **arrays)
    add(name, file.getvalue(),
        [array(key, plain(values), stored[values.dtype.str[1:]]) for key, values in arrays.items()])


arrays = {"x": random.normal(size=(6, 4)).astype(np.float32), "labels": np.arange(6) % 3, "mask": np.arange(6) > 2,
          "größe/a": np.asfortranarray(random.normal(size=(2, 3))), "half": np.arange(5, dtype=np.float16)}
as_npz("stored.npz", arrays, np.savez)
as_npz("compressed.npz", arrays, np.savez_compressed)
as_npz("empty.npz", {}, np.savez)


# IDX
def idx(code, values):
    return struct.pack(">HBB", 0, code, values.ndim) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


for code, dtype in {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}.items():
    values = (random.normal(size=(3, 2, 2)) * 40).astype(dtype if dtype != "u1" else "i1").astype(dtype)
    add(f"idx{code}", idx(code, values), [array("", plain(values), stored[dtype.lstrip(">")])])
images, labels = random.integers(0, 256, size=(5, 4, 3), dtype=np.uint8), random.integers(0, 10, size=5, dtype=np.uint8)
add("images-idx3-ubyte", idx(8, images), [array("", plain(images), "uint8")])
add("labels-idx1-ubyte", idx(8, labels), [array("", plain(labels), "uint8")])
add("images-idx3-ubyte.gz", gzip.compress(idx(8, images), mtime=0), [array("", plain(images), "uint8")])
both = gzip.compress(idx(8, images)[:20], mtime=0) + gzip.compress(idx(8, images)[20:], mtime=0)
add("two-members.gz", both, [array("", plain(images), "uint8")])

path = pathlib.Path(__file__).with_name("formats.json")
path.write_text(json.dumps({"files": files, "refused": refusals, "rounding": rounding}, separators=(",", ":"))
                .replace("},{", "},\n{") + "\n")
print(f"{len(files)} files, safetensors {safetensors.__version__}, NumPy {np.__version__}, "
      f"PyTorch {torch.__version__}; {path.stat().st_size} bytes")
