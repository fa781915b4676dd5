#!/usr/bin/env python3
"""Fits of linear models by Cotangent and by scikit-learn, by turns.

    python linear_models.py --compare COTANGENT_BENCH --rounds 5
    python linear_models.py --seconds 0.2

COTANGENT_BENCH is the built benchmark. It is asked for `--linear-models`, and prints a line for each fit: its name,
seconds and the objective that it reached. Both fit the same files in float64, single fits timed for a while, the best
counted; scikit-learn is asked as its documentation has it, with the options that make it fastest. The comparison ends
where Cotangent's objective is not as low as scikit-learn's, to 6 digits.

scikit-learn runs on one thread unless OMP_NUM_THREADS and OPENBLAS_NUM_THREADS say otherwise: on two cores that was
faster in every row, and `logistic-10` twenty times as fast. Cotangent takes its own choice.
"""

import argparse
import csv
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time
import warnings

environment = dict(os.environ)
# Before NumPy is loaded.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402

DATA = pathlib.Path(__file__).resolve().parents[2] / "Examples/Data"


def table(name):
    with open(DATA / name) as file:
        return np.array([[float(v) for v in row] for row in list(csv.reader(file))[1:]])


def standard(x):
    deviation = x.std(0)
    return (x - x.mean(0)) / np.where(deviation > 0, deviation, 1)


def fits():
    """name → (what is timed, the objective of its result)"""
    from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeCV, lasso_path

    diabetes, digits = table("diabetes.csv"), table("digits.csv")
    x, y = np.asfortranarray(standard(diabetes[:, :10])), diabetes[:, 10] - diabetes[:, 10].mean()
    images, labels = digits[:, :64] / 16, digits[:, 64].astype(int)
    penalties = np.logspace(-2, 3, 100)

    def lasso_objective(result):
        alphas, weights, _ = result
        residual = y[:, None] - x @ weights
        return float(np.sum((residual**2).sum(0) / (2 * len(y)) + alphas * abs(weights).sum(0)))

    def logistic(penalty, x, y):
        # As the same optimum to the same slope: scikit-learn's tolerance is of the largest slope of the mean loss.
        return LogisticRegression(C=1 / (len(x) * penalty), tol=1e-5, max_iter=10_000).fit(x, y)

    def logistic_objective(model, penalty, x, y):
        p = model.predict_proba(x)[np.arange(len(x)), np.searchsorted(model.classes_, y)]
        return float(-np.log(p).mean() + penalty / 2 * (model.coef_**2).sum())

    binary = labels % 2
    return {
        "lasso-path-100": (lambda: lasso_path(x, y, precompute=True), lasso_objective),
        "least-squares": (lambda: LinearRegression().fit(x, y), lambda m: float(((y - m.predict(x)) ** 2).sum())),
        "ridge-loo-100": (lambda: RidgeCV(penalties).fit(x, y), lambda m: -m.best_score_),
        "logistic-2": (lambda: logistic(1e-3, images, binary), lambda m: logistic_objective(m, 1e-3, images, binary)),
        "logistic-10": (lambda: logistic(1e-3, images, labels), lambda m: logistic_objective(m, 1e-3, images, labels)),
    }


def run(seconds):
    warnings.simplefilter("ignore")
    for name, (fit, objective) in fits().items():
        value, best, end = objective(fit()), float("inf"), time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            fit()
            best = min(best, time.perf_counter() - start)
        print(f"{name} {best:.9f} {value:.12g}", flush=True)


def read(command, environment=None):
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return {name: (float(seconds), float(value))
            for name, seconds, value in re.findall(r"^(\S+) (\S+) (\S+)$", printed, re.MULTILINE)}


def compare(program, rounds, seconds):
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(read([program, "--linear-models", "--seconds", str(seconds)], environment))
        theirs.append(read([sys.executable, __file__, "--seconds", str(seconds)]))
    print(f"{'':16}{'Cotangent':>12}{'scikit-learn':>14}{'faster':>10}   of {rounds} rounds: best times, median of ratios")
    for name in theirs[0]:
        a, b = ours[0][name][1], theirs[0][name][1]
        if a > b + 1e-6 * abs(b):
            sys.exit(f"{name}: the objectives are {a} and {b}")
        ratio = statistics.median(t[name][0] / o[name][0] for o, t in zip(ours, theirs))
        best = [min(r[name][0] for r in results) * 1e6 for results in (ours, theirs)]
        print(f"{name:16}{best[0]:>9.0f} µs{best[1]:>11.0f} µs{ratio:>9.2f}x")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", metavar="COTANGENT_BENCH")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    arguments = parser.parse_args()
    if arguments.compare:
        compare(arguments.compare, arguments.rounds, arguments.seconds)
    else:
        run(arguments.seconds)
