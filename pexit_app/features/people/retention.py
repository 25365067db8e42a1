"""How long photos stay: until the person's likeness is trained, for 30 days, or until somebody deletes them.

One clock a person: it starts anew with each photo that is added and each training that ends. When it has run down, all
photos of the person go, as if they were deleted by hand; likenesses and frames stay. Nothing goes while a training learns
from it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, erasing, events, hooks, log, objects, workflows
from pexit_app.core.clock import now
from pexit_app.features.people import service, transitions
from pexit_app.features.people.models import Likeness, LikenessStatus, Person, Photo, Retention

KEPT = timedelta(days=30)
LOOKED_EVERY = timedelta(hours=1)
logger = log.get("people")
_looked_at: datetime | None = None


def due_at(person: Person, photos: Sequence[Photo], likenesses: Sequence[Likeness]) -> datetime | None:
    """When the photos go; None: never by themselves, or there are none. One that is past waits for a training."""
    if person.retention == Retention.KEEP or not photos:
        return None
    added = max(photo.created_at for photo in photos)
    ready = [each.finished_at for each in likenesses if each.status == LikenessStatus.READY and each.finished_at]
    trained = max(ready, default=None)
    if person.retention == Retention.AFTER_TRAINING and trained is not None and trained >= added:
        return trained
    return max(added, trained or added) + KEPT


async def people_due(session: AsyncSession) -> Sequence[tuple[UUID, UUID]]:
    """(user id, person id) of those whose photos are to go: due_at() for everybody, in one query."""
    added: Any = select(col(Photo.person_id).label("id"), func.max(Photo.created_at).label("at"))
    added_at = added.group_by(col(Photo.person_id)).subquery()
    is_ready = Likeness.status == LikenessStatus.READY
    trained: Any = select(col(Likeness.person_id).label("id"), func.max(Likeness.finished_at).label("at"))
    trained_at = trained.where(is_ready).group_by(col(Likeness.person_id)).subquery()
    is_training = exists().where(
        col(Likeness.person_id) == col(Person.id), col(Likeness.status) == LikenessStatus.TRAINING
    )
    is_old = func.greatest(added_at.c.at, trained_at.c.at) <= now() - KEPT
    is_trained = and_(col(Person.retention) == Retention.AFTER_TRAINING, trained_at.c.at >= added_at.c.at)
    query = (
        select(col(Person.user_id), col(Person.id))
        .join(added_at, added_at.c.id == col(Person.id))
        .outerjoin(trained_at, trained_at.c.id == col(Person.id))
        .where(Person.retention != Retention.KEEP, ~is_training, or_(is_old, is_trained))
    )
    return (await session.exec(query)).all()


async def erase_due(user_id: UUID, person_id: UUID) -> int:
    """Deletes the person's photos if they are due, in a transaction of its own, with a receipt. How many it were."""
    try:
        async with db.transaction() as session:
            prefixes = await _erase(session, user_id, person_id)
    except _NotDue:
        return 0
    await objects.discard_now(prefixes)
    return len(prefixes)


class _NotDue(Exception):
    """Nothing of it shall happen."""


async def _erase(session: AsyncSession, user_id: UUID, person_id: UUID) -> list[str]:
    """Work with one of the photos is stopped before the user's turn is taken, as always. Raises _NotDue."""
    _, photos = await _due(session, person_id)
    await hooks.run_faces_gone(session, user_id, [photo.id for photo in photos])
    await events.take_turn(session, user_id)
    person, _ = await _due(session, person_id)
    erasure = await erasing.begin(session, person.user_id, "photos", person_id)
    prefixes = await service.erase_photos(session, person, erasure.id)
    erasing.close(session, erasure)
    await session.flush()
    data = {"person_id": str(person_id), "photos": len(prefixes)}
    await events.emit(session, person.user_id, "photos.expired", data)
    return prefixes


async def _due(session: AsyncSession, person_id: UUID) -> tuple[Person, Sequence[Photo]]:
    person = await session.get(Person, person_id, populate_existing=True)
    if person is None or await transitions.trainings_of(session, person_id):
        raise _NotDue
    photos = (await session.exec(select(Photo).where(Photo.person_id == person_id))).all()
    likenesses = (await session.exec(select(Likeness).where(Likeness.person_id == person_id))).all()
    due = due_at(person, photos, likenesses)
    if due is None or due > now():
        raise _NotDue
    return person, photos


@workflows.sweep
async def erase_all_due() -> None:
    """The daily clean-up, which looks each hour. What it finds is in the database, so that nothing is forgotten when it
    dies in the middle."""
    global _looked_at
    if _looked_at is not None and now() - _looked_at < LOOKED_EVERY:
        return
    async with db.transaction() as session:
        found = await people_due(session)
    for user_id, person_id in found:
        try:
            await erase_due(user_id, person_id)
        except Exception:
            logger.exception("photos not deleted yet; the next turn tries again", person_id=str(person_id))
    _looked_at = now()
