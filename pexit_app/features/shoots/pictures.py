"""Picture bytes: checked, made smaller, made into another format. CPU work, for a thread (Pillow lets go of the lock while
it decodes, scales and encodes). The machine-readable AI mark in the XMP of a frame goes along into all that is made of it.
"""

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from pexit_app.core.ports import ImageResult, OutputFormat
from pexit_app.features.shoots.looks_alike import phash

VIEW_PX, THUMB_PX = 1024, 320  # longer side; width, as a sheet's columns are what bounds a thumb
MAX_PIXELS = 1536 * 1536
MAX_CHANGED_PIXELS = 3072 * 3072
QUALITY, THUMB_QUALITY, DOWNLOAD_QUALITY = 88, 82, 95
MEDIA_TYPES: dict[OutputFormat, str] = {"png": "image/png", "jpeg": "image/jpeg"}
_PNG_XMP = "XML:com.adobe.xmp"
_FORMATS: dict[OutputFormat, str] = {"png": "PNG", "jpeg": "JPEG"}


class BadPicture(Exception):
    """What came is not the picture that was ordered."""


@dataclass(frozen=True, slots=True)
class Prints:
    """A checked frame as it is stored: `full` as it came (`width` by `height` pixels), `view` and `thumb` JPEGs: at
    most 1024 px, and 320 px wide. `phash` is what it looks like."""

    full: bytes
    view: bytes
    thumb: bytes
    width: int
    height: int
    phash: str


def make_prints(
    result: ImageResult, width: int, height: int, output_format: OutputFormat, *, is_bound: bool = True
) -> Prints:
    """Raises BadPicture when `result` does not decode, or has another size or format than ordered. Where that is not
    `is_bound`, any size is kept and another format converted."""
    formats = {_FORMATS[output_format]} if is_bound else set(_FORMATS.values())
    image = _decoded(result.content, formats, MAX_PIXELS if is_bound else MAX_CHANGED_PIXELS)
    if is_bound and image.size != (width, height):
        raise BadPicture(f"It is {image.width} by {image.height} pixels, not {width} by {height}.")
    thumb = _smaller(image, THUMB_PX, VIEW_PX)
    return Prints(
        converted(result.content, output_format),
        _jpeg(_smaller(image, VIEW_PX, VIEW_PX), QUALITY, _kept(image)),
        _jpeg(thumb, THUMB_QUALITY, _kept(image)),
        *image.size,
        phash(thumb),
    )


def converted(content: bytes, output_format: OutputFormat) -> bytes:
    """A stored frame in `output_format`; the bytes themselves when they are in it already."""
    with Image.open(io.BytesIO(content)) as image:
        if image.format == _FORMATS[output_format]:
            return content
        image.load()
        kept = _kept(image)
        if output_format == "jpeg":
            return _jpeg(image.convert("RGB"), DOWNLOAD_QUALITY, kept)
        texts = PngInfo()
        if xmp := kept.pop("xmp", None):
            texts.add_itxt(_PNG_XMP, xmp.decode())
        out = io.BytesIO()
        image.save(out, "PNG", pnginfo=texts, **kept)
        return out.getvalue()


def _decoded(content: bytes, wanted: Collection[str], most_pixels: int = MAX_PIXELS) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content))
        if image.format not in wanted:
            raise BadPicture(f"It is {image.format}, not {' or '.join(sorted(wanted))}.")
        if image.width * image.height > most_pixels:
            raise BadPicture(f"It is {image.width} by {image.height} pixels: too many.")
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadPicture("It cannot be decoded.") from error
    return image


def _smaller(image: Image.Image, width: int, height: int) -> Image.Image:
    small = image.convert("RGB")
    small.thumbnail((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return small


def _jpeg(image: Image.Image, quality: int, kept: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, **kept)
    return out.getvalue()


def _kept(image: Image.Image) -> dict[str, Any]:
    """The XMP packet and the colour profile; nothing else of a file's metadata goes on."""
    xmp = image.info.get("xmp") or image.info.get(_PNG_XMP)
    found = {"xmp": xmp.encode() if isinstance(xmp, str) else xmp, "icc_profile": image.info.get("icc_profile")}
    return {name: value for name, value in found.items() if value}
