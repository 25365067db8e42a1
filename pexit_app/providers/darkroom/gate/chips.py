"""The face cut out level and at one size, whatever its place and size in the photo: what everything is measured on."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pexit_app.providers.darkroom.raster import Bytes, Matrix, Picture

_EYES = ((33, 133), (362, 263))
_EYE_LINE = 0.38


def cut(picture: Bytes, points: Picture, side: int, eye_px: float) -> NDArray[Any]:
    """A square of `side` px with `eye_px` between the eyes' outer corners, level, the eyes at 38 % of its height; black
    outside the photo. `points` (468, 3). As many channels as `picture` has."""
    matrix = _onto(points, side, eye_px)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 1:  # plain warping would skip pixels, and differently so for every size of the same photo
        height, width = picture.shape[:2]
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        across, down = width / size[0], height / size[1]
        matrix = matrix @ np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
    return np.asarray(cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_CUBIC))


def middle(side: int) -> tuple[float, float]:
    """Where the point between the eyes lies in a chip of `side` px; mirroring the chip leaves it where it is."""
    return (side - 1) / 2, side * _EYE_LINE


def _onto(points: Picture, side: int, eye_px: float) -> Matrix:
    """Similarity (2, 3) from the photo to the chip. The scale comes from the corners in space, so that turning the head
    does not enlarge it."""
    left, right = (points[list(pair), :2].mean(0) for pair in _EYES)
    scale = eye_px / max(float(np.linalg.norm(points[33] - points[263])), 1e-3)
    angle = float(np.arctan2(right[1] - left[1], right[0] - left[0]))
    cosine, sine = np.cos(-angle) * scale, np.sin(-angle) * scale
    matrix = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0]])
    matrix[:, 2] = np.array(middle(side)) - matrix[:, :2] @ ((left + right) / 2)
    return matrix


def oval(side: int, across: float, down: float, centre: float) -> NDArray[np.bool_]:
    """Mask (side, side): an ellipse of half-axes `across` and `down` about (middle, `centre`), in shares of `side`."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    middle_x = (side - 1) / 2
    inside: NDArray[np.bool_] = ((x - middle_x) / (side * across)) ** 2 + ((y - side * centre) / (side * down)) ** 2 < 1
    return inside
