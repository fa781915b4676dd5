#!/usr/bin/env python3
"""Writes filtering.json: known answers for convolve, correlate and the gallery of kernels.

    python Tests/Fixtures/filtering.py        # made with NumPy 2.4, SciPy 1.17

`cases` holds signals and kernels of small integers, so that every result is an exact integer in float32 too. A result is
SciPy's `valid` convolution of the signal that NumPy padded; wherever SciPy offers the same border (`scipy.signal`: fill,
symm and wrap; `scipy.ndimage`, for odd kernels: all) it is held against that first. `gallery` holds what `scipy.ndimage`
gives for a random image, and kernels computed from their formulas in another way than the library's.
"""

import json
import pathlib

import numpy as np
import scipy.ndimage as ndimage
import scipy.signal as signal
from scipy.optimize import minimize_scalar

random = np.random.default_rng(20240821)
PADS = {"zero": "constant", "reflect": "symmetric", "mirror": "reflect", "replicate": "edge", "wrap": "wrap"}
NDIMAGE = {"zero": "constant", "reflect": "reflect", "mirror": "mirror", "replicate": "nearest", "wrap": "wrap"}
SIGNAL = {"zero": "fill", "reflect": "symm", "wrap": "wrap"}
checked = {"signal": 0, "ndimage": 0}


def margins(extent, k, operation):
    if extent == "full":
        return k - 1, k - 1
    if extent == "valid":
        return 0, 0
    # What convolve2d and correlate2d do; the checks below say so.
    return (k // 2, (k - 1) // 2) if operation == "convolve" else ((k - 1) // 2, k // 2)


def answer(x, k, operation, extent, border):
    padded = np.pad(x, [margins(extent, n, operation) for n in k.shape], mode=PADS[border])
    scipy = signal.convolve2d if operation == "convolve" else signal.correlate2d
    result = scipy(padded, k, mode="valid")
    fits = all(n <= length for n, length in zip(k.shape, x.shape))
    if border in SIGNAL and (extent != "valid" or fits) and (border == "zero" or fits):
        assert np.array_equal(result, scipy(x, k, mode=extent, boundary=SIGNAL[border])), (x.shape, k.shape, extent, border)
        checked["signal"] += 1
    if extent == "same" and all(n % 2 == 1 for n in k.shape) and (border != "wrap" or fits):
        other = ndimage.convolve if operation == "convolve" else ndimage.correlate
        assert np.array_equal(result, other(x, k, mode=NDIMAGE[border])), (x.shape, k.shape, border)
        checked["ndimage"] += 1
    return result


cases = []
for length, size in [(1, 1), (1, 4), (2, 3), (6, 3), (6, 2), (5, 8), (40, 5),
                     ((1, 1), (2, 3)), ((3, 5), (3, 3)), ((4, 6), (2, 4)), ((3, 2), (5, 7)), ((5, 40), (2, 3)), ((7, 6), (4, 1))]:
    x = random.integers(-9, 10, size=length)
    k = random.integers(-9, 10, size=size)
    planes = (x, k) if x.ndim == 2 else (x[None, :], k[None, :])
    results = {}
    for operation in ["convolve", "correlate"]:
        for extent in ["full", "same", "valid"]:
            if extent == "valid" and any(n > m for n, m in zip(planes[1].shape, planes[0].shape)):
                continue
            for border in PADS if extent != "valid" else ["zero"]:
                y = answer(*planes, operation, extent, border)
                results[f"{operation} {extent} {border}"] = (y if x.ndim == 2 else y[0]).tolist()
    cases.append({"signal": x.tolist(), "kernel": k.tolist(), "results": results})

image = random.integers(0, 256, size=(9, 11)) / 256


def motion(length, angle):
    """Distances to the segment found by minimising along it."""
    half = (length - 1) / 2
    dx, dy = np.cos(np.radians(angle)), -np.sin(np.radians(angle))

    def distance(n, m):
        found = minimize_scalar(lambda t: np.hypot(t * dx - n, t * dy - m), bounds=(-half, half), method="bounded",
                                options={"xatol": 1e-10})
        return min(found.fun, *(np.hypot(t * dx - n, t * dy - m) for t in (-half, half)))

    reach = int(np.ceil(half + 1))
    weights = np.array([[max(0, 1 - distance(n, m)) for n in range(-reach, reach + 1)] for m in range(-reach, reach + 1)])
    while weights[0].max() < 1e-9:
        weights = weights[1:-1]
    while weights[:, 0].max() < 1e-9:
        weights = weights[:, 1:-1]
    return weights / weights.sum()


impulse = np.zeros((13, 13))
impulse[6, 6] = 1
blurred = ndimage.gaussian_filter(image, 0.8, radius=3)
gallery = {
    "image": image,
    "sobelX": ndimage.sobel(image, axis=1), "sobelY": ndimage.sobel(image, axis=0),
    "prewittX": ndimage.prewitt(image, axis=1), "prewittY": ndimage.prewitt(image, axis=0),
    "scharrX": ndimage.correlate1d(ndimage.correlate1d(image, [-1, 0, 1], axis=1), [3, 10, 3], axis=0),
    "scharrY": ndimage.correlate1d(ndimage.correlate1d(image, [-1, 0, 1], axis=0), [3, 10, 3], axis=1),
    "laplacian4": ndimage.laplace(image),
    "laplacian8": 9 * ndimage.uniform_filter(image, 3) - 9 * image,
    "box3": ndimage.uniform_filter(image, 3), "box5": ndimage.uniform_filter(image, 5),
    "sharpen": image - ndimage.laplace(image),
    "gaussian1.5 radius 5": ndimage.gaussian_filter(image, 1.5, radius=5),
    "unsharp1.2 of 0.8": image + 1.2 * (image - blurred),
    "sobelMagnitude": np.hypot(ndimage.sobel(image, axis=0), ndimage.sobel(image, axis=1)),
    # Kernels themselves: an impulse's image.
    "gaussian kernel 2": ndimage.gaussian_filter(impulse, 2.0, radius=6),
    "motion 5 at 0": motion(5, 0), "motion 5 at 90": motion(5, 90), "motion 4 at 0": motion(4, 0),
    "motion 9 at 30": motion(9, 30), "motion 7 at 135": motion(7, 135),
}
# An emboss filter as it is printed for correlation, turned by ndimage's convolution.
gallery["emboss"] = ndimage.correlate(image, np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]))

path = pathlib.Path(__file__).with_name("filtering.json")
path.write_text(json.dumps({
    "cases": cases,
    "gallery": {name: np.asarray(values).round(12).tolist() for name, values in gallery.items()},
}, separators=(",", ":")) + "\n")
print(f"{len(cases)} pairs, {sum(len(c['results']) for c in cases)} answers, of which scipy.signal confirmed "
      f"{checked['signal']} and scipy.ndimage {checked['ndimage']}; {path.stat().st_size} bytes")
