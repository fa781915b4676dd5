#!/usr/bin/env python3
"""Writes networks.json: known answers for losses, layers, optimizers and training.

    python Tests/Fixtures/networks.py          # made with PyTorch 2.13, NumPy 2.4

Losses and layers: inputs are random multiples of 1/64, which float32 holds exactly, so that one case serves both
dtypes; values and gradients are PyTorch's in float64. Optimizers: PyTorch's single-tensor forms in float32 and in
float64, several steps. Training: PyTorch's loss curves in float32; weights and batches come from integer formulas that
the test computes as well (`noise`).
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
random = np.random.default_rng(20240915)


def normal(*shape, low=-2.0, high=2.0):
    """Random multiples of 1/64 within low…high, none of them 0."""
    values = random.integers(round(low * 64), round(high * 64) + 1, size=shape)
    return torch.tensor(np.where(values == 0, 1, values) / 64)


def probabilities(*shape):
    """Rows of positive multiples of 1/64 that add up to 1."""
    flat = []
    for _ in range(int(np.prod(shape[:-1]))):
        cuts = np.sort(random.choice(np.arange(1, 64), size=shape[-1] - 1, replace=False))
        flat.append(np.diff(np.concatenate([[0], cuts, [64]])) / 64)
    return torch.tensor(np.array(flat).reshape(shape))


def encode(tensor):
    tensor = tensor.detach()
    name = "int64" if tensor.dtype == torch.int64 else "float"
    return {"dtype": name, "shape": list(tensor.shape), "values": tensor.reshape(-1).tolist()}


# ---- Losses -------------------------------------------------------------------------------------------------------

losses = []


def loss(name, f, prediction, *others, **options):
    """A loss of `prediction`, its value, and its gradient there for a random cotangent."""
    leaf = prediction.clone().requires_grad_()
    value = f(leaf, *others)
    cotangent = normal(*value.shape)
    (gradient,) = torch.autograd.grad(value, leaf, cotangent)
    losses.append({
        "name": name, "options": options, "inputs": [encode(x) for x in (prediction, *others)],
        "output": encode(value), "cotangent": encode(cotangent), "gradient": encode(gradient)})


def over_samples(terms, reduction):
    """The textbook's (1/N) Σ‖·‖²: a sample's terms are added up, the mean divides by the samples."""
    sums = terms.flatten(1).sum(1)
    return {"mean": sums.mean(), "sum": sums.sum(), "none": sums}[reduction]


def reduce(terms, reduction):
    return {"mean": terms.mean(), "sum": terms.sum(), "none": terms}[reduction]


prediction, target = normal(4, 3), normal(4, 3)
for r in ["mean", "sum", "none"]:
    loss("meanSquaredError", lambda p, t: F.mse_loss(p, t, reduction=r), prediction, target, reduction=r, over="elements")
    loss("meanSquaredError", lambda p, t: over_samples((p - t) ** 2, r), prediction, target, reduction=r, over="samples")
    loss("meanAbsoluteError", lambda p, t: F.l1_loss(p, t, reduction=r), prediction, target, reduction=r, over="elements")
    loss("meanAbsoluteError", lambda p, t: over_samples((p - t).abs(), r), prediction, target, reduction=r, over="samples")
    loss("huber", lambda p, t: F.huber_loss(p, t, reduction=r, delta=0.7), prediction, target, reduction=r, delta=0.7, over="elements")
    loss("smoothL1", lambda p, t: F.smooth_l1_loss(p, t, reduction=r, beta=0.6), prediction, target, reduction=r, beta=0.6, over="elements")
loss("smoothL1", lambda p, t: F.smooth_l1_loss(p, t, beta=0.0), prediction, target, reduction="mean", beta=0.0, over="elements")
loss("huber", lambda p, t: over_samples(F.huber_loss(p, t, reduction="none"), "mean"), prediction, target, reduction="mean", delta=1.0, over="samples")

logits, labels = normal(6, 5, low=-4, high=4), torch.tensor([3, 0, 4, 4, 1, 2])
some = torch.tensor([3, 0, -100, 4, -100, 2])
weights = normal(5, low=0.25, high=2)
deep, deep_labels = normal(2, 3, 5, low=-4, high=4), torch.tensor([[0, 4, 1], [2, 2, 3]])
targets = probabilities(6, 5)
for r in ["mean", "sum", "none"]:
    loss("crossEntropy", lambda x, y: F.cross_entropy(x, y, reduction=r), logits, labels, reduction=r)
    loss("crossEntropy", lambda x, y: F.cross_entropy(x, y, reduction=r), logits, some, reduction=r)
    loss("crossEntropy", lambda x, y, w: F.cross_entropy(x, y, w, reduction=r), logits, some, weights, reduction=r)
    loss("crossEntropy", lambda x, y, w: F.cross_entropy(x, y, w, reduction=r, label_smoothing=0.1), logits, some, weights, reduction=r, labelSmoothing=0.1)
    loss("crossEntropy", lambda x, y: F.cross_entropy(x.movedim(-1, 1), y, reduction=r), deep, deep_labels, reduction=r)
    loss("crossEntropy.targets", lambda x, t: F.cross_entropy(x, t, reduction=r), logits, targets, reduction=r)
    loss("negativeLogLikelihood", lambda x, y: F.nll_loss(x, y, reduction=r), logits, some, reduction=r)
    loss("negativeLogLikelihood", lambda x, y, w: F.nll_loss(x, y, w, reduction=r), logits, some, weights, reduction=r)
loss("crossEntropy", lambda x, y: F.cross_entropy(x, torch.where(y == 4, -100, y)), logits, labels, reduction="mean", ignoring=4)
loss("crossEntropy", lambda x, y: F.cross_entropy(x, y, label_smoothing=0.2), logits, labels, reduction="mean", labelSmoothing=0.2)
loss("crossEntropy.targets", lambda x, t, w: F.cross_entropy(x, t, w, label_smoothing=0.1), logits, targets, weights, reduction="mean", labelSmoothing=0.1)

q, p = probabilities(4, 5), probabilities(4, 5)
one_hot = F.one_hot(torch.tensor([1, 0, 4, 4]), 5).double()
q_binary, t_binary = normal(4, 3, low=1 / 64, high=63 / 64), normal(4, 3, low=1 / 64, high=1)
x_binary, positive = normal(4, 3, low=-6, high=6), normal(3, low=0.5, high=3)
hard = torch.tensor(random.integers(0, 2, size=(4, 3)).astype(float))
for r in ["mean", "sum", "none"]:
    loss("crossEntropy.probabilities", lambda q, p: reduce(-(p * q.log()).sum(-1), r), q, p, reduction=r)
    loss("crossEntropy.probabilities", lambda q, p: reduce(-torch.xlogy(p, q).sum(-1), r), q, one_hot, reduction=r)
    loss("binaryCrossEntropy.probabilities", lambda q, t: F.binary_cross_entropy(q, t, reduction=r), q_binary, t_binary, reduction=r)
    loss("binaryCrossEntropy", lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction=r), x_binary, t_binary, reduction=r)
    loss("binaryCrossEntropy", lambda x, t, w: F.binary_cross_entropy_with_logits(x, t, pos_weight=w, reduction=r), x_binary, hard, positive, reduction=r)
    loss("klDivergence", lambda x, p: F.kl_div(x, p, reduction=r), q.log(), p, reduction=r, over="elements")
    loss("hinge", lambda f, y: reduce((1 - y * f).clamp(min=0), r), prediction, hard * 2 - 1, reduction=r, margin=1.0)
    loss("multiclassHinge", lambda x, y: F.multi_margin_loss(x, y, reduction=r), logits, labels, reduction=r)
    loss("multiclassHinge", lambda x, y, w: F.multi_margin_loss(x, y, p=2, margin=0.7, weight=w, reduction=r), logits, labels, weights, reduction=r, power=2, margin=0.7)
loss("klDivergence", lambda x, p: F.kl_div(x, p, reduction="batchmean"), q.log(), p, reduction="mean", over="samples")
loss("klDivergence", lambda x, p: F.kl_div(x, p, reduction="batchmean"), q.log(), one_hot, reduction="mean", over="samples")

# ---- Layers -------------------------------------------------------------------------------------------------------

layers = []


def layer(name, module, x, **options):
    """A module's output, and the gradients of its parameters and its input for a random cotangent."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(normal(*parameter.shape, low=-1, high=1))
    values = {key: encode(value) for key, value in module.state_dict().items()}
    leaf = x.clone().requires_grad_(x.is_floating_point())
    output = module(leaf)
    cotangent = normal(*output.shape)
    output.backward(cotangent)
    layers.append({
        "name": name, "options": options, "parameters": values, "input": encode(x), "output": encode(output),
        "cotangent": encode(cotangent), "gradients": {key: encode(p.grad) for key, p in module.named_parameters()},
        "inputGradient": None if leaf.grad is None else encode(leaf.grad)})


layer("linear", torch.nn.Linear(4, 6), normal(3, 4))
layer("linear", torch.nn.Linear(4, 6, bias=False), normal(3, 4))
layer("linear", torch.nn.Linear(4, 6), normal(2, 3, 4))
layer("linear", torch.nn.Linear(4, 6), normal(4))
layer("embedding", torch.nn.Embedding(7, 3), torch.tensor([[0, 6, 2], [2, 2, 5]]))
layer("embedding", torch.nn.Embedding(7, 3, padding_idx=2), torch.tensor([[0, 6, 2], [2, 2, 5]]), paddingIndex=2)
mlp = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
layer("mlp", mlp, normal(5, 4))

# The gradient penalty: loss = H + ½ mean over the samples of ‖∂H/∂x‖², H the cross-entropy summed over the samples.
x, y = normal(5, 4).requires_grad_(), torch.tensor([0, 2, 1, 1, 2])
mlp.zero_grad()
entropy = F.cross_entropy(mlp(x), y, reduction="sum")
(dx,) = torch.autograd.grad(entropy, x, create_graph=True)
total = entropy + 0.5 * dx.square().sum(1).mean()
total.backward()
penalty = {
    "parameters": {key: encode(value) for key, value in mlp.state_dict().items()}, "input": encode(x), "labels": encode(y),
    "loss": total.item(), "gradients": {key: encode(p.grad) for key, p in mlp.named_parameters()}}
norm = torch.nn.utils.clip_grad_norm_(mlp.parameters(), 1.5)
penalty["norm"] = norm.item()
penalty["clipped"] = {key: encode(p.grad) for key, p in mlp.named_parameters()}

# ---- Optimizers ---------------------------------------------------------------------------------------------------

shapes, steps = [(5, 3), (17,)], 4
starts = [normal(*shape, low=-1, high=1) for shape in shapes]
# Odd denominators, so that nothing is exact by chance.
gradients = [[normal(*shape) / 3 for shape in shapes] for _ in range(steps)]
optimizers = []
o = torch.optim
variants = [
    ("SGD", o.SGD, dict(lr=0.1)),
    ("SGD", o.SGD, dict(lr=0.1, weight_decay=0.02)),
    ("SGD", o.SGD, dict(lr=0.1, momentum=0.9)),
    ("SGD", o.SGD, dict(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.02)),
    ("SGD", o.SGD, dict(lr=0.1, momentum=0.9, nesterov=True)),
    ("SGD", o.SGD, dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.02)),
    ("Adam", o.Adam, dict(lr=0.01)),
    ("Adam", o.Adam, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-5, weight_decay=0.02)),
    ("Adam", o.Adam, dict(lr=0.01, amsgrad=True)),
    ("AdamW", o.AdamW, dict(lr=0.01)),
    ("AdamW", o.AdamW, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-5, weight_decay=0.2, amsgrad=True)),
    ("RMSProp", o.RMSprop, dict(lr=0.01)),
    ("RMSProp", o.RMSprop, dict(lr=0.01, centered=True)),
    ("RMSProp", o.RMSprop, dict(lr=0.01, momentum=0.9)),
    ("RMSProp", o.RMSprop, dict(lr=0.01, alpha=0.8, eps=1e-5, momentum=0.9, centered=True, weight_decay=0.02)),
    ("Adagrad", o.Adagrad, dict(lr=0.05)),
    ("Adagrad", o.Adagrad, dict(lr=0.05, lr_decay=0.1, weight_decay=0.02, initial_accumulator_value=0.3, eps=1e-6)),
    ("Adadelta", o.Adadelta, dict(lr=1.0)),
    ("Adadelta", o.Adadelta, dict(lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.02)),
]
swift = {
    "lr": "learningRate", "weight_decay": "weightDecay", "eps": "epsilon", "lr_decay": "rateDecay",
    "initial_accumulator_value": "initialAccumulator"}
for name, make, options in variants:
    for dtype in [torch.float32, torch.float64]:
        values = [torch.nn.Parameter(start.to(dtype).clone()) for start in starts]
        optimizer = make(values, foreach=False, **options)
        curve = []
        for step in gradients:
            for value, gradient in zip(values, step):
                value.grad = gradient.to(dtype)
            optimizer.step()
            # float32 numbers in the few digits that tell them apart
            curve.append([[float(str(v)) for v in value.detach().numpy().reshape(-1)] for value in values])
        translated = {swift.get(key, key): value for key, value in options.items() if key != "betas"}
        if "betas" in options:
            translated["beta1"], translated["beta2"] = options["betas"]
        optimizers.append({"name": name, "dtype": str(dtype)[6:], "options": translated, "values": curve})

# ---- Training -----------------------------------------------------------------------------------------------------


def noise(index, salt, count):
    """A number in 0..<count from an index: multiplicative hashing in 32 bits."""
    h = (index * 2654435761 + salt * 2246822519) & 0xFFFFFFFF
    h ^= h >> 15
    h = (h * 3266489917) & 0xFFFFFFFF
    return (h >> 16) % count


def digits_like(batch, size=32, features=64):
    """Ten prototypes of integers 0…16 and noise on them, over 16: as scikit-learn's digits look."""
    labels = [noise(batch * size + n, 1, 10) for n in range(size)]
    x = [[min(16, max(0, noise(label * features + j, 2, 17) + noise((batch * size + n) * features + j, 3, 9) - 4)) / 16
          for j in range(features)] for n, label in enumerate(labels)]
    return torch.tensor(x, dtype=torch.float32), torch.tensor(labels)


def curve(make):
    model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)).float()
    with torch.no_grad():
        for salt, parameter in enumerate(model.parameters()):
            values = [(noise(i, 10 + salt, 257) - 128) / 1024 for i in range(parameter.numel())]
            parameter.copy_(torch.tensor(values).reshape(parameter.shape))
    optimizer = make(model.parameters())
    batches = [digits_like(b) for b in range(10)]
    values = []
    for step in range(100):
        x, y = batches[step % 10]
        optimizer.zero_grad()
        value = F.cross_entropy(model(x), y)
        value.backward()
        optimizer.step()
        values.append(value.item())
    return values


training = {
    "SGD": curve(lambda p: torch.optim.SGD(p, lr=0.1)), "Adam": curve(lambda p: torch.optim.Adam(p, lr=0.003))}

path = pathlib.Path(__file__).with_name("networks.json")
path.write_text(json.dumps({
    "losses": losses, "layers": layers, "penalty": penalty,
    "optimizers": {"starts": [encode(s) for s in starts], "gradients": [[encode(g) for g in step] for step in gradients], "cases": optimizers},
    "training": training}, separators=(",", ":")) + "\n")
print(f"{len(losses)} losses, {len(layers)} layers, {len(optimizers)} optimizer runs, {path.stat().st_size} bytes")
print([training[k][i] for k in training for i in (0, 1, 50, 99)])
