"""What is measured on one face: how sharp it is and how the light falls."""

from dataclasses import dataclass

import cv2
import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.gate import chips
from pexit_app.providers.darkroom.raster import Bytes, Picture

# A face at the smallest size the gate takes: whatever is blurred at this size is blurred in every frame.
CHIP_PX, CHIP_EYES_PX = 128, 72.0
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
# Ratio of fine to coarse detail, measured: 0.24 where a face is a smear, 0.54 where it is in focus.
_SMEARED, _FOCUSED = 0.24, 0.54
_DENOISE_PX = 0.6
_BANDS_PX = (0.8, 1.6, 3.2)
_NOISE_FLOOR = 0.5
_INNER = np.s_[20:114, 20:108]
_OVAL = chips.oval(CHIP_PX, 0.30, 0.38, 0.53)


@dataclass(frozen=True, slots=True)
class Light:
    """sRGB codes 0-255: `bright` of the face's brightest twentieth, `level` its median, `picture` of the photo's
    brightest fiftieth; `white` share of the face without colour; `side` -1 to 1, where the light comes from (positive:
    from the picture's right), 0 when even."""

    bright: float
    level: float
    picture: float
    white: float
    side: float


def sharpness(chip: Bytes) -> float:
    """0-100. Energy of fine detail over that of coarse detail, along and across, the poorer of both: shaking blurs one
    direction only. A ratio of the face with itself knows neither exposure nor skin (after Crete et al. 2007)."""
    grey = raster.to_float32(cv2.GaussianBlur(chip.astype(np.float32) @ _LUMA, (0, 0), _DENOISE_PX))
    ratio = min(_fineness(grey), _fineness(np.ascontiguousarray(grey.T)))
    return float(np.clip((ratio - _SMEARED) / (_FOCUSED - _SMEARED), 0, 1) * 100)


def _fineness(grey: Picture) -> float:
    one = np.ones((1, 1))
    fine, middle, coarse = (
        cv2.sepFilter2D(grey, -1, cv2.getGaussianKernel(int(6 * width) | 1, width), one) for width in _BANDS_PX
    )
    high, low = (fine - middle)[_INNER], (middle - coarse)[_INNER]
    return float(np.sqrt(np.mean(high**2) / (np.mean(low**2) + _NOISE_FLOOR)))


def light(chip: Bytes, picture: Bytes, limit: float) -> Light:
    """`chip` (128, 128, 3); luma above `limit` counts as white."""
    luma = chip.astype(np.float32) @ _LUMA
    face = luma[_OVAL]
    left, right = luma[:, : CHIP_PX // 2][_OVAL[:, : CHIP_PX // 2]], luma[:, CHIP_PX // 2 :][_OVAL[:, CHIP_PX // 2 :]]
    a, b = float(np.median(left)) + 1, float(np.median(right)) + 1
    around = picture[:: max(picture.shape[0] // 128, 1), :: max(picture.shape[1] // 128, 1)].astype(np.float32) @ _LUMA
    return Light(
        bright=float(np.percentile(face, 95)),
        level=float(np.median(face)),
        picture=float(np.percentile(around, 98)),
        white=float(np.mean(face > limit)),
        side=float(np.clip((b - a) / max(a, b) * 2, -1, 1)),
    )
