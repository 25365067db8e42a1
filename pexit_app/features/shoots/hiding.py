"""Frames that somebody in them wants out of sight: not on a sheet, not in the trash, not to be opened, for 30 days. They
come back when that person agrees again, and are gone for good when the time is over.
"""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, db, events, hooks, workflows
from pexit_app.features.shoots import trash
from pexit_app.features.shoots.models import KEPT_HIDDEN, Frame


@hooks.on_faces_hidden
async def hide_frames_with(session: AsyncSession, user_id: UUID, face_ids: Collection[UUID], is_hidden: bool) -> None:
    """Those with one of these faces, or back. Frames are locked in the order of their ids, before the user's turn."""
    faces = {str(face_id) for face_id in face_ids}
    cast = select(Frame.id, Frame.cast).where(Frame.user_id == user_id)
    ids = [frame_id for frame_id, played in (await session.exec(cast)).all() if faces & set(played.values())]
    query = select(Frame).where(col(Frame.id).in_(ids), col(Frame.hidden_at).is_(None) == is_hidden)
    query = query.order_by(col(Frame.id)).with_for_update()
    frames = (await session.exec(query, execution_options={"populate_existing": True})).all()
    for frame in frames:
        frame.hidden_at = clock.now() if is_hidden else None
        session.add(frame)
    await session.flush()
    if frames:
        kind = "frames.hidden" if is_hidden else "frames.shown"
        await events.emit(session, user_id, kind, {"frame_ids": [str(frame.id) for frame in frames]})


@workflows.sweep
async def delete_hidden() -> None:
    """After 30 days."""
    is_over = col(Frame.hidden_at) <= clock.now() - KEPT_HIDDEN
    async with db.transaction() as session:
        user_ids = (await session.exec(select(Frame.user_id).where(is_over).distinct())).all()
    for user_id in user_ids:
        await trash.delete_for_good(user_id, is_over)
