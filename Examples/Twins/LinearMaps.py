"""The example LinearMaps in PyTorch: the same matrices, models, rates and steps.

    LinearMaps.py [--seed 1]
"""
import math

import numpy as np
import torch

from support import DATA, Clock, parse

arguments = parse(__doc__, seed=1)
torch.set_default_dtype(torch.float64)

print("map             W                            determinant")
for name, w in {
    "turned by 30°": [[0.8660254, -0.5], [0.5, 0.8660254]], "stretched": [[1.5, 0], [0, 0.5]],
    "sheared": [[1.0, 0.7], [0, 1]], "mirrored": [[-1.0, 0], [0, 1]], "of rank one": [[0.8, 0.4], [0.4, 0.2]],
}.items():
    w = torch.tensor(w)
    print(f"{name:15} {' '.join(f'{element:5.2f}' for element in w.flatten()):28} {torch.linalg.det(w):5.2f}")
image = torch.tensor([[1.0, 0], [-1, 1], [0, 2]]) @ torch.tensor([1.2, 2])
print(f"\nthe lecture's map takes (1.2, 2) to ({', '.join(f'{element:.1f}' for element in image)})")


def walk(x, y, rate, epochs, batch=None, factor=None):
    """W after each epoch, down C(W) = (1/N) Σ ‖yₙ − Wᵀ xₙ‖²."""
    torch.manual_seed(arguments.seed)
    w = torch.zeros(x.shape[1], y.shape[1], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=rate, fused=True)
    schedule = factor and torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    path = [w.detach().clone()]
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(batch) if batch else [slice(None)]:
            optimizer.zero_grad()
            (y[rows] - x[rows] @ w).square().sum(1).mean().backward()
            optimizer.step()
        if schedule:
            schedule.step()
        path.append(w.detach().clone())
    return path


seconds = 0
for file, responses in ("linnerud.csv", 3), ("diabetes.csv", 1):
    names = (DATA / file).read_text().splitlines()[0].split(",")
    raw = torch.tensor(np.loadtxt(DATA / file, delimiter=",", skiprows=1))
    samples, inputs = len(raw), len(names) - responses
    x, y = ((raw - raw.mean(0)) / raw.std(0, correction=0)).split([inputs, responses], 1)
    raw = raw[:, :inputs]

    clock = Clock()
    exact = torch.linalg.lstsq(x, y).solution
    curvature = torch.linalg.eigvalsh(2 / samples * x.T @ x)
    least, most = curvature[0].item(), curvature[-1].item()
    rate, condition = 2 / (least + most), most / least
    factor = (condition - 1) / (condition + 1)
    in_columns = torch.linalg.cond(raw - raw.mean(0)).item()
    steps = int(math.log(1e-12) / math.log(factor)) + 1
    batch = samples // 5
    walks = [
        walk(x, y, rate, steps), walk(x, y, rate / 10, steps), walk(x, y, rate / 2, steps, batch),
        walk(x, y, rate / 2, steps, batch, lambda epoch: 1e-4 ** (epoch / steps)),
    ]
    seconds += clock.seconds

    print(f"\n{file}: {inputs} inputs, {responses} responses, {samples} samples")
    print(f"κ of the curvature {condition:.1f}; of the columns as measured it would be {in_columns**2:.1e}")
    print(f"best rate {rate:.4f}, and each step leaves at most {factor:.4f} of the error")
    print(f"SGD: {-(-samples // batch)} batches of {batch} an epoch, from half the rate on")
    print("epoch  descent  predicted   a tenth of the rate      SGD  SGD, rate falling to 1/10,000")
    errors = [[((w - exact).norm() / exact.norm()).item() for w in path] for path in walks]
    for k in (i * steps // 8 for i in range(9)):
        descent, slow, constant, falling = (error[k] for error in errors)
        print(f"{k:5}  {descent:.1e}    {errors[0][0] * factor**k:.1e}               {slow:.1e}"
              f"  {constant:.1e}                        {falling:.1e}")
    half = steps // 2
    print(f"measured over the second half: {(errors[0][steps] / errors[0][half]) ** (1 / (steps - half)):.4f} a step")
    if responses > 1:
        print("\nW by LAPACK, by descent")
        for name, *rows in zip(names, exact, walks[0][-1]):
            print(f"  {name:7} " + "   ".join(" ".join(f"{weight:9.6f}" for weight in row) for row in rows))
print(f"\nfitted in {seconds:.2f} s")
