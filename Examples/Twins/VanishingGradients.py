"""The example VanishingGradients in PyTorch: the same networks, and norms of the same gradients.

    VanishingGradients.py [--steps 150] [--seed 1]
"""
import torch
from torch import nn

from support import Clock, parse

arguments = parse(__doc__, steps=150, seed=1)
torch.set_default_dtype(torch.float64)
steps, inputs, hidden, batch = arguments.steps, 8, 64, 16
x, v = torch.randn(steps, batch, inputs), torch.randn(batch, hidden)


def shares(cell):
    """‖∂L/∂h⁽ᵗ⁾‖ for L = v · h⁽ᴺ⁾, as shares of its value at the last step."""
    state, outputs = None, []
    for now in x:
        state = cell(now, state)
        outputs.append(state[0] if isinstance(state, tuple) else state)
        outputs[-1].retain_grad()
    (outputs[-1] * v).sum().backward()
    return [(output.grad.norm() / outputs[-1].grad.norm()).item() for output in outputs]


def orthogonal():
    cell = nn.RNNCell(inputs, hidden)
    nn.init.xavier_uniform_(cell.weight_ih)
    nn.init.orthogonal_(cell.weight_hh)
    nn.init.zeros_(cell.bias_ih)
    nn.init.zeros_(cell.bias_hh)
    return cell


def lstm(forget_bias):
    cell = nn.LSTMCell(inputs, hidden)
    with torch.no_grad():
        cell.bias_ih[hidden:2 * hidden] = forget_bias
        cell.bias_hh[hidden:2 * hidden] = 0
    return cell


clock = Clock()
curves = {
    "RNN": shares(nn.RNNCell(inputs, hidden)), "RNN, orthogonal start": shares(orthogonal()),
    "LSTM": shares(nn.LSTMCell(inputs, hidden)), "LSTM, forget bias 1": shares(lstm(1)),
    "LSTM, forget bias 5": shares(lstm(5)), "GRU": shares(nn.GRUCell(inputs, hidden)),
}
seconds = clock.seconds
distances = [distance for distance in (0, 1, 5, 10, 20, 50, 100, 150, 200) if distance < steps]
print("steps before the last:    " + "".join(f"{distance:9}" for distance in distances))
for name, values in curves.items():
    print(f"{name:26}" + "".join(f"{values[steps - 1 - distance]:9.1e}" for distance in distances))
print(f"six networks: {seconds:.2f} s")
