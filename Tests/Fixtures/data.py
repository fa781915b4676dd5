#!/usr/bin/env python3
"""Writes data.json: splits, standardisation, encodings, rotations and CSV files with the values of others.

    python Tests/Fixtures/data.py        # made with scikit-learn 1.9, SciPy 1.17, NumPy 2.4, PyTorch 2.13, Python 3.11

Sizes and folds of splits, StandardScaler, MinMaxScaler, SimpleImputer and OneHotEncoder are scikit-learn's. Of stratified
splits the counts by class are listed where they are the same for every random state, that is without ties. Rotations are
PyTorch's affine_grid and grid_sample, and SciPy's affine_transform where the border is not zero. Python's csv module
wrote the files.
"""

import csv
import io
import json
import pathlib

import numpy as np
import scipy.ndimage
import sklearn
import torch
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

random = np.random.default_rng(20260301)
result = {}

# Splits
result["splits"] = [
    {"count": n, "test": f, "sizes": [len(part) for part in train_test_split(range(n), test_size=f)]}
    for n in (2, 3, 10, 17, 100, 149, 150, 1797) for f in (0.1, 0.2, 0.25, 0.3, 1 / 3, 0.07, 0.5)
    if 0 < np.ceil(f * n) < n]
result["partialSplits"] = [
    {"count": n, "train": a, "test": b,
     "sizes": [len(part) for part in train_test_split(range(n), train_size=a, test_size=b)]}
    for n in (10, 37, 150) for a, b in ((0.5, 0.2), (0.3, 0.3), (0.15, 0.6))]
stratified = []
for case in range(40):
    n, k = int(random.integers(20, 200)), int(random.integers(2, 6))
    labels = random.choice(k, size=n, p=random.dirichlet(np.full(k, 3.0)))
    test = float(random.choice([0.1, 0.2, 0.25, 0.3]))
    if np.bincount(labels, minlength=k).min() < 2 or np.ceil(test * n) < k:
        continue
    counts = set()
    for state in range(30):
        parts = train_test_split(labels, test_size=test, stratify=labels, random_state=state)
        counts.add(tuple(tuple(np.bincount(part, minlength=k).tolist()) for part in parts))
    if len(counts) == 1:
        stratified.append({"labels": labels.tolist(), "test": test, "counts": [list(c) for c in counts.pop()]})
result["stratified"] = stratified
result["folds"] = [
    {"count": n, "k": k, "folds": [test.tolist() for _, test in KFold(k).split(np.zeros(n))]}
    for n, k in ((10, 2), (10, 3), (11, 4), (5, 5), (23, 7))]
folds = []
for case in range(8):
    k = int(random.integers(2, 6))
    labels = random.choice([7, -1, 3], size=60, p=[0.5, 0.2, 0.3])
    if min(np.unique(labels, return_counts=True)[1]) < k:
        continue
    parts = [test for _, test in StratifiedKFold(k, shuffle=True, random_state=1).split(labels, labels)]
    folds.append({"labels": labels.tolist(), "k": k,
                  "counts": [[int((labels[part] == c).sum()) for c in (-1, 3, 7)] for part in parts]})
result["stratifiedFolds"] = folds

# Preprocessing. Column 1 is constant, column 3 has a mean that is large against its deviation.
x = random.normal(size=(9, 4)) * [1, 0, 20, 0.01] + [0, 3.7, -5, 1000]
test = random.normal(size=(3, 4)) * [1, 1, 20, 0.01] + [0, 3.7, -5, 1000]
standard, scaled = StandardScaler().fit(x), MinMaxScaler((-1, 2)).fit(x)
result["scaling"] = {
    "x": x.tolist(), "test": test.tolist(), "mean": standard.mean_.tolist(), "deviation": standard.scale_.tolist(),
    "standardized": standard.transform(x).tolist(), "standardizedTest": standard.transform(test).tolist(),
    "scaled": scaled.transform(x).tolist(), "scaledTest": scaled.transform(test).tolist()}
holes = random.normal(size=(8, 3)).round(3)
holes[[0, 3, 5], 0] = holes[6, 1] = np.nan
result["imputing"] = {
    "rows": [[None if np.isnan(v) else v for v in row] for row in holes.tolist()],
    "mean": SimpleImputer(strategy="mean").fit_transform(holes).tolist(),
    "median": SimpleImputer(strategy="median").fit_transform(holes).tolist()}
words = ["red", "green", "blue", "green", "Blue", "red", "äpfel", ""]
encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit([[w] for w in words])
result["categories"] = {"words": words, "names": encoder.categories_[0].tolist(),
                        "columns": encoder.transform([[w] for w in words + ["grey"]]).tolist()}

# Rotations
rotations = []
for shape, degrees in (([3, 2, 6, 6], [30.0, -77.5, 180.0]), ([3, 1, 5, 8], [12.0, 90.0, -200.0]),
                       ([1, 1, 1, 7], [45.0])):
    images = torch.tensor(random.normal(size=shape).round(4))
    angle = torch.tensor(degrees, dtype=torch.float64) * np.pi / 180
    height, width = shape[2:]
    theta = torch.zeros(len(degrees), 2, 3, dtype=torch.float64)
    # Positions run from −1 to 1 along either axis.
    theta[:, 0, 0], theta[:, 0, 1] = angle.cos(), -angle.sin() * height / width
    theta[:, 1, 0], theta[:, 1, 1] = angle.sin() * width / height, angle.cos()
    grid = torch.nn.functional.affine_grid(theta, shape, align_corners=False)
    turned = torch.nn.functional.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    filled = np.empty(shape)
    for i, a in enumerate(angle.numpy()):
        # In (row, column) order.
        matrix = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        centre = np.array([(height - 1) / 2, (width - 1) / 2])
        for c in range(shape[1]):
            filled[i, c] = scipy.ndimage.affine_transform(
                images[i, c].numpy(), matrix, centre - matrix @ centre, order=1, mode="grid-constant", cval=0.75)
    rotations.append({"shape": shape, "degrees": degrees, "images": images.reshape(-1).tolist(),
                      "turned": turned.reshape(-1).tolist(), "filled": filled.reshape(-1).tolist()})
result["rotations"] = rotations

# CSV
odd = ["plain", "", " spaces ", 'a "quote"', "comma, inside", "two\nlines", "two\r\nlines", '"', '""', "ü€😀", "semi;colon", "tab\t"]
files = []
for delimiter in ",;\t":
    for terminator in ("\n", "\r\n"):
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC):
            text = io.StringIO()
            writer = csv.writer(text, delimiter=delimiter, lineterminator=terminator, quoting=quoting)
            writer.writerow(["x", "a, \"word\"", "y"])
            for index, word in enumerate(odd):
                # A space around a field that is not quoted is not part of it here, so such words are quoted.
                if word == word.strip(" \t") or quoting != csv.QUOTE_MINIMAL:
                    writer.writerow([index / 4, word, -index])
            text = text.getvalue()
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:]
            files.append({"separator": delimiter, "text": text, "words": [row[1] for row in rows],
                          "x": [float(row[0]) for row in rows], "y": [float(row[2]) for row in rows]})
result["csv"] = files

path = pathlib.Path(__file__).with_name("data.json")
path.write_text(json.dumps(result, separators=(",", ":")).replace("},{", "},\n{") + "\n")
print(f"scikit-learn {sklearn.__version__}; {path.stat().st_size} bytes; "
      f"{len(stratified)} stratified splits, {len(folds)} of folds")
