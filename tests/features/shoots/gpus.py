"""A GPU service in the small house, likenesses it knows, and the pack of words alone."""

import io
from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

from PIL import Image
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.ports import Kind
from pexit_app.core.settings import ROOT
from pexit_app.features.packs import document
from pexit_app.features.packs import service as packs
from pexit_app.features.routing.table import ROUTES
from pexit_app.features.shoots import transitions
from pexit_app.features.shoots.models import Frame
from pexit_app.features.shoots.requests import FREE_PACK
from tests.features.shoots.friends import Friend, befriend
from tests.features.shoots.support import FakeImages, order

PICTURES = frozenset(Kind) - {Kind.TRAIN}
DUST = {kind: ROUTES[kind].dust for kind in Kind}


def rent(kinds: Iterable[Kind] = PICTURES) -> FakeImages:
    """From now on fal does these kinds of work; none: nobody is configured."""
    gpu = FakeImages(is_repeatable=False)
    gpu.name, gpu.kinds = "fal", frozenset(kinds)
    deps.use(replace(deps.get(), gpu_images={"fal": gpu} if gpu.kinds else {}))
    return gpu


async def befriend_trained(session: AsyncSession, me: Actor, name: str = "Ada", handle: str = "") -> Friend:
    """Somebody whose likeness a GPU has learnt."""
    friend = await befriend(session, me, name)
    friend.likeness.weights_home, friend.likeness.weights_handle = "fal", handle
    session.add(friend.likeness)
    await session.flush()
    return friend


async def publish_free(session: AsyncSession) -> str:
    definition = document.load_folder(ROOT / "packs" / FREE_PACK, needs_pictures=False)
    await packs.publish(session, definition, uuid4().hex, [])
    return FREE_PACK


async def finished(session: AsyncSession, me: Actor, **more: object) -> Frame:
    """A frame that is done; its picture was never made."""
    [frame] = (await order(session, me, 1, **more)).frames
    assert await transitions.begin_frame(session, frame.id, 1, "darkroom")
    assert await transitions.finish_frame(session, frame.id, 1)
    await session.refresh(frame)
    return frame


def mask(width: int, height: int, white: int = 20_000, mode: str = "L") -> bytes:
    """PNG with the first `white` pixels white, row by row."""
    flat = bytes(255 if index < white else 0 for index in range(width * height))
    out = io.BytesIO()
    Image.frombytes("L", (width, height), flat).convert(mode).save(out, "PNG")
    return out.getvalue()
