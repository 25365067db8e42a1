"""Where faces stand in a frame: pure geometry of one or two heads, in pixels of the frame.

A source that does not reach far enough down would float above the frame's lower edge. It is let down a little, then
enlarged, then let down the rest of the way; two people share the remedy, so that their heads stay alike in size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pexit_app.providers.darkroom import noise
from pexit_app.providers.darkroom.persona import Facts
from pexit_app.providers.darkroom.raster import Matrix

_FACE_SHARE = {"close": 0.43, "half": 0.235, "wide": 0.165}
_FACE_AT = {"close": 0.47, "half": 0.365, "wide": 0.50}
_TILT_DEGREES = 1.2
# Of two people: face size against that of one, distance of the faces and room beside each, in face heights.
_PAIR_SIZE = {"close": 0.84, "half": 0.88, "wide": 0.88}
_PAIR_APART = {"close": 1.04, "half": 1.42, "wide": 1.50}
_PAIR_MARGIN = {"close": 0.52, "half": 0.80, "wide": 0.80}
_PAIR_STEP, _PAIR_BEHIND = 0.16, 0.955
_NARROW_FROM = 0.66
_LET_DOWN_FIRST, _ENLARGED_MOST = 0.07, 2.0
_USABLE, _SLACK = 0.985, 0.012


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face lands: its middle and its height, in pixels of the frame."""

    x: float
    y: float
    height: float


def face_height(framing: str, width: int, height: int) -> float:
    """Of one face in the frame, in pixels; a little less in narrow frames, so that shoulders still fit."""
    return float(_FACE_SHARE[framing] * height * min(1.0, (width / height / _NARROW_FROM) ** 0.6))


def place_one(facts: Facts, framing: str, width: int, height: int, seed: int) -> tuple[Matrix, Face]:
    """The 2 x 3 matrix from source to frame pixels. Depends on framing, seed and the frame alone, so that no other knob
    ever moves the face."""
    random = noise.stream(seed, "place")
    sway, tilt = random.normal(), random.normal()
    across = {"close": 0.5 + 0.015 * sway, "half": 0.5 + 0.025 * sway}.get(framing)
    if across is None:
        across = 0.5 + (0.13 if seed % 2 else -0.13) * min(width / height, 1.3)
    size = face_height(framing, width, height)
    wanted = Face(across * width, _FACE_AT[framing] * height, size)
    (face,) = _reaching_down([facts], [wanted], height, _FACE_SHARE["close"] * height / size)
    return _matrix(facts, face, tilt), face


def place_two(
    facts: Sequence[Facts], framing: str, width: int, height: int, seed: int
) -> list[tuple[Matrix, Face]]:
    """The same for two people side by side, in the order given: by the seed the first stands left or right, and one is
    a little taller and half a step behind. Cheek to cheek when close."""
    random = noise.stream(seed, "pair")
    tilts = random.normal(), random.normal()
    apart, margin = _PAIR_APART[framing], _PAIR_MARGIN[framing]
    largest = width / (apart + 2 * margin)
    size = min(face_height(framing, width, height) * _PAIR_SIZE[framing], largest)
    aside = (0.05 if seed % 2 else -0.05) * width if framing == "wide" else 0.0
    room = (largest / size - 1) * (apart / 2 + margin) * size
    middle = width / 2 + float(np.clip(aside, -room, room))
    wanted = []
    for role in (0, 1):
        side = -1 if role == left_role(seed) else 1
        is_behind = role == behind_role(seed)
        step = (-_PAIR_STEP if is_behind else _PAIR_STEP) / 2 * size
        own = size * (_PAIR_BEHIND if is_behind else 1.0)
        wanted.append(Face(middle + side * apart / 2 * size, _FACE_AT[framing] * height + step, own))
    faces = _reaching_down(facts, wanted, height, largest / size)
    return [(_matrix(f, face, tilt), face) for f, face, tilt in zip(facts, faces, tilts, strict=True)]


def left_role(seed: int) -> int:
    """Which of two people stands on the picture's left."""
    return seed % 2


def behind_role(seed: int) -> int:
    """Which of two people stands half a step behind the other."""
    return (seed // 2) % 2


def _reaching_down(facts: Sequence[Facts], wanted: Sequence[Face], height: int, largest: float) -> list[Face]:
    """`wanted`, let down and enlarged alike (about their common middle, at most `largest` times) until every source
    reaches the frame's lower edge."""
    faces = _let_down(wanted, min(_gap(facts, wanted, height), _LET_DOWN_FIRST * height))
    short = max((height - face.y) / (face.height * _below(f)) for f, face in zip(facts, faces, strict=True))
    larger = float(np.clip(short, 1.0, max(min(_ENLARGED_MOST, largest), 1.0)))
    middle = sum(face.x for face in faces) / len(faces)
    faces = [Face(middle + (face.x - middle) * larger, face.y, face.height * larger) for face in faces]
    return _let_down(faces, _gap(facts, faces, height))


def _gap(facts: Sequence[Facts], faces: Sequence[Face], height: int) -> float:
    """How many pixels the shortest source ends above the frame's lower edge."""
    ends = [face.y + face.height * _below(f) for f, face in zip(facts, faces, strict=True)]
    return max(height + 2 - min(ends), 0.0)


def _let_down(faces: Sequence[Face], by: float) -> list[Face]:
    return [Face(face.x, face.y + by, face.height) for face in faces]


def _below(facts: Facts) -> float:
    """How far the source reaches below the middle of the face, in face heights; less what a tilted frame cuts off."""
    slack = _SLACK * facts.width
    return max((facts.height * _USABLE - slack - facts.face_centre[1]) / facts.face_height, 0.3)


def _matrix(facts: Facts, face: Face, tilt: float) -> Matrix:
    """From the source's pixels to the frame's, turned by a hair so that no two frames stand alike."""
    angle = float(np.radians(np.clip(tilt, -1.5, 1.5) * _TILT_DEGREES))
    scale = face.height / facts.face_height
    cos, sin = float(np.cos(angle)) * scale, float(np.sin(angle)) * scale
    matrix = np.array([[cos, -sin, 0], [sin, cos, 0]])
    matrix[:, 2] = np.array([face.x, face.y]) - matrix[:, :2] @ np.array(facts.face_centre)
    return matrix.astype(np.float32)
