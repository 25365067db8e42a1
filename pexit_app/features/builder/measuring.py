"""Two drafts -> how much of the picture changed, and whether it is still the same face. Pure, on pictures of our own.

A face's shape is what the photo gate reads (landmarks of unit size without place, size and pose). How far two shapes lie
apart means nothing by itself, so it is told in units of how far the stand-ins lie apart from each other in the same scene:
at 1 a knob has moved a face as far as from one person to another.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pexit_app.core.ports import Reading

# A step of 4 of 255 over an area is what an eye just tells apart side by side. The same picture has the same bytes, so
# there is no noise to allow for.
VISIBLE_STEP = 4
DEAD_BELOW = 0.01
# Turned further than this the mesh guesses the far side: two readings of one bust differ as those of two busts do.
SAME_YAW, SAME_PITCH = 12.0, 12.0
# In scenes of five shipped packs, knobs that leave the pose alone move a face by 0.1 to 0.9; 1.05 in neon light, where
# faces are read worst.
BREAKS_FROM = 1.2
LOST_SHARE = 0.5

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """`shape` of unit size, any number of coordinates; angles in degrees."""

    shape: NDArray[np.float64]
    yaw: float
    pitch: float


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A draft as it is compared: pixels (h, w, 3) and the face in it, None where none can be read."""

    pixels: Pixels
    face: Face | None


@dataclass(frozen=True, slots=True)
class Drift:
    """Of one value against the knob's default, over all stand-ins: `far` in units of the distance between two of them,
    None when it cannot be told; `lost` is the share of faces that could be read before and cannot be any more."""

    far: float | None
    lost: float

    @property
    def breaks(self) -> bool:
        return self.lost > LOST_SHARE or (self.far is not None and self.far >= BREAKS_FROM)


def face_of(reading: Reading) -> Face | None:
    shape = reading.prints.get("shape") if reading.prints else None
    return Face(np.asarray(shape, np.float64), reading.yaw, reading.pitch) if shape else None


def pixels_of(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"), np.uint8)


def change(one: Pixels, other: Pixels) -> float:
    """The share of pixels, 0 to 1, whose colour differs visibly; pictures of two shapes differ everywhere."""
    if one.shape != other.shape:
        return 1.0
    return float((np.abs(one.astype(np.int16) - other).max(-1) > VISIBLE_STEP).mean())


def apart(faces: Sequence[Face | None]) -> float | None:
    """How far two people lie apart: the middle distance between those that can be read, None below two of them."""
    read = [face.shape for face in faces if face is not None]
    return median(float(np.linalg.norm(a - b)) for a, b in combinations(read, 2)) if len(read) > 1 else None


def drift(before: Sequence[Face | None], after: Sequence[Face | None]) -> Drift:
    """`before` and `after` one a stand-in, in the same order."""
    unit = apart(before)
    pairs = [(was, now) for was, now in zip(before, after, strict=True) if was is not None]
    kept = [(was, now) for was, now in pairs if now is not None]
    level = [
        (was, now)
        for was, now in kept
        if abs(was.yaw - now.yaw) <= SAME_YAW and abs(was.pitch - now.pitch) <= SAME_PITCH
    ]
    far = median(float(np.linalg.norm(was.shape - now.shape)) for was, now in level) / unit if unit and level else None
    return Drift(far, 1 - len(kept) / len(pairs) if len(pairs) > 1 else 0.0)
