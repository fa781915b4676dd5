#!/usr/bin/env python3
"""Reads the event files that TensorBoardInteropTests wrote to a folder, by TensorBoard's own reader.

    python Tests/Interop/check_tensorboard.py FOLDER          # `make test-interop` does, behind the tests

Compared are scalars, histograms (with NumPy's of the same values, and with what TensorBoard makes of them before it
draws), images (by Pillow) and texts, and that of a run that went on from a checkpoint each step is there once.
"""

import io
import json
import logging
import pathlib
import sys
import warnings

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator as PluginAccumulator
from tensorboard.util.tensor_util import make_ndarray

folder = pathlib.Path(sys.argv[1]) / "tensorboard"
# That it drops the steps which were taken again is what is wanted; and it holds histograms in float32.
logging.getLogger("tensorboard").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message="overflow encountered in cast")
EVERYTHING = {"scalars": 0, "histograms": 0, "compressedHistograms": 0, "images": 0, "tensors": 0}
compared = 0


def same(found, wanted, what):
    global compared
    compared += 1
    if not np.array_equal(np.asarray(found), np.asarray(wanted)):
        sys.exit(f"check_tensorboard: {what}: TensorBoard reads {found}, written was {wanted}")


def check_histogram(histogram, rows, values, what):
    values = np.array(values, dtype=np.float64)
    same(histogram.num, len(values), f"{what}, number")
    same(sum(histogram.bucket), len(values), f"{what}, sum of the buckets")
    if len(values) == 0:
        same(len(rows), 0, what)
        return
    same([histogram.min, histogram.max], [values.min(), values.max()], f"{what}, range")
    if not np.isclose(histogram.sum, values.sum(), rtol=1e-12, atol=1e-12 * np.abs(values).sum()):
        sys.exit(f"check_tensorboard: {what}: the sum is {histogram.sum}, not {values.sum()}")
    if np.abs(values).max() < 1e150 and not np.isclose(histogram.sum_squares, (values**2).sum(), rtol=1e-12):
        sys.exit(f"check_tensorboard: {what}: the sum of squares is {histogram.sum_squares}, not {(values**2).sum()}")
    edges = np.concatenate([[values.min()], histogram.bucket_limit])
    if values.min() == values.max():
        same(histogram.bucket, [len(values)], what)
    else:
        # NumPy's rule for given edges: from the left one, the last to the right one included.
        same(histogram.bucket, np.histogram(values, edges)[0], f"{what}, buckets")
        same(len(histogram.bucket), 30, f"{what}, number of buckets")
    # As it is drawn: left and right end in float32, and the count.
    if np.abs(values).max() < 1e38:
        drawn = np.stack([edges[:-1], edges[1:], histogram.bucket], 1).astype(np.float32)
        same(rows, drawn, f"{what}, as it is drawn")


for run, expected in json.loads((folder / "expected.json").read_text()).items():
    reader = EventAccumulator(str(folder / run), size_guidance=EVERYTHING)
    reader.Reload()
    drawn = PluginAccumulator(str(folder / run), tensor_size_guidance={name: 1000 for name in [
        "scalars", "histograms", "images", "text"]})
    drawn.Reload()
    tags = reader.Tags()
    same(sorted(tags["scalars"]), sorted(expected["scalars"]), f"{run}, tags of scalars")
    same(sorted(tags["histograms"]), sorted(expected["histograms"]), f"{run}, tags of histograms")
    same(sorted(tags["images"]), sorted(expected["images"]), f"{run}, tags of images")
    same(sorted(tags["tensors"]), sorted(expected["texts"]), f"{run}, tags of texts")
    for tag, points in expected["scalars"].items():
        same([[event.step, np.float32(event.value)] for event in reader.Scalars(tag)],
             [[step, np.float32(value)] for step, value in points], f"{run}, {tag}")
        same([event.step for event in drawn.Tensors(tag)], [step for step, _ in points], f"{run}, {tag}, as drawn")
    for tag, values in expected["histograms"].items():
        event = reader.Histograms(tag)[-1]
        rows = make_ndarray(drawn.Tensors(tag)[-1].tensor_proto)
        check_histogram(event.histogram_value, rows, values, f"{run}, {tag}")
    for tag, picture in expected["images"].items():
        event = reader.Images(tag)[0]
        channels, height, width = picture["shape"]
        same([event.height, event.width], [height, width], f"{run}, {tag}, size")
        image = np.asarray(Image.open(io.BytesIO(event.encoded_image_string))).reshape(height, width, channels)
        same(image.transpose(2, 0, 1).reshape(-1), picture["samples"], f"{run}, {tag}")
    for tag, text in expected["texts"].items():
        event = reader.Tensors(tag)[0]
        same(make_ndarray(event.tensor_proto).item().decode(), text, f"{run}, {tag}")
        same(drawn.SummaryMetadata(tag).plugin_data.plugin_name, "text", f"{run}, {tag}, plugin")

if compared < 100:
    sys.exit(f"check_tensorboard: only {compared} results were compared")
print(f"TensorBoard reads {compared} results as they were written")
