"""A picture that a provider made -> the file we keep: decoded, upright, sRGB, without anything the provider wrote into
it, marked as made by a machine."""

import io
from typing import Final

from PIL import Image, ImageCms, ImageOps

from pexit_app.core.ports import ImageResult, OutputFormat
from pexit_app.providers.darkroom import marks

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MEDIA_TYPES: dict[OutputFormat, str] = {"png": "image/png", "jpeg": "image/jpeg"}
JPEG_QUALITY = 95
PNG_LEVEL = 4
WHITE = (255, 255, 255)


class NoPicture(Exception):
    """The bytes are no picture of a format we read."""


class Damaged(Exception):
    """The picture breaks off, or cannot be decoded."""


class TooManyPixels(Exception):
    """It is larger than agreed; nothing was decoded."""


def remade(content: bytes, output_format: OutputFormat, most_pixels: int) -> ImageResult:
    """`content` (PNG, JPEG, WebP) as a marked PNG or a JPEG of quality 95. Raises NoPicture, Damaged, TooManyPixels."""
    picture = _flat(_in_srgb(_decoded(content, most_pixels)))
    out = io.BytesIO()
    if output_format == "png":
        picture.save(out, "PNG", compress_level=PNG_LEVEL)
    else:
        picture.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    marked = marks.mark(out.getvalue(), "trainedAlgorithmicMedia")
    return ImageResult(marked, MEDIA_TYPES[output_format], picture.width, picture.height)


def _decoded(content: bytes, most_pixels: int) -> Image.Image:
    """Upright. The size the file states is looked at before any pixel is."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooManyPixels from None
    except Exception as error:
        raise NoPicture from error
    if picture.width * picture.height > most_pixels:
        raise TooManyPixels
    try:
        picture.load()
        return ImageOps.exif_transpose(picture)
    except Exception as error:  # a decoder that stumbles over damaged bytes may raise anything
        raise Damaged from error


def _in_srgb(picture: Image.Image) -> Image.Image:
    """RGB or RGBA. A profile that does not fit the picture, or cannot be read, is passed over."""
    profile = picture.info.get("icc_profile")
    has_alpha = picture.has_transparency_data
    if isinstance(profile, bytes) and profile and picture.mode in ("RGB", "L", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return (
                ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return picture.convert("RGBA" if has_alpha else "RGB")


def _flat(picture: Image.Image) -> Image.Image:
    """A picture of its pixels alone, on white where it is clear."""
    ground = Image.new("RGB", picture.size, WHITE)
    ground.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    return ground
