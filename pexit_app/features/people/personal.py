"""What is kept of a user's people: photos, likenesses, what was agreed to."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, objects, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.people import service
from pexit_app.features.people.models import (
    Consent,
    Handshake,
    Likeness,
    PastFace,
    Person,
    Photo,
    likeness_prefix,
    photo_prefix,
)
from pexit_app.features.routing import withdrawals


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    """Nothing trains any more."""
    user_id = erasure.user_id
    for photo_id in (await session.exec(select(Photo.id).where(Photo.user_id == user_id))).all():
        objects.discard(session, photo_prefix(photo_id), erasure.id)
    likenesses = (await session.exec(select(Likeness).where(Likeness.user_id == user_id))).all()
    for likeness in likenesses:
        objects.discard(session, likeness_prefix(likeness.id), erasure.id)
        await service.withdraw_copies(session, likeness, erasure.id)
    await withdrawals.forget_orders(session, erasure.id, "likeness", [each.id for each in likenesses])
    hashes = col(Photo.content_sha256)
    await erasing.note_rows(session, erasure.id, Photo, Photo.user_id == user_id, sha256=hashes)
    for table in (Photo, Likeness, PastFace, Handshake, Consent, Person):
        await erasing.erase_rows(session, erasure.id, table, table.user_id == user_id)  # type: ignore[attr-defined]


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    """Of whoever answered by a link, what they agreed to and not who they are."""
    entries = [
        Entry("consents.json", await personal.rows(session, Consent, Consent.user_id == user_id, but=["answered_by"])),
        Entry(
            "questions.json",
            await personal.rows(session, Handshake, Handshake.user_id == user_id, but=["token_hash", "sealed_email"]),
        ),
    ]
    people = (await session.exec(select(Person).where(Person.user_id == user_id))).all()
    for person in people:
        folder = f"people/{personal.word(person.name)}-{str(person.id)[:8]}"
        photos = await personal.rows(session, Photo, Photo.person_id == person.id)
        likenesses = await personal.rows(session, Likeness, Likeness.person_id == person.id)
        told = {**person.model_dump(mode="json"), "photos": photos, "likenesses": likenesses}
        entries.append(Entry(f"{folder}/person.json", told))
        for number, photo in enumerate(photos, 1):
            entries.append(Entry(f"{folder}/photos/{number:02d}/", prefix=photo_prefix(UUID(photo["id"]))))
        for likeness in likenesses:
            prefix = likeness_prefix(UUID(likeness["id"]))
            entries.append(Entry(f"{folder}/likeness-{likeness['version']}/", prefix=prefix))
    return entries


TABLES = frozenset(str(table.__tablename__) for table in (Consent, Handshake, Likeness, PastFace, Person, Photo))
personal.keeps(Keeper("people", TABLES, erase, export))
