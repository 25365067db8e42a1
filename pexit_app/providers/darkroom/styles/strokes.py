"""The marks styles are made of: lines drawn from relative contrast, and flat brush dabs."""

import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.colour import LUMA
from pexit_app.providers.darkroom.raster import Picture, Plane, smoothstep

_FLOOR = 0.05
_BAND = 512


def lines(level: Plane, width: float, low: float, high: float) -> Plane:
    """Dark lines (h, w) 0-1 where `level` dips below its neighbourhood by a ratio: the same on dark and pale material.

    A difference of Gaussians of the logarithm, so `low` and `high` are contrasts in stops of e; `width` in pixels.
    """
    log = np.log(level + _FLOOR)
    dip = raster.blur(log, width * 2.2) - raster.blur(log, width)
    return np.asarray(smoothstep(low, high, dip))


def form_lines(normals: Picture, alpha: Plane, width: float, low: float, high: float) -> Plane:
    """Lines (h, w) where the form turns sharply or ends, whatever its colour: draws white plaster on white paper."""
    rows, columns = alpha.shape
    width_there = width * normals.shape[0] / rows
    turn = raster.blur(normals, width_there) - raster.blur(normals, width_there * 2.4)
    turned = raster.fit(np.sqrt((turn * turn).sum(-1)), columns, rows)
    crease = smoothstep(low, high, turned) * alpha
    edge = raster.blur(alpha, width * 0.8)
    outline = smoothstep(0.55, 0.95, 4 * edge * (1 - edge))
    return np.asarray(np.maximum(crease, outline))


def dabs(picture: Picture, radius: int) -> Picture:
    """Kuwahara filter with soft weights: every pixel takes the mean of its flattest quadrant, as a brush would.

    Done in bands of rows, each with the rows around it that its means reach, so that a large picture needs no more
    memory than a small one.
    """
    height = picture.shape[0]
    out = np.empty_like(picture)
    for top in range(0, height, _BAND):
        low, high = max(top - radius - 1, 0), min(top + _BAND + radius + 1, height)
        rows = min(_BAND, height - top)
        out[top : top + rows] = _dabs(picture[low:high], radius)[top - low : top - low + rows]
    return out


def _dabs(picture: Picture, radius: int) -> Picture:
    side = radius + 1
    level = raster.to_float32(picture @ LUMA)
    stack = np.dstack([picture, level, level * level])
    total = np.zeros_like(picture)
    weights = np.zeros_like(level)
    for anchor in ((0, 0), (radius, 0), (0, radius), (radius, radius)):
        mean = raster.box(stack, side, anchor)
        variance = np.maximum(mean[..., 4] - mean[..., 3] * mean[..., 3], 0) * 255 + 0.02
        flatness = 1 / (variance * variance)
        flatness *= flatness
        total += mean[..., :3] * flatness[..., None]
        weights += flatness
    return raster.to_float32(total / weights[..., None])


def on_person(plane: Plane, alpha: Plane, sigma: float) -> Plane:
    """`plane` blurred within the person only, so that the background never leaks in."""
    return np.asarray(raster.blur(plane * alpha, sigma) / np.maximum(raster.blur(alpha, sigma), 0.05))
