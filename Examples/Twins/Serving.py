"""What a request costs the model itself in PyTorch, with one thread and with two: the same weights, from the same file.

    Serving.py [--model digits.safetensors] [--seconds 2]
"""
import statistics

import torch
from safetensors.torch import load_file
from torch import nn

from support import Clock, parse

arguments = parse(__doc__, model="digits.safetensors", seconds=2.0)


class Standardization(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.register_buffer("mean", torch.empty(size))
        self.register_buffer("deviation", torch.empty(size))

    def forward(self, x):
        return (x - self.mean) / self.deviation


model = nn.Sequential(Standardization(64), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10), nn.Softmax(-1)).eval()
model.load_state_dict(load_file(arguments.model))


def microseconds(count, threads):
    """The median of the calls."""
    torch.set_num_threads(threads)
    x = 16 * torch.rand(count, 64)
    times, whole = [], Clock()
    while whole.seconds < arguments.seconds:
        clock = Clock()
        model(x)
        times.append(clock.seconds)
    return 1e6 * statistics.median(times)


with torch.inference_mode():
    for count in 1, 4, 16, 64, 256:
        print(f"{count:4} rows  {microseconds(count, 1):8.1f} µs  {microseconds(count, 2):8.1f} µs")
