#!/usr/bin/env python3
"""Writes event_files.json: an event file by TensorBoard's writer, histograms by its own rule, uncompressed PNG files.

    python Tests/Fixtures/event_files.py        # made with tensorboard 2.21, NumPy 2.4, Pillow 13

The events are those that EventFileTests writes, the first two at the wall time 1700000000 and
each other a quarter of a second later. Pillow reads the
PNG files back, which are put together here from the specification's words.
"""

import base64
import binascii
import io
import json
import pathlib
import struct
import tempfile
import zlib

import numpy as np
from PIL import Image
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.summary.writer.record_writer import RecordWriter

random = np.random.default_rng(20250903)


def buckets_of(values):
    """[[left, right, count], …] as TensorBoard's second generation of summaries cuts them; one where all are alike."""
    tensor = histogram_pb("", np.array(values)).value[0].tensor
    rows = np.frombuffer(tensor.tensor_content).reshape(-1, 3).tolist()
    return rows[-1:] if min(values) == max(values) else rows


def event_file():
    events = []

    def add(step, **what):
        events.append(event_pb2.Event(wall_time=1700000000 + max(len(events) - 1, 0) / 4, step=step, **what))

    def value(tag, **what):
        return {"summary": summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, **what)])}

    add(0, file_version="brain.Event:2")
    add(8, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START))
    add(8, **value("loss/step", simple_value=0.1))
    add(3_000_000_000, **value("größe", simple_value=float("nan")))
    numbers = [-1.0, 0.0, 0.5, 2.0]
    rows = buckets_of(numbers)
    add(9, **value("weights", histo=summary_pb2.HistogramProto(
        min=-1, max=2, num=4, sum=1.5, sum_squares=5.25, bucket_limit=[row[1] for row in rows],
        bucket=[row[2] for row in rows])))
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=["# Zwölf\n*words*".encode()])
    tensor.tensor_shape.SetInParent()
    plugin = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text"))
    add(10, **value("note", tensor=tensor, metadata=plugin))

    with tempfile.TemporaryFile() as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))
        file.seek(0)
        return file.read()


def png(samples):
    """[height, width, channels], 8 bits, in stored blocks."""
    height, width, channels = samples.shape
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    stream = b"\x78\x01"
    for start in range(0, len(rows), 65535):
        block = rows[start:start + 65535]
        stream += struct.pack("<BHH", start + 65535 >= len(rows), len(block), len(block) ^ 0xFFFF) + block
    stream += struct.pack(">I", zlib.adler32(rows))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", binascii.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, [0, 4, 2, 6][channels - 1], 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", stream) + chunk(b"IEND", b"")
    image = np.asarray(Image.open(io.BytesIO(data)))
    assert np.array_equal(image.reshape(samples.shape), samples)
    return {"width": width, "height": height, "channels": channels, "samples": samples.reshape(-1).tolist(),
            "base64": base64.b64encode(data).decode()}


def image(*shape):
    return random.integers(0, 256, size=shape, dtype=np.uint8)


# float32 holds them all.
lists = [
    np.float32(random.normal(size=200)).astype(float).tolist(),
    random.integers(-3, 9, size=50).astype(float).tolist(),
    [7.0] * 5,
    [-1.0, 0.0, 0.5, 2.0],
]
result = {
    "eventFile": base64.b64encode(event_file()).decode(),
    "checksums": [{"text": text, "masked": masked_crc32c(text.encode())}
                  for text in ["", "a", "123456789", "Größe" * 99]],
    "histograms": [{"values": values, "buckets": buckets_of(values)} for values in lists],
    "images": [png(image(*shape)) for shape in [(3, 5, 1), (2, 2, 2), (4, 3, 3), (1, 6, 4)]],
    # Two blocks: sample i is 7 i mod 251.
    "largeImageChecksum": binascii.crc32(base64.b64decode(
        png((7 * np.arange(205 * 320) % 251).astype(np.uint8).reshape(205, 320, 1))["base64"])),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result, separators=(",", ":")).replace('},{', '},\n{') + "\n")
