"""Any order of uploads, deletions, trainings that end well or badly, processes that die and consent that goes: what is
stored is what has a row, to the object."""

import random
from collections import Counter

import pytest
from sqlalchemy import update
from sqlmodel import select

from pexit_app.core import db, objects
from pexit_app.core.clock import now
from pexit_app.core.errors import PexitError
from pexit_app.core.models import Discarded
from pexit_app.core.ports import ProviderError
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import faces, learning, photos, service, training
from pexit_app.features.people.models import Likeness, Person, Photo
from pexit_app.features.people.training import TrainingAsk
from tests.features.people.support import AGREED, PARTS, Killed, add_person, files, new_user, open_house, photo

ROUNDS = 45
ENDINGS = ("persona.npz", "proof-2.jpg", "photo.jpg", "thumb.jpg")
DOINGS = {
    "add_person": 1,
    "add_photos": 5,
    "cast_photo": 2,
    "order_training": 5,
    "learn": 5,
    "stop": 2,
    "delete": 3,
    "agree": 2,
    "die_soon": 3,
}


class Album:
    """One user's people, to whom things happen by chance; `came` counts what came of each."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.house = open_house()
        self.came: Counter[str] = Counter()
        self.shot = 0

    async def tell(self, verb, *args, **named):
        async with db.transaction() as session:
            return await verb(session, *args, **named)

    async def one(self, table, *where):
        rows = await self.rows(table, *where)
        return self.chance.choice(rows) if rows else None

    async def rows(self, table, *where):
        async with db.transaction() as session:
            query = select(table).where(table.user_id == self.me.user_id, *where).order_by(table.created_at, table.id)
            return (await session.exec(query)).all()

    async def go_on(self) -> None:
        """One thing happens. It may be refused, and the process may die in it."""
        what = self.chance.choices(list(DOINGS), DOINGS.values())[0]
        try:
            await getattr(self, what)()
            self.came[f"{what} done"] += 1
        except PexitError as error:
            self.came[f"{what} {error.code}"] += 1
        except Killed:
            self.came[f"{what} killed"] += 1

    async def add_person(self) -> None:
        await self.tell(add_person, self.me)

    async def add_photos(self) -> None:
        person, is_twin = await self.one(Person), self.chance.random() < 0.2
        shots = [photo(self.shot + n, **({"twin": "x"} if is_twin else {})) for n in range(6)]
        self.shot += 5  # the last one comes again with the next
        if person is not None:
            await photos.add_photos(self.me, person.id, files(*shots))

    async def cast_photo(self) -> None:
        if (row := await self.one(Photo)) is not None:
            await faces.ensure_persona(await self.tell(faces.find_face, self.me, row.id))

    async def order_training(self) -> None:
        if (person := await self.one(Person)) is not None:
            await self.tell(training.request_training, self.me, TrainingAsk(person.id))

    async def learn(self) -> None:
        course = self.house.trainer.course
        course.refusals = [ProviderError("Closed today.")] if self.chance.random() < 0.2 else []
        if (likeness := await self.one(Likeness, Likeness.status == "training")) is not None:
            await learning.learn(likeness.id)

    async def stop(self) -> None:
        if (likeness := await self.one(Likeness, Likeness.status == "training")) is not None:
            await self.tell(jobs.cancel_job, self.me, likeness.job_id)

    async def delete(self) -> None:
        what = self.chance.choice(("photo", "photo", "likeness", "likeness", "person", "consent"))
        row = await self.one({"photo": Photo, "likeness": Likeness}.get(what, Person))
        verb = service.withdraw_consent if what == "consent" else getattr(service, f"delete_{what}")
        if row is not None:
            prefixes = await self.tell(verb, self.me, row.id)
            if self.chance.random() < 0.5:  # otherwise the process dies first
                await objects.discard_now(prefixes)

    async def agree(self) -> None:
        if (person := await self.one(Person)) is not None:
            await self.tell(service.give_consent, self.me, person.id, AGREED)

    async def die_soon(self) -> None:
        """Where the next object of this kind is stored."""
        setattr(self.house.store, self.chance.choice(("dies_before", "dies_after")), self.chance.choice(ENDINGS))

    async def take_up(self) -> None:
        """A new process runs again what was cut off, ended since or not; the sweep passes when all is due."""
        self.house.store.revive()
        for likeness in await self.rows(Likeness):
            await learning.learn(likeness.id)
        async with db.transaction() as session:
            await session.exec(update(Discarded).values(created_at=now()))
        await objects.discard_objects()

    async def check(self) -> None:
        stored = self.house.store.objects
        for each in await self.rows(Photo):
            assert {"photo.jpg", "thumb.jpg"} <= self.house.store.of(each) <= {"photo.jpg", "thumb.jpg", "persona.npz"}
            assert each.persona_at is None or f"photos/{each.id}/persona.npz" in stored
        for each in await self.rows(Likeness):
            assert len(self.house.store.of(each)) == (PARTS if each.status == "ready" else 0), each.status
        async with db.transaction() as session:
            assert await objects.orphans(session) == []
            assert await jobs.reconcile_holds(session) == []


@pytest.mark.parametrize("seed", range(8))
async def test_what_is_stored_is_what_has_a_row(session, seed, monkeypatch) -> None:
    album = Album(seed)
    album.me = await new_user(session)
    discard_now = objects.discard_now

    async def discard_while_alive(prefixes):
        if album.house.store.is_dead:
            raise Killed
        await discard_now(prefixes)

    monkeypatch.setattr(objects, "discard_now", discard_while_alive)
    await album.add_person()
    for _ in range(ROUNDS):
        await album.go_on()
        if album.house.store.is_dead:
            album.house.store.revive()
    await album.take_up()
    await album.check()
    assert album.came["add_photos done"] and album.came["learn done"], album.came
