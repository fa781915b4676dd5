#!/usr/bin/env python3
"""Times linear algebra in NumPy and SciPy, on the CPU: see conversation.py.

Alone:
    python numpy_peer.py --filter 'solve' --seconds 0.5

or as a child of `cotangent-bench --workloads Benchmarks/linear-algebra.json --peer numpy`. Of NumPy's form and
SciPy's, which does not look for NaNs, the fastest is found by trial, a workload at a time. Threads are OpenBLAS's: both
libraries bring one of their own.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator

import conversation
from conversation import Variant, Workload, number

if __name__ == "__main__":
    conversation.keep_memory()

import numpy as np  # noqa: E402  (after the restart)
import scipy  # noqa: E402
import scipy.linalg  # noqa: E402

try:
    from threadpoolctl import threadpool_info, threadpool_limits  # comes with scikit-learn
except ImportError:
    threadpool_info = threadpool_limits = None

conversation.reset_peak()
IMPORT_MEMORY = conversation.memory("VmRSS")


def linalg(workload: Workload) -> Iterator[Variant]:
    n, batch = number(workload, "n"), number(workload, "batch") if "batch" in workload else 1
    dtype = {"float32": np.float32, "float64": np.float64}[str(workload["dtype"])]
    operation = str(workload["operation"])

    def inputs() -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng(1)
        rows = 2 * n if operation == "lstsq" else n
        a = random.normal(size=(rows, n) if batch == 1 else (batch, rows, n)).astype(dtype)
        b = random.normal(size=(rows,) if batch == 1 else (batch, rows, 1)).astype(dtype)
        if operation == "cholesky":
            a = a @ np.swapaxes(a, -1, -2) / n + np.eye(n, dtype=dtype)
        elif operation == "eigh":
            a = (a + np.swapaxes(a, -1, -2)) / 2
        elif operation == "solve":
            a = a + 2 * np.sqrt(n).astype(dtype) * np.eye(n, dtype=dtype)
        return a, b

    sl, unchecked = scipy.linalg, {"check_finite": False}
    forms: dict[str, dict[str, Callable[[np.ndarray, np.ndarray], object]]] = {
        "solve": {
            "NumPy": lambda a, b: np.linalg.solve(a, b),
            "SciPy": lambda a, b: sl.solve(a, b, assume_a="gen", **unchecked),
            "SciPy lu_solve": lambda a, b: sl.lu_solve(sl.lu_factor(a, **unchecked), b, **unchecked),
        },
        "lstsq": {
            "NumPy": lambda a, b: np.linalg.lstsq(a, b),
            "SciPy gelsd": lambda a, b: sl.lstsq(a, b, lapack_driver="gelsd", **unchecked),
            "SciPy gelsy": lambda a, b: sl.lstsq(a, b, lapack_driver="gelsy", **unchecked),
        },
        "cholesky": {
            "NumPy": lambda a, b: np.linalg.cholesky(a),
            "SciPy": lambda a, b: sl.cholesky(a, lower=True, **unchecked),
        },
        "qr": {
            "NumPy": lambda a, b: np.linalg.qr(a),
            "SciPy": lambda a, b: sl.qr(a, mode="economic", **unchecked),
        },
        "svd": {
            "NumPy": lambda a, b: np.linalg.svd(a, full_matrices=False),
            "SciPy": lambda a, b: sl.svd(a, full_matrices=False, **unchecked),
        },
        "eigh": {
            "NumPy": lambda a, b: np.linalg.eigh(a),
            "SciPy evr": lambda a, b: sl.eigh(a, driver="evr", **unchecked),
            "SciPy evd": lambda a, b: sl.eigh(a, driver="evd", **unchecked),
        },
    }
    for name, form in forms[operation].items():
        if batch == 1 or name == "NumPy":
            yield Variant(name, lambda form=form: functools.partial(form, *inputs()))


def set_threads(count: int) -> None:
    if threadpool_limits is None:
        raise SystemExit("threads of NumPy's OpenBLAS are set through threadpoolctl: pip install threadpoolctl")
    threadpool_limits(limits=count)


def environment() -> dict[str, object]:
    found = threadpool_info() if threadpool_info else []
    libraries = [info for info in found if info["internal_api"] == "openblas"]
    return {
        "peer": "NumPy",
        "version": f"{np.__version__} and SciPy {scipy.__version__}",
        "threads": max((info["num_threads"] for info in libraries), default=1),
        "capability": ", ".join(sorted({info["architecture"] for info in libraries})) or "unknown",
        "parallel": ", ".join(f"OpenBLAS {info['version']}" for info in libraries) or "unknown",
    }


if __name__ == "__main__":
    library = conversation.Library(
        name="NumPy and SciPy",
        workloads="linear-algebra.json",
        kinds={"linalg": linalg},
        environment=environment,
        set_threads=set_threads,
        seed=lambda: None,
        import_memory=IMPORT_MEMORY,
    )
    sys.exit(conversation.main(library))
