"""Restore points: the document under a name, to come back to. Coming back is a change like any other."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.features.builder import changes, guard
from pexit_app.features.builder.changes import Applied
from pexit_app.features.builder.errors import TooManyRestorePoints
from pexit_app.features.builder.models import MAX_NAME_CHARS, PackDraft, RestorePoint
from pexit_app.features.builder.service import find_draft

MAX_RESTORE_POINTS = 100  # of one draft


async def keep(session: AsyncSession, actor: Actor, draft_id: UUID, name: str) -> RestorePoint:
    """The draft as it is now, under a name. Raises NotFound, BadInput, TooManyRestorePoints."""
    name = guard.check_line("name", name, MAX_NAME_CHARS)
    draft = await changes.locked(session, actor, draft_id)
    count = select(func.count()).select_from(RestorePoint).where(RestorePoint.draft_id == draft_id)
    if (await session.exec(count)).one() >= MAX_RESTORE_POINTS:
        message = f"This draft has {MAX_RESTORE_POINTS} restore points, and that is the most. Delete one."
        raise TooManyRestorePoints(message, {"limit": MAX_RESTORE_POINTS})
    point = RestorePoint(draft_id=draft_id, name=name, revision=draft.revision, document=draft.document)
    session.add(point)
    await session.flush()
    return point


async def list_points(session: AsyncSession, actor: Actor, draft_id: UUID) -> Sequence[RestorePoint]:
    """All of them (at most 100), the newest first. Raises NotFound."""
    await find_draft(session, actor, draft_id)
    order = col(RestorePoint.created_at).desc(), col(RestorePoint.id).desc()
    return (await session.exec(select(RestorePoint).where(RestorePoint.draft_id == draft_id).order_by(*order))).all()


async def restore(
    session: AsyncSession, actor: Actor, draft_id: UUID, point_id: UUID, base_revision: int, client: str
) -> Applied:
    """Raises NotFound, DraftConflict for a draft that changed since it was seen."""
    point = await find_point(session, actor, draft_id, point_id)
    label = f"Restored: {point.name}"
    return await changes.put_document(session, actor, draft_id, base_revision, point.document, label, client)


async def delete_point(session: AsyncSession, actor: Actor, draft_id: UUID, point_id: UUID) -> None:
    """Only the name goes: what it named stays in the history. Raises NotFound."""
    await session.delete(await find_point(session, actor, draft_id, point_id))
    await session.flush()


async def find_point(session: AsyncSession, actor: Actor, draft_id: UUID, point_id: UUID) -> RestorePoint:
    """Raises NotFound."""
    draft: PackDraft = await find_draft(session, actor, draft_id)
    point = await session.get(RestorePoint, point_id)
    if point is None or point.draft_id != draft.id:
        raise NotFound("There is no such restore point.")
    return point
