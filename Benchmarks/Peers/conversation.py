"""What the benchmark's peers have in common: how a workload is timed, and the conversation with cotangent-bench.

A peer describes its library as a `Library` and calls `main`. As a child of `cotangent-bench --peer …` it is called with
`--serve` and speaks one line of JSON at a time. It prints its environment first, then answers each request:

    {"workload": {...}, "seconds": 0.2}   ->  {"seconds": {"min": …, "median": …}, "count": …,
                                               "samples": [seconds of a call, …], "variant": "…"}
    {"memory": true}                      ->  {"memory": {"import": …, "growth": …, "peakGrowth": …}}   in bytes
    anything that cannot run              ->  {"error": "…"}
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import json
import os
import re
import statistics
import sys
import time
import timeit
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

Workload = dict[str, object]

# --- Memory -----------------------------------------------------------------------------------------------------------


def keep_memory() -> None:
    """Starts this script anew with malloc told to keep what is freed, unless it was told already.

    Otherwise large tensors are mapped and unmapped at each call, and page faults make some rows up to 1.7 times
    slower. glibc reads these variables when a process starts, so setting them later has no effect.
    """
    wanted = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "1073741824"}
    if sys.platform == "linux" and not all(name in os.environ for name in wanted):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**wanted, **os.environ, **wanted})


def memory(field: str) -> int:
    """`VmRSS` (resident now) or `VmHWM` (its peak) of this process in bytes; 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def reset_peak() -> None:
    """Gives freed memory back and lets the peak start from what is resident now."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w", encoding="ascii") as control:
            control.write("5")
    except (AttributeError, OSError):
        pass  # not glibc, or not Linux: the peak then includes what came before


# --- Workloads --------------------------------------------------------------------------------------------------------


@dataclass
class Variant:
    """One way to run a workload: `build` makes the inputs and returns the call to time, `context` is entered around both."""

    name: str
    build: Callable[[], Callable[[], object]]
    context: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext


@dataclass
class Library:
    """What a peer measures."""

    name: str
    # The file of workloads beside the folder of peers.
    workloads: str
    kinds: dict[str, Callable[[Workload], Iterator[Variant]]]
    environment: Callable[[], dict[str, object]]
    set_threads: Callable[[int], None]
    # Makes random numbers the same in every run.
    seed: Callable[[], object]
    # Resident memory once the library was loaded.
    import_memory: int = 0


def number(workload: Workload, field: str) -> int:
    value = workload.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < (0 if field == "padding" else 1):
        raise ValueError(f"field '{field}' should be a positive integer, and is {value!r}")
    return value


# --- Timing -----------------------------------------------------------------------------------------------------------

SAMPLE_SECONDS = 50e-6  # a sample is a batch of calls at least this long, so that reading the clock does not count
WARM_UP_SECONDS = 5e-3
TRIAL_SECONDS = 0.15


class Prepared:
    """A variant that is built and ready to be timed."""

    def __init__(self, library: Library, variant: Variant) -> None:
        library.seed()
        self.variant = variant
        with variant.context():
            self.timer = timeit.Timer(variant.build())  # its loop runs with the garbage collector off
            self.timer.timeit(1)
            self.batch = 1
            while (elapsed := self.timer.timeit(self.batch)) < SAMPLE_SECONDS:
                self.batch = max(2 * self.batch, int(self.batch * SAMPLE_SECONDS / max(elapsed, 1e-7)))

    def samples(self, seconds: float, least: int = 1) -> list[float]:
        """Seconds of a call, measured over and over for about `seconds`, after a short warm-up."""
        times: list[float] = []
        with self.variant.context():
            start = time.perf_counter()
            while time.perf_counter() - start < min(WARM_UP_SECONDS, seconds):
                self.timer.timeit(self.batch)
            start = time.perf_counter()
            while len(times) < least or time.perf_counter() - start < seconds:
                times.append(self.timer.timeit(self.batch) / self.batch)
        return times


def fastest(library: Library, workload: Workload) -> Prepared:
    """The variant with the smallest minimum in a short trial, built anew."""
    kind = library.kinds.get(str(workload.get("kind")))
    if kind is None:
        raise ValueError(f"unknown kind {workload.get('kind')!r}")
    variants = list(kind(workload))
    if len(variants) > 1:
        trials = [min(Prepared(library, variant).samples(TRIAL_SECONDS, least=3)) for variant in variants]
        variants = [variants[trials.index(min(trials))]]
    reset_peak()
    return Prepared(library, variants[0])


class Bench:
    """Times workloads; the last one stays set up, so that slices of one row can alternate with another program."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.workload: Workload | None = None
        self.prepared: Prepared | None = None

    def measure(self, workload: Workload, seconds: float) -> dict[str, object]:
        if self.prepared is None or self.workload != workload:
            self.workload = self.prepared = None
            self.prepared = fastest(self.library, workload)
            self.workload = workload
        samples = self.prepared.samples(seconds)
        return {
            "seconds": {"min": min(samples), "median": statistics.median(samples)},
            "count": len(samples),
            "samples": samples,
            "variant": self.prepared.variant.name,
        }


# --- Conversation -----------------------------------------------------------------------------------------------------


def answer(bench: Bench, line: str) -> dict[str, object]:
    try:
        request = json.loads(line)
        if request.get("memory"):
            growth = {"growth": memory("VmRSS") - bench.library.import_memory, "peakGrowth": memory("VmHWM") - bench.library.import_memory}
            return {"memory": {"import": bench.library.import_memory, **growth}}
        return bench.measure(request["workload"], float(request["seconds"]))
    except Exception as error:  # whatever went wrong belongs to this request: the next one may run
        return {"error": f"{type(error).__name__}: {error}"}


def serve(library: Library) -> None:
    print(json.dumps({"environment": library.environment()}), flush=True)
    bench = Bench(library)
    for line in sys.stdin:
        print(json.dumps(answer(bench, line)), flush=True)


def report(library: Library, path: str, pattern: str, seconds: float) -> int:
    with open(path, encoding="utf-8") as file:
        workloads = [row for row in json.load(file)["workloads"] if re.search(pattern, row["name"])]
    if not workloads:
        print(f"error: no workload of {path} matches '{pattern}'", file=sys.stderr)
        return 1
    print(json.dumps(library.environment()))
    width = max(len(row["name"]) for row in workloads)
    print(f"{'workload':{width}} {'min µs':>12} {'median µs':>12} {'samples':>8}  variant")
    failures = 0
    for row in workloads:
        try:
            result = Bench(library).measure(row, seconds)
        except Exception as error:
            failures += 1
            print(f"{row['name']:{width}} error: {type(error).__name__}: {error}", flush=True)
            continue
        smallest, median = (result["seconds"][key] * 1e6 for key in ("min", "median"))
        line = f"{row['name']:{width}} {smallest:12,.1f} {median:12,.1f} {result['count']:8}  {result['variant']}"
        print(line, flush=True)
    return 1 if failures else 0


def main(library: Library) -> int:
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, library.workloads)
    parser = argparse.ArgumentParser(description=f"Times the benchmark's workloads in {library.name}.")
    parser.add_argument("--workloads", default=os.path.normpath(beside), metavar="FILE", help="default: %(default)s")
    parser.add_argument("--filter", default="", metavar="REGEX", help="only workloads whose name it is found in")
    parser.add_argument("--seconds", type=float, default=1.0, help="a workload is timed for (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="default: the library's own choice")
    parser.add_argument("--serve", action="store_true", help="speak JSON lines on standard input and output")
    options = parser.parse_args()
    if options.threads is not None:
        library.set_threads(options.threads)
    if options.serve:
        serve(library)
        return 0
    return report(library, options.workloads, options.filter, options.seconds)
