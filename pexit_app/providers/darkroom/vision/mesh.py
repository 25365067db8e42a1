"""The shape of a face: 468 points in space (Kartynnik et al. 2019), how sure they are, and which way the head looks."""

from dataclasses import dataclass

import cv2
import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Bytes, Matrix, Picture
from pexit_app.providers.darkroom.vision import nets
from pexit_app.providers.darkroom.vision.detect import FaceBox

_SIDE = 192
_MARGIN = 1.5
# Pairs of points at equal heights, and from the brow to the chin: the axes of the head (MediaPipe's numbering).
_ACROSS = ((33, 263), (133, 362), (127, 356), (234, 454))
_DOWN = ((10, 152), (151, 199), (9, 200))
# The mesh leans a level, frontal face forward by this much, so that level reads as 0.
_LEVEL_PITCH_DEGREES = 10.0


@dataclass(frozen=True, eq=False)
class Mesh:
    """`points` (468, 3): x, y in pixels of the photo, z away from the viewer in the same unit. `confidence` 0-1 that
    this is a face at all. Degrees: `yaw` positive to the picture's right, `pitch` up, `roll` clockwise."""

    box: FaceBox
    points: Picture
    confidence: float
    yaw: float
    pitch: float
    roll: float

    @property
    def eye_distance(self) -> float:
        """Between the eyes' outer corners, in pixels, as if looked at from the front."""
        return float(np.linalg.norm(self.points[33] - self.points[263]))

    @property
    def height(self) -> float:
        """Of the face from hairline to chin, in pixels, along the head's own axis."""
        return float(np.linalg.norm(self.points[10, :2] - self.points[152, :2])) * 1.12

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the face, between the eyes and the tip of the nose."""
        middle = self.points[:, :2].mean(0)
        up = self.points[10, :2] - self.points[152, :2]
        x, y = middle + up * 0.06
        return float(x), float(y)


def read_mesh(picture: Bytes, box: FaceBox) -> Mesh:
    """The mesh of the face in `box`, read from a level crop half as large again."""
    eyes = box.points[1] - box.points[0]
    roll = float(np.degrees(np.arctan2(eyes[1], eyes[0])))
    centre = (box.x + box.width / 2, box.y + box.height / 2)
    side = max(box.width, box.height) * _MARGIN
    matrix = np.array(cv2.getRotationMatrix2D(centre, roll, _SIDE / side), np.float64)
    matrix[:, 2] += _SIDE / 2 - np.array(centre)
    crop = _crop(picture, matrix, side)
    flat, flag = sorted(nets.run("face_landmark", crop / 255), key=lambda answer: -answer.size)[:2]
    level = flat.reshape(468, 3)
    points = level.copy()
    points[:, :2] = cv2.transform(level[None, :, :2], cv2.invertAffineTransform(matrix))[0]
    points[:, 2] *= side / _SIDE
    confidence = float(1 / (1 + np.exp(-np.clip(flag.ravel()[0], -50, 50))))
    return Mesh(box, raster.to_float32(points), confidence, *_pose(level, roll))


def _crop(picture: Bytes, matrix: Matrix, side: float) -> Picture:
    """The level crop (192, 192, 3), 0-255. A large face is shrunk by area first: plain warping would skip its pixels."""
    factor = int(side // (2 * _SIDE))
    if factor > 1:
        height, width = picture.shape[:2]
        picture = cv2.resize(picture, (width // factor, height // factor), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        matrix = matrix @ np.array([[width / (width // factor), 0, 0], [0, height / (height // factor), 0], [0, 0, 1]])
    crop = cv2.warpAffine(picture, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
    return raster.to_float32(crop)


def _pose(level: Picture, roll: float) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees, from the head's two axes in the level crop."""
    across = sum((level[b] - level[a] for a, b in _ACROSS), np.zeros(3, np.float32))
    down = sum((level[b] - level[a] for a, b in _DOWN), np.zeros(3, np.float32))
    yaw = float(np.degrees(np.arctan2(across[2], across[0])))
    pitch = -float(np.degrees(np.arctan2(down[2], down[1]))) + _LEVEL_PITCH_DEGREES
    left = float(np.degrees(np.arctan2(across[1], across[0])))
    return yaw, pitch, roll + left
