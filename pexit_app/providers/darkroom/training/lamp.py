"""The light a photo was taken in: which side it came from, and taking half of that side out again.

A face is alike on both sides, so what differs between left and right is light; from above and below it is not (a beard
is no shadow), so only the sideways part is ever touched. It is touched by ratio alone, and the face keeps its mean
colour exactly: nothing here makes skin lighter or darker.
"""

import numpy as np

from pexit_app.providers.darkroom.colour import LUMA
from pexit_app.providers.darkroom.raster import Picture, Plane

_TAKEN_OUT = 0.5
_FULLY_ASIDE = 0.9
_RATIO_MAX = 1.6
_DARKEST = 0.004
_SAMPLES = 20_000


def side_light(colour: Picture, normals: Picture, on_face: Plane) -> float:
    """How the logarithm of luminance changes across the face, per unit of the normal's x, by least squares together
    with y, z and a constant. 0 for even light, positive when it comes from the right."""
    at = np.flatnonzero(on_face.ravel() > 0.6)
    if len(at) < 64:
        return 0.0
    at = at[:: max(len(at) // _SAMPLES, 1)]
    level = np.log(np.maximum(colour.reshape(-1, 3)[at] @ LUMA, _DARKEST))
    low, high = np.percentile(level, (4, 96))
    kept = (level >= low) & (level <= high)
    facing = normals.reshape(-1, 3)[at][kept]
    system = np.column_stack([facing, np.ones(len(facing), np.float32)]).astype(np.float64)
    answer, *_ = np.linalg.lstsq(system, level[kept].astype(np.float64), rcond=None)
    return float(answer[0])


def as_side(slope: float) -> float:
    """`side_light` as -1 (left) to 1 (right)."""
    return float(np.clip(slope / _FULLY_ASIDE, -1, 1))


def even_out(colour: Picture, normals: Picture, on_face: Plane, slope: float) -> Picture:
    """`colour` (h, w, 3) linear, with half of the sideways light gone from the face; its mean over the face is kept."""
    limit = float(np.log(_RATIO_MAX))
    ratio = np.exp(np.clip(-_TAKEN_OUT * slope * normals[..., 0], -limit, limit) * on_face)
    weights = on_face / max(float(on_face.sum()), 1e-6)
    before = (colour * weights[..., None]).sum((0, 1))
    evened = colour * ratio[..., None]
    after = (evened * weights[..., None]).sum((0, 1))
    keep = np.clip(before / np.maximum(after, 1e-6), 1 / _RATIO_MAX, _RATIO_MAX)
    return np.asarray(np.clip(evened * (1 + (keep - 1) * on_face[..., None]), 0, 1), np.float32)
