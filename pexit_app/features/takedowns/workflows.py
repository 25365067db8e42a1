"""What takedowns do by themselves: the hour, the 48 hours, and what a crash left half moved."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from pexit_app.core import db, objects, workflows
from pexit_app.features.takedowns import desk, service
from pexit_app.features.takedowns.models import Takedown


@workflows.sweep
async def keep_the_clock() -> None:
    async with db.transaction() as session:
        unreviewed = await desk.unreviewed(session)
    for takedown_id in unreviewed:
        async with db.transaction() as session:
            await desk.hide_unreviewed(session, takedown_id)
    async with db.transaction() as session:
        await desk.tell_overdue(session)
        await desk.forget_contacts(session)
    await service.move_frames()


async def _existing(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Whose picture may be kept."""
    return set((await session.exec(_with_picture().where(col(Takedown.id).in_(ids)))).all())


async def _holding(session: AsyncSession) -> set[UUID]:
    return set((await session.exec(_with_picture())).all())


def _with_picture() -> SelectOfScalar[UUID]:
    return select(Takedown.id).where(col(Takedown.phash).is_not(None), col(Takedown.closed_at).is_(None))


objects.owns("takedowns", _existing, _holding)
