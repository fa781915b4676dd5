"""Each example and its twin in PyTorch by turns: seconds of training, and what was reached.

    compare.py [NAME ...] [--rounds 3] [--threads 1 2]

The examples have been built before: swift build -c release --package-path Examples. Seconds are the least of the rounds, as
both programs print them, and scores those that a program prints last. PyTorch has as many threads of --threads as take least
time in the first round, and keeps memory that it has freed, which malloc by itself gives back.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
BUILT = HERE.parent / ".build/release"


class Pair(NamedTuple):
    """Options of both programs, patterns of the seconds, which are added up, and of the scores; ^ and $ are a line's."""
    seconds: str
    scores: dict[str, str]
    options: str = ""
    twin: str = ""
    twin_options: str = ""


EPOCHS = r"^\d+ epochs: ([\d.]+) s"


def rows(pattern, *names):
    return {name: pattern.format(re.escape(name)) for name in names}


PAIRS = {
    "Digits": Pair(EPOCHS, {"test accuracy, mean of 5": r"mean of 5 seeds: ([\d.]+ %)"}, "--seeds 5", "Digits.py", "--seeds 5"),
    "DigitsCNN": Pair(
        EPOCHS, {"test accuracy, mean of 5": r"mean of 5 seeds: ([\d.]+ %)"}, "--seeds 5", "Digits.py",
        "--network CNN --seeds 5"),
    "Regularization": Pair(
        r"seeds of each: ([\d.]+) s",
        rows(r"^(?:\| {0} \|.*?|{0} .*test )([\d.]+)(?: ±| %  loss)", "none", "dropout", "L2", "L1", "early stopping", "together")),
    "Languages": Pair(EPOCHS, {"test accuracy": r"([\d.]+ %) of the test$"}),
    "NamedEntities": Pair(EPOCHS, {
        "F1": r"^bidirectional LSTM(?: +[\d.]+){2} +([\d.]+)",
        "F1 on words not seen in training": r"^bidirectional LSTM(?: +[\d.]+){5} +([\d.]+)"}),
    "Translation": Pair(EPOCHS, {
        "words right, greedy": r"greedy:? +([\d.]+ %)", "symbol error rate": r"greedy.*%.* ([\d.]+ %)"}),
    "Music": Pair(EPOCHS, {"nats a token in validation": r"validation ([\d.]+) nats"}),
    "TextGenerator": Pair(r"([\d.]+) s$", rows(
        r"^{} +\d+ +([\d.]+)", *(f"{reading} {kind}" for reading in ("letters", "words") for kind in ("RNN", "GRU", "LSTM")))),
    "VanishingGradients": Pair(
        r"six networks: ([\d.]+) s", rows(r"^{}  .* (\S+)$", "RNN", "LSTM", "LSTM, forget bias 5", "GRU")),
    "AddingProblem": Pair(
        r"([\d.]+) s$",
        rows(r"^{}  .* ([\d.]+) +\d+ s$", "RNN", "RNN, orthogonal start", "LSTM, forget bias 1", "GRU")),
    "Regression": Pair(r"epochs in ([\d.]+) s", {"R², mean of 5 seeds": r"R² ([\d.]+) in the mean"}),
    "LinearMaps": Pair(r"fitted in ([\d.]+) s", {
        "share of the error left, linnerud": r"^ +124 +(\S+)", "diabetes": r"^ +6495 +(\S+)"}),
    "GradientDescent": Pair(r"computed in ([\d.]+) s", {
        "from (−1, 0.6)": r"^\(-1\.0, 0\.6\) +(\(.*?steps)", "from (1.6, −0.6)": r"^\(1\.6, -0\.6\) +(\(.*?steps)"}),
    "ManyClasses": Pair(r"judged in ([\d.]+) s", {
        "one-vs-all, ten classes": r"^ +10 +([\d.]+ %)", "one-vs-one": r"^ +10.*? %.*? ([\d.]+ %)",
        "multinomial": r"^ +10.* ([\d.]+ %)"}),
    "TimeSeries": Pair(
        r"^LSTM.*, ([\d.]+) s$",
        rows(r"^{} +(?:[\d.]+ +){{5}}([\d.]+)", "LSTM, numbers as they are", "LSTM, numbers stretched")),
    "Filters": Pair(r"^([\d.]+) s$", rows(
        r"^(?:\| )?{}(?: \||:) ([\d.]+ %)", "pixels", "filters at random", "filters for edges",
        "filters for lines and edges", "learnt filters")),
    "GAN": Pair(r"critic: ([\d.]+) s", {
        "recognised": r"([\d.]+ %) are recognised", "differences within a class": r"within a class: ([\d.]+ %)",
        "learnt from made digits alone": r"alone reads ([\d.]+ %)"}),
    "UNet": Pair(
        r"^epoch 16 .* ([\d.]+) s$", {"intersection over union": r"intersection over union ([\d.]+)"},
        "--save scenes.npz", "UNet.py", "--scenes scenes.npz"),
}


def run(pair, command, folder, **environment):
    """Seconds, and a score each."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, check=True, stdout=subprocess.PIPE, text=True)
    printed = re.sub(r"(\d)%", r"\1 %", done.stdout)
    found = {pattern: re.findall(pattern, printed, re.M) for pattern in (pair.seconds, *pair.scores.values())}
    for pattern in (pattern for pattern in found if not found[pattern]):
        sys.exit(f"{command}: nothing printed matches {pattern}")
    return sum(map(float, found[pair.seconds])), [found[score][-1] for score in pair.scores.values()]


def compare(name, rounds, choices):
    pair, ours, theirs = PAIRS[name], [], []
    memory = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "1073741824"}
    twin = [sys.executable, HERE / (pair.twin or name + ".py"), *pair.twin_options.split()]
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            ours.append(run(pair, [BUILT / name, *pair.options.split()], folder))
            if not theirs:
                tried = {n: run(pair, twin, folder, OMP_NUM_THREADS=n, **memory) for n in choices}
                threads = min(tried, key=lambda n: tried[n][0])
                theirs.append(tried[threads])
            else:
                theirs.append(run(pair, twin, folder, OMP_NUM_THREADS=threads, **memory))
    if any(scores != ours[0][1] for _, scores in ours):
        sys.exit(f"{name} does not give the same scores in each round")
    print(f"\n| {name} | training | " + " | ".join(pair.scores) + " |\n|---" + "|---" * (len(pair.scores) + 1) + "|")
    heading = f"PyTorch, {threads} thread" + "s" * (threads != "1")
    for program, outcomes in ("Cotangent", ours), (heading, theirs):
        seconds = min(outcome[0] for outcome in outcomes)
        print(f"| {program} | {seconds:.{1 if seconds >= 1 else 2}f} s | " + " | ".join(outcomes[-1][1]) + " |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *PAIRS], default=[])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", nargs="+", default=["1", "2"])
    arguments = parser.parse_args()
    for name in arguments.names or PAIRS:
        compare(name, arguments.rounds, arguments.threads)
