"""Shop pictures in the sizes and formats that screens want: AVIF or WebP for browsers that take them, JPEG for the rest.

Made when they are first asked for, from the version's own picture, and kept beside it. The picture's hash is in its
version's key, so a size never changes. The machine-readable mark (XMP) goes along.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, TypeVarTuple, Unpack

from PIL import Image

from pexit_app.core import deps
from pexit_app.features.packs.schemas import StoredPicture, Width

MAX_SIDE_RATIO = 3  # a picture is at most so much higher than wide
# AVIF at speed 8 costs a picture some 50 ms; slower ones save a fifth of its bytes and cost three times that.
FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "avif": ("image/avif", {"quality": 62, "speed": 8}),
    "webp": ("image/webp", {"quality": 80, "method": 4}),
    "jpeg": ("image/jpeg", {"quality": 82, "progressive": True, "optimize": True}),
}
Given = TypeVarTuple("Given")
_printer = ThreadPoolExecutor(
    max_workers=1, thread_name_prefix="prints"
)  # one core at most, however many are asked for


def taken_by(accept: str) -> str:
    """The smallest format that an Accept header names."""
    return next((name for name, (media_type, _) in FORMATS.items() if media_type in accept), "jpeg")


async def sized(picture: StoredPicture, width: Width, name: str) -> bytes:
    """No wider than the picture itself. Raises FileNotFoundError when that is gone."""
    store = deps.get().store
    key = f"{picture.key.removesuffix('.jpg')}.{width:d}.{name}"
    try:
        return await store.get(key)
    except FileNotFoundError:
        content = await store.get(picture.key)
    made = await in_background(_print, content, width, name)
    await store.put(key, made, FORMATS[name][0])
    return made


async def in_background(make: Callable[[Unpack[Given]], bytes], *given: *Given) -> bytes:
    """`make(*given)` where all public pictures are made: one after the other, beside the server's own work."""
    return await asyncio.get_running_loop().run_in_executor(_printer, make, *given)


def _print(content: bytes, width: int, name: str) -> bytes:
    with Image.open(BytesIO(content)) as image:
        xmp = image.info.get("xmp")
        small = image.convert("RGB")
    small.thumbnail((width, width * MAX_SIDE_RATIO), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = BytesIO()
    marks = {"xmp": xmp} if xmp else {}
    small.save(out, name.upper(), **FORMATS[name][1], **marks)
    return out.getvalue()
