"""The trash: a deleted frame is out of sight, comes back whole for seven days, and then is gone for good.

Locks as in service.py: the job and its frame, the user's turn, the shoot.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, db, events, objects
from pexit_app.core.actor import Actor
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.jobs import service as jobs
from pexit_app.features.shoots import bills, service, transitions
from pexit_app.features.shoots.errors import NotReady
from pexit_app.features.shoots.models import (
    KEPT_IN_TRASH,
    OPEN,
    Frame,
    FrameStatus,
    Shoot,
    in_trash,
    on_sheet,
    prefix_of,
    taken_down_prefix_of,
)

AT_ONCE = 100  # frames that go for good in one transaction


async def trash_frame(session: AsyncSession, actor: Actor, frame_id: UUID) -> Frame:
    """Out of sight; one that lies there already stays as it is. An open frame is stopped first, its dust given back.
    Raises NotFound, NotReady."""
    found = await service.find_frame(session, actor, frame_id)
    if found.is_open:
        await transitions.stop_frame(session, found.id)
    frame = await _lock(session, actor, frame_id)
    if frame.is_open:
        raise NotReady("This frame is just being tried again.")
    if frame.trashed_at is None:
        frame.trashed_at = clock.now()
        session.add(frame)
        await session.flush()
        await _tell(session, "frame.trashed", frame)
    return frame


async def restore_frame(session: AsyncSession, actor: Actor, frame_id: UUID) -> Frame:
    """Back on its sheet, with its number, mark and picture. Raises NotFound."""
    frame = await _lock(session, actor, frame_id)
    if frame.trashed_at is not None:
        frame.trashed_at = None
        session.add(frame)
        await session.flush()
        await _tell(session, "frame.restored", frame)
    return frame


async def delete_frame(session: AsyncSession, actor: Actor, frame_id: UUID) -> bool:
    """To the trash; from there for good, and then this answers True: call objects.discard_now() after the commit.
    Raises NotFound, NotReady."""
    frame = await service.find_frame(session, actor, frame_id)
    if frame.trashed_at is None:
        await trash_frame(session, actor, frame_id)
        return False
    await _delete(session, actor.user_id, [await _lock_trashed(session, actor, frame_id)])
    return True


async def trash_shoot(session: AsyncSession, actor: Actor, shoot_id: UUID) -> list[UUID]:
    """Puts every frame of the shoot into the trash, whose ids it answers. The shoot is out of sight with them and comes
    back with the first that is restored; one without any frame is deleted. Raises NotFound, NotReady."""
    shoot = await service.find_shoot(session, actor, shoot_id)
    mine = Frame.shoot_id == shoot.id, on_sheet()
    jobs_open = select(Frame.job_id).where(*mine, col(Frame.status).in_(OPEN)).distinct()
    for job_id in sorted((await session.exec(jobs_open)).all()):
        await jobs.lock_job(session, job_id)
    query = select(Frame).where(*mine).order_by(col(Frame.id)).with_for_update()
    frames = (await session.exec(query)).all()
    await bills.take_turns_of(session, actor.user_id, [frame for frame in frames if frame.is_open])
    ids = [frame.id for frame in frames]
    for frame_id in ids:
        await trash_frame(session, actor, frame_id)
    if not ids:
        await events.take_turn(session, actor.user_id)
        await _delete_if_empty(session, shoot.id)
    return ids


async def list_trash(session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 24) -> Slice[Frame]:
    """What was put there last comes first."""
    query = select(Frame).where(Frame.user_id == actor.user_id, in_trash())
    return await newest_first(session, query, Frame, cursor, limit, by="trashed_at")


async def users_to_purge(session: AsyncSession) -> Sequence[UUID]:
    """In whose trash something has lain for seven days."""
    query = select(Frame.user_id).where(col(Frame.trashed_at) <= clock.now() - KEPT_IN_TRASH).distinct()
    return (await session.exec(query)).all()


async def purge(user_id: UUID, *, is_all: bool = False) -> int:
    """Deletes for good what has lain in the user's trash for seven days, or all of it. How many it were."""
    latest = clock.now() if is_all else clock.now() - KEPT_IN_TRASH
    return await delete_for_good(user_id, col(Frame.trashed_at) <= latest)


async def delete_for_good(user_id: UUID, which: ColumnElement[bool]) -> int:
    """The user's frames that `which` holds of. In transactions of its own, some frames at a time, each followed by its
    bytes. How many it were."""
    gone = 0
    while True:
        async with db.transaction() as session:
            query = select(Frame).where(Frame.user_id == user_id, which)
            query = query.order_by(col(Frame.id)).limit(AT_ONCE).with_for_update(skip_locked=True)
            frames = (await session.exec(query, execution_options={"populate_existing": True})).all()
            await _delete(session, user_id, frames)
        await objects.discard_now([prefix_of(frame.id) for frame in frames])
        gone += len(frames)
        if len(frames) < AT_ONCE:
            return gone


def gone_words(purge_at: datetime) -> str:
    """`gone in 6 days`: never later than it says."""
    left_s = (purge_at - clock.now()).total_seconds()
    for unit, length_s in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if left_s >= length_s:
            count = int(left_s // length_s)
            return f"gone in {count} {unit}{'' if count == 1 else 's'}"
    return "gone any moment"


async def _lock(session: AsyncSession, actor: Actor, frame_id: UUID) -> Frame:
    return service.own_frame(await transitions.lock_frame(session, frame_id), actor)


async def _lock_trashed(session: AsyncSession, actor: Actor, frame_id: UUID) -> Frame:
    frame = await _lock(session, actor, frame_id)
    if frame.trashed_at is None:
        raise NotReady("This frame was just restored.")
    return frame


async def _delete(session: AsyncSession, user_id: UUID, frames: Sequence[Frame]) -> None:
    """The rows go now, with a note of their objects, and the shoots that are left empty. The frames are locked."""
    for frame in frames:
        objects.discard(session, prefix_of(frame.id))
        if frame.status == FrameStatus.TAKEN_DOWN:
            objects.discard(session, taken_down_prefix_of(frame.id))
        await session.delete(frame)
    await session.flush()
    for frame in frames:
        await _tell(session, "frame.deleted", frame)
    for shoot_id in sorted({frame.shoot_id for frame in frames}):
        await _delete_if_empty(session, shoot_id)


async def _delete_if_empty(session: AsyncSession, shoot_id: UUID) -> None:
    """The user's turn is taken: whoever orders frames takes it before looking for the shoot."""
    some = (await session.exec(select(Frame.id).where(Frame.shoot_id == shoot_id).limit(1))).first()
    query = select(Shoot).where(Shoot.id == shoot_id).with_for_update()
    if some is None and (shoot := (await session.exec(query)).first()) is not None:
        await session.delete(shoot)
        await session.flush()


async def _tell(session: AsyncSession, kind: str, frame: Frame) -> None:
    data = {"frame_id": str(frame.id), "shoot_id": str(frame.shoot_id), "number": frame.number}
    await events.emit(session, frame.user_id, kind, data)
