#!/usr/bin/env python3
"""Times the benchmark's workloads in PyTorch, at its best, on the CPU.

Alone:
    python pytorch.py --workloads ../workloads.json --filter '^gemm' --seconds 0.5

As a child of `cotangent-bench --peer pytorch` it is called with `--serve` and speaks one line of JSON at a time.
It prints its environment first, then answers each request:

    {"workload": {...}, "seconds": 0.2}   ->  {"seconds": {"min": …, "median": …}, "count": …,
                                               "samples": [seconds of a call, …], "variant": "…"}
    {"memory": true}                      ->  {"memory": {"import": …, "growth": …, "peakGrowth": …}}   in bytes
    anything that cannot run              ->  {"error": "…"}

At its best means: memory is kept by malloc instead of going back to the system (see `keep_memory`), forward passes
run in inference mode, products write into an existing result, gradients are set to none, and of contiguous or
channels-last images and of fused, foreach or plain optimizers the fastest is found by trial, a workload at a time.
"""

from __future__ import annotations

import argparse
import ctypes
import functools
import gc
import json
import os
import re
import statistics
import sys
import time
import timeit
from collections.abc import Callable, Iterator
from dataclasses import dataclass


def keep_memory() -> None:
    """Starts this script anew with malloc told to keep what is freed, unless it was told already.

    Otherwise large tensors are mapped and unmapped at each call, and page faults make some rows up to 1.7 times
    slower. glibc reads these variables when a process starts, so setting them later has no effect.
    """
    wanted = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "1073741824"}
    if sys.platform == "linux" and not all(name in os.environ for name in wanted):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**wanted, **os.environ, **wanted})


if __name__ == "__main__":
    keep_memory()

import torch  # noqa: E402  (after the restart, which is cheap only without it)
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

Workload = dict[str, object]

# --- Memory -----------------------------------------------------------------------------------------------------------


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


reset_peak()
IMPORT_MEMORY = memory("VmRSS")

# --- Workloads --------------------------------------------------------------------------------------------------------


@dataclass
class Variant:
    """One way to run a workload: `build` makes the inputs and returns the call to time."""

    name: str
    build: Callable[[], Callable[[], object]]
    inference: bool


FORMATS = {"contiguous": torch.contiguous_format, "channels-last": torch.channels_last}
OPTIMIZER_FORMS = {"fused": {"fused": True}, "foreach": {"foreach": True}, "plain": {"foreach": False, "fused": False}}


def number(workload: Workload, field: str) -> int:
    value = workload.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < (0 if field == "padding" else 1):
        raise ValueError(f"field '{field}' should be a positive integer, and is {value!r}")
    return value


def is_training(workload: Workload) -> bool:
    mode = workload.get("mode")
    if mode not in ("forward", "train"):
        raise ValueError(f"field 'mode' should be 'forward' or 'train', and is {mode!r}")
    return mode == "train"


def uniform(*shape: int) -> torch.Tensor:
    return torch.rand(*shape) * 2 - 1


def gemm(workload: Workload) -> Iterator[Variant]:
    m, n, k = (number(workload, field) for field in "mnk")

    def build() -> Callable[[], object]:
        a, b, c = uniform(m, k), uniform(k, n), torch.zeros(m, n)
        return functools.partial(torch.mm, a, b, out=c)

    yield Variant("out=", build, inference=True)


def elementwise(workload: Workload) -> Iterator[Variant]:
    operations = {"exp": torch.exp, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}
    name = workload.get("operation")
    if name not in operations:
        raise ValueError(f"field 'operation' should be one of {', '.join(operations)}, and is {name!r}")
    count = number(workload, "count")
    yield Variant("eager", lambda: functools.partial(operations[name], uniform(count) * 4), inference=True)


def softmax(workload: Workload) -> Iterator[Variant]:
    rows, columns = number(workload, "rows"), number(workload, "columns")
    yield Variant("eager", lambda: functools.partial(torch.softmax, uniform(rows, columns) * 4, -1), inference=True)


def of_model(
    workload: Workload,
    make: Callable[[], nn.Module],
    inputs: Callable[[], torch.Tensor],
    labels: Callable[[], torch.Tensor],
) -> Iterator[Variant]:
    """A model: its forward pass, or a step of training on cross-entropy with the workload's optimizer."""
    formats = FORMATS if inputs().dim() == 4 else {"contiguous": torch.contiguous_format}

    def forward(memory_format: torch.memory_format) -> Callable[[], object]:
        model = make().eval().to(memory_format=memory_format)
        return functools.partial(model, inputs().contiguous(memory_format=memory_format))

    def train(memory_format: torch.memory_format, form: dict[str, bool]) -> Callable[[], object]:
        model = make().train().to(memory_format=memory_format)
        x, y = inputs().contiguous(memory_format=memory_format), labels()
        if workload.get("optimizer") == "sgd":
            optimizer: torch.optim.Optimizer = torch.optim.SGD(model.parameters(), lr=0.01, **form)
        elif workload.get("optimizer") == "adam":
            optimizer = torch.optim.Adam(model.parameters(), lr=0.001, **form)
        else:
            raise ValueError(f"field 'optimizer' should be 'sgd' or 'adam', and is {workload.get('optimizer')!r}")

        def step() -> None:
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(model(x), y).backward()
            optimizer.step()

        return step

    training = is_training(workload)
    for format_name, memory_format in formats.items():
        if not training:
            yield Variant(format_name, functools.partial(forward, memory_format), inference=True)
            continue
        for form_name, form in OPTIMIZER_FORMS.items():
            build = functools.partial(train, memory_format, form)
            yield Variant(f"{format_name}, {form_name}", build, inference=False)


def of_layer(
    workload: Workload, make: Callable[[], nn.Module], inputs: Callable[[], torch.Tensor]
) -> Iterator[Variant]:
    """A layer: its forward pass, or that and the backward pass from a given cotangent to input and parameters."""
    formats = FORMATS if inputs().dim() == 4 else {"contiguous": torch.contiguous_format}

    def output(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
        y = layer(x)
        return y[0] if isinstance(y, tuple) else y  # a recurrent layer gives its last state too

    def forward(memory_format: torch.memory_format) -> Callable[[], object]:
        layer = make().eval().to(memory_format=memory_format)
        return functools.partial(layer, inputs().contiguous(memory_format=memory_format))

    def train(memory_format: torch.memory_format) -> Callable[[], object]:
        layer = make().train().to(memory_format=memory_format)
        x = inputs().contiguous(memory_format=memory_format).requires_grad_()
        with torch.no_grad():
            cotangent = uniform(*output(layer, x).shape)
        if cotangent.dim() == 4:
            cotangent = cotangent.contiguous(memory_format=memory_format)
        targets = [x, *layer.parameters()]
        return lambda: torch.autograd.grad(output(layer, x), targets, cotangent)

    training = is_training(workload)
    for format_name, memory_format in formats.items():
        yield Variant(
            format_name, functools.partial(train if training else forward, memory_format), inference=not training
        )


def mlp(workload: Workload) -> Iterator[Variant]:
    sizes, batch = workload.get("sizes"), number(workload, "batch")
    if not isinstance(sizes, list) or len(sizes) < 2 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"field 'sizes' should be at least two positive integers, and is {sizes!r}")

    def make() -> nn.Module:
        layers: list[nn.Module] = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    return of_model(workload, make, lambda: uniform(batch, sizes[0]), lambda: torch.randint(sizes[-1], (batch,)))


def conv2d(workload: Workload) -> Iterator[Variant]:
    batch, channels, size = (number(workload, field) for field in ("batch", "inputChannels", "size"))
    outputs, kernel, stride, padding = (
        number(workload, field) for field in ("outputChannels", "kernelSize", "stride", "padding")
    )
    return of_layer(
        workload,
        lambda: nn.Conv2d(channels, outputs, kernel, stride, padding),
        lambda: uniform(batch, channels, size, size),
    )


def maxpool2d(workload: Workload) -> Iterator[Variant]:
    batch, channels, size = (number(workload, field) for field in ("batch", "channels", "size"))
    kernel, stride = number(workload, "kernelSize"), number(workload, "stride")
    return of_layer(workload, lambda: nn.MaxPool2d(kernel, stride), lambda: uniform(batch, channels, size, size))


def lenet5(workload: Workload) -> Iterator[Variant]:
    batch = number(workload, "batch")

    def make() -> nn.Module:
        return nn.Sequential(
            *[nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
            *[nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()],
            *[nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)],
        )

    return of_model(workload, make, lambda: uniform(batch, 1, 28, 28), lambda: torch.randint(10, (batch,)))


def vggsmall(workload: Workload) -> Iterator[Variant]:
    batch = number(workload, "batch")

    def make() -> nn.Module:
        def block(inputs: int, outputs: int) -> list[nn.Module]:
            return [
                *[nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()],
                *[nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)],
            ]

        head = [nn.Flatten(), nn.Linear(4096, 256), nn.ReLU(), nn.Linear(256, 10)]
        return nn.Sequential(*block(3, 32), *block(32, 64), *head)

    return of_model(workload, make, lambda: uniform(batch, 3, 32, 32), lambda: torch.randint(10, (batch,)))


class UNet(nn.Module):
    """`depth` levels of two 3×3 convolutions; base·2^level channels; halved by pooling, doubled by transposition."""

    def __init__(self, input_channels: int, base_channels: int, depth: int, classes: int = 2) -> None:
        super().__init__()
        widths = [base_channels * 2**level for level in range(depth)]
        self.down = nn.ModuleList(map(self.block, [input_channels, *widths], widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in widths[:-1])
        self.merge = nn.ModuleList(self.block(2 * width, width) for width in widths[:-1])
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(base_channels, classes, 1)

    @staticmethod
    def block(inputs: int, outputs: int) -> nn.Module:
        first, second = nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)
        return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else self.pool(x))
            skips.append(x)
        for level in reversed(range(len(self.up))):
            x = self.merge[level](torch.cat([skips[level], self.up[level](x)], dim=1))
        return self.head(x)


def unet(workload: Workload) -> Iterator[Variant]:
    batch, size, base, depth = (number(workload, field) for field in ("batch", "size", "baseChannels", "depth"))
    channels = number(workload, "inputChannels") if "inputChannels" in workload else 1
    return of_model(
        workload,
        lambda: UNet(channels, base, depth),
        lambda: uniform(batch, channels, size, size),
        lambda: torch.randint(2, (batch, size, size)),
    )


def recurrent(layer: type[nn.RNNBase], workload: Workload) -> Iterator[Variant]:
    steps, batch, inputs, hidden, layers = (
        number(workload, field) for field in ("time", "batch", "inputSize", "hiddenSize", "layers")
    )
    return of_layer(workload, lambda: layer(inputs, hidden, layers), lambda: uniform(steps, batch, inputs))


KINDS: dict[str, Callable[[Workload], Iterator[Variant]]] = {
    "gemm": gemm,
    "elementwise": elementwise,
    "softmax": softmax,
    "mlp": mlp,
    "conv2d": conv2d,
    "maxpool2d": maxpool2d,
    "lenet5": lenet5,
    "vggsmall": vggsmall,
    "unet": unet,
    "rnn": functools.partial(recurrent, nn.RNN),
    "lstm": functools.partial(recurrent, nn.LSTM),
    "gru": functools.partial(recurrent, nn.GRU),
}

# --- Timing -----------------------------------------------------------------------------------------------------------

SAMPLE_SECONDS = 50e-6  # a sample is a batch of calls at least this long, so that reading the clock does not count
WARM_UP_SECONDS = 5e-3
TRIAL_SECONDS = 0.15


class Prepared:
    """A variant that is built and ready to be timed."""

    def __init__(self, variant: Variant) -> None:
        torch.manual_seed(1)
        self.variant = variant
        with torch.inference_mode(variant.inference):
            self.timer = timeit.Timer(variant.build())  # its loop runs with the garbage collector off
            self.timer.timeit(1)
            self.batch = 1
            while (elapsed := self.timer.timeit(self.batch)) < SAMPLE_SECONDS:
                self.batch = max(2 * self.batch, int(self.batch * SAMPLE_SECONDS / max(elapsed, 1e-7)))

    def samples(self, seconds: float, least: int = 1) -> list[float]:
        """Seconds of a call, measured over and over for about `seconds`, after a short warm-up."""
        times: list[float] = []
        with torch.inference_mode(self.variant.inference):
            start = time.perf_counter()
            while time.perf_counter() - start < min(WARM_UP_SECONDS, seconds):
                self.timer.timeit(self.batch)
            start = time.perf_counter()
            while len(times) < least or time.perf_counter() - start < seconds:
                times.append(self.timer.timeit(self.batch) / self.batch)
        return times


def fastest(workload: Workload) -> Prepared:
    """The variant with the smallest minimum in a short trial, built anew."""
    kind = KINDS.get(str(workload.get("kind")))
    if kind is None:
        raise ValueError(f"unknown kind {workload.get('kind')!r}")
    variants = list(kind(workload))
    if len(variants) > 1:
        trials = [min(Prepared(variant).samples(TRIAL_SECONDS, least=3)) for variant in variants]
        variants = [variants[trials.index(min(trials))]]
    reset_peak()
    return Prepared(variants[0])


class Bench:
    """Times workloads; the last one stays set up, so that slices of one row can alternate with another program."""

    def __init__(self) -> None:
        self.workload: Workload | None = None
        self.prepared: Prepared | None = None

    def measure(self, workload: Workload, seconds: float) -> dict[str, object]:
        if self.prepared is None or self.workload != workload:
            self.workload = self.prepared = None
            self.prepared = fastest(workload)
            self.workload = workload
        samples = self.prepared.samples(seconds)
        return {
            "seconds": {"min": min(samples), "median": statistics.median(samples)},
            "count": len(samples),
            "samples": samples,
            "variant": self.prepared.variant.name,
        }


def environment() -> dict[str, object]:
    info = torch.__config__.parallel_info()
    libraries = [re.search(pattern, info) for pattern in (r"Math Kernel Library Version (\S+)", r"MKL-DNN (\S+)")]
    names = [f"{name} {found[1]}" for name, found in zip(("MKL", "oneDNN"), libraries) if found]
    backend = re.search(r"parallel backend: (\S+)", info)
    return {
        "peer": "PyTorch",
        "version": torch.__version__,
        "threads": torch.get_num_threads(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "parallel": ", ".join([*([backend[1]] if backend else []), *names]),
    }


# --- Conversation -----------------------------------------------------------------------------------------------------


def answer(bench: Bench, line: str) -> dict[str, object]:
    try:
        request = json.loads(line)
        if request.get("memory"):
            growth = {"growth": memory("VmRSS") - IMPORT_MEMORY, "peakGrowth": memory("VmHWM") - IMPORT_MEMORY}
            return {"memory": {"import": IMPORT_MEMORY, **growth}}
        return bench.measure(request["workload"], float(request["seconds"]))
    except Exception as error:  # whatever went wrong belongs to this request: the next one may run
        return {"error": f"{type(error).__name__}: {error}"}


def serve() -> None:
    print(json.dumps({"environment": environment()}), flush=True)
    bench = Bench()
    for line in sys.stdin:
        print(json.dumps(answer(bench, line)), flush=True)


def report(path: str, pattern: str, seconds: float) -> int:
    with open(path, encoding="utf-8") as file:
        workloads = [row for row in json.load(file)["workloads"] if re.search(pattern, row["name"])]
    if not workloads:
        print(f"error: no workload of {path} matches '{pattern}'", file=sys.stderr)
        return 1
    print(json.dumps(environment()))
    width = max(len(row["name"]) for row in workloads)
    print(f"{'workload':{width}} {'min µs':>12} {'median µs':>12} {'samples':>8}  variant")
    failures = 0
    for row in workloads:
        try:
            result = Bench().measure(row, seconds)
        except Exception as error:
            failures += 1
            print(f"{row['name']:{width}} error: {type(error).__name__}: {error}", flush=True)
            continue
        smallest, median = (result["seconds"][key] * 1e6 for key in ("min", "median"))
        line = f"{row['name']:{width}} {smallest:12,.1f} {median:12,.1f} {result['count']:8}  {result['variant']}"
        print(line, flush=True)
    return 1 if failures else 0


def main() -> int:
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "workloads.json")
    parser = argparse.ArgumentParser(description="Times the benchmark's workloads in PyTorch.")
    parser.add_argument("--workloads", default=os.path.normpath(beside), metavar="FILE", help="default: %(default)s")
    parser.add_argument("--filter", default="", metavar="REGEX", help="only workloads whose name it is found in")
    parser.add_argument("--seconds", type=float, default=1.0, help="a workload is timed for (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="default: PyTorch's own choice")
    parser.add_argument("--serve", action="store_true", help="speak JSON lines on standard input and output")
    options = parser.parse_args()
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    if options.serve:
        serve()
        return 0
    return report(options.workloads, options.filter, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
