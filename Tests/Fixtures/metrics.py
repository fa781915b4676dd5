#!/usr/bin/env python3
"""Writes metrics.json: figures of classifications and regressions.

    python Tests/Fixtures/metrics.py     # made with Python 3.11, scikit-learn 1.9, NumPy 2.4, SciPy 1.17

Logits and values are multiples of 1/1024, and so the same in float32 and float64; in some cases of 1/2, so that many are
equal. A case is cut into batches; null stands for a value that is not defined.
"""

import json
import pathlib
import warnings

import numpy
import scipy.special
import sklearn.metrics as figures

warnings.filterwarnings("ignore")


def flat(x, dtype):
    return {"dtype": dtype, "shape": list(x.shape), "values": x.ravel().tolist()}


def defined(x):
    return None if x is None or not numpy.isfinite(x) else float(x)


def cuts(draw, count):
    """Lengths of batches, among them empty ones."""
    result = []
    while sum(result) < count:
        result.append(int(min(draw.integers(0, max(2, count // 2)), count - sum(result))))
    return result + [0]


def area(scores, labels, positive):
    actual = labels == positive
    return None if actual.all() or not actual.any() else figures.roc_auc_score(actual, scores)


def classification(draw, count, classes, coarse, ignored, leading, absent):
    """`classes` is 1 for one logit a sample; `leading` axes before the classes' one."""
    shape = tuple(leading) + (count,) if leading else (count,)
    shape = shape[::-1]
    grid = 2 if coarse else 1024
    logits = numpy.round(draw.normal(0, 1.5, shape + (classes,)) * grid) / grid
    highest = max(classes, 2)
    labels = draw.integers(0, highest - absent if highest > 2 else highest, shape)
    if draw.random() < 0.5 and classes > 1:
        # Better than chance.
        labels = numpy.where(draw.random(shape) < 0.6, logits.argmax(-1), labels)
    if ignored:
        labels = numpy.where(draw.random(shape) < 0.25, -100, labels)
    kept = labels.ravel() != -100
    y, x = labels.ravel()[kept], logits.reshape(-1, classes)[kept]
    expected = {}
    if len(y):
        guess = (x[:, 0] > 0).astype(int) if classes == 1 else x.argmax(-1)
        expected["accuracy"] = [figures.accuracy_score(y, guess)]
        every = list(range(highest))
        expected["confusion"] = figures.confusion_matrix(y, guess, labels=every).ravel().tolist()
        for name in ["actual", "predicted", "all"]:
            key = {"actual": "true", "predicted": "pred", "all": "all"}[name]
            shares = figures.confusion_matrix(y, guess, labels=every, normalize=key)
            expected["confusion " + name] = shares.ravel().tolist()
        for average in ["binary", "macro", "micro", "weighted", None]:
            if average == "binary" and highest > 2:
                continue
            values = figures.precision_recall_fscore_support(
                y, guess, average=average, labels=None if average else every, zero_division=0)
            for name, value in zip(["precision", "recall", "f1"], values):
                if average:
                    expected[f"{name}_{average}"] = [float(value)]
                else:
                    expected[name + " per class"] = value.tolist()
            value = figures.jaccard_score(
                y, guess, average=average, labels=None if average else every, zero_division=0)
            expected[f"iou_{average}" if average else "iou per class"] = numpy.atleast_1d(value).tolist()
        if classes == 1:
            expected["roc_auc"] = [defined(area(x[:, 0], y, 1))]
            # Not of sigmoid(x), which lacks digits near 1.
            expected["log_loss"] = [float(numpy.logaddexp(0, numpy.where(y == 1, -x[:, 0], x[:, 0])).mean())]
        else:
            probabilities = x if coarse else scipy.special.softmax(x, -1)
            areas = [area(probabilities[:, c], y, c) for c in range(classes)]
            expected["roc_auc per class"] = [defined(a) for a in areas]
            known = [a for a in areas if a is not None]
            expected["roc_auc"] = [float(numpy.mean(known)) if known else None]
            if not coarse and len(known) == classes and classes > 2:
                whole = figures.roc_auc_score(y, probabilities, multi_class="ovr", average="macro")
                assert abs(whole - expected["roc_auc"][0]) < 1e-12
            loss = figures.log_loss(y, scipy.special.softmax(x, -1), labels=every)
            expected["log_loss"] = [loss]
            expected["perplexity"] = [float(numpy.exp(loss))]
            if classes > 2:
                for k in {1, 2, classes - 1}:
                    expected[f"top_{k}_accuracy"] = [figures.top_k_accuracy_score(y, x, k=k, labels=every)]
    if classes == 1 and draw.random() < 0.5:
        logits = logits[..., 0]
    return {
        "kind": "classes", "isCoarse": bool(coarse), "predictions": flat(logits, "float"),
        "targets": flat(labels, "int64"), "batches": cuts(draw, shape[0]), "expected": expected}


def regression(draw, count, outputs, offset, constant):
    shape = (count,) if outputs is None else (count, outputs)
    targets = offset + numpy.round(draw.normal(0, 2, shape) * 8) / 8
    if constant:
        targets[...] = offset
    predictions = targets + numpy.round(draw.normal(0, draw.choice([0, 0.5, 3]), shape) * 8) / 8
    expected = {}
    if count:
        expected["mse"] = [figures.mean_squared_error(targets, predictions)]
        expected["rmse"] = [expected["mse"][0] ** 0.5]
        expected["mae"] = [figures.mean_absolute_error(targets, predictions)]
        expected["r2"] = [defined(figures.r2_score(targets, predictions))]
        if outputs is not None and count > 1:
            expected["r2 per output"] = figures.r2_score(targets, predictions, multioutput="raw_values").tolist()
    return {
        "kind": "regression", "isCoarse": False, "predictions": flat(predictions, "float"),
        "targets": flat(targets, "float"), "batches": cuts(draw, count), "expected": expected}


def cases(draw, number, limit):
    for index in range(number):
        count = int(draw.choice([draw.integers(0, 4), draw.integers(1, limit)]))
        if index % 4 == 3:
            yield regression(
                draw, count, [None, 1, 3][draw.integers(0, 3)], [0, 0, 1 << 18][draw.integers(0, 3)],
                draw.random() < 0.15)
        else:
            leading = [[], [], [int(draw.integers(1, 4))]][draw.integers(0, 3)]
            yield classification(
                draw, count, int(draw.choice([1, 2, 3, 5, 10])), draw.random() < 0.4, draw.random() < 0.25, leading,
                int(draw.integers(0, 2)))


if __name__ == "__main__":
    place = pathlib.Path(__file__).resolve().parent / "metrics.json"
    found = list(cases(numpy.random.default_rng(20250801), 72, 28))
    place.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in found) + "\n]\n")
