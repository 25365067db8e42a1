"""Where the photo's own border cut a person off: shoulders and hair are given a rounded end, so that they can stand in a
larger scene without a straight cut. The lower border stays as it is, as it is always put at the frame's own."""

import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Plane, smoothstep

# All in face heights.
_INSET, _SHOULDER_WIDE, _SHOULDER_HIGH = 0.02, 0.30, 0.60
_CROWN_ROUND, _CROWN_WIDER = 0.45, 1.35
_SOFT = 0.012
_BORDER_PX = 3


def rounded(alpha: Plane, face_height: float) -> Plane:
    """`alpha` (h, w), ended softly where it touched the left, right or upper border."""
    out = alpha * _shoulder(alpha, face_height)
    out = out * _shoulder(alpha[:, ::-1], face_height)[:, ::-1]
    return raster.to_float32(out * _crown(alpha, face_height))


def _shoulder(alpha: Plane, face_height: float) -> Plane:
    """What is kept at the left border: below the person's own outline a quarter ellipse down to the border, then
    upright."""
    height, width = alpha.shape
    touching = np.flatnonzero(alpha[:, :_BORDER_PX].mean(1) > 0.5)
    if not len(touching):
        return np.ones((height, 1), np.float32)
    wide = int(min(_SHOULDER_WIDE * face_height, width - 1))
    first = int(touching[0])
    highest = max(first - int(_SHOULDER_HIGH * face_height), 0)
    open_above = np.flatnonzero(alpha[highest:first, wide] < 0.5)
    top = highest + int(open_above[-1]) + 1 if len(open_above) else highest
    y = np.arange(height)
    down = np.clip((y - top) / (max(first - top, 1) + _SHOULDER_HIGH * face_height), 0, 1)
    inset = np.where(y >= top, _SHOULDER_WIDE * (1 - np.sqrt(1 - (1 - down) ** 2)) + _INSET, -1.0) * face_height
    x = np.arange(width, dtype=np.float32)[None, :]
    soft = _SOFT * face_height
    return raster.to_float32(smoothstep(-soft, soft, x - inset[:, None]))


def _crown(alpha: Plane, face_height: float) -> Plane:
    """What is kept at the upper border: everything below an arch over the hair that touches it, somewhat wider
    than the touch, so that it runs into the hair's own outline."""
    height, width = alpha.shape
    touching = np.flatnonzero(alpha[:_BORDER_PX].mean(0) > 0.5)
    if not len(touching):
        return np.ones((1, width), np.float32)
    middle, half = (touching[0] + touching[-1]) / 2, (touching[-1] - touching[0] + 1) / 2 * _CROWN_WIDER
    across = (np.arange(width) - middle) / half
    arch = _CROWN_ROUND * half * (1 - np.sqrt(np.clip(1 - across**2, 0, 1))) + _INSET * face_height
    arch = np.where(np.abs(across) < 1, arch, -face_height)
    y = np.arange(height, dtype=np.float32)[:, None]
    soft = _SOFT * face_height
    return raster.to_float32(smoothstep(-soft, soft, y - arch[None, :]))
