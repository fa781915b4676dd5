#!/usr/bin/env python3
"""Writes metrics.json, scikit-learn's figures of classifications and regressions, to a folder.

    python Tests/Interop/metrics.py FOLDER          # `make test-interop` does, and runs the test that reads it

In the form of Tests/Fixtures/metrics.py.
"""

import json
import pathlib
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Fixtures"))
sys.dont_write_bytecode = True
from metrics import cases  # noqa: E402

found = list(cases(numpy.random.default_rng(7), 2000, 80))
(pathlib.Path(sys.argv[1]) / "metrics.json").write_text(json.dumps(found))
