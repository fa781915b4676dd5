#!/usr/bin/env python3
"""The character model of Examples/Sources/CharacterModel in PyTorch, and a comparison of the two.

    python character_model.py --steps 2000 --seed 1
    python character_model.py --compare CHARACTER_MODEL --rounds 5
    python character_model.py --compare CHARACTER_MODEL --rounds 3 --steps 300

Same text, streams, windows, architecture, initial distributions, optimizer, clipping and steps; the numbers drawn
differ. PyTorch is at its best: memory is kept by malloc, Adam is fused, gradients are set to none, and the one-hot
vectors are rows of an identity matrix. With --compare both train by turns, CHARACTER_MODEL being the built example, in
each round with a seed of its own; it prints characters a second (of the best window behind the first), bits per
character on the held-out text, and ratios.
"""

import argparse
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

if __name__ == "__main__":
    wanted = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "1073741824"}
    if sys.platform == "linux" and not all(name in os.environ for name in wanted):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **wanted})

TEXT = pathlib.Path(__file__).resolve().parents[2] / "Examples/Data/kjv-pentateuch.txt"
BATCH, WINDOW = 64, 100


def train(steps: int, seed: int, report: int) -> None:
    import torch
    from torch import nn
    from torch.nn import functional as F

    torch.manual_seed(seed)
    text = TEXT.read_text(encoding="utf-8")
    number = {character: index for index, character in enumerate(sorted(set(text)))}
    tokens = torch.tensor([number[character] for character in text])
    held = len(tokens) // 20
    identity = torch.eye(len(number))

    def streams(tokens):
        """[time, batch]: part b of the text is column b."""
        length = (len(tokens) - 1) // BATCH
        return [tokens[i:i + BATCH * length].view(BATCH, length).t().contiguous() for i in (0, 1)]

    training, held_out = streams(tokens[:-held]), streams(tokens[-held:])
    lstm, output = nn.LSTM(len(number), 256, 2), nn.Linear(256, len(number))
    parameters = [*lstm.parameters(), *output.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.003, fused=True)

    state, start, losses, clock = None, 0, 0.0, time.perf_counter()
    for step in range(1, steps + 1):
        if start + WINDOW > len(training[0]):
            state, start = None, 0
        x, y = (part[start:start + WINDOW] for part in training)
        start += WINDOW
        hidden, state = lstm(identity[x], state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(output(hidden).view(-1, len(number)), y.reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1)
        optimizer.step()
        losses += loss.item()
        if step % report == 0:
            rate = report * BATCH * WINDOW / (time.perf_counter() - clock)
            print(f"step {step}  {losses / report / math.log(2):.3f} bits/character  {rate:.0f} characters/s", flush=True)
            losses, clock = 0.0, time.perf_counter()

    total, state = 0.0, None
    with torch.inference_mode():
        for start in range(0, len(held_out[0]), WINDOW):
            x, y = (part[start:start + WINDOW] for part in held_out)
            hidden, state = lstm(identity[x], state)
            total += F.cross_entropy(output(hidden).view(-1, len(number)), y.reshape(-1), reduction="sum").item()
    print(f"held out: {total / held_out[1].numel() / math.log(2):.4f} bits/character")


def run(command: list[str]) -> tuple[float, float]:
    """Characters a second and bits per character that a training prints."""
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rates = [float(rate) for rate in re.findall(r"(\d+) characters/s", printed)]
    return max(rates[1:] or rates), float(re.search(r"held out: ([\d.]+)", printed)[1])


def compare(program: str, rounds: int, steps: int) -> None:
    options = ["--steps", str(steps), "--report", str(max(1, min(steps // 4, 25)))]
    ours, theirs = [], []
    for round in range(1, rounds + 1):
        seed = ["--seed", str(round)]
        ours.append(run([program, *options, *seed, "--sample", "0"]))
        theirs.append(run([sys.executable, __file__, *options, *seed]))
        print(f"seed {round}: {ours[-1][0]:.0f} and {theirs[-1][0]:.0f} characters/s, "
              f"{ours[-1][0] / theirs[-1][0]:.2f}x; held out {ours[-1][1]:.4f} and {theirs[-1][1]:.4f} bits/character",
              flush=True)
    ratio = statistics.median(a[0] / b[0] for a, b in zip(ours, theirs))
    bits = [statistics.mean(result[1] for result in results) for results in (ours, theirs)]
    print(f"median of {rounds} rounds of {steps} steps: {ratio:.2f}x PyTorch's characters/s; "
          f"mean held out {bits[0]:.4f} against {bits[1]:.4f} bits/character")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=int, default=100)
    parser.add_argument("--compare", metavar="CHARACTER_MODEL")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.compare:
        compare(arguments.compare, arguments.rounds, arguments.steps or 20)
    else:
        train(arguments.steps or 2000, arguments.seed, arguments.report)
