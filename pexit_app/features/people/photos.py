"""Files on their way to photos: looked at outside of any transaction, then stored, then written down one by one.

What is acknowledged is committed. Objects come first, then the row; the objects' place is reserved before, so that a
crash in between leaves nothing behind. The same file twice is one photo.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events, log, objects
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.ports import BadPhoto, Busy, Inspected, ProviderError, Reading
from pexit_app.features.people import consent, readings
from pexit_app.features.people.errors import TooManyPhotos
from pexit_app.features.people.models import Person, Photo, Verdict, photo_key, photo_prefix

MAX_PHOTOS = 60  # of one person, refused ones included
MAX_FILE_BYTES = 20 * 2**20
MAX_FILES, MAX_REQUEST_BYTES = 30, 200 * 2**20
MAX_NAME_CHARS = 120
MIN_ACCEPTED = 5
AT_ONCE = 2  # files of one request that are looked at together
BUSY_TRIES, BUSY_PAUSE_S = 6, 0.5
JPEG = "image/jpeg"
logger = log.get("people")


@dataclass(frozen=True, slots=True)
class File:
    """One file as it came; `read` brings its bytes when its turn comes."""

    name: str
    sha256: str
    read: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is no photo now: `code` for programs, `message` says what to do."""

    file: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Added:
    """`photos` in the order of their files, each once; a file that was there already counts."""

    photos: tuple[Photo, ...]
    refused: tuple[Refused, ...]


def file_of(name: str, content: bytes) -> File:
    """A file that is in memory anyway."""

    async def read() -> bytes:
        return content

    return File(name, hashlib.sha256(content).hexdigest(), read)


async def check_may_add(session: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    """Before any file is read. Raises NotFound, ConsentRequired."""
    person = await session.get(Person, person_id)
    if person is None or person.user_id != actor.user_id:
        raise NotFound("There is no such person.")
    await consent.demand(session, person)
    return person


async def add_photos(actor: Actor, person_id: UUID, files: Sequence[File]) -> Added:
    """Opens its own transactions, one a photo: never call it in one. Every file is judged on its own. Raises NotFound,
    ConsentRequired (also when it is withdrawn meanwhile), Unavailable."""
    readings.gate()
    async with db.transaction() as session:
        await check_may_add(session, actor, person_id)
        known = await _known(session, person_id, [file.sha256 for file in files])
    places = asyncio.Semaphore(AT_ONCE)
    unknown = {file.sha256: file for file in files if file.sha256 not in known}
    looks = {sha256: asyncio.create_task(_look(file, places)) for sha256, file in unknown.items()}
    came: dict[str, Photo | Refused] = {}
    refused: list[Refused] = []
    try:
        for file in files:
            if file.sha256 not in came:
                look = await looks[file.sha256] if file.sha256 in looks else None
                came[file.sha256] = await _keep(actor, person_id, file, look)
            if isinstance(found := came[file.sha256], Refused):
                refused.append(replace(found, file=file.name))
    finally:
        for task in looks.values():
            task.cancel()
    return Added(tuple(each for each in came.values() if isinstance(each, Photo)), tuple(refused))


async def _look(file: File, places: asyncio.Semaphore) -> Inspected | Refused:
    async with places:
        return await _inspect(file)


async def _inspect(file: File) -> Inspected | Refused:
    try:
        for turn in range(BUSY_TRIES):
            try:
                return await readings.gate().inspect(await file.read())
            except Busy:
                await asyncio.sleep(BUSY_PAUSE_S * 2**turn)
    except BadPhoto as error:
        return Refused(file.name, error.code, error.message)
    except ProviderError as error:
        return Refused(file.name, "not_judged", error.message)
    return Refused(file.name, "busy", "Too many photos are being looked at. Send this one again in a minute.")


async def _known(session: AsyncSession, person_id: UUID, sha256s: Sequence[str]) -> dict[str, Photo]:
    """The person's photos that came as one of these files."""
    query = select(Photo).where(Photo.person_id == person_id, col(Photo.content_sha256).in_(sha256s))
    return {photo.content_sha256: photo for photo in (await session.exec(query)).all()}


async def _keep(actor: Actor, person_id: UUID, file: File, look: Inspected | Refused | None) -> Photo | Refused:
    """`look` None: it was known when the request came."""
    if look is None:
        async with db.transaction() as session:
            await check_may_add(session, actor, person_id)
            if known := await _known(session, person_id, [file.sha256]):
                return known[file.sha256]
        look = await _inspect(file)  # deleted meanwhile
    if isinstance(look, Refused):
        return look
    try:
        return await _store(actor, person_id, file, look)
    except TooManyPhotos as error:
        return Refused(file.name, error.code, error.message)


async def _store(actor: Actor, person_id: UUID, file: File, look: Inspected) -> Photo:
    """Raises NotFound, ConsentRequired, TooManyPhotos."""
    photo = Photo(
        id=uuid4(),
        person_id=person_id,
        user_id=actor.user_id,
        name=file.name[:MAX_NAME_CHARS],
        verdict=Verdict.REJECTED,
        reading=readings.as_json(look.reading),
        width=look.width,
        height=look.height,
        content_sha256=file.sha256,
    )
    prefix, store = photo_prefix(photo.id), deps.get().store
    async with db.transaction() as session:
        objects.reserve(session, prefix)
    is_kept = False
    try:
        await store.put(photo_key(photo.id), look.photo, JPEG)
        await store.put(photo_key(photo.id, "thumb.jpg"), look.thumb, JPEG)
        async with db.transaction() as session:
            written = await _write_down(session, actor, photo, look)
        is_kept = written is photo
    finally:
        if not is_kept:
            await objects.discard_now([prefix])
    return written


async def _write_down(session: AsyncSession, actor: Actor, photo: Photo, look: Inspected) -> Photo:
    """The row, judged beside the person's accepted photos; or the one that another upload of the same file made."""
    await events.take_turn(session, actor.user_id)
    await check_may_add(session, actor, photo.person_id)
    if known := await _known(session, photo.person_id, [photo.content_sha256]):
        return known[photo.content_sha256]
    count = select(func.count()).select_from(Photo).where(Photo.person_id == photo.person_id)
    if (await session.exec(count)).one() >= MAX_PHOTOS:
        message = f"This person has {MAX_PHOTOS} photos, and that is the most. Delete some first."
        raise TooManyPhotos(message, {"limit": MAX_PHOTOS})
    await objects.claim(session, photo_prefix(photo.id))
    readings.settle(photo, look.reasons, await accepted_readings(session, photo.person_id))
    session.add(photo)
    await session.flush()
    data = {"person_id": str(photo.person_id), "photo_id": str(photo.id), "verdict": str(photo.verdict)}
    await events.emit(session, photo.user_id, "photo.added", data)
    return photo


async def list_photos(session: AsyncSession, person_id: UUID) -> list[Photo]:
    """All of a person, oldest first."""
    query = select(Photo).where(Photo.person_id == person_id).order_by(col(Photo.created_at), col(Photo.id))
    return list((await session.exec(query, execution_options={"populate_existing": True})).all())


async def accepted_readings(session: AsyncSession, person_id: UUID) -> list[Reading]:
    """Oldest first."""
    return [
        readings.reading_of(each) for each in await list_photos(session, person_id) if each.verdict == Verdict.ACCEPTED
    ]


async def judge_again(session: AsyncSession, person_id: UUID) -> None:
    """A photo went: those that were refused beside it alone may count now. In the user's turn."""
    everything = await list_photos(session, person_id)
    accepted = [readings.reading_of(each) for each in everything if each.verdict == Verdict.ACCEPTED]
    for photo in everything:
        alone = readings.own_reasons(photo)
        if photo.verdict == Verdict.REJECTED and not any(each.refuses for each in alone):
            readings.settle(photo, alone, accepted)
            session.add(photo)
            if photo.verdict == Verdict.ACCEPTED:
                accepted.append(readings.reading_of(photo))
    await session.flush()
