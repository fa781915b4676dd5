"""The example GradientDescent in PyTorch: the same function, starts, rates, rules of stopping, and batches.

    GradientDescent.py [--draws 2000] [--seed 1]
"""
import itertools

import numpy as np
import torch

from support import DATA, Clock, parse

arguments = parse(__doc__, draws=2000, seed=1)
torch.set_default_dtype(torch.float64)


def cost(p):
    return (1 - p).square().sum() - 2 * torch.exp(-3 * p.square().sum())


def gradient(f, p):
    return torch.autograd.grad(f(p), p)[0]


def evaluated(p):
    """The cost, and its gradient in p.grad."""
    p.grad = None
    value = cost(p)
    value.backward()
    return value


def descend(start, rate, iterations=1000, tolerance=1e-8):
    """Where descent ends, after how many steps, and why."""
    p = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=rate, fused=True)
    for iteration in itertools.count():
        value = evaluated(p)
        if not (value.isfinite() and p.grad.isfinite().all()):
            return p, value, iteration - 1, "diverged: the value or the gradient is not finite"
        if p.grad.abs().max() <= tolerance:
            return p, value, iteration, "converged: the gradient is below its tolerance"
        if iteration == iterations:
            return p, value, iteration, "iteration limit"
        optimizer.step()


def lbfgs(start):
    p = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.LBFGS([p], max_iter=1000, tolerance_grad=1e-8, tolerance_change=0, history_size=10,
                                  line_search_fn="strong_wolfe")
    optimizer.step(lambda: evaluated(p))
    return p, optimizer.state[p]["n_iter"], optimizer.state[p]["func_evals"]


def place(p, decimals=4):
    return "(" + ", ".join(f"{number:.{decimals}f}" for number in p) + ")"


clock = Clock()
points = [torch.randn(2, requires_grad=True) for _ in range(1000)]
by_hand = [2 * (p - 1) + 12 * p * torch.exp(-3 * p.square().sum()) for p in points]
difference = max((gradient(cost, p) - g).abs().max().item() for p, g in zip(points, by_hand))
print(f"∇C by hand and by autograd differ by {difference:.1e} at most, at 1,000 points\n")

starts = [-1, 0.6], [-0.5, -1], [0.4, 0.1], [1.6, -0.6], [0.2, 1.6], [0.5, 0.5]
print("start         gradient descent, η = 0.1               L-BFGS")
for start in starts:
    p, value, steps, _ = descend(start, 0.1)
    other, iterations, evaluations = lbfgs(start)
    print(f"{place(start, 1):13} {place(p)}, {value.item():7.4f}, {steps:3} steps  "
          f"{place(other)}, {iterations} steps, {evaluations} evaluations")

print(f"\nfrom {place(starts[0], 1)}\n    η   steps  ends at              C        because")
for rate in 0.001, 0.01, 0.1, 0.16, 0.25, 0.5, 0.9, 1.1:
    p, value, steps, why = descend(starts[0], rate, iterations=5000, tolerance=1e-6)
    ends = ("beyond all numbers", "") if "diverged" in why else (place(p), f"{value.item():.4f}")
    print(f"{rate:5.3f} {steps:7}  {ends[0]:19} {ends[1]:>8}  {why}")

table = torch.tensor(np.loadtxt(DATA / "diabetes.csv", delimiter=",", skiprows=1))
table = (table - table.mean(0)) / table.std(0, correction=0)
x, y, count = table[:, :10], table[:, 10], len(table)


def batch_gradient(rows):
    """∇C at p = 0 by the samples of a batch."""
    return gradient(lambda w: (x[rows] @ w - y[rows]).square().mean(), torch.zeros(10, requires_grad=True))


whole = batch_gradient(torch.arange(count))


def error(batches):
    """Root mean square of ‖g_B − ∇C‖ / ‖∇C‖."""
    squares = torch.stack([(batch_gradient(rows) - whole).square().sum() for rows in batches])
    return (squares.mean().sqrt() / whole.norm()).item()


single = error(torch.arange(count).split(1))
print(f"\nroot mean square of ‖g_B − ∇C‖ / ‖∇C‖ over {arguments.draws} batches of diabetes.csv")
print("  |B|   with replacement   σ/√B   without   σ/√B · √((N−B)/(N−1))")
for size in 1, 2, 4, 8, 16, 32, 64, 128, 256, 442:
    independent = error(torch.randint(count, (size,)) for _ in range(arguments.draws))
    split = error(torch.randperm(count)[:size] for _ in range(arguments.draws))
    root = single / size**0.5
    print(f"{size:5} {independent:18.3f} {root:6.3f} {split:9.3f} {root * ((count - size) / (count - 1)) ** 0.5:23.3f}")
print(f"\ncomputed in {clock.seconds:.2f} s")
