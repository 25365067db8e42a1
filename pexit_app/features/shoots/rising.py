"""Which packs are rising: how many people rendered with each in the last two weeks, its own creator not counted. Read once
an hour, for the first page."""

import time

from sqlalchemy import func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, workflows
from pexit_app.core.clock import now
from pexit_app.features.packs import shelf
from pexit_app.features.shoots.models import Frame, FrameStatus, Shoot

EVERY_S = 3600.0
_due = 0.0


async def people_by_pack(session: AsyncSession) -> dict[str, int]:
    """By slug; packs that nobody else rendered with are left out."""
    lately = Frame.status == FrameStatus.DONE, col(Frame.finished_at) > now() - shelf.RISING_FOR
    by_pack = select(Shoot.pack_slug, func.count(func.distinct(Frame.user_id))).where(
        Shoot.id == Frame.shoot_id, *lately
    )
    people = dict((await session.exec(by_pack.group_by(Shoot.pack_slug))).all())
    owners = list((await shelf.owners_of(session, list(people))).items())
    if owners:
        own = select(Shoot.pack_slug).where(Shoot.id == Frame.shoot_id, *lately).distinct()
        own = own.where(tuple_(col(Shoot.pack_slug), col(Frame.user_id)).in_(owners))
        for slug in (await session.exec(own)).all():
            people[slug] -= 1
    return {slug: count for slug, count in people.items() if count}


@workflows.sweep
async def note_rising() -> None:
    global _due
    if time.monotonic() < _due:
        return
    async with db.transaction() as session:
        await shelf.note_rising(session, await people_by_pack(session))
    _due = time.monotonic() + EVERY_S
