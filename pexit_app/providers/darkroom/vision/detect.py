"""Where faces may be: BlazeFace (Bazarevsky et al. 2019, 128 px) on the whole photo and on overlapping tiles.

The detector sees faces from about an eighth of its picture's side up, so the tiles decide how small a face may be. It is
wrong at times: faces.py lets the mesh have the last word.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Bytes, Picture
from pexit_app.providers.darkroom.vision import nets

_SIDE = 128
_SCORE_MIN = 0.5
_OVERLAP_MAX = 0.3
_TILE_TRUST = 0.98
# Below this a tile would be a small photo's own pixels enlarged.
_TILE_SCALE_MIN = 0.4
TILES = (0.6, 0.28, 0.14)


@dataclass(frozen=True, eq=False)
class FaceBox:
    """A face as the detector sees it, in pixels: from the brow to the chin. `points` (6, 2) are the eyes, the nose, the
    mouth and the ears, the viewer's left one first."""

    score: float
    x: float
    y: float
    width: float
    height: float
    points: Picture

    def moved(self, dx: float, dy: float, trust: float) -> "FaceBox":
        """Elsewhere in the photo, its score times `trust`."""
        shift = np.array([dx, dy], np.float32)
        return FaceBox(self.score * trust, self.x + dx, self.y + dy, self.width, self.height, self.points + shift)


def whole(picture: Bytes) -> list[FaceBox]:
    """Faces that are large in `picture` (h, w, 3)."""
    height, width = picture.shape[:2]
    side = max(height, width)
    left, top = (side - width) // 2, (side - height) // 2
    square = np.zeros((side, side, 3), np.uint8)
    square[top : top + height, left : left + width] = picture
    return [box.moved(-left, -top, 1.0) for box in _look(nets.sized(square, _SIDE), side / _SIDE)]


def tiled(picture: Bytes, share: float) -> list[FaceBox]:
    """Faces seen in overlapping square tiles, each `share` of the photo's shorter side. The photo is brought to a size
    at which a tile is what the detector takes, once for all of them."""
    height, width = picture.shape[:2]
    scale = min(height, width) * share / _SIDE
    if scale < _TILE_SCALE_MIN:
        return []
    size = (max(round(width / scale), _SIDE), max(round(height / scale), _SIDE))
    how = raster.AREA if scale > 1 else raster.LINEAR
    small = raster.to_float32(cv2.resize(picture, size, interpolation=how))
    found = []
    for y in _starts(size[1], _SIDE):
        for x in _starts(size[0], _SIDE):
            for box in _look(small[y : y + _SIDE, x : x + _SIDE], scale):
                found.append(box.moved(x * scale, y * scale, _TILE_TRUST))
    return found


def _look(square: Picture, scale: float) -> list[FaceBox]:
    """Faces in a square of 128 px, 0-255; what is found is multiplied by `scale`."""
    scores, boxes = nets.run("face_detection_short_range", square / 127.5 - 1, ("classificators", "regressors"))
    likely = 1 / (1 + np.exp(-np.clip(scores.reshape(-1), -50, 50)))
    found = []
    for index in np.flatnonzero(likely > _SCORE_MIN):
        numbers = boxes.reshape(-1, 16)[index]
        anchor = _anchors()[index] * _SIDE
        (x, y), (across, down) = anchor + numbers[:2], numbers[2:4]
        points = raster.to_float32((numbers[4:].reshape(6, 2) + anchor) * scale)
        corner = float(x - across / 2) * scale, float(y - down / 2) * scale
        found.append(FaceBox(float(likely[index]), *corner, float(across) * scale, float(down) * scale, points))
    return found


def distinct(boxes: list[FaceBox]) -> list[FaceBox]:
    """The most certain box of each face: what lies over a better one for a third is the same face."""
    kept: list[FaceBox] = []
    for box in sorted(boxes, key=lambda each: -each.score):
        if all(_overlap(box, other) <= _OVERLAP_MAX for other in kept):
            kept.append(box)
    return kept


def _overlap(a: FaceBox, b: FaceBox) -> float:
    """Common area as a share of the smaller box."""
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / max(min(a.width * a.height, b.width * b.height), 1e-6)


def _starts(length: int, side: int) -> list[int]:
    """Where tiles of `side` begin along `length`, neighbours sharing at least a third."""
    count = max(int(np.ceil((length - side) / (side * 2 / 3))) + 1, 1)
    return [round(float(start)) for start in np.linspace(0, length - side, count)]


@lru_cache(maxsize=1)
def _anchors() -> Picture:
    """Centres (896, 2), 0-1, of the detector's cells: two a cell of 8 px, six a cell of 16 px."""
    centres = []
    for stride, each in ((8, 2), (16, 6)):
        cells = _SIDE // stride
        rows, columns = np.mgrid[0:cells, 0:cells]
        grid = np.column_stack([columns.ravel(), rows.ravel()]).astype(np.float32)
        centres.append(np.repeat((grid + 0.5) / cells, each, axis=0))
    return raster.to_float32(np.concatenate(centres))
