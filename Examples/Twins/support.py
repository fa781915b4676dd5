"""What the twins share: the examples' data as tensors, batches of like lengths, and a clock."""
import argparse
import collections
import os
import pathlib
import time

import numpy as np
import torch
from torch import nn

DATA = pathlib.Path(__file__).parent / "../Data"
if "OMP_NUM_THREADS" not in os.environ:
    torch.set_num_threads(2)


def parse(usage, **standards):
    """The command line's values, each an option named after a keyword; a `seed`, where there is one, is set."""
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, standard in standards.items():
        parser.add_argument(f"--{name}", type=type(standard), default=standard)
    arguments = parser.parse_args()
    if "seed" in standards:
        torch.manual_seed(arguments.seed)
    return arguments


class Clock:
    def __init__(self):
        self.start = time.perf_counter()

    @property
    def seconds(self):
        return time.perf_counter() - self.start


def digits():
    """Images [1797, 64] of 0…1 and labels; the first 1437 train and validate, the last 360 test."""
    table = torch.tensor(np.loadtxt(DATA / "digits.csv", delimiter=",", skiprows=1, dtype=np.float32))
    return table[:, :64] / 16, table[:, 64].long()


def digit_filters():
    """DigitsCNN's network, for rows of 64 pixels."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(64, 10))


def accuracy(model, x, y):
    model.eval()
    with torch.inference_mode():
        return (model(x).argmax(1) == y).float().mean().item()


class Vocabulary(dict):
    """Numbers of tokens: the special ones first, then by how often they occur, then by code points."""

    def __init__(self, tokens, specials=(), minimum=1, maximum=None):
        counts = collections.Counter(tokens)
        kept = (token for token in counts if counts[token] >= minimum)
        kept = sorted(kept, key=lambda token: (-counts[token], token))
        self.tokens = [*specials, *kept][:maximum]
        super().__init__((token, index) for index, token in enumerate(self.tokens))


def padded(sequences, padding=0):
    """Sequences of numbers as [time, batch], and their lengths."""
    tensors = [torch.tensor(sequence) for sequence in sequences]
    return nn.utils.rnn.pad_sequence(tensors, padding_value=padding), torch.tensor([len(t) for t in tensors])


def bucketed(lengths, batch_size, pool_size=100):
    """Batches of indices whose sequences are of like lengths: shuffled, sorted in pools, cut, and shuffled anew."""
    batches = []
    for pool in torch.randperm(len(lengths)).split(batch_size * pool_size):
        pool = sorted(pool.tolist(), key=lambda index: lengths[index])
        batches += [pool[start:start + batch_size] for start in range(0, len(pool), batch_size)]
    return [batches[index] for index in torch.randperm(len(batches))]


def recur(layer, x, lengths, state=None):
    """A recurrent layer over sequences of their own lengths: outputs and the state behind them."""
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    outputs, state = layer(packed, state)
    return nn.utils.rnn.pad_packed_sequence(outputs)[0], state


def last(state):
    """The deepest hidden state of a bidirectional LSTM: [h→⁽ᴺ⁾; h←⁽¹⁾]."""
    hidden, _ = state
    return torch.cat([hidden[-2], hidden[-1]], 1)


def step(model, optimizer, loss, clipping=None):
    """One step of the optimizer, with the gradients' norm held to `clipping`."""
    optimizer.zero_grad()
    loss.backward()
    if clipping is not None:
        nn.utils.clip_grad_norm_(model.parameters(), clipping)
    optimizer.step()
    return loss.item()
