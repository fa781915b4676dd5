"""What a request costs the model itself in PyTorch: the same weights, from the same file.

    Serving.py digits.safetensors [--seconds 2]
"""
import statistics
import sys
import time

import torch
from safetensors.torch import load_file
from torch import nn

path, seconds = sys.argv[1], float(sys.argv[3]) if len(sys.argv) > 3 else 2.0
torch.set_num_threads(1)  # A second thread has nothing to gain from so little work.
weights = load_file(path)


class Standardization(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.register_buffer("mean", torch.empty(size))
        self.register_buffer("deviation", torch.empty(size))

    def forward(self, x):
        return (x - self.mean) / self.deviation


model = nn.Sequential(Standardization(64), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10), nn.Softmax(-1)).eval()
model.load_state_dict(weights)
with torch.inference_mode():
    for count in 1, 4, 16, 64, 256:
        x = 16 * torch.rand(count, 64)
        times, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            model(x)
            times.append(time.perf_counter() - start)
        print(f"{count:4} rows  {1e6 * statistics.median(times):8.1f} µs")
