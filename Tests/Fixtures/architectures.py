#!/usr/bin/env python3
"""Writes architectures.json: known answers for attention, sequence losses and the recurrent architectures.

    python Tests/Fixtures/architectures.py          # made with PyTorch 2.13, NumPy 2.4

Inputs and weights are random multiples of 1/64, which float32 holds exactly, so that one case serves both dtypes; values
and gradients are PyTorch's in float64. The models are written here in PyTorch, from its own layers, with the names that
the library's parameters have.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
random = np.random.default_rng(20250117)


def normal(*shape, high=1.0):
    """Random multiples of 1/64 within ±high, none of them 0."""
    values = random.integers(-round(high * 64), round(high * 64) + 1, size=shape)
    return torch.tensor(np.where(values == 0, 1, values) / 64)


def integers(count, *shape):
    return torch.tensor(random.integers(0, count, size=shape))


def encode(tensor):
    tensor = tensor.detach()
    names = {torch.int64: "int64", torch.bool: "bool"}
    return {"dtype": names.get(tensor.dtype, "float"), "shape": list(tensor.shape),
            "values": [float(x) for x in tensor.reshape(-1)]}


def answer(value, leaves):
    """Value, cotangent, and the gradients of Σ value · cotangent."""
    cotangent = normal(*value.shape)
    gradients = torch.autograd.grad(value, list(leaves.values()), cotangent, allow_unused=True)
    return {"output": encode(value), "cotangent": encode(cotangent),
            "gradients": {name: encode(torch.zeros_like(leaf) if g is None else g)
                          for (name, leaf), g in zip(leaves.items(), gradients)}}


def mask_of(lengths, steps):
    """bool [steps, batch]"""
    return torch.arange(steps)[:, None] < torch.tensor(lengths)[None]


# ---- Attention ----------------------------------------------------------------------------------------------------

attention = []


def attend(name, f, tensors, mask=None, **options):
    leaves = {key: tensor.requires_grad_() for key, tensor in tensors.items()}
    value, weights = f(**leaves)
    attention.append({
        "name": name, "options": options, "inputs": {key: encode(x) for key, x in tensors.items()},
        "mask": None if mask is None else encode(mask), "weights": encode(weights), **answer(value, leaves)})


def product(mask=None, scale=None):
    """PyTorch's function, and its weights from one with the identity for values."""
    def f(queries, keys, values):
        options = {"attn_mask": mask, "scale": scale}
        identity = torch.eye(keys.shape[-2]).expand(*keys.shape[:-2], -1, -1)
        return (F.scaled_dot_product_attention(queries, keys, values, **options),
                F.scaled_dot_product_attention(queries, keys, identity, **options))
    return f


def qkv(*batch, n=3, m=5, d=4, v=6):
    return {"queries": normal(*batch, n, d), "keys": normal(*batch, m, d), "values": normal(*batch, m, v)}


attend("product", product(), qkv(2))
attend("product", product(scale=1.0), qkv(2, 3), scale=1.0)
mask = torch.tensor(random.integers(0, 2, size=(2, 3, 5)).astype(bool))
mask[..., 1] = True
attend("product", product(mask), qkv(2), mask=mask)
mask = mask_of([5, 2], 5).T[:, None]
attend("product", product(mask), qkv(2), mask=mask)


def additive(lengths):
    """vᵀ tanh(W q + U h) by NumPy's formula; all by einsum, [steps, batch, q] and [time, batch, h]."""
    def f(queries, states, query, key, energy):
        sums = torch.einsum("nbq,aq->bna", queries, query)[:, :, None] + torch.einsum("mbh,ah->bma", states, key)[:, None]
        scores = torch.einsum("bnma,a->bnm", torch.tanh(sums), energy[0])
        weights = torch.exp(scores) * mask_of(lengths, states.shape[0]).T[:, None]
        weights = weights / weights.sum(-1, keepdim=True)
        return torch.einsum("bnm,mbh->nbh", weights, states), weights.transpose(0, 1)
    return f


attend("additive", additive([6, 2, 4]),
       {"queries": normal(2, 3, 4), "states": normal(6, 3, 5), "query": normal(4, 4), "key": normal(4, 5),
        "energy": normal(1, 4)}, lengths=[6, 2, 4])

# ---- Losses of sequences ------------------------------------------------------------------------------------------

losses = []


def sequence_loss(name, f, prediction, target, lengths, **options):
    leaf = prediction.requires_grad_()
    for reduction in ["sequences", "steps", "sum"]:
        value = f(leaf, target, reduction)
        losses.append({
            "name": name, "options": {**options, "reduction": reduction}, "lengths": lengths,
            "inputs": {"prediction": encode(prediction), "target": encode(target)},
            **answer(value, {"prediction": leaf})})


def cross_entropy(lengths, ignoring=-100):
    def f(logits, targets, reduction):
        if lengths is not None:
            targets = torch.where(mask_of(lengths, targets.shape[0]), targets, ignoring)
        how = nn.CrossEntropyLoss(ignore_index=ignoring, reduction="mean" if reduction == "steps" else "sum")
        value = how(logits.flatten(0, 1), targets.flatten())
        return value / targets.shape[1] if reduction == "sequences" else value
    return f


def squared_error(lengths):
    def f(prediction, target, reduction):
        mask = torch.ones(prediction.shape[:2], dtype=bool) if lengths is None else mask_of(lengths, prediction.shape[0])
        value = F.mse_loss(prediction[mask], target[mask], reduction="sum")
        return value / {"sequences": prediction.shape[1], "steps": int(mask.sum()), "sum": 1}[reduction]
    return f


for lengths in [None, [5, 2, 3]]:
    sequence_loss("crossEntropy", cross_entropy(lengths), normal(5, 3, 4), integers(4, 5, 3), lengths)
    sequence_loss("meanSquaredError", squared_error(lengths), normal(5, 3, 2), normal(5, 3, 2), lengths)
sequence_loss("crossEntropy", cross_entropy([4, 5], 2), normal(5, 2, 4), integers(4, 5, 2), [4, 5], ignoring=2)

# ---- Models -------------------------------------------------------------------------------------------------------

models = []


def case(name, model, inputs, lengths=None, **options):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(normal(*parameter.shape, high=0.75))
    leaves = dict(model.named_parameters())
    models.append({
        "name": name, "options": options, "lengths": lengths, "inputs": [encode(x) for x in inputs],
        "parameters": {key: encode(x) for key, x in leaves.items()},
        **answer(model(*inputs, *([] if lengths is None else [lengths])), leaves)})


def run(recurrence, x, lengths=None, state=None):
    if lengths is None:
        return recurrence(x, state)
    outputs, state = recurrence(pack_padded_sequence(x, lengths, enforce_sorted=False), state)
    return pad_packed_sequence(outputs, total_length=x.shape[0])[0], state


class OneToOne(nn.Module):
    """A traditional network: W and both biases of the recurrence are its hidden layer, U is idle."""
    def __init__(self, recurrence, size):
        super().__init__()
        self.recurrence = recurrence
        self.output = nn.Linear(recurrence.hidden_size, size)

    def forward(self, x):
        r = self.recurrence
        return self.output(torch.tanh(F.linear(x, r.weight_ih_l0, r.bias_ih_l0 + r.bias_hh_l0)))


class ManyToMany(nn.Module):
    def __init__(self, recurrence, size, activation=lambda x: x):
        super().__init__()
        self.recurrence = recurrence
        self.output = nn.Linear(recurrence.hidden_size * (1 + recurrence.bidirectional), size)
        self.activation = activation

    def forward(self, x, lengths=None):
        return self.activation(self.output(run(self.recurrence, x, lengths)[0]))


class ManyToOne(ManyToMany):
    def __init__(self, recurrence, size, pooling="last"):
        super().__init__(recurrence, size)
        self.pooling = pooling

    def forward(self, x, lengths=None):
        outputs, state = run(self.recurrence, x, lengths)
        lengths = lengths or [x.shape[0]] * x.shape[1]
        if self.pooling == "last":
            hidden = state[0] if isinstance(state, tuple) else state
            return self.output(torch.cat(list(hidden[-2:] if self.recurrence.bidirectional else hidden[-1:]), -1))
        rows = [outputs[:length, n] for n, length in enumerate(lengths)]
        pooled = [r.mean(0) if self.pooling == "mean" else r.amax(0) for r in rows]
        return self.output(torch.stack(pooled))


class LanguageModel(nn.Module):
    def __init__(self, recurrence, vocabulary, kind):
        super().__init__()
        if kind != "oneHot":
            self.embedding = nn.Embedding(vocabulary, recurrence.input_size)
        self.recurrence = recurrence
        self.output = nn.Linear(recurrence.hidden_size, vocabulary)
        if kind == "tied":
            self.output.weight = self.embedding.weight
        self.vocabulary, self.kind = vocabulary, kind

    def forward(self, tokens, lengths=None):
        one_hot = self.kind == "oneHot"
        x = F.one_hot(tokens, self.vocabulary).to(torch.float64) if one_hot else self.embedding(tokens)
        return self.output(run(self.recurrence, x, lengths)[0])


class InitialState(nn.Module):
    """depth: layers of the recurrence that begins."""
    def __init__(self, size, recurrence):
        super().__init__()
        self.depth = recurrence.num_layers
        self.hidden = nn.Linear(size, self.depth * recurrence.hidden_size)
        if isinstance(recurrence, nn.LSTM):
            self.cell = nn.Linear(size, self.depth * recurrence.hidden_size)

    def forward(self, v):
        def layered(x):
            return torch.stack(x.chunk(self.depth, -1)).contiguous()
        hidden = layered(torch.tanh(self.hidden(v)))
        return (hidden, layered(self.cell(v))) if hasattr(self, "cell") else hidden


class OneToMany(nn.Module):
    def __init__(self, size, model):
        super().__init__()
        self.start = InitialState(size, model.recurrence)
        self.model = model

    def forward(self, v, tokens):
        outputs, _ = run(self.model.recurrence, self.model.embedding(tokens), None, self.start(v))
        return self.model.output(outputs)


class Attention(nn.Module):
    def __init__(self, query, memory, score):
        super().__init__()
        self.score = score
        if score == "additive":
            self.query = nn.Linear(query, query, bias=False)
            self.key = nn.Linear(memory, query, bias=False)
            self.energy = nn.Linear(query, 1, bias=False)
        elif query != memory:
            self.key = nn.Linear(memory, query, bias=False)

    def forward(self, queries, states, lengths):
        """[steps, batch, q], [time, batch, h] → [steps, batch, h]"""
        q, h = queries.transpose(0, 1), states.transpose(0, 1)
        mask = mask_of(lengths, states.shape[0]).T[:, None]
        if self.score == "additive":
            scores = self.energy(torch.tanh(self.query(q)[:, :, None] + self.key(h)[:, None]))[..., 0]
            weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), -1)
            return (weights @ h).transpose(0, 1)
        keys = self.key(h) if hasattr(self, "key") else h
        scale = 1.0 if self.score == "dot" else None
        return F.scaled_dot_product_attention(q, keys, h, attn_mask=mask, scale=scale).transpose(0, 1)


class EncoderDecoder(nn.Module):
    START = 1

    def __init__(self, encoder, decoder, sources, targets, score=None):
        super().__init__()
        memory = encoder.hidden_size * (1 + encoder.bidirectional)
        size = decoder.hidden_size
        self.sourceEmbedding = nn.Embedding(sources, encoder.input_size)
        self.encoder = encoder
        states = 2 if isinstance(encoder, nn.LSTM) else 1
        if encoder.bidirectional or encoder.hidden_size != size or type(encoder) is not type(decoder):
            self.bridge = InitialState(memory * encoder.num_layers * states, decoder)
        self.targetEmbedding = nn.Embedding(targets, decoder.input_size - (memory if score == "additive" else 0))
        self.decoder = decoder
        if score:
            self.attention = Attention(size, memory, score)
            self.combination = nn.Linear(memory + size, size, bias=False)
        self.output = nn.Linear(size, targets)
        self.score = score

    def forward(self, source, targets, lengths):
        memory, state = run(self.encoder, self.sourceEmbedding(source), lengths)
        if hasattr(self, "bridge"):
            parts = state if isinstance(state, tuple) else (state,)
            state = self.bridge(torch.cat([part[i] for part in parts for i in range(part.shape[0])], -1))
        x = self.targetEmbedding(torch.cat([torch.full_like(targets[:1], self.START), targets[:-1]]))
        if self.score is None:
            return self.output(self.decoder(x, state)[0])
        if self.score != "additive":
            outputs, _ = self.decoder(x, state)
            context = self.attention(outputs, memory, lengths)
            return self.output(torch.tanh(self.combination(torch.cat([context, outputs], -1))))
        logits = []
        for step in x:
            top = (state[0] if isinstance(state, tuple) else state)[-1:]
            context = self.attention(top, memory, lengths)
            output, state = self.decoder(torch.cat([step[None], context], -1), state)
            logits.append(self.output(torch.tanh(self.combination(torch.cat([context, output], -1))))[0])
        return torch.stack(logits)


case("OneToOne", OneToOne(nn.RNN(3, 4), 2), [normal(5, 3)], recurrence="rnn", sizes=[3, 4, 2])
case("ManyToMany", ManyToMany(nn.RNN(3, 4), 2, torch.sigmoid), [normal(5, 2, 3)], recurrence="rnn", sizes=[3, 4, 2],
     activation="sigmoid")
case("ManyToMany", ManyToMany(nn.LSTM(3, 4, bidirectional=True), 2, lambda x: torch.softmax(x, -1)), [normal(5, 3, 3)],
     [2, 5, 3], recurrence="lstm", sizes=[3, 4, 2], bidirectional=True, activation="softmax")
case("ManyToMany", ManyToMany(nn.GRU(3, 4, num_layers=2), 2), [normal(5, 3, 3)], [5, 1, 4], recurrence="gru",
     sizes=[3, 4, 2], layers=2)
case("ManyToOne", ManyToOne(nn.LSTM(3, 4), 2), [normal(5, 3, 3)], recurrence="lstm", sizes=[3, 4, 2], pooling="last")
for pooling in ["last", "mean", "max"]:
    case("ManyToOne", ManyToOne(nn.GRU(3, 4, num_layers=2, bidirectional=True), 2, pooling), [normal(5, 3, 3)],
         [2, 5, 3], recurrence="gru", sizes=[3, 4, 2], layers=2, bidirectional=True, pooling=pooling)
    case("ManyToOne", ManyToOne(nn.RNN(3, 4), 2, pooling), [normal(5, 2, 3)], recurrence="rnn", sizes=[3, 4, 2],
         pooling=pooling)
case("LanguageModel", LanguageModel(nn.LSTM(3, 4), 6, "embedding"), [integers(6, 5, 2)], recurrence="lstm",
     sizes=[3, 4, 6], tokens="embedding")
case("LanguageModel", LanguageModel(nn.GRU(4, 4), 6, "tied"), [integers(6, 5, 3)], [5, 2, 4], recurrence="gru",
     sizes=[4, 4, 6], tokens="tied")
case("LanguageModel", LanguageModel(nn.RNN(6, 4), 6, "oneHot"), [integers(6, 5, 2)], recurrence="rnn",
     sizes=[6, 4, 6], tokens="oneHot")
case("OneToMany", OneToMany(5, LanguageModel(nn.LSTM(3, 4, num_layers=2), 6, "embedding")),
     [normal(3, 5), integers(6, 4, 3)], recurrence="lstm", sizes=[3, 4, 6], layers=2, context=5)
case("OneToMany", OneToMany(2, LanguageModel(nn.GRU(3, 4), 6, "embedding")), [normal(3, 2), integers(6, 4, 3)],
     recurrence="gru", sizes=[3, 4, 6], context=2)

sequences = ([integers(5, 6, 3), integers(7, 4, 3)], [3, 6, 1])
case("EncoderDecoder", EncoderDecoder(nn.GRU(3, 4), nn.GRU(2, 4), 5, 7), *sequences, recurrence="gru",
     sizes=[5, 3, 4, 7, 2, 4])
case("EncoderDecoder", EncoderDecoder(nn.LSTM(3, 4), nn.LSTM(2, 4), 5, 7, "scaled"), *sequences, recurrence="lstm",
     sizes=[5, 3, 4, 7, 2, 4], attention="scaled")
case("EncoderDecoder", EncoderDecoder(nn.LSTM(3, 2, num_layers=2, bidirectional=True), nn.LSTM(2, 5), 5, 7, "dot"),
     *sequences, recurrence="lstm", sizes=[5, 3, 2, 7, 2, 5], layers=2, bidirectional=True, attention="dot")
case("EncoderDecoder", EncoderDecoder(nn.GRU(3, 2, bidirectional=True), nn.GRU(6, 3), 5, 7, "additive"), *sequences,
     recurrence="gru", sizes=[5, 3, 2, 7, 6, 3], bidirectional=True, attention="additive")
case("EncoderDecoder", EncoderDecoder(nn.RNN(3, 4), nn.RNN(6, 4), 5, 7, "additive"), *sequences, recurrence="rnn",
     sizes=[5, 3, 4, 7, 6, 4], attention="additive")

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"attention": attention, "losses": losses, "models": models}, separators=(",", ":")))
print(f"{path.name}: {len(attention)} + {len(losses)} + {len(models)} cases, {path.stat().st_size} bytes")
