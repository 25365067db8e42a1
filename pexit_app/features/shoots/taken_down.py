"""Frames out of everybody's sight, their owner's included, and back: for slices above that have a reason.

To hide, the row says first, then the bytes move to a folder that no address leads to, so that links that were handed out
end too. To show, the bytes come first: what is in sight has a picture. Moving again is harmless; whoever hides sees to it
that it is done.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import cast, func
from sqlalchemy.dialects.postgresql import BIT
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events
from pexit_app.core.ports import ObjectStore
from pexit_app.features.shoots import worded
from pexit_app.features.shoots.models import HASH_BITS, PICTURED, Frame, FrameStatus, prefix_of, taken_down_prefix_of
from pexit_app.features.shoots.pictures import MEDIA_TYPES

THUMB = "thumb.jpg"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A frame of anybody's, for the operator and never for a visitor. `has_face`: a real one is in it. `bits` of 256 is how
    far it looks from what was searched, None for one that was named."""

    frame_id: UUID
    has_face: bool
    bits: int | None = None


async def find_frame(session: AsyncSession, frame_id: UUID) -> Sighting | None:
    frame = await session.get(Frame, frame_id, populate_existing=True)
    return Sighting(frame_id, worded.has_face(frame)) if frame is not None else None


async def find_alike(session: AsyncSession, hashes: Sequence[str], most_bits: int, most: int) -> list[Sighting]:
    """Frames with a picture, at most `most_bits` from one of `hashes`: the `most` nearest, the nearest first."""
    apart = func.least(*(func.bit_count(col(Frame.phash).op("#")(cast(each, BIT(HASH_BITS)))) for each in hashes))
    pictured = col(Frame.status).in_(PICTURED), col(Frame.phash).is_not(None)
    query = select(Frame, apart).where(*pictured, apart <= most_bits)
    rows = await session.exec(query.order_by(apart, col(Frame.id)).limit(most))
    return [Sighting(frame.id, worded.has_face(frame), int(bits)) for frame, bits in rows.all()]


def thumb_keys(frame_id: UUID) -> tuple[str, str]:
    """Object keys of a small JPEG of it: while it is hidden, and otherwise."""
    return f"{taken_down_prefix_of(frame_id)}{THUMB}", f"{prefix_of(frame_id)}{THUMB}"


async def hide_frames(session: AsyncSession, frame_ids: Collection[UUID], reason: str) -> set[UUID]:
    """Finished frames, of anybody; their owners read `reason`. Which of them were hidden: the others have no picture, are
    hidden already, or gone. Call move() for each after the commit."""
    return await _turn(session, frame_ids, FrameStatus.DONE, FrameStatus.TAKEN_DOWN, reason[:500])


async def show_frames(session: AsyncSession, frame_ids: Collection[UUID]) -> set[UUID]:
    """Hidden frames, back as they were. Which of them came back. Call copy_back() for each before, move() after."""
    return await _turn(session, frame_ids, FrameStatus.TAKEN_DOWN, FrameStatus.DONE, "")


async def _turn(
    session: AsyncSession, frame_ids: Collection[UUID], before: FrameStatus, after: FrameStatus, error: str
) -> set[UUID]:
    """All frames are locked before the first user's turn is taken: their own work takes the two in that order."""
    query = select(Frame).where(col(Frame.id).in_(frame_ids), Frame.status == before).order_by(col(Frame.id))
    frames = (await session.exec(query.with_for_update(), execution_options={"populate_existing": True})).all()
    for frame in frames:
        frame.status, frame.error = after, error
        session.add(frame)
    await session.flush()
    for frame in sorted(frames, key=lambda each: (each.user_id, each.id)):
        data = {"frame_id": str(frame.id), "shoot_id": str(frame.shoot_id), "number": frame.number}
        await events.emit(session, frame.user_id, f"frame.{'hidden' if error else 'shown'}", data)
    return {frame.id for frame in frames}


async def copy_back(frame_id: UUID, store: ObjectStore | None = None) -> None:
    """The bytes of a hidden frame lie where they were as well. `store` where no Deps were made, as everywhere here. In no
    transaction."""
    await _copy(store or deps.get().store, taken_down_prefix_of(frame_id), prefix_of(frame_id))


async def move(frame_id: UUID, store: ObjectStore | None = None) -> None:
    """The bytes go where the row says that they belong; with the row gone, away. In no transaction."""
    store = store or deps.get().store
    async with db.transaction() as session:
        frame = await session.get(Frame, frame_id, populate_existing=True)
    places = prefix_of(frame_id), taken_down_prefix_of(frame_id)
    if frame is None:
        for place in places:
            await store.delete_prefix(place)
        return
    here, there = places if frame.status == FrameStatus.TAKEN_DOWN else places[::-1]
    for key in await _copy(store, here, there):
        await store.delete(key)


async def _copy(store: ObjectStore, here: str, there: str) -> list[str]:
    """What was copied."""
    keys = [each async for each in store.list(here)]
    for key in keys:
        media_type = MEDIA_TYPES["png" if key.endswith(".png") else "jpeg"]
        await store.put(there + key.removeprefix(here), await store.get(key), media_type)
    return keys


async def all_frames(session: AsyncSession) -> set[UUID]:
    return set((await session.exec(select(Frame.id).where(Frame.status == FrameStatus.TAKEN_DOWN))).all())


async def existing(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    query = select(Frame.id).where(col(Frame.id).in_(ids), Frame.status == FrameStatus.TAKEN_DOWN)
    return set((await session.exec(query)).all())
