"""Pixels to files as cameras, phones and programs write them."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

pillow_heif.register_heif_opener()
_ORIENTATION, _MODEL, _GPS = 0x0112, 0x0110, 0x8825
# What has to be done to an upright picture so that a viewer that heeds the orientation shows it upright again.
_STORED = {
    1: (),
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_90,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_270,),
}


def jpeg(pixels: NDArray[np.uint8], quality: int = 92, orientation: int = 1, **options: Any) -> bytes:
    """With an orientation other than 1 the pixels are stored turned, as phones do."""
    return _saved(pixels, "JPEG", orientation, {"quality": quality, **options})


def png(pixels: NDArray[np.uint8], orientation: int = 1, **options: Any) -> bytes:
    return _saved(pixels, "PNG", orientation, {"compress_level": 1, **options})


def webp(pixels: NDArray[np.uint8], orientation: int = 1, **options: Any) -> bytes:
    return _saved(pixels, "WEBP", orientation, {"quality": 90, "method": 0, **options})


def heic(pixels: NDArray[np.uint8], **options: Any) -> bytes:
    return _saved(pixels, "HEIF", 1, {"quality": 85, **options})


def exif_with_gps(orientation: int = 1) -> bytes:
    """EXIF with a camera's name and a place on earth."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[_MODEL] = "SECRET-CAMERA"
    exif[_GPS] = {1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2), 29: "2031:01:02"}
    return exif.tobytes()


def _saved(pixels: NDArray[np.uint8], name: str, orientation: int, options: Mapping[str, Any]) -> bytes:
    picture = Image.fromarray(np.asarray(pixels))
    for turn in _STORED[orientation]:
        picture = picture.transpose(turn)
    notes = {} if orientation == 1 else {"exif": exif_with_gps(orientation)}
    out = io.BytesIO()
    picture.save(out, name, **{**notes, **options})
    return out.getvalue()
