"""The example AddingProblem in PyTorch: the same networks, problems and steps.

    AddingProblem.py [--length 200] [--steps 3000] [--rate 0.01] [--seed 1]
"""
import torch
from torch import nn

from support import Clock, parse, step

arguments = parse(__doc__, length=200, steps=3000, rate=0.01, seed=1)
length, hidden = arguments.length, 64


def problems(count):
    """Sequences [length, count, 2] and their sums [count, 1]."""
    numbers = torch.rand(length, count)
    places = torch.stack([torch.randint(length // 2, (count,)), torch.randint(length // 2, length, (count,))])
    marked = torch.zeros(length, count).scatter_(0, places, 1)
    return torch.stack([numbers, marked], 2), (numbers * marked).sum(0)[:, None]


class Adder(nn.Module):
    def __init__(self, recurrence):
        super().__init__()
        self.recurrence, self.output = recurrence, nn.Linear(hidden, 1)

    def forward(self, x):
        return self.output(self.recurrence(x)[0][-1])


def orthogonal():
    """Glorot's W, an orthogonal U, biases of 0."""
    rnn = nn.RNN(2, hidden)
    nn.init.xavier_uniform_(rnn.weight_ih_l0)
    nn.init.orthogonal_(rnn.weight_hh_l0)
    nn.init.zeros_(rnn.bias_ih_l0)
    nn.init.zeros_(rnn.bias_hh_l0)
    return rnn


def remembering():
    """The forget gate's biases add up to 1."""
    lstm = nn.LSTM(2, hidden)
    with torch.no_grad():
        lstm.bias_ih_l0[hidden:2 * hidden] = 1
        lstm.bias_hh_l0[hidden:2 * hidden] = 0
    return lstm


torch.manual_seed(1_000_000 + arguments.seed)
test = problems(2048)
print(f"length {length}. Always 1: {(test[1] - 1).square().mean().item():.4f}")
for name, recurrence in [
    ("RNN", lambda: nn.RNN(2, hidden)), ("RNN, orthogonal start", orthogonal), ("LSTM, forget bias 1", remembering),
    ("GRU", lambda: nn.GRU(2, hidden)),
]:
    torch.manual_seed(arguments.seed)
    model = Adder(recurrence())
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments.rate, fused=True)
    clock, errors = Clock(), []
    for index in range(1, arguments.steps + 1):
        x, y = problems(64)
        step(model, optimizer, nn.functional.mse_loss(model(x), y), clipping=1)
        if index % (arguments.steps // 10) == 0:
            with torch.inference_mode():
                errors.append(nn.functional.mse_loss(model(test[0]), test[1]).item())
    print(f"{name:22}" + "".join(f"{error:8.4f}" for error in errors) + f"{clock.seconds:6.0f} s", flush=True)
