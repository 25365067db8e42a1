"""Which photos of a person become sources: good ones that differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.colour import LUMA
from pexit_app.providers.darkroom.raster import Bytes
from pexit_app.providers.darkroom.vision.mesh import Mesh

SOURCES_MAX = 8
_CHIP_PX = 128
# The Laplacian's variance against the chip's own, in percent: 30 and more is as crisp as a chip of 128 px can be.
_CRISP = 30.0
_NOISE_FLOOR = 40.0
_EYES_PX_PLENTY = 200.0
_POSE_DEGREES, _SMILE = 20.0, 0.12
_MIDTONE, _TONE_REACH = 125.0, 150.0


@dataclass(frozen=True, eq=False)
class Candidate:
    """Photo number `index` as the survey saw it: 0-1 each `sharpness` and how well it is exposed; eyes in pixels."""

    index: int
    mesh: Mesh
    sharpness: float
    exposure: float

    @property
    def quality(self) -> float:
        size = min(self.mesh.eye_distance / _EYES_PX_PLENTY, 1.0)
        return self.sharpness + size + 0.5 * self.exposure

    @property
    def smile(self) -> float:
        """How far the lips are apart, as a share of the distance of the eyes."""
        points = self.mesh.points
        return float(np.linalg.norm(points[13] - points[14])) / max(self.mesh.eye_distance, 1.0)


def survey(index: int, picture: Bytes, mesh: Mesh) -> Candidate:
    """What of a photo decides whether it is chosen, measured on a level chip of the face."""
    side = mesh.height * 1.1
    matrix = np.array(cv2.getRotationMatrix2D(mesh.centre, mesh.roll, _CHIP_PX / side), np.float64)
    matrix[:, 2] += _CHIP_PX / 2 - np.array(mesh.centre)
    shrunk = max(int(side // (2 * _CHIP_PX)), 1)
    small = picture if shrunk == 1 else cv2.resize(picture, None, fx=1 / shrunk, fy=1 / shrunk, interpolation=raster.AREA)
    matrix[:, :2] *= shrunk
    chip = cv2.warpAffine(small, matrix, (_CHIP_PX, _CHIP_PX), flags=raster.LINEAR)
    grey = raster.to_float32(raster.to_float32(chip) @ LUMA)
    edges = cv2.Laplacian(raster.blur(grey, 0.8), cv2.CV_32F)
    crisp = float(edges.var() / (grey.var() + _NOISE_FLOOR)) * 100
    exposure = 1 - min(abs(float(grey.mean()) - _MIDTONE) / _TONE_REACH, 1.0)
    return Candidate(index, mesh, min(crisp / _CRISP, 1.0), exposure)


def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
    """At most eight, best first: the best, then each time the one whose quality and difference from all chosen add up
    to most."""
    left = sorted(candidates, key=lambda each: (-each.quality, each.index))
    chosen: list[Candidate] = []
    while left and len(chosen) < SOURCES_MAX:
        best = max(left, key=lambda each: each.quality + _variety(each, chosen))
        chosen.append(best)
        left.remove(best)
    return chosen


def _variety(one: Candidate, chosen: Sequence[Candidate]) -> float:
    """How far `one` is from the nearest chosen, in poses and expressions; at most 2."""
    if not chosen:
        return 0.0
    return min(min(_difference(one, other) for other in chosen), 2.0)


def _difference(a: Candidate, b: Candidate) -> float:
    turned = float(np.hypot(a.mesh.yaw - b.mesh.yaw, a.mesh.pitch - b.mesh.pitch)) / _POSE_DEGREES
    return turned + abs(a.smile - b.smile) / _SMILE * 0.3
