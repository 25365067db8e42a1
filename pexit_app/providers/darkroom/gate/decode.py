"""A file of a stranger -> an upright sRGB picture of at most 2048 px, and back to a JPEG with nothing else in it.

What the file says about itself is checked first (containers.py), so that decoding never costs more than the limits
allow. Large pictures are never held twice: JPEG is decoded small at once, the others are shrunk strip by strip.
"""

import io
import math

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageFile, JpegImagePlugin, PngImagePlugin

from pexit_app.core.ports import BadPhoto
from pexit_app.providers.darkroom.gate.containers import Header, damaged, read_header
from pexit_app.providers.darkroom.raster import Bytes

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 40_000_000
KEPT_SIDE_PX = 2048
THUMB_SIDE_PX = 480
_KEPT_QUALITY, _THUMB_QUALITY = 92, 85
_STRIP_ROWS = 256
_GREY = (128, 128, 128)
_ORIENTATION = 0x0112
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
_WITH_ALPHA = {"RGBA": "RGBa", "LA": "La", "PA": "RGBa"}


def decode(content: bytes) -> Bytes:
    """An upright picture (h, w, 3) in sRGB, longer side at most 2048 px. Raises BadPhoto."""
    check_bytes(content)
    header = read_header(content)
    if header.width * header.height > MAX_PIXELS:
        megapixels = math.ceil(header.width * header.height / 1e5) / 10
        raise BadPhoto(
            "too_many_pixels",
            f"This photo has {megapixels} megapixels; Pexit takes up to 40. Save it smaller and add it again.",
        )
    try:
        return _decoded(content, header)
    except MemoryError:
        raise
    except Exception as error:
        raise damaged() from error


def check_bytes(content: bytes) -> None:
    """Raises BadPhoto too_large."""
    if len(content) > MAX_BYTES:
        raise BadPhoto("too_large", "This photo is larger than 20 MB. Save it smaller or as JPEG and add it again.")


def encode_kept(picture: Bytes) -> bytes:
    """The JPEG that is kept: only pixels, no metadata of any kind."""
    return _jpeg(Image.fromarray(picture), _KEPT_QUALITY)


def encode_thumb(picture: Bytes) -> bytes:
    """A JPEG to look at, longer side at most 480 px."""
    thumb = Image.fromarray(picture)
    thumb.thumbnail((THUMB_SIDE_PX, THUMB_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=3)
    return _jpeg(thumb, _THUMB_QUALITY)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    """Full chroma: hair in front of a sky is cut out by its colour later."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, subsampling=0)
    return out.getvalue()


def _decoded(content: bytes, header: Header) -> Bytes:
    match header.kind:
        case "JPEG":
            picture, profile, orientation = _from_jpeg(content)
        case "PNG":
            picture, profile, orientation = _from_png(content)
        case "WebP":
            picture, profile, orientation = _from_webp(content)
        case "HEIC":
            picture, profile, orientation = _from_heic(content)
    upright = _flat(_in_srgb(picture, profile))
    for turn in _TURNS.get(orientation, ()):
        upright = upright.transpose(turn)
    if max(upright.size) > KEPT_SIDE_PX:
        scale = KEPT_SIDE_PX / max(upright.size)
        sides = [max(round(side * scale), 1) for side in upright.size]
        upright = upright.resize((sides[0], sides[1]), Image.Resampling.LANCZOS)
    return np.array(upright)


def _from_jpeg(content: bytes) -> tuple[Image.Image, bytes | None, int]:
    """Decoded at a half, a quarter or an eighth where that is still large enough (libjpeg scales for free)."""
    photo = JpegImagePlugin.JpegImageFile(io.BytesIO(content))
    scale = KEPT_SIDE_PX / max(photo.size)
    photo.draft(None, (max(int(photo.width * scale), 1), max(int(photo.height * scale), 1)))
    return _shrunk(photo), *_notes(photo)


def _from_png(content: bytes) -> tuple[Image.Image, bytes | None, int]:
    photo = PngImagePlugin.PngImageFile(io.BytesIO(content))
    return _shrunk(photo), *_notes(photo)


def _from_webp(content: bytes) -> tuple[Image.Image, bytes | None, int]:
    """Pixels by OpenCV, which holds the picture once; Pillow's animation decoder would hold it four times."""
    notes = _notes(Image.open(io.BytesIO(content), formats=("WEBP",)))
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise damaged()
    order = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}[pixels.shape[2]]
    cv2.cvtColor(pixels, order, dst=pixels)
    return _shrunk_pixels(np.asarray(pixels, np.uint8)), *notes


def _from_heic(content: bytes) -> tuple[Image.Image, bytes | None, int]:
    """libheif turns the picture upright itself, by the file's own boxes; an EXIF orientation beside them means nothing."""
    pillow_heif.options.DECODE_THREADS = 1
    photo = pillow_heif.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
    pixels = np.asarray(photo)
    if pixels.shape[0] * pixels.shape[1] > MAX_PIXELS:
        raise damaged()
    profile = photo.info.get("icc_profile")
    return _shrunk_pixels(pixels), profile if isinstance(profile, bytes) else None, 1


def _notes(photo: ImageFile.ImageFile) -> tuple[bytes | None, int]:
    """The colour profile and the orientation; notes that cannot be read count as none."""
    profile = photo.info.get("icc_profile")
    try:
        orientation = photo.getexif().get(_ORIENTATION, 1)
    except Exception:  # the EXIF block is a stranger's too; a photo without it is still a photo
        orientation = 1
    return (profile if isinstance(profile, bytes) else None), orientation if isinstance(orientation, int) else 1


def _factor(width: int, height: int) -> int:
    """How often the picture can be halved or more while twice the kept size remains, so that the last step is fine."""
    return max(max(width, height) // (KEPT_SIDE_PX * 3 // 2), 1)


def _shrunk(photo: Image.Image) -> Image.Image:
    """The picture in mode L, RGB, CMYK, La or RGBa, reduced by a whole number strip by strip."""
    photo.load()
    factor = _factor(*photo.size)
    if factor == 1:
        return _plain(photo)
    strips = []
    rows = _STRIP_ROWS * factor
    for top in range(0, photo.height, rows):
        strip = photo.crop((0, top, photo.width, min(top + rows, photo.height)))
        strips.append(_plain(strip).reduce(factor))
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole


def _shrunk_pixels(pixels: Bytes) -> Image.Image:
    """The same for an array (h, w), (h, w, 3) or (h, w, 4)."""
    factor = _factor(pixels.shape[1], pixels.shape[0])
    rows = _STRIP_ROWS * factor
    strips = [
        np.asarray(_plain(Image.fromarray(np.ascontiguousarray(pixels[top : top + rows]))).reduce(factor))
        for top in range(0, pixels.shape[0], rows)
    ]
    whole = np.concatenate(strips)
    return Image.fromarray(whole, "RGBa") if whole.ndim == 3 and whole.shape[2] == 4 else Image.fromarray(whole)


def _plain(photo: Image.Image) -> Image.Image:
    """One of the modes L, RGB, CMYK, La, RGBa: eight bits, colours multiplied by their alpha so that they may be mixed."""
    if photo.mode.startswith("I"):
        return Image.fromarray((np.asarray(photo).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    if photo.mode in ("P", "PA", "1") or "transparency" in photo.info:
        photo = photo.convert("RGBA")
    if photo.mode in _WITH_ALPHA:
        return photo.convert(_WITH_ALPHA[photo.mode])
    return photo if photo.mode in ("L", "RGB", "CMYK") else photo.convert("RGB")


def _in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA in sRGB. A profile that does not fit the picture, or cannot be read, is passed over."""
    alpha = None
    if photo.mode in ("RGBa", "La"):
        straight = photo.convert("RGBA" if photo.mode == "RGBa" else "LA")
        alpha = straight.getchannel("A")
        photo = straight.convert("RGB" if photo.mode == "RGBa" else "L")
    if profile is not None:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                photo,
                source,
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            photo = converted or photo
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            photo = photo.convert("RGB")
    photo = photo.convert("RGB")
    if alpha is not None:
        photo.putalpha(alpha)
    return photo


def _flat(photo: Image.Image) -> Image.Image:
    """RGB; where the photo is clear there is grey, which the gate reads as neither dark nor blown out."""
    if photo.mode != "RGBA":
        return photo
    ground = Image.new("RGB", photo.size, _GREY)
    ground.paste(photo, mask=photo.getchannel("A"))
    return ground
