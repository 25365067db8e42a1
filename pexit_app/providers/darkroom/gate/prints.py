"""Fingerprints of a photo: what is kept of it, as JSON, so that photos can be compared later without being opened.

`face` is the level face chip, `around` a wider and coarser one with what surrounds it (`mask` tells where the photo is),
both grey, base64. `shape` are landmarks in space with position, size and pose taken out. `place` is the colour of what
surrounds the head; `light` where the light comes from, `level` how bright the face is.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.gate import chips
from pexit_app.providers.darkroom.gate.measures import Light
from pexit_app.providers.darkroom.raster import Bytes, Picture

FACE_PX, FACE_EYES_PX = 88, 54.0
AROUND_PX, AROUND_EYES_PX = 64, 14.0
# Points that bone rather than expression holds: eye corners, nose, temples, jaw's width, brow, chin.
_BONES = (33, 133, 362, 263, 1, 4, 5, 6, 168, 48, 278, 10, 152, 234, 454, 127, 356, 70, 300, 105, 334, 2, 197, 195)
# Each point's counterpart on the other side of the face.
_PAIRS = {33: 263, 133: 362, 48: 278, 234: 454, 127: 356, 70: 300, 105: 334}
_OPPOSITE = [_BONES.index({**_PAIRS, **{b: a for a, b in _PAIRS.items()}}.get(bone, bone)) for bone in _BONES]
_CENTRE = (33, 263, 168, 6, 234, 454)
_PLACE_BINS = 4


@dataclass(frozen=True, eq=False)
class Prints:
    """`face` (88, 88) and `around` (64, 64) grey 0-255, `mask` (64, 64) where the photo is, `shape` (24, 3) of unit
    size, `place` colour histogram (64,) that sums to 1, `side` -1 to 1, `level` 0-255."""

    face: Picture
    around: Picture
    mask: NDArray[np.bool_]
    shape: Picture
    place: Picture
    side: float
    level: float


def fingerprints(picture: Bytes, points: Picture, light: Light) -> Mapping[str, Any]:
    """JSON of a photo (h, w, 3) with the face at `points` (468, 3)."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    inside = np.full(picture.shape[:2], 255, np.uint8)
    around = chips.cut(picture, points, AROUND_PX, AROUND_EYES_PX)
    mask = chips.cut(inside, points, AROUND_PX, AROUND_EYES_PX) > 250
    return {
        "face": _packed(chips.cut(grey, points, FACE_PX, FACE_EYES_PX)),
        "around": _packed(chips.cut(grey, points, AROUND_PX, AROUND_EYES_PX)),
        "mask": _packed(np.packbits(mask)),
        "shape": [round(float(number), 4) for number in bones(points).ravel()],
        "place": [round(float(share), 4) for share in _colours(around, mask)],
        "side": round(light.side, 3),
        "level": round(light.level, 1),
    }


def unpack(prints: Mapping[str, Any]) -> Prints | None:
    """None where there was no face."""
    if not prints:
        return None
    bits = np.frombuffer(base64.b64decode(prints["mask"]), np.uint8)
    return Prints(
        face=_unpacked(prints["face"], FACE_PX),
        around=_unpacked(prints["around"], AROUND_PX),
        mask=np.unpackbits(bits)[: AROUND_PX**2].reshape(AROUND_PX, AROUND_PX).astype(bool),
        shape=np.array(prints["shape"], np.float32).reshape(-1, 3),
        place=np.array(prints["place"], np.float32),
        side=float(prints["side"]),
        level=float(prints["level"]),
    )


def bones(points: Picture) -> Picture:
    """(24, 3): the shape without place, size and pose. The head's axes: along the eyes, and from the brow to the chin.
    Both halves are averaged: what the mesh gets wrong about a turned head is wrong the other way round on the far side."""
    centred = points - points[list(_CENTRE)].mean(0)
    across = centred[[263, 454, 356]].sum(0) - centred[[33, 234, 127]].sum(0)
    across = across / np.linalg.norm(across)
    down = centred[152] - centred[10]
    down = down - across * (across @ down)
    down = down / np.linalg.norm(down)
    axes = np.stack([across, down, np.cross(across, down)], axis=1)
    shape = centred[list(_BONES)] @ axes
    shape = (shape + shape[_OPPOSITE] * np.array([-1, 1, 1])) / 2
    return raster.to_float32(shape / np.linalg.norm(shape))


def _colours(around: NDArray[Any], mask: NDArray[np.bool_]) -> Picture:
    """Which colours surround the head, a soft histogram of 4 x 4 x 4: beside and above it, not the body below."""
    side = around.shape[0]
    y, _ = np.mgrid[0:side, 0:side]
    where = mask & ~chips.oval(side, 0.34, 0.42, 0.40) & (y < side * 0.62)
    if not where.any():
        return raster.to_float32(np.zeros(_PLACE_BINS**3))
    at = np.clip(around[where].astype(np.float32) / 256 * (_PLACE_BINS - 1), 0, _PLACE_BINS - 1.001)
    low = at.astype(int)
    part = at - low
    histogram = np.zeros((_PLACE_BINS,) * 3)
    for corner in range(8):
        step = np.array([corner & 1, corner >> 1 & 1, corner >> 2])
        weight = np.where(step, part, 1 - part).prod(1)
        np.add.at(histogram, tuple((low + step).T), weight)
    return raster.to_float32(histogram.ravel() / histogram.sum())


def _packed(pixels: NDArray[Any]) -> str:
    return base64.b64encode(pixels.astype(np.uint8).tobytes()).decode()


def _unpacked(text: str, side: int) -> Picture:
    return raster.to_float32(np.frombuffer(base64.b64decode(text), np.uint8).reshape(side, side))
