"""The example ManyClasses in PyTorch: the same halves, objectives and tolerance, all by L-BFGS.

    ManyClasses.py [--seeds 10] [--penalty 1e-3] [--seed 1]
"""
import torch
from torch import nn

from support import Clock, digits, parse

arguments = parse(__doc__, seeds=10, penalty=1e-3, seed=1)
images, labels = digits()
images = images.double()


def fit(x, y, classes=2):
    """The minimum of the mean of −log p(y | x) and ½ λ ‖W‖², where no slope is larger than 1e-5."""
    model = nn.Linear(64, classes if classes > 2 else 1, dtype=torch.float64)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=10_000, tolerance_grad=1e-5, tolerance_change=0,
                                  history_size=10, line_search_fn="strong_wolfe")
    truth = y if classes > 2 else y.double()
    negative_log = nn.functional.cross_entropy if classes > 2 else nn.functional.binary_cross_entropy_with_logits

    def closure():
        optimizer.zero_grad()
        loss = negative_log(model(x).squeeze(1), truth) + arguments.penalty / 2 * model.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return model


def one_vs_all(x, y, classes):
    models = [fit(x, y == k) for k in range(classes)]
    return len(models), lambda x: torch.cat([model(x) for model in models], 1).argmax(1)


def one_vs_one(x, y, classes):
    first, second = torch.combinations(torch.arange(classes)).T
    pairs = [((y == a) | (y == b), b) for a, b in zip(first, second)]
    models = [fit(x[rows], y[rows] == b) for rows, b in pairs]

    def predict(x):
        decisions = torch.cat([model(x) for model in models], 1)
        wins = (decisions > 0).double()
        none = torch.zeros(len(x), classes, dtype=torch.float64)
        votes = none.index_add(1, first, 1 - wins).index_add(1, second, wins)
        sums = none.index_add(1, first, -decisions).index_add(1, second, decisions)
        return (votes + sums / (3 * (sums.abs() + 1))).argmax(1)

    return len(models), predict


def multinomial(x, y, classes):
    model = fit(x, y, classes)
    return 1, lambda x: model(x).argmax(1) if classes > 2 else (model(x)[:, 0] > 0).long()


ways = {"one-vs-all": one_vs_all, "one-vs-one": one_vs_one, "multinomial": multinomial}
print(f"Means over {arguments.seeds} halves; milliseconds to fit and to predict; the number of models.\n")
print("classes" + "".join(f"{name:>31}" for name in ways))
print("       " + f"{'right       fit predict  n':>31}" * 3)
mistakes = dict.fromkeys(ways, 0)
clock = Clock()
for count in range(2, 11):
    rows = (labels < count).nonzero()[:, 0]
    figures = {name: torch.zeros(3, dtype=torch.float64) for name in ways}
    models = {}
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        torch.manual_seed(seed)
        training, test = rows[torch.randperm(len(rows))].tensor_split([len(rows) // 2])
        for name, way in ways.items():
            fit_clock = Clock()
            models[name], predict = way(images[training], labels[training], count)
            fitting, predict_clock = fit_clock.seconds, Clock()
            with torch.inference_mode():
                right = (predict(images[test]) == labels[test]).double().mean().item()
            figures[name] += torch.tensor([100 * right, 1000 * fitting, 1000 * predict_clock.seconds])
    line = f"{count:7}"
    for name in ways:
        right, fitting, predicting = (figures[name] / arguments.seeds).tolist()
        line += f"{right:8.2f} %{fitting:9.1f}{predicting:8.2f}{models[name]:4}"
        mistakes[name] += 100 - right
    print(line, flush=True)
seconds = clock.seconds
print(f"\none-vs-one makes {mistakes['one-vs-one'] / mistakes['one-vs-all']:.2f} times as many mistakes as one-vs-all, "
      f"over all rows\nfitted and judged in {seconds:.1f} s")
