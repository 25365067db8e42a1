"""Who can be cast: a person's trained likeness, or one photo alone (drafts and frames at once, less like the person)."""

import asyncio
import contextvars
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import NotFound, Unavailable
from pexit_app.core.ports import ProviderError, Weights
from pexit_app.features.people import consent, readings
from pexit_app.features.people.consent import Scope, Use
from pexit_app.features.people.errors import UseNotAgreed
from pexit_app.features.people.models import (
    Consent,
    Handshake,
    Likeness,
    LikenessStatus,
    PastFace,
    Person,
    PersonKind,
    Photo,
    Verdict,
    likeness_key,
    photo_key,
    photo_prefix,
)
from pexit_app.features.people.transitions import weights_of, words_of

PERSONA = "persona.npz"
MEDIA_TYPE = "application/octet-stream"
_making: dict[tuple[int, UUID], asyncio.Task[None]] = {}  # by event loop and photo


@dataclass(frozen=True, slots=True)
class Face:
    """`persona` is the object key of a persona file; that of a photo exists only after ensure_persona(). `words` is what a
    prompt calls the person. `weights` are what a GPU renders a likeness with, if one has trained it; with `may_leave`
    False no GPU is asked."""

    id: UUID
    kind: Literal["likeness", "photo"]
    person_id: UUID
    label: str
    persona: str
    words: str
    weights: Weights | None = None
    may_leave: bool = True

    @property
    def is_person(self) -> bool:
        """And no pet."""
        return not self.words.endswith(f" {PersonKind.PET}")

    @property
    def photo(self) -> str:
        """Object key of the photo itself, where the face is one."""
        return photo_key(self.id)

    @property
    def thumb(self) -> str:
        """Object key of a small JPEG to know it by."""
        if self.kind == "likeness":
            return likeness_key(self.id, "proof-1.jpg")
        return photo_key(self.id, "thumb.jpg")


def _of_likeness(person: Person, likeness: Likeness, scope: Scope) -> Face:
    key, words = likeness_key(likeness.id, PERSONA), words_of(person.kind, likeness.trigger_word)
    may_leave = Use.OUTSIDE in scope.uses
    weights = weights_of(likeness) if may_leave else None
    return Face(likeness.id, "likeness", person.id, person.name, key, words, weights, may_leave)


def _of_photo(person: Person, photo: Photo, scope: Scope) -> Face:
    key, words = photo_key(photo.id, PERSONA), words_of(person.kind)
    return Face(photo.id, "photo", person.id, person.name, key, words, may_leave=Use.OUTSIDE in scope.uses)


async def find_face(session: AsyncSession, actor: Actor, face_id: UUID, pack: str | None = None) -> Face:
    """A likeness that is ready, or an accepted photo, of this user, to be cast in `pack` (its slug). Raises NotFound,
    ConsentRequired, UseNotAgreed."""
    person, found, scope = await _usable(session, actor.user_id, face_id, Use.FRAMES)
    if pack is not None and not scope.has(pack):
        raise consent.not_agreed(person, f"the pack {pack}", "pack")
    return _of_likeness(person, found, scope) if isinstance(found, Likeness) else _of_photo(person, found, scope)


async def check_faces(session: AsyncSession, user_id: UUID, face_ids: Iterable[UUID], *uses: Use) -> None:
    """Whether these may still be used so; what was ordered with them may be older. Raises NotFound, ConsentRequired,
    UseNotAgreed."""
    for face_id in face_ids:
        await _usable(session, user_id, face_id, *uses)


async def check_shown(session: AsyncSession, face_ids: Sequence[UUID]) -> None:
    """Whether pictures with these may be shown to others. Raises UseNotAgreed."""
    if await kept_private(session, face_ids):
        message = "Somebody in this frame has answered by a link, and never agreed to be shown to others."
        raise UseNotAgreed(message, {"use": "shown"})


async def kept_private(session: AsyncSession, face_ids: Collection[UUID]) -> set[UUID]:
    """Those of these, there or deleted since, that others must not see: of whoever has ever answered by a link."""
    answered = select(Handshake.person_id).where(col(Handshake.answered_at).is_not(None))
    found: set[UUID] = set()
    for table in (Likeness, Photo, PastFace):
        query = select(table.id).where(col(table.id).in_(face_ids), col(table.person_id).in_(answered))
        found |= set((await session.exec(query)).all())
    return found


async def _usable(
    session: AsyncSession, user_id: UUID, face_id: UUID, *uses: Use
) -> tuple[Person, Likeness | Photo, Scope]:
    found: Likeness | Photo | None = await session.get(Likeness, face_id, populate_existing=True)
    if found is None:
        found = await session.get(Photo, face_id, populate_existing=True)
    is_usable = (
        found is not None
        and found.user_id == user_id
        and (found.status == LikenessStatus.READY if isinstance(found, Likeness) else found.verdict == Verdict.ACCEPTED)
    )
    if found is None or not is_usable:
        raise NotFound("There is no such likeness or photo.")
    person = await session.get(Person, found.person_id)
    assert person is not None, "a photo or likeness without its person"
    return person, found, await consent.demand(session, person, *uses)


async def list_faces(session: AsyncSession, actor: Actor, pack: str | None = None) -> list[Face]:
    """One of each person that can be cast in `pack` (its slug), in the order people were added: the chosen likeness, else
    the newest ready one, else the best accepted photo (front before side, then the sharpest)."""
    query = select(Person).where(Person.user_id == actor.user_id).order_by(col(Person.created_at), col(Person.id))
    people = (await session.exec(query)).all()
    ids = [person.id for person in people]
    agreed = await consent.standing(session, ids)
    ready = select(Likeness).where(col(Likeness.person_id).in_(ids), Likeness.status == LikenessStatus.READY)
    likenesses = (await session.exec(ready.order_by(col(Likeness.version)))).all()
    usable = select(Photo).where(col(Photo.person_id).in_(ids), Photo.verdict == Verdict.ACCEPTED)
    photos = (await session.exec(usable.order_by(col(Photo.created_at)))).all()
    faces: list[Face] = []
    for person in people:
        scope = _scope(person, agreed.get(person.id))
        if Use.FRAMES not in scope.uses or (pack is not None and not scope.has(pack)):
            continue
        versions = [each for each in likenesses if each.person_id == person.id]
        own = [each for each in photos if each.person_id == person.id]
        if versions:
            chosen = next((each for each in versions if each.id == person.likeness_id), versions[-1])
            faces.append(_of_likeness(person, chosen, scope))
        elif own:
            faces.append(_of_photo(person, max(own, key=readings.rank), scope))
    return faces


def _scope(person: Person, agreed: Consent | None) -> Scope:
    if person.kind == PersonKind.PET:
        return consent.EVERYTHING
    return Scope(frozenset()) if agreed is None else Scope.of(agreed)


async def ensure_persona(face: Face) -> None:
    """Outside of any transaction: the persona file of `face` exists afterwards. Raises NotFound, Unavailable."""
    if face.kind == "photo":
        await ensure_photo_persona(face.id)


async def ensure_photo_persona(photo_id: UUID) -> None:
    """A photo's persona is made once; callers at the same time wait for the same work. Raises NotFound, Unavailable."""
    if await _has_persona(photo_id):
        return
    key = id(asyncio.get_running_loop()), photo_id
    if (task := _making.get(key)) is None:
        task = asyncio.get_running_loop().create_task(_make(photo_id), context=contextvars.Context())
        _making[key] = task
        task.add_done_callback(lambda _: _making.pop(key, None))
    await asyncio.shield(task)  # who gives up waiting does not take it from the others


async def _has_persona(photo_id: UUID) -> bool:
    async with db.transaction() as session:
        photo = await session.get(Photo, photo_id)
    if photo is None:
        raise NotFound("There is no such likeness or photo.")
    return photo.persona_at is not None


async def _make(photo_id: UUID) -> None:
    if await _has_persona(photo_id):  # another's work ended while this caller looked
        return
    store = deps.get().store
    try:
        persona = await readings.gate().one_photo_persona(await store.get(photo_key(photo_id)))
    except FileNotFoundError:
        raise NotFound("There is no such likeness or photo.") from None
    except ProviderError as error:
        raise Unavailable(error.message) from None
    await store.put(photo_key(photo_id, PERSONA), persona, MEDIA_TYPE)
    async with db.transaction() as session:
        query = select(Photo).where(Photo.id == photo_id).with_for_update()
        photo = (await session.exec(query, execution_options={"populate_existing": True})).first()
        if photo is not None:
            photo.persona_at = now()
            session.add(photo)
    if photo is None:  # deleted meanwhile
        await store.delete_prefix(photo_prefix(photo_id))
        raise NotFound("There is no such likeness or photo.")
