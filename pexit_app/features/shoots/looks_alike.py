"""What a picture looks like, in 256 bits: pHash (Zauner, "Implementation and Benchmarking of Perceptual Image Hash
Functions", 2010) with 16 x 16 coefficients instead of 8 x 8, since faces in the same scene must be told apart.

Measured on drafts of 18 scenes of the house's packs: a copy that was scaled, recompressed, brightened or printed in grey
lies 0 to 26 bits away, one that lost 2 % at each edge up to 48; another face in the same scene 46 to 120, another scene 50
and more. A mirrored copy has a hash of its own; one cut to its half is not found.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

SIDE = 16
OVERSAMPLING = 4


def phash(image: Image.Image) -> str:
    """256 characters, 0 or 1."""
    side = SIDE * OVERSAMPLING
    grey = np.asarray(image.convert("L").resize((side, side), Image.Resampling.LANCZOS), np.float64)
    waves = _cosines(side)
    low = (waves @ grey @ waves.T)[:SIDE, :SIDE]
    return "".join("1" if each else "0" for each in (low > np.median(low)).ravel())


def phashes(image: Image.Image) -> Sequence[str]:
    """Of the picture and of its mirror image."""
    return phash(image), phash(ImageOps.mirror(image))


@lru_cache(maxsize=1)
def _cosines(side: int) -> NDArray[np.float64]:
    """The discrete cosine transform (type II) as a matrix."""
    wave, place = np.arange(side)[:, None], np.arange(side)[None]
    return np.cos(np.pi * wave * (2 * place + 1) / (2 * side))
