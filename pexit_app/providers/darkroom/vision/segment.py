"""Which pixels are the person, softly: the selfie segmenter on the photo and on two crops around the face."""

import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Bytes, Plane
from pexit_app.providers.darkroom.vision import nets
from pexit_app.providers.darkroom.vision.detect import FaceBox

_SIDE = 256
# Reach of each crop in face heights: above the face's box, below it, to either side of its middle.
_CROPS = ((1.1, 3.2, 2.2), (0.8, 1.9, 1.4))
_CROP_MIN_PX = 64


def segment(picture: Bytes, box: FaceBox) -> Plane:
    """Likelihood (h, w) 0-1 of being the person with the face in `box`. The crops bring the network's 256 px to the hair
    and shoulders; each look is averaged with its mirror image, which halves the noise along edges."""
    height, width = picture.shape[:2]
    likely = _look(picture)
    middle = box.x + box.width / 2
    for above, below, aside in _CROPS:
        x0, x1 = int(max(middle - aside * box.height, 0)), int(min(middle + aside * box.height, width))
        y0, y1 = int(max(box.y - above * box.height, 0)), int(min(box.y + below * box.height, height))
        if min(x1 - x0, y1 - y0) < _CROP_MIN_PX:
            continue
        at = np.s_[y0:y1, x0:x1]
        weight = np.outer(_ramp(y1 - y0, False, True) ** 2, _ramp(x1 - x0, x0 > 0, x1 < width))
        likely[at] += (_look(picture[at]) - likely[at]) * weight
    return likely


def _look(picture: Bytes) -> Plane:
    """The network's opinion of `picture`, at its size."""
    height, width = picture.shape[:2]
    small = nets.sized(picture, _SIDE) / 255
    plain = nets.run("selfie_segmentation", small)[0].reshape(_SIDE, _SIDE)
    mirrored = nets.run("selfie_segmentation", small[:, ::-1])[0].reshape(_SIDE, _SIDE)
    both = raster.to_float32((plain + mirrored[:, ::-1]) * 0.5)
    return np.clip(raster.resize(both, width, height, raster.CUBIC), 0, 1)


def _ramp(length: int, rises: bool, falls: bool) -> Plane:
    """1 inside, down to 0 at the ends where the crop ends but the photo does not."""
    at = np.arange(length, dtype=np.float32)
    start = (at + 1) / (0.18 * length) if rises else np.ones_like(at)
    end = (length - at) / (0.30 * length) if falls else np.ones_like(at)
    return np.clip(np.minimum(start, end), 0, 1)
