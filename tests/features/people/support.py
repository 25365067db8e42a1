"""A small house for tests of people: a gate that reads its verdict from the file, a trainer that does as it is told, a
store in memory; all remember what was asked of them.

A test photo is a JSON text: photo(pose="left", refuse=["blurred"], bad="damaged", twin="a", who="me", n=1).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.deps import Deps
from pexit_app.core.ports import (
    BadPhoto,
    Capabilities,
    Inspected,
    Kind,
    ProviderState,
    ProviderUpdate,
    Readiness,
    Reading,
    Reason,
    Trained,
    TrainingOrder,
    UnknownOrder,
)
from pexit_app.features.people import consent, photos, proof, service, training
from pexit_app.features.people.consent import Attestation
from pexit_app.features.people.models import Likeness, Person, Photo
from pexit_app.features.people.training import TrainingAsk
from tests.features.shoots.support import FakeDrafts, FakeImages, NoSender, new_user
from tests.support.memory_store import MemoryStore as PlainStore

__all__ = ["new_user"]
RUNNING = ProviderState.RUNNING
AGREED = Attestation(is_adult=True, own_likeness=True, notice_version=consent.CURRENT.version)
CONSENT = {"adult": True, "own_likeness": True, "notice_version": consent.CURRENT.version}
PROOFS = len(proof.LOOKS)
PARTS = PROOFS + 1  # objects of a finished likeness


class Killed(BaseException):
    """The process dies here."""


def photo(n: int = 0, **what) -> bytes:
    return json.dumps({"n": n, **what}, sort_keys=True).encode()


class FakeGate:
    def __init__(self) -> None:
        self.inspected: list[bytes] = []
        self.raises: list[Exception] = []
        self.personas: list[bytes] = []
        self.persona_error: Exception | None = None
        self.open = asyncio.Event()  # until it is set, one_photo_persona() waits
        self.open.set()

    async def inspect(self, content: bytes) -> Inspected:
        self.inspected.append(content)
        if self.raises:
            raise self.raises.pop(0)
        try:
            told = json.loads(content)
        except ValueError:
            raise BadPhoto("not_an_image", "This is no picture. Send a JPEG, PNG, WebP or HEIC.") from None
        if "bad" in told:
            raise BadPhoto(told["bad"], f"This file is {told['bad']}.")
        box = (0.3, 0.2, 0.4, 0.4)
        prints = {"twin": told.get("twin", content.decode()), "who": told.get("who", "me")}
        reading = Reading(told.get("sharpness", 80.0), told.get("pose", "front"), 1.0, 2.0, 220.0, box, prints)
        reasons = tuple(Reason(code, f"It is {code}: take another.") for code in told.get("refuse", []))
        return Inspected(b"photo " + content, b"thumb " + content, 1500, 2000, reading, reasons)

    def judge(self, reading: Reading, others: Sequence[Reading]) -> tuple[Reason, ...]:
        found = []
        if any(each.prints["twin"] == reading.prints["twin"] for each in others):
            found.append(Reason("duplicate", "You have one just like it: turn your head."))
        if any(each.prints["who"] != reading.prints["who"] for each in others):
            found.append(Reason("may_be_someone_else", "Is this the same person?", refuses=False))
        return tuple(found)

    def readiness(self, accepted: Sequence[Reading]) -> Readiness:
        score = min(100, 10 * len(accepted))
        return Readiness(score, "" if score == 100 else "Look to the left.", 10 if score < 100 else 0)

    async def one_photo_persona(self, photo: bytes) -> bytes:
        self.personas.append(photo)
        await self.open.wait()
        if self.persona_error is not None:
            raise self.persona_error
        return b"persona of " + photo


DONE = ProviderUpdate(ProviderState.DONE, 100)


@dataclass
class Course:
    """What happens to trainings. `lost`: so many answers to a submit get lost, the order having arrived or not. `gate`: it
    does not go past its first stage before this is set. `forgets`: so often the order is not known when followed."""

    last: ProviderUpdate = DONE
    refusals: list[Exception] = field(default_factory=list)
    lost: int = 0
    arrives: bool = True
    forgets: int = 0
    gate: asyncio.Event | None = None
    is_silent: bool = False


class FakeTrainer:
    name = "fake-trainer"

    def __init__(self, is_repeatable: bool = True) -> None:
        self.is_repeatable = is_repeatable
        self.course = Course()
        self.orders: dict[str, TrainingOrder] = {}
        self.submitted: list[str] = []  # references, as they arrived
        self.fetched: list[str] = []
        self.canceled: set[str] = set()
        self.forgotten: list[str] = []
        self._stops: dict[str, asyncio.Event] = {}

    def capabilities(self) -> Capabilities:
        return Capabilities(frozenset({Kind.TRAIN}), self.is_repeatable, takes_prompt=False, max_side_px=0, at_once=2)

    async def find(self, order: TrainingOrder, reference: str, model: str, since: datetime) -> str | None:
        return None

    async def submit(self, order: TrainingOrder, reference: str, model: str = "") -> str:
        course = self.course
        if course.refusals:
            raise course.refusals.pop(0)
        provider_id = f"{reference}/{len(self.submitted) + 1}"
        if not course.lost or course.arrives:
            self.submitted.append(reference)
            self.orders[provider_id] = order
        if course.lost:
            course.lost -= 1
            raise ConnectionResetError("the answer got lost")
        return provider_id

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        order, course = self._order(provider_id), self.course
        if course.forgets:
            course.forgets -= 1
            del self.orders[provider_id]
            raise UnknownOrder("never heard of it")
        stop = self._stops.setdefault(provider_id, asyncio.Event())
        yield ProviderUpdate(ProviderState.QUEUED)
        total = 2 * len(order.photos)
        for done in range(total):
            stage = f"photo {done // 2 + 1} of {len(order.photos)}: {('found', 'cut out')[done % 2]}"
            yield ProviderUpdate(RUNNING, 100 * done // total, stage)
            if done == 0 and course.gate is not None:
                await _first_of(course.gate, stop)
            if stop.is_set():
                yield ProviderUpdate(ProviderState.CANCELED)
                return
        if course.is_silent:
            await stop.wait()
        yield course.last

    async def cancel(self, provider_id: str) -> None:
        self.canceled.add(provider_id)
        self._stops.setdefault(provider_id, asyncio.Event()).set()

    async def fetch(self, provider_id: str) -> Trained:
        self._order(provider_id)
        self.fetched.append(provider_id)
        return Trained(b"persona file")

    async def forget(self, provider_id: str) -> None:
        self.forgotten.append(provider_id)

    def _order(self, provider_id: str) -> TrainingOrder:
        if provider_id not in self.orders:
            raise UnknownOrder("never heard of it")
        return self.orders[provider_id]


async def _first_of(*happenings: asyncio.Event) -> None:
    tasks = [asyncio.create_task(each.wait()) for each in happenings]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


class MemoryStore(PlainStore):
    """`dies_before` and `dies_after`: the process dies around the put of a key that ends so, once; `is_dead` since then."""

    def __init__(self) -> None:
        super().__init__()
        self.is_dead = False
        self.dies_before = self.dies_after = ""
        self.puts: list[str] = []

    def revive(self) -> None:
        self.is_dead, self.dies_before, self.dies_after = False, "", ""

    def _die(self) -> None:
        self.revive()
        self.is_dead = True
        raise Killed

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        if self.dies_before and key.endswith(self.dies_before):
            self._die()
        await super().put(key, content, media_type)
        self.puts.append(key)
        if self.dies_after and key.endswith(self.dies_after):
            self._die()

    async def list(self, prefix: str) -> AsyncIterator[str]:
        for key in [each for each in self.objects if each.startswith(prefix)]:
            yield key

    def of(self, row: Photo | Likeness) -> set[str]:
        """What is stored of a row, without its folder."""
        prefix = f"{'photos' if isinstance(row, Photo) else 'likenesses'}/{row.id}/"
        return {key.removeprefix(prefix) for key in self.objects if key.startswith(prefix)}


@dataclass
class House:
    gate: FakeGate
    trainer: FakeTrainer
    images: FakeImages
    store: MemoryStore


def open_house(store: MemoryStore | None = None, trainer: FakeTrainer | None = None) -> House:
    """A process with adapters of its own; `store` outlives processes."""
    house = House(FakeGate(), trainer or FakeTrainer(), FakeImages(), store or MemoryStore())
    deps.use(
        Deps(
            store=house.store,
            sender=NoSender(),
            drafts=FakeDrafts(),
            images=house.images,
            embed_recipe=lambda content, recipe: content,
            gate=house.gate,
            trainer=house.trainer,
        )
    )
    return house


async def add_person(session: AsyncSession, me: Actor, name: str = "Ann", agreed: bool = True, **more) -> Person:
    return await service.add_person(session, me, name=name, attestation=AGREED if agreed else None, **more)


async def new_person(me: Actor, name: str = "Ann", agreed: bool = True, **more) -> Person:
    async with db.transaction() as session:
        return await add_person(session, me, name, agreed, **more)


def files(*contents: bytes) -> list[photos.File]:
    return [photos.file_of(f"{place}.jpg", content) for place, content in enumerate(contents)]


async def add_photos(me: Actor, person_id: UUID, *contents: bytes) -> photos.Added:
    return await photos.add_photos(me, person_id, files(*contents))


async def person_with_photos(me: Actor, count: int = 5, name: str = "Ann") -> tuple[Person, list[Photo]]:
    person = await new_person(me, name)
    added = await add_photos(me, person.id, *(photo(n) for n in range(count)))
    assert len(added.photos) == count and not added.refused
    return person, list(added.photos)


async def order_training(me: Actor, person_id: UUID, **more) -> Likeness:
    async with db.transaction() as session:
        return await training.request_training(session, me, TrainingAsk(person_id, **more))


async def fresh(row):
    """The row as it is now, or None."""
    async with db.transaction() as session:
        return await session.get(type(row), row.id)
