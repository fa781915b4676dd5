#!/usr/bin/env python3
"""Writes text.json: tokens, vocabularies and batches of sequences.

    python Tests/Fixtures/text.py        # made with Python 3.11, PyTorch 2.13

Words are found by a regular expression here and by a loop over characters in Cotangent. The passage is Exodus 3, 1-6, of
the King James translation, with a second text of all that such rules stumble over.
"""

import collections
import json
import pathlib
import re

import torch

passage = """Ex3:1 Now Moses kept the flock of Jethro his father in law, the priest of Midian: and he led the flock to the \
backside of the desert, and came to the mountain of God, even to Horeb.
Ex3:2 And the angel of the LORD appeared unto him in a flame of fire out of the midst of a bush: and he looked, and, \
behold, the bush burned with fire, and the bush was not consumed.
Ex3:3 And Moses said, I will now turn aside, and see this great sight, why the bush is not burnt.
Ex3:4 And when the LORD saw that he turned aside to see, God called unto him out of the midst of the bush, and said, \
Moses, Moses. And he said, Here am I.
Ex3:5 And he said, Draw not nigh hither: put off thy shoes from off thy feet, for the place whereon thou standest is holy \
ground.
Ex3:6 Moreover he said, I am the God of thy father, the God of Abraham, the God of Isaac, and the God of Jacob. And Moses \
hid his face; for he was afraid to look upon God.
"""
hard = ("Don't 'quote' the brothers' well-beloved\tdaughter-in-law’s “3.14” (or 1,000.5, or 4:16)...\r\n\r\n"
        "a_b c//d 50% $9 1,a a,1 1., 'tis o''clock x'. 日本語 Ωμέγα naïve e\u0301te\u0301 ½ … «Où?» – no — yes!\u00a0End")

# Letters and digits with combining marks; apostrophes between them, points and commas between digits.
word = r"[^\W_](?:[\u0300-\u036f]|[^\W_]|['’](?=[^\W_])|(?<=\d)[.,](?=\d))*"
token = re.compile(word + r"|[^\w\s]|_")


def split(text):
    return token.findall(text)


def vocabulary(tokens, minimum, maximum, specials):
    counts = collections.Counter(tokens)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))     # strings by code points
    kept = [name for name, count in ordered if count >= minimum]
    return (specials + kept)[:maximum]


def vocabulary_case(kind, tokens, minimum=1, maximum=None, specials=()):
    list_ = vocabulary(tokens, minimum, maximum, list(specials))
    unknown = list_.index("<unk>") if "<unk>" in list_ else -1
    numbers = {name: index for index, name in enumerate(list_)}
    return {"kind": kind, "minimumCount": minimum, "maximumSize": maximum, "specials": list(specials), "tokens": list_,
            "indices": [numbers.get(name, unknown) for name in tokens]}


words, characters = split(passage), list(passage)
sequences = [[5, 3, 9, 7], [4], [], [8, 8, 1], [2, 6]]
padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(s, dtype=torch.int64) for s in sequences], padding_value=11)
lengths = torch.tensor([len(s) for s in sequences])
mask = torch.arange(padded.shape[0])[:, None] < lengths[None]

# 4 streams of 7 steps in windows of 3; tokens 29 and 30 are left over.
text = torch.arange(100, 131)
steps = (len(text) - 1) // 4
inputs, targets = (text[start:start + 4 * steps].view(4, steps).T for start in (0, 1))
windows = [{"inputs": a.tolist(), "targets": b.tolist()} for a, b in zip(inputs.split(3), targets.split(3))]

fixture = {
    "passage": passage, "passageWords": words, "hard": hard, "hardWords": split(hard),
    "vocabularies": [
        vocabulary_case("words", words),
        vocabulary_case("lowercaseWords", [w.lower() for w in words], 2, None, ["<pad>", "<unk>", "<start>", "<end>"]),
        vocabulary_case("words", words, 1, 20, ["<unk>"]),
        vocabulary_case("characters", characters, 1, None, ["<pad>"]),
        vocabulary_case("whitespace", passage.split(), 2, 12, ["<pad>", "<unk>"]),
    ],
    # As another program writes a vocabulary: all that is not ASCII escaped.
    "vocabularyFile": json.dumps({"version": 1, "tokens": ["<pad>", "<end>", "é", "e\u0301", "\U0001F333", "\n\"\\/\t\0"],
                                  "specials": ["<pad>", "<end>"], "format": "cotangent-vocabulary"}),
    "sequences": sequences, "padded": padded.tolist(), "mask": mask.tolist(),
    "streamTokens": text.tolist(), "windows": windows,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture, ensure_ascii=False, separators=(",", ":")) + "\n")
