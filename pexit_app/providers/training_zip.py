"""The archive a trainer learns a person from: photos with a caption beside each, written to disk one by one."""

import asyncio
import io
import math
import zipfile
from pathlib import Path

from PIL import Image, ImageOps

from pexit_app.core.ports import NotTaken, ObjectStore, TrainingOrder

Box = tuple[float, float, float, float]

# Head and shoulders, in heights or widths (the larger) of the face box: the crop's side, and what is above the face.
SIDE, ABOVE = 3.2, 0.75
LEAST_PX = 768  # smaller crops are widened to it where the photo is large enough
JPEG_QUALITY = 95


async def build_zip(store: ObjectStore, order: TrainingOrder, folder: Path, *, crop: bool) -> Path:
    """A new zip in `folder`: 001.jpg, 001.txt and so on, in the order's sequence. Photos carry no metadata; with `crop`
    they show head and shoulders where the order's box says where the face is. At most one photo is in memory.

    Raises NotTaken for a photo that is gone or cannot be read; then no file is left."""
    path = folder / "photos.zip"
    caption = " ".join(f"a photo of {order.trigger_word} {order.subject}".split())
    boxes = (*order.boxes, *[None] * len(order.photos)) if crop else (None,) * len(order.photos)
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for number, (key, box) in enumerate(zip(order.photos, boxes, strict=False), 1):
                content = await asyncio.to_thread(prepared, await store.get(key), box)
                await asyncio.to_thread(_add, archive, f"{number:03}", content, caption)
    except FileNotFoundError as error:
        path.unlink(missing_ok=True)
        raise NotTaken("A photo of this training is gone.") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def prepared(photo: bytes, box: Box | None) -> bytes:
    """`photo` as a JPEG of its pixels alone, upright, cropped about the face at `box` if there is one. Raises NotTaken."""
    try:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(photo), formats=("JPEG", "PNG", "WEBP"))).convert("RGB")
    except Exception as error:  # a decoder that stumbles over damaged bytes may raise anything
        raise NotTaken("A photo of this training cannot be read.") from error
    if box:
        picture = picture.crop(head_and_shoulders(picture.width, picture.height, box))
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return out.getvalue()


def head_and_shoulders(width: int, height: int, box: Box) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels of a crop of a photo of `width` x `height` about the face at `box` (x, y, width,
    height as shares). As square as the photo allows, always within it, and always with all of the face that is in it. A
    box that is not in the photo gives the whole photo."""
    whole = (0, 0, width, height)
    if not all(map(math.isfinite, box)):
        return whole
    left, right = (min(max(each, 0.0), 1.0) * width for each in (box[0], box[0] + box[2]))
    top, bottom = (min(max(each, 0.0), 1.0) * height for each in (box[1], box[1] + box[3]))
    if right - left <= 0 or bottom - top <= 0:
        return whole
    side = max(SIDE * max(right - left, bottom - top), float(LEAST_PX))
    x, crop_width = _within((left + right - side) / 2, side, left, right, width)
    y, crop_height = _within(top - ABOVE * (bottom - top), side, top, bottom, height)
    return (x, y, x + crop_width, y + crop_height)


def _within(start: float, length: float, face_from: float, face_to: float, whole: int) -> tuple[int, int]:
    """Start and length in whole pixels: moved into the photo, shortened to it, and grown to hold the face."""
    size = min(max(round(length), math.ceil(face_to) - math.floor(face_from)), whole)
    at = min(max(math.floor(start), 0), whole - size)
    return min(max(at, math.ceil(face_to) - size), math.floor(face_from)), size


def _add(archive: zipfile.ZipFile, name: str, photo: bytes, caption: str) -> None:
    """Entries of no date, so that the same photos give the same archive."""
    archive.writestr(zipfile.ZipInfo(f"{name}.jpg"), photo)
    archive.writestr(zipfile.ZipInfo(f"{name}.txt"), f"{caption}\n")
