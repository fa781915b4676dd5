"""The example GAN in PyTorch: the same networks, data, steps and measures.

    GAN.py [--epochs 700] [--seed 1]
"""
import torch
from torch import nn

from support import Clock, accuracy, digit_filters, digits, parse, step as descend

arguments = parse(__doc__, epochs=700, seed=1)
images, labels = digits()
x, y = images[:1437], labels[:1437]


def digit_reader(x, y):
    model = digit_filters()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003, fused=True)
    for _ in range(40):
        for rows in torch.randperm(len(x)).split(32):
            descend(model, optimizer, nn.functional.cross_entropy(model(x[rows]), y[rows]))
    return model


def spread(x, y):
    means = torch.stack([x[y == k].mean(0) for k in range(10)])
    return (2 * (x - means[y]).square().sum(1).mean()).sqrt().item()


class Conditional(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.network = nn.Sequential(*layers)

    def forward(self, x, labels):
        return self.network(torch.cat([x, nn.functional.one_hot(labels, 10).float()], 1))


noise_size = 32
judge = digit_reader(x, y)
generator = Conditional(
    nn.Linear(noise_size + 10, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 64), nn.Sigmoid())
critic = Conditional(
    nn.Linear(74, 256), nn.LeakyReLU(0.2), nn.Linear(256, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1))
generator_optimizer = torch.optim.Adam(generator.parameters(), lr=0.0005, betas=(0.5, 0.9), fused=True)
critic_optimizer = torch.optim.Adam(critic.parameters(), lr=0.0005, betas=(0.5, 0.9), fused=True)


def made(labels):
    return generator(torch.randn(len(labels), noise_size), labels)


clock = Clock()
step = 0
for epoch in range(arguments.epochs):
    for rows in torch.randperm(len(x))[: len(x) // 64 * 64].split(64):
        real, c = x[rows], y[rows]
        with torch.no_grad():
            fake = made(c)
        share = torch.rand(len(rows), 1)
        between = (share * real + (1 - share) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(critic(between, c).sum(), between, create_graph=True)
        steepness = (slope.square().sum(1) + 1e-12).sqrt()
        loss = 10 * (steepness - 1).square().mean() - critic(real, c).mean() + critic(fake, c).mean()
        descend(critic, critic_optimizer, loss)
        step += 1
        if step % 5 == 0:
            c = y[torch.randperm(len(y))[:64]]
            critic.requires_grad_(False)
            descend(generator, generator_optimizer, -critic(made(c), c).mean())
            critic.requires_grad_(True)
print(f"{arguments.epochs} epochs, {step} steps of the critic: {clock.seconds:.1f} s")

with torch.no_grad():
    forgeries = made(y)
print(f"the judge reads {accuracy(judge, images[1437:], labels[1437:]):.1%} of the last 360 real digits")
print(f"{accuracy(judge, forgeries, y):.1%} are recognised as the digit that was asked for")
print(f"their differences within a class: {spread(forgeries, y) / spread(x, y):.1%} of the real digits'")
learnt = accuracy(digit_reader(forgeries, y), images[1437:], labels[1437:])
print(f"a network that has learnt from them alone reads {learnt:.1%} of the last 360 real digits")
