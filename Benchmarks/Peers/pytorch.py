#!/usr/bin/env python3
"""Times the benchmark's workloads in PyTorch, at its best, on the CPU.

Alone:
    python pytorch.py --workloads ../workloads.json --filter '^gemm' --seconds 0.5

or as a child of `cotangent-bench --peer pytorch`: see conversation.py.

At its best means: memory is kept by malloc instead of going back to the system (see `keep_memory`), forward passes
run in inference mode, products write into an existing result, gradients are set to none, and of contiguous or
channels-last images and of fused, foreach or plain optimizers the fastest is found by trial, a workload at a time.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator

import conversation
from conversation import Workload, number

if __name__ == "__main__":
    conversation.keep_memory()

import torch  # noqa: E402  (after the restart, which is cheap only without it)
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

conversation.reset_peak()
IMPORT_MEMORY = conversation.memory("VmRSS")

# --- Workloads --------------------------------------------------------------------------------------------------------


def variant(name: str, build: Callable[[], Callable[[], object]], inference: bool) -> conversation.Variant:
    return conversation.Variant(name, build, functools.partial(torch.inference_mode, inference))


FORMATS = {"contiguous": torch.contiguous_format, "channels-last": torch.channels_last}
OPTIMIZER_FORMS = {"fused": {"fused": True}, "foreach": {"foreach": True}, "plain": {"foreach": False, "fused": False}}


def is_training(workload: Workload) -> bool:
    mode = workload.get("mode")
    if mode not in ("forward", "train"):
        raise ValueError(f"field 'mode' should be 'forward' or 'train', and is {mode!r}")
    return mode == "train"


def uniform(*shape: int) -> torch.Tensor:
    return torch.rand(*shape) * 2 - 1


def gemm(workload: Workload) -> Iterator[conversation.Variant]:
    m, n, k = (number(workload, field) for field in "mnk")

    def build() -> Callable[[], object]:
        a, b, c = uniform(m, k), uniform(k, n), torch.zeros(m, n)
        return functools.partial(torch.mm, a, b, out=c)

    yield variant("out=", build, inference=True)


def elementwise(workload: Workload) -> Iterator[conversation.Variant]:
    operations = {"exp": torch.exp, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}
    name = workload.get("operation")
    if name not in operations:
        raise ValueError(f"field 'operation' should be one of {', '.join(operations)}, and is {name!r}")
    count = number(workload, "count")
    yield variant("eager", lambda: functools.partial(operations[name], uniform(count) * 4), inference=True)


def softmax(workload: Workload) -> Iterator[conversation.Variant]:
    rows, columns = number(workload, "rows"), number(workload, "columns")
    yield variant("eager", lambda: functools.partial(torch.softmax, uniform(rows, columns) * 4, -1), inference=True)


def of_model(
    workload: Workload,
    make: Callable[[], nn.Module],
    inputs: Callable[[], torch.Tensor],
    labels: Callable[[], torch.Tensor],
) -> Iterator[conversation.Variant]:
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
            yield variant(format_name, functools.partial(forward, memory_format), inference=True)
            continue
        for form_name, form in OPTIMIZER_FORMS.items():
            build = functools.partial(train, memory_format, form)
            yield variant(f"{format_name}, {form_name}", build, inference=False)


def of_layer(
    workload: Workload, make: Callable[[], nn.Module], inputs: Callable[[], torch.Tensor]
) -> Iterator[conversation.Variant]:
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
        yield variant(
            format_name, functools.partial(train if training else forward, memory_format), inference=not training
        )


def mlp(workload: Workload) -> Iterator[conversation.Variant]:
    sizes, batch = workload.get("sizes"), number(workload, "batch")
    if not isinstance(sizes, list) or len(sizes) < 2 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"field 'sizes' should be at least two positive integers, and is {sizes!r}")

    def make() -> nn.Module:
        layers: list[nn.Module] = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    return of_model(workload, make, lambda: uniform(batch, sizes[0]), lambda: torch.randint(sizes[-1], (batch,)))


def conv2d(workload: Workload) -> Iterator[conversation.Variant]:
    batch, channels, size = (number(workload, field) for field in ("batch", "inputChannels", "size"))
    outputs, kernel, stride, padding = (
        number(workload, field) for field in ("outputChannels", "kernelSize", "stride", "padding")
    )
    return of_layer(
        workload,
        lambda: nn.Conv2d(channels, outputs, kernel, stride, padding),
        lambda: uniform(batch, channels, size, size),
    )


def maxpool2d(workload: Workload) -> Iterator[conversation.Variant]:
    batch, channels, size = (number(workload, field) for field in ("batch", "channels", "size"))
    kernel, stride = number(workload, "kernelSize"), number(workload, "stride")
    return of_layer(workload, lambda: nn.MaxPool2d(kernel, stride), lambda: uniform(batch, channels, size, size))


def lenet5(workload: Workload) -> Iterator[conversation.Variant]:
    batch = number(workload, "batch")

    def make() -> nn.Module:
        return nn.Sequential(
            *[nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
            *[nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()],
            *[nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)],
        )

    return of_model(workload, make, lambda: uniform(batch, 1, 28, 28), lambda: torch.randint(10, (batch,)))


def vggsmall(workload: Workload) -> Iterator[conversation.Variant]:
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


def unet(workload: Workload) -> Iterator[conversation.Variant]:
    batch, size, base, depth = (number(workload, field) for field in ("batch", "size", "baseChannels", "depth"))
    channels = number(workload, "inputChannels") if "inputChannels" in workload else 1
    return of_model(
        workload,
        lambda: UNet(channels, base, depth),
        lambda: uniform(batch, channels, size, size),
        lambda: torch.randint(2, (batch, size, size)),
    )


def recurrent(layer: type[nn.RNNBase], workload: Workload) -> Iterator[conversation.Variant]:
    steps, batch, inputs, hidden, layers = (
        number(workload, field) for field in ("time", "batch", "inputSize", "hiddenSize", "layers")
    )
    return of_layer(workload, lambda: layer(inputs, hidden, layers), lambda: uniform(steps, batch, inputs))


KINDS: dict[str, Callable[[Workload], Iterator[conversation.Variant]]] = {
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


if __name__ == "__main__":
    library = conversation.Library(
        name="PyTorch",
        workloads="workloads.json",
        kinds=KINDS,
        environment=environment,
        set_threads=torch.set_num_threads,
        seed=functools.partial(torch.manual_seed, 1),
        import_memory=IMPORT_MEMORY,
    )
    sys.exit(conversation.main(library))
