#!/usr/bin/env python3
"""Writes recurrent_rnn.json, recurrent_lstm.json, recurrent_projected.json, recurrent_gru.json and recurrent_cells.json:
known answers for recurrent networks and their cells.

    python Tests/Fixtures/recurrent.py          # made with PyTorch 2.13, NumPy 2.4

Inputs, weights, states and cotangents come from an integer formula that the test computes as well (`values`): multiples
of powers of two, which float32 holds exactly. Outputs, final states, and the gradients of the input, the initial state
and all parameters for the cotangents of outputs and final states are PyTorch's in float64 (base64 of little-endian
doubles, one behind the other). PyTorch has neither the sigmoid nor a GRU whose reset gate acts before the product:
these are `plain`, below, which is held against PyTorch where both serve.

Tests/Interop/recurrent.py makes many more cases with the functions of this file.
"""

import base64
import itertools
import json
import math
import pathlib

import numpy as np
import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def values(shape, salt, scale):
    """The i-th is scale · (noise(i, salt) mod 65 − 32) / 64, where noise is a multiplicative hash in 32 bits."""
    index = np.arange(math.prod(shape), dtype=np.uint64)
    h = (index * np.uint64(2654435761) + np.uint64(salt * 2246822519)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(3266489917)) & np.uint64(0xFFFFFFFF)
    noise = (h >> np.uint64(16)) % np.uint64(65)
    return torch.tensor((noise.astype(np.int64) - 32) / 64 * scale).reshape(shape)


def network(kind, input_size, hidden_size, layers, directions, bias, projection):
    """PyTorch's module; for kinds that it lacks, the one whose parameters are the same."""
    options = dict(num_layers=layers, bias=bias, bidirectional=directions == 2)
    if kind == "lstm":
        return torch.nn.LSTM(input_size, hidden_size, proj_size=projection or 0, **options)
    if kind.startswith("gru"):
        return torch.nn.GRU(input_size, hidden_size, **options)
    return torch.nn.RNN(input_size, hidden_size, nonlinearity="relu" if kind == "rnn relu" else "tanh", **options)


def cell(kind, input_size, hidden_size, bias):
    if kind == "lstm":
        return torch.nn.LSTMCell(input_size, hidden_size, bias)
    if kind.startswith("gru"):
        return torch.nn.GRUCell(input_size, hidden_size, bias)
    return torch.nn.RNNCell(input_size, hidden_size, bias, "relu" if kind == "rnn relu" else "tanh")


def plain_step(kind, x, h, W, U, b, c, seen):
    """One step of what has no cell, from the equations. `seen` collects what activations are applied to."""
    if kind.startswith("rnn"):
        s = W @ x + b + U @ h + c
        seen.append(s)
        return {"rnn tanh": torch.tanh, "rnn relu": torch.relu, "rnn sigmoid": torch.sigmoid}[kind](s)
    (Wr, Wz, Wn), (Ur, Uz, Un), (br, bz, bn), (cr, cz, cn) = (t.chunk(3) for t in (W, U, b, c))
    r = torch.sigmoid(Wr @ x + br + Ur @ h + cr)
    z = torch.sigmoid(Wz @ x + bz + Uz @ h + cz)
    n = torch.tanh(Wn @ x + bn + (r * (Un @ h + cn) if kind == "gru" else Un @ (r * h) + cn))
    return (1 - z) * n + z * h


def plain(kind, x, lengths, h0, parameters, layers, directions, bias, seen):
    """Outputs and final states, a sequence at a time and a step at a time."""
    per = 4 if bias else 2
    columns, finals = [], []
    for s, length in enumerate(lengths):
        inputs, last = [x[t, s] for t in range(length)], []
        for layer in range(layers):
            found = []
            for d in range(directions):
                place = layer * directions + d
                own = parameters[place * per:(place + 1) * per]
                W, U = own[:2]
                b, c = own[2:] if bias else [torch.zeros(len(W), dtype=W.dtype)] * 2
                h, outputs = h0[place, s], [None] * length
                for t in reversed(range(length)) if d else range(length):
                    h = outputs[t] = plain_step(kind, inputs[t], h, W, U, b, c, seen)
                found.append(outputs)
                last.append(h)
            inputs = [torch.cat(step) for step in zip(*found)]
        columns.append(torch.stack(inputs + [torch.zeros_like(inputs[0])] * (len(x) - length)))
        finals.append(torch.stack(last))
    return torch.stack(columns, 1), torch.stack(finals, 1)


def run_pytorch(module, x, lengths, state):
    if lengths is None:
        return module(x, state)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    outputs, state = module(packed, state)
    return torch.nn.utils.rnn.pad_packed_sequence(outputs, total_length=len(x))[0], state


def compute(kind, input_size, hidden_size, layers, directions, bias, state, lengths, time, batch, projection, salt,
            single, dtype):
    """Outputs (of no cell), final h and c, gradients of x, h₀, c₀ and of each parameter; the parameters' names, shapes
    and scales; the smallest argument of an activation, where `plain` ran."""
    places = ([layers * directions] if not single else []) + [batch]
    module = (cell(kind, input_size, hidden_size, bias) if single else
              network(kind, input_size, hidden_size, layers, directions, bias, projection)).to(dtype)
    parameters = list(module.parameters())
    # Within ±1/√(what is summed) or so: gates move, and none comes so near its end that its slope has no digits.
    scales = [2.0 ** round(1 - math.log2(p.shape[1] if p.dim() > 1 else hidden_size) / 2) for p in parameters]
    with torch.no_grad():
        for i, (p, scale) in enumerate(zip(parameters, scales)):
            p.copy_(values(p.shape, salt + 6 + i, scale))
    leaf = lambda shape, salt, scale: values(shape, salt, scale).to(dtype).requires_grad_()
    x = leaf([batch, input_size] if single else [time, batch, input_size], salt, 2)
    sizes = [projection or hidden_size] + ([hidden_size] if kind == "lstm" else [])
    start = [leaf(places + [size], salt + 1 + i, 2 if state else 0) for i, size in enumerate(sizes)]
    given = (tuple(start) if kind == "lstm" else start[0]) if state else None

    seen = []
    if single and kind in ("rnn sigmoid", "gru before"):
        own = parameters[:2] + (parameters[2:] if bias else [torch.zeros(len(parameters[0]), dtype=dtype)] * 2)
        values_of = [torch.stack([plain_step(kind, x[s], start[0][s], *own, seen) for s in range(batch)])]
    elif single:
        found = module(x, given)
        values_of = list(found) if kind == "lstm" else [found]
    else:
        lacks = kind in ("rnn sigmoid", "gru before")
        if lacks or kind != "lstm" and hidden_size <= 40 and dtype == torch.float64:
            reference = plain(
                kind, x, lengths or [time] * batch, start[0], parameters, layers, directions, bias, seen)
        if lacks:
            values_of = list(reference)
        else:
            outputs, final = run_pytorch(module, x, lengths, given)
            values_of = [outputs] + (list(final) if kind == "lstm" else [final])
            if kind != "lstm" and hidden_size <= 40 and dtype == torch.float64:
                assert all(torch.allclose(a, b, rtol=0, atol=1e-12) for a, b in zip(values_of, reference))

    total = sum((y * values(y.shape, salt + i, 1).to(dtype)).sum()
                for y, i in zip(values_of, [4, 5] if single else [3, 4, 5]))
    leaves = [x] + (start if state else []) + parameters
    gradients = torch.autograd.grad(total, leaves, allow_unused=True)
    gradients = [torch.zeros_like(leaf) if g is None else g for g, leaf in zip(gradients, leaves)]
    shapes = [{"name": n, "shape": list(p.shape), "scale": scale}
              for (n, p), scale in zip(module.state_dict().items(), scales)]
    smallest = min((s.abs().min().item() for s in seen), default=math.inf)
    return [t.detach().double() for t in values_of + gradients], shapes, smallest


def make(kind, input_size, hidden_size, *, layers=1, directions=1, bias=True, state=False, lengths=None, time=4,
         batch=3, projection=None, salt, single=False):
    """A case, and its results as one array.

    Where this very computation in float32 is off by more than 5e-6, sums cancel, and where a ReLU's argument is next to
    0, rounding decides whether it has a slope: then other numbers are drawn."""
    options = kind, input_size, hidden_size, layers, directions, bias, state, lengths, time, batch, projection
    while True:
        results, shapes, smallest = compute(*options, salt, single, torch.float64)
        others, _, _ = compute(*options, salt, single, torch.float32)
        if all((a - b).norm() <= 5e-6 * a.norm() for a, b in zip(results, others)):
            if kind != "rnn relu" or smallest > 1e-5:
                break
        salt += 500021
    flat = np.concatenate([t.numpy().reshape(-1) for t in results]).astype("<f8")
    assert np.isfinite(flat).all()
    return {
        "kind": kind, "single": single, "inputSize": input_size, "hiddenSize": hidden_size,
        "projectionSize": projection, "layers": layers, "directions": directions, "bias": bias, "state": state,
        "lengths": lengths, "time": time, "batch": batch, "salt": salt, "parameters": shapes}, flat


def write(name, cases):
    cases = list(cases)
    path = pathlib.Path(__file__).with_name(f"recurrent_{name}.json")
    lines = [json.dumps(case | {"results": base64.b64encode(flat.tobytes()).decode()}, separators=(",", ":"))
             for case, flat in cases]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{name}: {len(cases)} cases, {path.stat().st_size} bytes")


def main():
    salts = itertools.count(1000, 100)

    def grid(kind, **options):
        """All combinations of layers, directions, bias, state and lengths, then a few larger ones."""
        for layers, directions, bias, state, lengths in itertools.product(
                [1, 2], [1, 2], [True, False], [False, True], [None, [2, 4, 1]]):
            yield make(kind, 2, 3, layers=layers, directions=directions, bias=bias, state=state, lengths=lengths,
                       salt=next(salts), **options)
        yield make(kind, 5, 4, layers=3, directions=2, state=True, lengths=[1, 3, 3, 2], time=3, batch=4,
                   salt=next(salts), **options)
        yield make(kind, 1, 9, time=7, batch=1, salt=next(salts), **options)
        yield make(kind, 7, 5, time=1, batch=5, state=True, directions=2, salt=next(salts), **options)
        yield make(kind, 3, 17, time=6, batch=2, lengths=[1, 1], state=True, salt=next(salts), **options)

    write("rnn", (case for kind in ("rnn tanh", "rnn relu", "rnn sigmoid") for case in grid(kind)))
    write("lstm", grid("lstm"))
    write("projected", grid("lstm", projection=2))
    write("gru", (case for kind in ("gru", "gru before") for case in grid(kind)))
    write("cells", [
        make(kind, input_size, hidden_size, bias=bias, state=state, batch=batch, salt=next(salts), single=True)
        for kind in ("rnn tanh", "rnn relu", "rnn sigmoid", "lstm", "gru", "gru before")
        for (input_size, hidden_size, batch), bias, state in itertools.product(
            [(2, 3, 4), (5, 4, 1)], [True, False], [False, True])])


if __name__ == "__main__":
    main()
