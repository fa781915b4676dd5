#!/usr/bin/env python3
"""Writes schedules.json: learning rates of PyTorch's lr_scheduler, step by step.

    python Tests/Fixtures/schedules.py          # made with PyTorch 2.13

The base rate is 1, so rates are factors. Each case has the Swift form's arguments under its name.
"""

import json
import pathlib

import torch
from torch.optim import lr_scheduler as schedulers


def rates(make, steps, base=1.0):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    scheduler = make(optimizer)
    values = []
    for step in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < steps - 1:
            scheduler.step()
    return values


def plateau(figures, **options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = schedulers.ReduceLROnPlateau(optimizer, eps=0, **options)
    values = []
    for figure in figures:
        scheduler.step(figure)
        values.append(optimizer.param_groups[0]["lr"])
    return values


def chain(first, steps, second):
    return lambda o: schedulers.SequentialLR(o, [first(o), second(o)], [steps])


warm_up = lambda steps, start: (lambda o: schedulers.LinearLR(o, start, 1.0, steps))
cosine = lambda steps, end=0.0: (lambda o: schedulers.CosineAnnealingLR(o, steps, end))

cases = {
    "constant(0.5, steps: 7)": rates(lambda o: schedulers.ConstantLR(o, 0.5, 7), 7),
    "step(every: 10, by: 0.3)": rates(lambda o: schedulers.StepLR(o, 10, 0.3), 95),
    "multiStep(at: [5, 5, 30, 77], by: 0.2)": rates(lambda o: schedulers.MultiStepLR(o, [5, 5, 30, 77], 0.2), 100),
    "exponential(by: 0.97)": rates(lambda o: schedulers.ExponentialLR(o, 0.97), 200),
    "linear(steps: 40, from: 0.25, to: 0.75)": rates(lambda o: schedulers.LinearLR(o, 0.25, 0.75, 40), 60),
    "polynomial(steps: 50, power: 0.9)": rates(lambda o: schedulers.PolynomialLR(o, 50, 0.9), 70),
    "polynomial(steps: 50)": rates(lambda o: schedulers.PolynomialLR(o, 50, 1.0), 70),
    "cosine(steps: 90)": rates(cosine(90), 91),
    "cosine(steps: 91, to: 0.1)": rates(cosine(91, 0.1), 92),
    "cosineRestarts(first: 13)": rates(lambda o: schedulers.CosineAnnealingWarmRestarts(o, 13), 120),
    "cosineRestarts(first: 7, multiplier: 2, to: 0.05)": rates(
        lambda o: schedulers.CosineAnnealingWarmRestarts(o, 7, 2, 0.05), 200
    ),
    "warmUp(steps: 20, from: 0.1).then(cosine(steps: 80))": rates(chain(warm_up(20, 0.1), 20, cosine(80)), 101),
    "warmUp(steps: 15, from: 0.01).then(step(every: 6, by: 0.5))": rates(
        chain(warm_up(15, 0.01), 15, lambda o: schedulers.StepLR(o, 6, 0.5)), 80
    ),
}
for three in (False, True):
    for linear in (False, True):
        for steps in (100, 37):
            name = f"oneCycle(steps: {steps}, rising: 0.25, divisor: 20, finalDivisor: 1000, isLinear: {str(linear).lower()}, threePhases: {str(three).lower()})"
            cases[name] = rates(
                lambda o: schedulers.OneCycleLR(
                    o, 1.0, total_steps=steps, pct_start=0.25, anneal_strategy="linear" if linear else "cos",
                    div_factor=20, final_div_factor=1000, three_phase=three, cycle_momentum=False,
                ),
                steps,
            )

# Falls, wanders, and falls again; multiples of 1/1024, so that thresholds are met exactly or not at all.
state, figures = 12345, []
for index in range(150):
    state = (state * 1103515245 + 12345) % 2**31
    level = 2.0 / (1 + index // 25)
    figures.append(round((level + (state >> 16) % 64 / 256) * 1024) / 1024)
plateaus = [
    ({}, {"mode": "min"}),
    ({"patience": 3}, {"patience": 3}),
    ({"patience": 2, "factor": 0.5, "cooldown": 4}, {"patience": 2, "factor": 0.5, "cooldown": 4}),
    (
        {"patience": 0, "factor": 0.7, "threshold": 0.125, "absolute": True, "minimum": 0.01},
        {"patience": 0, "factor": 0.7, "threshold": 0.125, "threshold_mode": "abs", "min_lr": 0.01},
    ),
    (
        {"patience": 4, "factor": 0.6, "isBetterHigher": True, "threshold": 0.05},
        {"patience": 4, "factor": 0.6, "mode": "max", "threshold": 0.05},
    ),
]
out = {
    "schedules": cases,
    "figures": figures,
    "plateaus": [
        {"options": options, "scales": plateau(figures, **theirs)} for options, theirs in plateaus
    ],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
