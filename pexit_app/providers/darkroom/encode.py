"""Pixels to files: PNG, or JPEG at quality 92 without colour subsampling, always marked."""

import cv2

from pexit_app.core.ports import OutputFormat
from pexit_app.providers.darkroom import marks
from pexit_app.providers.darkroom.persona_store import is_standin
from pexit_app.providers.darkroom.raster import Bytes

_JPEG_QUALITY = 92
_DRAFT_QUALITY = 86
_PNG_LEVEL = 4
MEDIA_TYPES: dict[OutputFormat, str] = {"png": "image/png", "jpeg": "image/jpeg"}


def source_type(personas: tuple[str, ...]) -> marks.SourceType:
    """The truthful term for a picture of `personas` (see marks)."""
    return "algorithmicMedia" if all(map(is_standin, personas)) else "compositeSynthetic"


def encode(picture: Bytes, output_format: OutputFormat, personas: tuple[str, ...], is_draft: bool = False) -> bytes:
    """(h, w, 3) sRGB bytes -> a marked file."""
    options = [cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL]
    if output_format == "jpeg":
        quality = _DRAFT_QUALITY if is_draft else _JPEG_QUALITY
        options = [
            cv2.IMWRITE_JPEG_QUALITY,
            quality,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        ]
    suffix = ".png" if output_format == "png" else ".jpg"
    is_done, content = cv2.imencode(suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    if not is_done:
        raise RuntimeError(f"a picture of {picture.shape} could not be encoded as {output_format}")
    return marks.mark(content.tobytes(), source_type(personas))
