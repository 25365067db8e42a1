"""What a user may do with people, what they agreed to, and what was made of them. The same verbs behind REST and the
pages. Photos are added in photos.py, trainings ordered in training.py, people cast in faces.py, cards read in queries.py.

Every verb that deletes returns the prefixes of the bytes to delete: `await objects.discard_now(prefixes)` after the
commit (the sweep does it if that is never reached). Locks as in transitions.py: jobs and likenesses first, then the
user's turn.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, events, hooks, objects
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import consent, photos, remote_cards, transitions
from pexit_app.features.people.consent import Attestation
from pexit_app.features.people.errors import JustStarted, LikenessNotReady, TooManyPeople
from pexit_app.features.people.models import (
    Consent,
    Handshake,
    HandshakeStatus,
    Likeness,
    LikenessStatus,
    PastFace,
    Person,
    PersonKind,
    Photo,
    Retention,
    likeness_prefix,
    photo_prefix,
)
from pexit_app.features.routing import withdrawals

MAX_PEOPLE = 50
MAX_NAME_CHARS = 100
MAX_RELATIONSHIP_CHARS = 100


async def add_person(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    kind: str = PersonKind.PERSON,
    relationship: str = "",
    attestation: Attestation | None = None,
) -> Person:
    """A person or pet in the user's life; photos come later, and only once consent stands. Raises BadInput,
    NoticeOutdated, TooManyPeople."""
    if kind not in tuple(PersonKind):
        raise BadInput.of("kind", "It is a person or a pet.", str(kind)[:20], [str(each) for each in PersonKind])
    person = Person(
        user_id=actor.user_id,
        name=_checked_name(name),
        kind=kind,
        relationship=_checked_relationship(relationship),
    )
    await events.take_turn(session, actor.user_id)
    count = select(func.count()).select_from(Person).where(Person.user_id == actor.user_id)
    if (await session.exec(count)).one() >= MAX_PEOPLE:
        message = f"You have {MAX_PEOPLE} people, and that is the most. Delete one first."
        raise TooManyPeople(message, {"limit": MAX_PEOPLE})
    session.add(person)
    await session.flush()
    if attestation is not None and kind == PersonKind.PERSON:
        await consent.record(session, person, attestation)
    await _tell(session, "person.added", person)
    return person


def _checked_name(name: str) -> str:
    name = _one_line(name)
    if not 1 <= len(name) <= MAX_NAME_CHARS:
        raise BadInput.of("name", f"Give a name of 1 to {MAX_NAME_CHARS} characters.", name[:120], MAX_NAME_CHARS)
    return name


def _checked_relationship(relationship: str) -> str:
    relationship = _one_line(relationship)
    if len(relationship) > MAX_RELATIONSHIP_CHARS:
        message = f"Say it in at most {MAX_RELATIONSHIP_CHARS} characters."
        raise BadInput.of("relationship", message, relationship[:120], MAX_RELATIONSHIP_CHARS)
    return relationship


def _one_line(text: str) -> str:
    """Without what no name has: line breaks, control characters, NUL."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


async def find_person(session: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    """The person as it is now. Raises NotFound, also for another user's."""
    person = await session.get(Person, person_id, populate_existing=True)
    if person is None or person.user_id != actor.user_id:
        raise NotFound("There is no such person.")
    return person


async def own_person(session: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    """The same, in the user's turn: nobody else changes this person, its photos or its choice until the commit."""
    await events.take_turn(session, actor.user_id)
    return await find_person(session, actor, person_id)


async def change_person(
    session: AsyncSession,
    actor: Actor,
    person_id: UUID,
    *,
    name: str | None = None,
    relationship: str | None = None,
    retention: str | None = None,
) -> Person:
    """None leaves it as it is. Raises NotFound, BadInput."""
    if retention is not None and retention not in tuple(Retention):
        choices = [str(each) for each in Retention]
        raise BadInput.of(
            "retention", f"Photos stay {', '.join(choices[:-1])} or {choices[-1]}.", retention[:20], choices
        )
    person = await own_person(session, actor, person_id)
    person.retention = retention or person.retention
    if name is not None:
        person.name = _checked_name(name)
    if relationship is not None:
        person.relationship = _checked_relationship(relationship)
    session.add(person)
    await session.flush()
    await _tell(session, "person.changed", person)
    return person


async def delete_person(session: AsyncSession, actor: Actor, person_id: UUID) -> list[str]:
    """With photos and likenesses; what trains is stopped first. The consent rows stay as proof, without the name. Frames
    that were rendered stay. Raises NotFound, JustStarted."""
    person = await _own_idle_person(session, actor, person_id)
    erasure = await erasing.begin(session, person.user_id, "person", person.id)
    prefixes = await _erase_faces(session, person, erasure.id)
    await consent.withdraw(session, person.id)
    await end_handshakes(session, person.id, erasure.id)
    await erasing.note_rows(session, erasure.id, Person, Person.id == person.id)
    await session.delete(person)
    erasing.close(session, erasure)
    await session.flush()
    await _tell(session, "person.deleted", person)
    return prefixes


async def _own_idle_person(session: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    """own_person() with nothing training, and no frame under way with this face."""
    await find_person(session, actor, person_id)
    trainings = await _lock_trainings(session, person_id)
    await hooks.run_faces_gone(session, actor.user_id, await _faces_of(session, person_id))
    for likeness in trainings:
        await transitions.stop_training(session, likeness.id)
    person = await own_person(session, actor, person_id)
    if await transitions.trainings_of(session, person_id):
        raise JustStarted("A training of this person has only just been started. Try once more.")
    return person


async def _lock_trainings(session: AsyncSession, person_id: UUID) -> Sequence[Likeness]:
    """What trains now, its job locked before anything takes the user's turn: their runs take the two in this order."""
    trainings = await transitions.trainings_of(session, person_id)
    for likeness in trainings:
        await jobs.lock_job(session, likeness.job_id)
    return trainings


async def _faces_of(session: AsyncSession, person_id: UUID) -> list[UUID]:
    photo_ids = (await session.exec(select(Photo.id).where(Photo.person_id == person_id))).all()
    return [*photo_ids, *(await session.exec(select(Likeness.id).where(Likeness.person_id == person_id))).all()]


async def _erase_faces(session: AsyncSession, person: Person, erasure_id: UUID) -> list[str]:
    """All photos and likenesses of a person: the rows now, what they left to be deleted, also at a provider. Which ids
    they had is remembered."""
    prefixes = await erase_photos(session, person, erasure_id)
    likenesses = (await session.exec(select(Likeness).where(Likeness.person_id == person.id))).all()
    await erasing.note_rows(session, erasure_id, Likeness, Likeness.person_id == person.id)
    for likeness in likenesses:
        await withdraw_copies(session, likeness, erasure_id)
        objects.discard(session, likeness_prefix(likeness.id), erasure_id)
        await session.delete(likeness)
    remember_faces(session, person, [each.id for each in likenesses])
    await session.flush()
    return prefixes + [likeness_prefix(each.id) for each in likenesses]


async def erase_photos(session: AsyncSession, person: Person, erasure_id: UUID) -> list[str]:
    """Each is told by the file that it came as, which its owner may still have."""
    found = (await session.exec(select(Photo).where(Photo.person_id == person.id))).all()
    await erasing.note_rows(session, erasure_id, Photo, Photo.person_id == person.id, sha256=col(Photo.content_sha256))
    for photo in found:
        objects.discard(session, photo_prefix(photo.id), erasure_id)
        await session.delete(photo)
    remember_faces(session, person, [each.id for each in found])
    await session.flush()
    return [photo_prefix(each.id) for each in found]


def remember_faces(session: AsyncSession, person: Person, ids: Sequence[UUID]) -> None:
    session.add_all([PastFace(id=each, user_id=person.user_id, person_id=person.id) for each in ids])


async def withdraw_copies(session: AsyncSession, likeness: Likeness, erasure_id: UUID) -> None:
    """What a provider keeps of a likeness is deleted there, or goes by itself within a day."""
    await withdrawals.withdraw(session, likeness.weights_home, likeness.weights_handle, erasure_id)
    for line in remote_cards.copy_lines(likeness):
        await erasing.note(session, erasure_id, "provider_copy", f"{likeness.id} {line.split(' expire')[0]}", told=line)


async def give_consent(
    session: AsyncSession, actor: Actor, person_id: UUID, attestation: Attestation
) -> Consent | None:
    """Records it; None for a pet, which needs none. Whoever was asked by a link is not asked any more. Raises NotFound,
    BadInput, NoticeOutdated, AnsweredByLink."""
    person = await own_person(session, actor, person_id)
    if person.kind == PersonKind.PET:
        return None
    row = await consent.record(session, person, attestation)
    await end_handshakes(session, person.id)
    await _tell(session, "consent.given", person)
    return row


async def withdraw_consent(session: AsyncSession, actor: Actor, person_id: UUID) -> list[str]:
    """What trains is stopped, photos and likenesses are deleted; the person stays, and may agree again. Raises NotFound,
    JustStarted."""
    person = await _own_idle_person(session, actor, person_id)
    erasure_id, prefixes = await _take_back(session, person)
    await end_handshakes(session, person.id, erasure_id)
    return prefixes


async def take_back(session: AsyncSession, actor: Actor, person_id: UUID) -> tuple[UUID, list[str]]:
    """The same, said by whoever had answered by a link. The id of the erasure, and the prefixes. Raises likewise."""
    person = await _own_idle_person(session, actor, person_id)
    return await _take_back(session, person)


async def _take_back(session: AsyncSession, person: Person) -> tuple[UUID, list[str]]:
    erasure = await erasing.begin(session, person.user_id, "consent", person.id)
    prefixes = await _erase_faces(session, person, erasure.id)
    person.likeness_id = None
    session.add(person)
    await consent.withdraw(session, person.id)
    erasing.close(session, erasure)
    await session.flush()
    await _tell(session, "consent.withdrawn", person)
    return erasure.id, prefixes


async def end_handshakes(session: AsyncSession, person_id: UUID, erasure_id: UUID | None = None) -> None:
    """Links that wait for an answer, and the one that was answered: over, by the owner's own doing."""
    live = (HandshakeStatus.ASKED, HandshakeStatus.APPROVED)
    query = select(Handshake).where(Handshake.person_id == person_id, col(Handshake.status).in_(live))
    for row in (await session.exec(query)).all():
        row.status, row.ended_at, row.erasure_id, row.note = HandshakeStatus.ENDED, now(), erasure_id, ""
        session.add(row)
    await session.flush()


async def find_photo(session: AsyncSession, actor: Actor, photo_id: UUID) -> Photo:
    """The photo as it is now. Raises NotFound, also for another user's."""
    photo = await session.get(Photo, photo_id, populate_existing=True)
    if photo is None or photo.user_id != actor.user_id:
        raise NotFound("There is no such photo.")
    return photo


async def delete_photo(session: AsyncSession, actor: Actor, photo_id: UUID) -> list[str]:
    """A training that learns from it is stopped first. Photos that were refused only for being like this one are judged
    again. Raises NotFound, JustStarted."""
    photo = await find_photo(session, actor, photo_id)
    trainings = await _lock_trainings(session, photo.person_id)
    await hooks.run_faces_gone(session, actor.user_id, [photo_id])
    for likeness in trainings:
        if str(photo_id) in likeness.photo_ids:
            await transitions.stop_training(session, likeness.id)
    await events.take_turn(session, actor.user_id)
    photo = await find_photo(session, actor, photo_id)
    if any(str(photo_id) in each.photo_ids for each in await transitions.trainings_of(session, photo.person_id)):
        raise JustStarted("A training with this photo has only just been started. Try once more.")
    objects.discard(session, photo_prefix(photo.id))
    await session.delete(photo)
    session.add(PastFace(id=photo.id, user_id=photo.user_id, person_id=photo.person_id))
    await session.flush()
    await photos.judge_again(session, photo.person_id)
    data = {"person_id": str(photo.person_id), "photo_id": str(photo.id)}
    await events.emit(session, actor.user_id, "photo.deleted", data)
    return [photo_prefix(photo.id)]


async def find_likeness(session: AsyncSession, actor: Actor, likeness_id: UUID) -> Likeness:
    """The likeness as it is now, whatever its status. Raises NotFound, also for another user's."""
    likeness = await session.get(Likeness, likeness_id, populate_existing=True)
    if likeness is None or likeness.user_id != actor.user_id:
        raise NotFound("There is no such likeness.")
    return likeness


async def choose_likeness(session: AsyncSession, actor: Actor, likeness_id: UUID) -> Likeness:
    """Pictures are made with this version from now on. Raises NotFound, LikenessNotReady."""
    await events.take_turn(session, actor.user_id)
    likeness = await find_likeness(session, actor, likeness_id)
    if likeness.status != LikenessStatus.READY:
        message = f"Version {likeness.version} is {likeness.status}: only a ready one can be chosen."
        raise LikenessNotReady(message, {"status": str(likeness.status)})
    person = await find_person(session, actor, likeness.person_id)
    person.likeness_id = likeness.id
    session.add(person)
    await session.flush()
    await _tell_likeness(session, "likeness.chosen", likeness)
    return likeness


async def delete_likeness(session: AsyncSession, actor: Actor, likeness_id: UUID) -> list[str]:
    """One that trains is stopped first. Was it the chosen one, the newest other ready version takes its place. Raises
    NotFound."""
    found = await find_likeness(session, actor, likeness_id)
    await _lock_trainings(session, found.person_id)
    await hooks.run_faces_gone(session, actor.user_id, [likeness_id])
    await transitions.stop_training(session, likeness_id)
    await events.take_turn(session, actor.user_id)
    likeness = await find_likeness(session, actor, likeness_id)
    objects.discard(session, likeness_prefix(likeness.id))
    await withdrawals.withdraw(session, likeness.weights_home, likeness.weights_handle)
    await session.delete(likeness)
    session.add(PastFace(id=likeness.id, user_id=likeness.user_id, person_id=likeness.person_id))
    await session.flush()
    person = await find_person(session, actor, likeness.person_id)
    if person.likeness_id == likeness.id:
        person.likeness_id = await newest_ready(session, person.id)
        session.add(person)
        await session.flush()
    await _tell_likeness(session, "likeness.deleted", likeness)
    return [likeness_prefix(likeness.id)]


async def newest_ready(session: AsyncSession, person_id: UUID) -> UUID | None:
    """The id of the newest version that is ready."""
    ready = Likeness.person_id == person_id, Likeness.status == LikenessStatus.READY
    query = select(Likeness.id).where(*ready).order_by(col(Likeness.version).desc()).limit(1)
    return (await session.exec(query)).first()


async def _tell(session: AsyncSession, kind: str, person: Person) -> None:
    await events.emit(session, person.user_id, kind, {"person_id": str(person.id)})


async def _tell_likeness(session: AsyncSession, kind: str, likeness: Likeness) -> None:
    data = {"person_id": str(likeness.person_id), "likeness_id": str(likeness.id), "version": likeness.version}
    await events.emit(session, likeness.user_id, kind, data)
