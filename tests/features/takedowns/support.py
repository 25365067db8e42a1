"""Finished frames with pictures of their own, and whoever looks at what is sent."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.ports import BadPhoto, Inspected, Reading
from pexit_app.features.shoots.developing import develop_frame
from pexit_app.features.shoots.models import Frame, FrameStatus
from tests.features.shoots.friends import befriend
from tests.features.shoots.support import SIDE, House, Script, order


@lru_cache(maxsize=32)
def scenery(seed: int) -> Image.Image:
    """A picture unlike any other."""
    rough = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8)
    return Image.fromarray(rough).resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def png(image: Image.Image) -> bytes:
    return _saved(image, "PNG")


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    return _saved(image, "JPEG", quality=quality)


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


class PlainGate:
    """Takes whatever Pillow opens; `raises` is raised instead."""

    def __init__(self) -> None:
        self.raises: Exception | None = None

    async def inspect(self, content: bytes) -> Inspected:
        if self.raises is not None:
            raise self.raises
        try:
            image = Image.open(io.BytesIO(content)).convert("RGB")
        except OSError:
            raise BadPhoto("not_an_image", "This is no picture. Send a JPEG, PNG, WebP or HEIC.") from None
        reading = Reading(50.0, None, 0.0, 0.0, 0.0, None, {})
        return Inspected(jpeg(image), jpeg(image), image.width, image.height, reading, ())


async def shot(session: AsyncSession, house: House, me: Actor, seed: int, *, is_somebody: bool = True) -> Frame:
    """A finished frame, with its bytes in the store."""
    house.images.scripts[seed] = Script(content=png(scenery(seed)))
    cast = {"you": (await befriend(session, me, f"Ada {seed}")).likeness.id} if is_somebody else None
    [frame] = (await order(session, me, seed, cast=cast)).frames
    await develop_frame(frame.id, 1)
    await session.refresh(frame)
    assert frame.status == FrameStatus.DONE
    return frame
