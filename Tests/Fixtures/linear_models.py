"""Fits of linear models by scikit-learn, run to tight tolerance, on Examples/Data's diabetes, iris and linnerud.

    python linear_models.py

Writes linear_models.json. Made with scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1.

Of each iterative fit the script checks that it stands at the optimum: the objective's gradient vanishes, or lies
within the penalty's subgradient. Standard errors, t and p are by NumPy and SciPy from their definitions.
"""

import csv
import itertools
import json
import pathlib
import warnings

import numpy as np
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.linear_model import (ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge, RidgeCV, enet_path,
                                  lasso_path)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

warnings.simplefilter("ignore", FutureWarning)
DATA = pathlib.Path(__file__).resolve().parents[2] / "Examples/Data"


def table(name):
    with open(DATA / name) as file:
        return list(csv.reader(file))[1:]


diabetes = np.array(table("diabetes.csv"), float)
linnerud = np.array(table("linnerud.csv"), float)
iris = table("iris.csv")
flowers = np.array([row[:4] for row in iris], float)
species = np.unique([row[4] for row in iris], return_inverse=True)[1]
output = {}


def fitted(model):
    return {"weight": np.atleast_2d(model.coef_).tolist(), "bias": np.atleast_1d(model.intercept_).tolist()}


# Least squares

def least_squares(x, y):
    model = LinearRegression().fit(x, y)
    y = y.reshape(len(y), -1)
    full = np.column_stack([np.ones(len(x)), x])
    freedom = len(x) - full.shape[1]
    residual = y - model.predict(x).reshape(y.shape)
    variance = (residual**2).sum(0) / freedom
    # (XᵀX)⁻¹ from R: its condition is that of X.
    inverse = np.linalg.inv(np.linalg.qr(full)[1])
    errors = np.sqrt(np.outer(variance, (inverse**2).sum(1)))
    values = np.column_stack([np.atleast_1d(model.intercept_), np.atleast_2d(model.coef_)])
    t = values / errors
    r2 = 1 - (residual**2).sum(0) / ((y - y.mean(0)) ** 2).sum(0)
    return {**fitted(model), "errors": errors.tolist(), "t": t.tolist(),
            "p": (2 * stats.t.sf(abs(t), freedom)).tolist(), "r2": r2.tolist(),
            "adjusted": (1 - (1 - r2) * (len(x) - 1) / freedom).tolist(), "variance": variance.tolist(),
            "score": float(model.score(x, y))}


x, y = diabetes[:, :10], diabetes[:, 10]
exercises, measures = linnerud[:, :3], linnerud[:, 3:]
output["leastSquares"] = {"diabetes": least_squares(x, y), "linnerud": least_squares(exercises, measures)}

# Ridge

standard = StandardScaler().fit_transform(x)
penalties = np.logspace(-2, 3, 11)
selection = RidgeCV(penalties, store_cv_results=True).fit(standard, y)
many = RidgeCV(penalties, store_cv_results=True).fit(exercises, measures)
output["ridge"] = {
    "penalties": penalties.tolist(),
    "diabetes": [fitted(Ridge(a, solver="svd").fit(standard, y)) for a in penalties],
    "linnerud": [fitted(Ridge(a, solver="svd").fit(exercises, measures)) for a in penalties],
    "leaveOneOut": {"diabetes": selection.cv_results_.mean(0).tolist(), "linnerud": many.cv_results_.mean((0, 1)).tolist()},
    "best": {"diabetes": float(selection.alpha_), "linnerud": float(many.alpha_)},
}

# Lasso and elastic net

tight = {"tol": 1e-14, "max_iter": 1_000_000}


def check_elastic_net(x, y, model, alpha, ratio):
    residual = y - model.predict(x)
    slope = (x - x.mean(0)).T @ residual / len(x) - alpha * (1 - ratio) * model.coef_
    active = model.coef_ != 0
    scale = alpha * ratio * 1e-7
    assert np.all(abs(slope[active] - alpha * ratio * np.sign(model.coef_[active])) < scale), (alpha, ratio)
    assert np.all(abs(slope[~active]) <= alpha * ratio + scale)


output["elasticNet"] = {}
for ratio in (1.0, 0.5):
    path = lasso_path if ratio == 1 else enet_path
    extra = {} if ratio == 1 else {"l1_ratio": ratio}
    alphas, coefficients, gaps = path(standard, y - y.mean(), **extra, **tight)
    kept = range(0, 100, 11)
    raw = []
    for alpha in (0.05, 1.0, 20.0):
        model = (Lasso(alpha, **tight) if ratio == 1 else ElasticNet(alpha, l1_ratio=ratio, **tight)).fit(x, y)
        check_elastic_net(x, y, model, alpha, ratio)
        raw.append({"penalty": alpha, **fitted(model)})
    responses = []
    for alpha in (0.1, 2.0):
        each = [(Lasso(alpha, **tight) if ratio == 1 else ElasticNet(alpha, l1_ratio=ratio, **tight))
                .fit(exercises, measures[:, k]) for k in range(3)]
        for k, model in enumerate(each):
            check_elastic_net(exercises, measures[:, k], model, alpha, ratio)
        responses.append({"penalty": alpha, "weight": [m.coef_.tolist() for m in each],
                          "bias": [float(m.intercept_) for m in each]})
    output["elasticNet"][str(ratio)] = {
        "penalties": alphas.tolist(), "kept": list(kept), "path": coefficients[:, kept].T.tolist(),
        "diabetes": raw, "linnerud": responses,
    }
# More features than samples: all products of two of diabetes' variables, of its first 40 patients.
wide = StandardScaler().fit_transform(PolynomialFeatures(2, include_bias=False).fit_transform(standard[:40]))
model = Lasso(5.0, **tight).fit(wide, y[:40])
check_elastic_net(wide, y[:40], model, 5.0, 1.0)
output["elasticNet"]["wide"] = {"penalty": 5.0, **fitted(model)}

# Logistic regression. scikit-learn's C is 1 / (n λ), where λ penalises the mean loss.

scaled = StandardScaler().fit_transform(flowers)
two = scaled[50:], species[50:] - 1
three = scaled, species


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def check_logistic(x, y, model, penalty, ratio):
    z = x @ model.coef_.T + model.intercept_
    if len(model.classes_) == 2:
        error = (1 / (1 + np.exp(-z[:, 0])) - y)[:, None]
    else:
        error = softmax(z) - np.eye(len(model.classes_))[y]
    slope = error.T @ x / len(x) + penalty * (1 - ratio) * model.coef_
    assert np.all(abs(error.mean(0)) < 1e-8), abs(error.mean(0)).max()
    active = model.coef_ != 0
    l1 = penalty * ratio
    assert np.all(abs(slope + l1 * np.sign(model.coef_))[active] < 1e-8), abs(slope + l1 * np.sign(model.coef_))[active]
    assert np.all(abs(slope[~active]) <= l1 + 1e-8)


def logistic(x, y, penalty, ratio):
    c = np.inf if penalty == 0 else 1 / (len(x) * penalty)
    solver = {"solver": "newton-cg", "max_iter": 100_000, "tol": 1e-12} if ratio == 0 else {
        "solver": "saga", "max_iter": 1_000_000, "tol": 1e-13, "random_state": 0}
    model = LogisticRegression(C=c, l1_ratio=ratio, **solver).fit(x, y)
    check_logistic(x, y, model, penalty, ratio)
    case = {"penalty": penalty, "l1Ratio": ratio, **fitted(model), "score": float(model.score(x, y)),
            "probabilities": model.predict_proba(x[::25]).tolist()}
    if penalty == 0:
        p = model.predict_proba(x)[:, 1]
        full = np.column_stack([np.ones(len(x)), x])
        case["errors"] = np.sqrt(np.diag(np.linalg.inv(full.T * (p * (1 - p)) @ full))).tolist()
    return case


output["logistic"] = {
    "binary": [logistic(*two, penalty, ratio) for penalty, ratio in
               ((0, 0), (1e-3, 0), (0.1, 0), (0.02, 1), (0.1, 1), (0.05, 0.5))],
    "multinomial": [logistic(*three, penalty, ratio) for penalty, ratio in
                    ((1e-3, 0), (0.1, 0), (0.01, 1), (0.1, 1), (0.05, 0.5))],
}

# One-vs-all and one-vs-one

base = LogisticRegression(C=1 / (len(flowers) * 0.01), solver="newton-cg", tol=1e-12, max_iter=100_000)
all_ = OneVsRestClassifier(base).fit(scaled, species)
pairs = [(a, b) for a, b in itertools.combinations(range(3), 2)]


class ByMean(LogisticRegression):
    """λ penalises the mean loss: C depends on how many samples a pair of classes has."""

    def fit(self, x, y, sample_weight=None):
        self.C = 1 / (len(x) * 0.01)
        return super().fit(x, y)


one = OneVsOneClassifier(ByMean(solver="newton-cg", tol=1e-12, max_iter=100_000)).fit(scaled, species)
output["multiclass"] = {
    "penalty": 0.01,
    "oneVsAll": {"decision": all_.decision_function(scaled[::10]).tolist(), "predicted": all_.predict(scaled).tolist()},
    "oneVsOne": {"decision": one.decision_function(scaled[::10]).tolist(), "predicted": one.predict(scaled).tolist()},
}

# PCA and polynomial features

pca, white = PCA().fit(flowers), PCA(2, whiten=True).fit(flowers)
output["pca"] = {
    "components": pca.components_.tolist(), "variance": pca.explained_variance_.tolist(),
    "ratio": pca.explained_variance_ratio_.tolist(), "mean": pca.mean_.tolist(),
    "singularValues": pca.singular_values_.tolist(),
    "transformed": pca.transform(flowers[::10]).tolist(), "whitened": white.transform(flowers[::10]).tolist(),
    "reconstructed": white.inverse_transform(white.transform(flowers[::10])).tolist(),
    "countFor95": int(PCA(0.95).fit(flowers).n_components_), "countFor99": int(PCA(0.99).fit(flowers).n_components_),
}
sample = np.array([[2.0, -3.0, 0.5], [1.5, 4.0, -1.0]])
output["polynomial"] = [
    {"degree": degree, "interactionsOnly": only, "bias": bias, "input": sample.tolist(),
     "output": PolynomialFeatures(degree, interaction_only=only, include_bias=bias).fit_transform(sample).tolist(),
     "names": PolynomialFeatures(degree, interaction_only=only, include_bias=bias).fit(sample)
        .get_feature_names_out(["a", "b", "c"]).tolist()}
    for degree, only, bias in ((1, False, True), (2, False, True), (3, False, False), (2, True, True), (4, True, False))
]

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(output, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes")
