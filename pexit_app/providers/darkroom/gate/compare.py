"""Whether two photos are one picture: their faces laid exactly over each other, and then what surrounds them by the same
move.

A copy (cropped, resized, turned, mirrored, saved again) is the same picture moved as a whole, so both fit at once. Between
two takes the face has turned or moved by a little against the room, and no single move fits both.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.gate import chips
from pexit_app.providers.darkroom.gate.prints import AROUND_EYES_PX, AROUND_PX, FACE_EYES_PX, FACE_PX, Prints
from pexit_app.providers.darkroom.raster import Matrix, Picture

# Detail of these sizes is compared: no slow shading (a filter may change it), no noise (saving again does).
_FACE_BAND_PX, _AROUND_BAND_PX = (0.9, 3.5), (0.9, 6.0)
_STEPS = ((2.2, 9), (1.0, 9))
_FACE = chips.oval(FACE_PX, 0.36, 0.44, 0.50)
_SURROUNDINGS = ~chips.oval(AROUND_PX, 0.20, 0.30, 0.42)
# With less than this in common there is nothing around the face to go by.
_COMMON_MIN = 250
_WORTH_A_LOOK = 0.8


@dataclass(frozen=True, slots=True)
class Match:
    """Correlations, 1 when equal; `around` None where the photos share too little around the face."""

    face: float
    around: float | None


def match(a: Prints, b: Prints) -> Match:
    """The better one of `b` as it is and mirrored."""
    plain = _match(a, b)
    mirrored = _match(a, _mirrored(b))
    return max(plain, mirrored, key=lambda each: each.face)


def _match(a: Prints, b: Prints) -> Match:
    left, right = _band(a.face, (2.0, 9.0)), _band(b.face, (2.0, 9.0))
    rough = _correlation(left, right, _FACE)
    if rough < _WORTH_A_LOOK:
        return Match(rough, None)
    move = _registered(a.face, b.face)
    face = _correlation(_band(a.face, _FACE_BAND_PX), _band(_warped(b.face, move), _FACE_BAND_PX), _FACE)
    wide = _widened(move)
    around, mask = _warped(b.around, wide), _warped(raster.to_float32(b.mask), wide) > 0.99
    common = cv2.erode((a.mask & mask).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & _SURROUNDINGS
    if common.sum() < _COMMON_MIN:
        return Match(face, None)
    ours = _band(a.around, _AROUND_BAND_PX, a.mask & mask)
    theirs = _band(around, _AROUND_BAND_PX, a.mask & mask)
    return Match(face, _correlation(ours, theirs, common))


def _mirrored(prints: Prints) -> Prints:
    face, around, mask = (
        np.ascontiguousarray(each[:, ::-1]) for each in (prints.face, prints.around, prints.mask.astype(np.float32))
    )
    return Prints(face, around, mask > 0.5, prints.shape, prints.place, prints.side, prints.level)


def _registered(fixed: Picture, moving: Picture) -> Matrix:
    """The similarity (2, 3) that takes pixels of `fixed` to those of `moving`: Gauss-Newton on four numbers (scale and
    turn about the middle, shift), coarse to fine (Baker and Matthews 2004, additive form)."""
    centre = (FACE_PX - 1) / 2
    y, x = np.mgrid[0:FACE_PX, 0:FACE_PX] - centre
    numbers = np.zeros(4)
    for blur, rounds in _STEPS:
        target = _normal(_band(fixed, (blur, 4 * blur + 2)))
        source = _band(moving, (blur, 4 * blur + 2))
        for _ in range(rounds):
            seen = _normal(_warped(source, _similarity(numbers, centre)))
            down, across = np.gradient(seen)
            slopes = np.stack([across * x + down * y, down * x - across * y, across, down], axis=-1)[_FACE]
            step, *_rest = np.linalg.lstsq(slopes, (target - seen)[_FACE], rcond=None)
            numbers = numbers + step
            if float(np.abs(step * (centre, centre, 1, 1)).max()) < 0.004:
                break
    return _similarity(np.clip(numbers, -12, 12), centre)


def _similarity(numbers: NDArray[np.float64], centre: float) -> Matrix:
    scale, turn, right, low = numbers
    matrix = np.array([[1 + scale, -turn, 0.0], [turn, 1 + scale, 0.0]])
    matrix[:, 2] = np.array([centre + right, centre + low]) - matrix[:, :2] @ np.array([centre, centre])
    return matrix


def _widened(move: Matrix) -> Matrix:
    """The same move for the wider, coarser chip; both turn about the point between the eyes."""
    near, wide = np.array(chips.middle(FACE_PX)), np.array(chips.middle(AROUND_PX))
    shift = (move[:, :2] @ near + move[:, 2] - near) * (AROUND_EYES_PX / FACE_EYES_PX)
    turn = move[:, :2]
    return np.column_stack([turn, wide + shift - turn @ wide])


def _warped(picture: Picture, move: Matrix) -> Picture:
    """`picture` read at where `move` sends each pixel; nothing (0) outside it."""
    size = (picture.shape[1], picture.shape[0])
    return raster.to_float32(
        cv2.warpAffine(
            picture, move, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT
        )
    )


def _band(picture: Picture, widths: tuple[float, float], mask: NDArray[np.bool_] | None = None) -> Picture:
    """Detail between two sizes; where there is no photo, neighbours that are photo stand in for it."""
    weight = np.ones_like(picture) if mask is None else raster.to_float32(mask)
    fine, coarse = (
        cv2.GaussianBlur(picture * weight, (0, 0), width) / (cv2.GaussianBlur(weight, (0, 0), width) + 1e-3)
        for width in widths
    )
    return raster.to_float32(fine - coarse)


def _normal(picture: Picture) -> Picture:
    inside = picture[_FACE]
    return raster.to_float32((picture - inside.mean()) / (inside.std() + 1e-3))


def _correlation(a: Picture, b: Picture, where: NDArray[np.bool_]) -> float:
    left, right = a[where].astype(np.float64), b[where].astype(np.float64)
    left, right = left - left.mean(), right - right.mean()
    return float((left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum() + 1e-6))
