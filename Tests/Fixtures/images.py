#!/usr/bin/env python3
"""Writes images.json: small PPM, PGM and PNG files and the samples in them.

    python Tests/Fixtures/images.py        # made with Pillow 13, NumPy 2.4

Pillow wrote the files, and reads back what is said to be in them. Kinds of PNG that it cannot write (interlaced ones, RGB
of 16 bits, gray of 2 and 4 bits) are put together here from the PNG specification's words, and Pillow's reading of them is
compared where it keeps all bits. Samples are listed plane by plane.
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
import PIL
from PIL import Image

random = np.random.default_rng(20240822)
files = []


def add(name, data, samples, depth=8):
    """samples: [height, width] or [height, width, channels]."""
    samples = np.atleast_3d(np.asarray(samples)).transpose(2, 0, 1)
    files.append({"name": name, "depth": depth, "shape": list(samples.shape), "samples": samples.reshape(-1).tolist(),
                  "base64": base64.b64encode(data).decode()})


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format=format, **options)
    return file.getvalue()


def pillow(name, image, format, expected=None, depth=8, **options):
    data = saved(image, format, **options)
    samples = np.asarray(image) if expected is None else expected
    if expected is None:
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), samples)
    add(name, data, samples, depth)


def bytes_of(*shape):
    return random.integers(0, 256, size=shape, dtype=np.uint8)


# Netpbm
gray, rgb, deep = bytes_of(4, 5), bytes_of(3, 4, 3), random.integers(0, 65536, size=(3, 4), dtype=np.uint16)
pillow("gray.pgm", Image.fromarray(gray), "PPM")
pillow("rgb.ppm", Image.fromarray(rgb), "PPM")
pillow("deep.pgm", Image.fromarray(deep), "PPM", depth=16)

# PNG as Pillow writes it
rgba = bytes_of(3, 4, 4)
pillow("gray.png", Image.fromarray(gray), "PNG")
pillow("gray-alpha.png", Image.fromarray(bytes_of(3, 5, 2), mode="LA"), "PNG")
pillow("rgb.png", Image.fromarray(rgb), "PNG")
pillow("rgba.png", Image.fromarray(rgba), "PNG")
pillow("deep.png", Image.fromarray(deep), "PNG", depth=16)
bits = random.integers(0, 2, size=(3, 11)).astype(bool)
pillow("bits.png", Image.fromarray(bits), "PNG", expected=bits * 255)
for colours in [2, 5, 40]:
    palette = Image.fromarray(bytes_of(6, 7, 3)).quantize(colours)
    pillow(f"palette-{colours}.png", palette, "PNG", expected=np.asarray(palette.convert("RGB")))
data = saved(palette, "PNG", transparency=bytes([0, 90, 255]))
add("palette-alpha.png", data, np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")))
data = saved(Image.fromarray(rgb), "PNG", transparency=tuple(int(v) for v in rgb[1, 2]))
add("transparent-colour.png", data, np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")))


# PNG by hand
def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(samples, depth, colour, interlaced=False, extra=b""):
    """samples: [height, width, channels] of `depth` bits; every row with filter 0."""
    height, width = samples.shape[:2]

    def rows(part):
        if part.size == 0:
            return b""
        if depth == 16:
            return b"".join(b"\0" + row.astype(">u2").tobytes() for row in part)
        if depth == 8:
            return b"".join(b"\0" + row.astype(np.uint8).tobytes() for row in part)
        result = b""
        for row in part.reshape(part.shape[0], -1):
            text = "".join(format(int(v), f"0{depth}b") for v in row)
            text += "0" * (-len(text) % 8)
            result += b"\0" + bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))
        return result

    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    raw = b"".join(rows(samples[y::dy, x::dx]) for y, x, dy, dx in passes) if interlaced else rows(samples)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw))
            + chunk(b"IEND", b""))


def by_hand(name, samples, depth, colour, expected=None, **options):
    data = png(samples, depth, colour, **options)
    expected = samples if expected is None else expected
    if depth == 8:
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))).reshape(expected.shape), expected)
    else:
        Image.open(io.BytesIO(data)).load()
    add(name, data, expected, max(depth, 8))


by_hand("interlaced.png", bytes_of(9, 10, 3), 8, 2, interlaced=True)
by_hand("interlaced-1x1.png", bytes_of(1, 1, 1), 8, 0, interlaced=True)
by_hand("rgb-16.png", random.integers(0, 65536, size=(2, 3, 3)), 16, 2)
by_hand("rgba-16-interlaced.png", random.integers(0, 65536, size=(5, 3, 4)), 16, 6, interlaced=True)
two, four = random.integers(0, 4, size=(3, 6, 1)), random.integers(0, 16, size=(4, 3, 1))
by_hand("gray-2.png", two, 2, 0, expected=two * 85)
by_hand("gray-4-transparent.png", four, 4, 0, extra=chunk(b"tRNS", struct.pack(">H", int(four[0, 0, 0]))),
        expected=np.concatenate([four * 17, np.where(four == four[0, 0, 0], 0, 255)], axis=2))
# A text that unpacks to a thousand times its bytes (Pillow refuses it), a colour profile that is none, and an unknown
# chunk: none of them touches the pixels.
text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 1_500_000))
pixels = bytes_of(2, 2, 3)
add("chunks.png", png(pixels, 8, 2, extra=text + chunk(b"iCCP", b"x\0\0nonsense") + chunk(b"abCd", b"?")), pixels)

path = pathlib.Path(__file__).with_name("images.json")
path.write_text(json.dumps(files, separators=(",", ":")).replace("},{", "},\n{") + "\n")
print(f"{len(files)} files, Pillow {PIL.__version__}; {path.stat().st_size} bytes")
