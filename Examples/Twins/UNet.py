"""The example UNet in PyTorch: the same network, steps and scenes, as `UNet --save scenes.npz` writes them.

    UNet.py [--scenes scenes.npz] [--epochs 16] [--seed 1]
"""
import numpy as np
import torch
from torch import nn

from support import Clock, parse, step

arguments = parse(__doc__, scenes="scenes.npz", epochs=16, seed=1)
scenes = np.load(arguments.scenes)
x, y, test_x, test_y = (torch.from_numpy(scenes[name]) for name in ["images", "masks", "test_images", "test_masks"])


def block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU())


class UNet(nn.Module):
    def __init__(self, inputs, classes, base, depth):
        super().__init__()
        widths = [base << level for level in range(depth)]
        self.down = nn.ModuleList(block(a, b) for a, b in zip([inputs] + widths, widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in widths[:-1])
        self.merge = nn.ModuleList(block(2 * w, w) for w in widths[:-1])
        self.head = nn.Conv2d(base, classes, 1)

    def forward(self, x):
        seen = []
        for level, down in enumerate(self.down):
            x = down(nn.functional.max_pool2d(x, 2) if level else x)
            seen.append(x)
        for level in reversed(range(len(self.up))):
            x = self.merge[level](torch.cat([seen[level], self.up[level](x)], 1))
        return self.head(x)


model = UNet(1, 2, 16, 3)
for weight in (p for p in model.parameters() if p.dim() == 4):
    nn.init.kaiming_normal_(weight)
optimizer = torch.optim.Adam(model.parameters(), fused=True)
clock = Clock()
for epoch in range(1, arguments.epochs + 1):
    optimizer.param_groups[0]["lr"] = 0.001 if 3 * epoch > 2 * arguments.epochs else 0.004
    losses = []
    for rows in torch.randperm(len(x)).split(8):
        losses.append(step(model, optimizer, nn.functional.cross_entropy(model(x[rows]), y[rows])))
    print(f"epoch {epoch}  loss {np.mean(losses):.4f}  {clock.seconds:.1f} s")

with torch.no_grad():
    found = torch.cat([model(part).argmax(1) for part in test_x.split(50)]) == 1
ink = test_y == 1
print(f"intersection over union {(found & ink).sum().item() / (found | ink).sum().item():.3f}")
