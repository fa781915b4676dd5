#!/usr/bin/env python3
"""Keeps what fuzzing has found as corpus.json: for each reader of FuzzedReader the inputs that take other ways through it.

    python Tests/Fixtures/corpus.py unpack FOLDER      # the corpus and the fixtures' files, one folder a reader
    python Tests/Fixtures/corpus.py pack FOLDER        # writes corpus.json from such folders, as Scripts/fuzz leaves them

The inputs are libFuzzer's, from the fixtures' files and from those below.
"""

import base64
import hashlib
import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent
CORPUS = HERE / "corpus.json"
# Bytes of all inputs of one reader together: the shortest are kept, beside those below.
LIMIT = 20_000

STARTS = {
    "csv": [b"a,b\n1,2\n", b'"a";"b"\r\n1.5e-3;nan\n', b"\xef\xbb\xbf1,,3\n-0,+1.,.5\n", b"x\n" + b"9" * 40 + b"\n"],
    "csvWords": [b"a,b\n1,x\n2,y\n", b'a,"b\n""c"""\n?,NA\n3,z\n', b"w\nred\nblue\n\n"],
    "architecture": [
        b"mlp:2-3-1:tanh:0.1",
        b'{"input": [1, 8, 8], "layers": [{"type": "conv2d", "outputs": 2, "kernelSize": [3, 3], "padding": "same"},'
        b' "relu", {"type": "maxPool2d", "kernelSize": 2}, "flatten", {"type": "linear", "outputs": 2, "bias": false}]}',
        b'{"input": [4, 9], "layers": [{"type": "conv1d", "outputs": 4, "kernelSize": 3, "groups": 2}, "batchNorm",'
        b' {"type": "leakyReLU", "slope": 0.1}, "layerNorm", {"type": "dropout", "rate": 0.5}, "globalMaxPool"]}',
    ],
}


def safetensors(metadata, tensors):
    """The bytes of a file of (dtype, shape, values)."""
    letters = {"F32": "f", "F64": "d", "I64": "q"}
    header, data = {"__metadata__": metadata}, b""
    for name, (dtype, shape, values) in tensors.items():
        own = struct.pack(f"<{len(values)}{letters[dtype]}", *values)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(own)]}
        data += own
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def checkpoint():
    """The smallest one: one weight, one optimizer, one epoch."""
    trainer = {
        "seed": "1", "epoch": 1, "batch": 0, "step": 2, "batchesTaken": 2, "lossSum": 0.5, "samples": 3, "seconds": 0.1,
        "learningRate": "nan", "metrics": {"accuracy": [1, 2]}, "bestEpoch": 1, "epochsWithoutBetter": 0,
        "averageCount": 0, "best": 0.25, "plateau": {"scale": 1, "badEpochs": 0, "cooldownLeft": 0},
        "history": [{"epoch": 1, "step": 2, "training": [["loss", 0.5]], "validation": [], "learningRate": 0.1,
                     "seconds": 1, "isBest": True}],
    }
    optimizers = [{"kind": "Adam", "names": ["w", None], "numbers": {
        "groups.0.learningRate": 0.1, "groups.0.weightDecay": 0, "groups.0.parameterCount": 2,
        "parameters.0.steps": 2, "parameters.1.steps": 0}}]
    return safetensors({"cotangent.checkpoint": "1", "cotangent.trainer": json.dumps(trainer),
                        "cotangent.optimizers": json.dumps(optimizers)},
                       {name: ("F32", [2], [0, 0]) for name in ["model.w", "best.w", "optimizers.0.0.exp_avg"]})


def linear_models():
    """The smallest of each kind, and one that ends early, one whose classes do not rise."""
    def file(kind, words, tensors):
        return safetensors({"cotangent.kind": kind, "cotangent.version": "1", **words}, tensors)

    def logistic(prefix="", classes=(0, 1), rows=1):
        return {prefix + "classes": ("I64", [len(classes)], classes),
                prefix + "weight": ("F32", [rows, 2], [0.5, -1] * rows), prefix + "bias": ("F32", [rows], [0.25] * rows)}

    def several(count):
        tensors = {"classes": ("I64", [3], [-1, 4, 7])}
        for place in range(count):
            tensors.update(logistic(f"models.{place}."))
        return tensors

    linear = {"weight": ("F64", [1, 2], [2, 0.5]), "bias": ("F64", [1], [1])}
    statistics = {f"statistics.{name}": ("F64", [1, 2], [0.5, 3]) for name in ["weightErrors", "weightT"]}
    statistics.update({f"statistics.{name}": ("F64", [1], [0.5]) for name in [
        "biasErrors", "biasT", "residualVariance", "determination", "adjustedDetermination"]})
    errors = {"weightErrors": ("F64", [1, 2], [1, 1]), "biasErrors": ("F64", [1], [1])}
    whole = file("linear", {"vector": "true"}, linear)
    return [
        whole,
        file("linear", {"vector": "false", "statistics.degreesOfFreedom": "3"}, {**linear, **statistics}),
        file("logistic", {}, {**logistic(), **errors}),
        file("logistic", {}, logistic(classes=(1, 2, 5), rows=3)),
        file("pca", {"whitens": "true"}, {
            "mean": ("F64", [2], [1, 2]), "components": ("F64", [1, 2], [0.6, 0.8]), "variances": ("F64", [1], [2]),
            "totalVariance": ("F64", [1], [3])}),
        file("one-vs-all", {"base": "logistic"}, several(3)),
        file("one-vs-one", {"base": "logistic"}, several(3)),
        whole[:-5],
        file("logistic", {}, logistic(classes=(1, 0))),
    ]


STARTS["checkpoint"] = [checkpoint()]
STARTS["linearModel"] = linear_models()


def starts():
    files = {reader: list(inputs) for reader, inputs in STARTS.items()}
    formats = json.loads((HERE / "formats.json").read_text())
    for entry in formats["files"] + formats["refused"]:
        name = entry["name"]
        for reader in ["safetensors", "npy", "npz", "idx"]:
            if reader in name:
                files.setdefault(reader, []).append(base64.b64decode(entry["base64"]))
    for entry in json.loads((HERE / "images.json").read_text()):
        files.setdefault("image", []).append(base64.b64decode(entry["base64"]))
    return files


def unpack(folder):
    files = starts()
    if CORPUS.exists():
        for reader, inputs in json.loads(CORPUS.read_text()).items():
            files.setdefault(reader, []).extend(base64.b64decode(text) for text in inputs)
    for reader, inputs in files.items():
        place = folder / reader
        place.mkdir(parents=True, exist_ok=True)
        for data in inputs:
            (place / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(folder):
    corpus = {}
    for place in sorted(folder.iterdir()):
        inputs = {path.read_bytes() for path in place.iterdir()}
        own = STARTS.get(place.name, [])
        kept, size = [base64.b64encode(data).decode() for data in own], 0
        for data in sorted(inputs.difference(own), key=lambda data: (len(data), data)):
            size += len(data)
            if size > LIMIT:
                break
            kept.append(base64.b64encode(data).decode())
        corpus[place.name] = kept
    CORPUS.write_text(json.dumps(corpus, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    {"unpack": unpack, "pack": pack}[sys.argv[1]](pathlib.Path(sys.argv[2]))
