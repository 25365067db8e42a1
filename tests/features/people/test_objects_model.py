"""Any order of uploads, deletions, trainings that end well or badly, processes that die and consent that goes: what is
stored is what has a row, to the object."""

import asyncio
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, objects
from pexit_app.core.clock import now
from pexit_app.core.errors import PexitError
from pexit_app.core.models import Discarded
from pexit_app.core.ports import ProviderError
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import reconcile_holds
from pexit_app.features.people import faces, learning, photos, service, training
from pexit_app.features.people.learning import Patience
from pexit_app.features.people.models import Likeness, Person, Photo, Verdict
from pexit_app.features.people.training import TrainingAsk
from tests.features.people.support import AGREED, PARTS, Killed, add_person, files, new_user, open_house, photo
from tests.features.wallet.machine import Stage, stage

PICK = st.integers(0, 2**16)
ENDINGS = ("persona.npz", "proof-2.jpg", "photo.jpg", "thumb.jpg")


class AlbumMachine(RuleBasedStateMachine):
    """One run is one transaction, rolled back at its end."""

    def __init__(self, on: Stage) -> None:
        super().__init__()
        self.on = on
        self.connection: AsyncConnection = on.run(on.engine.connect().__aenter__())
        on.run(self.connection.begin())
        options = {"class_": AsyncSession, "expire_on_commit": False, "join_transaction_mode": "create_savepoint"}
        db.use_sessions(async_sessionmaker(bind=self.connection, **options))
        self.house = open_house()
        self.shot = 0

    def teardown(self) -> None:
        try:
            self.on.run(self.check())
        finally:
            db.use_sessions(None)
            deps.use(None)
            self.on.run(self.connection.rollback())
            self.on.run(self.connection.close())

    def do(self, coroutine):
        """None when it was refused, or the process died."""
        try:
            return self.on.run(coroutine)
        except (PexitError, Killed):
            return None

    async def tell(self, verb, *args, **named):
        async with db.transaction() as session:
            return await verb(session, *args, **named)

    async def rows(self, table, *where):
        async with db.transaction() as session:
            return (await session.exec(select(table).where(table.user_id == self.me.user_id, *where))).all()

    def one(self, table, pick: int, *where) -> UUID | None:
        rows = self.on.run(self.rows(table, *where))
        return rows[pick % len(rows)].id if rows else None

    @initialize()
    def open(self) -> None:
        self.me = self.on.run(self.tell(new_user))
        self.on.run(self.tell(add_person, self.me))

    @rule()
    def add_person(self) -> None:
        self.do(self.tell(add_person, self.me))

    @rule(pick=PICK, count=st.integers(1, 6), twin=st.booleans())
    def add_photos(self, pick: int, count: int, twin: bool) -> None:
        if (person_id := self.one(Person, pick)) is not None:
            shots = [photo(self.shot + n, **({"twin": "x"} if twin else {})) for n in range(count)]
            self.shot += count - 1  # the last one comes again with the next
            self.do(photos.add_photos(self.me, person_id, files(*shots)))

    @rule(ending=st.sampled_from(ENDINGS), is_after=st.booleans())
    def die_soon(self, ending: str, is_after: bool) -> None:
        setattr(self.house.store, "dies_after" if is_after else "dies_before", ending)

    @rule(pick=PICK)
    def cast_photo(self, pick: int) -> None:
        if (photo_id := self.one(Photo, pick, Photo.verdict == Verdict.ACCEPTED)) is not None:
            face = self.do(self.tell(faces.find_face, self.me, photo_id))
            self.do(faces.ensure_persona(face))

    @rule(pick=PICK)
    def order_training(self, pick: int) -> None:
        if (person_id := self.one(Person, pick)) is not None:
            self.do(self.tell(training.request_training, self.me, TrainingAsk(person_id)))

    @rule(pick=PICK, fails=st.booleans())
    def learn(self, pick: int, fails: bool) -> None:
        if (likeness_id := self.one(Likeness, pick)) is not None:
            self.house.trainer.course.refusals = [ProviderError("Closed today.")] if fails else []
            self.do(learning.learn(likeness_id))

    @rule(pick=PICK)
    def stop(self, pick: int) -> None:
        rows = self.on.run(self.rows(Likeness))
        if rows:
            self.do(self.tell(jobs.cancel_job, self.me, rows[pick % len(rows)].job_id))

    @rule(pick=PICK, what=st.sampled_from(("photo", "likeness", "person", "consent")), is_swept=st.booleans())
    def delete(self, pick: int, what: str, is_swept: bool) -> None:
        table = {"photo": Photo, "likeness": Likeness}.get(what, Person)
        verb = service.withdraw_consent if what == "consent" else getattr(service, f"delete_{what}")
        if (row_id := self.one(table, pick)) is not None:
            prefixes = self.do(self.tell(verb, self.me, row_id))
            if not is_swept:
                self.do(objects.discard_now(prefixes or []))

    @rule(pick=PICK)
    def agree(self, pick: int) -> None:
        if (person_id := self.one(Person, pick)) is not None:
            self.do(self.tell(service.give_consent, self.me, person_id, AGREED))

    async def check(self) -> None:
        """After everything that was begun was taken up again, and the sweep has passed."""
        self.house.store.dies_before = self.house.store.dies_after = ""
        for likeness in await self.rows(Likeness):
            await learning.learn(likeness.id)
        async with db.transaction() as session:
            await session.exec(update(Discarded).values(created_at=now()))
        await asyncio.sleep(0)
        await objects.discard_objects()
        wanted = set()
        for each in await self.rows(Photo):
            wanted |= {f"photos/{each.id}/{part}" for part in ("photo.jpg", "thumb.jpg")}
            if each.persona_at is not None or f"photos/{each.id}/persona.npz" in self.house.store.objects:
                wanted.add(f"photos/{each.id}/persona.npz")
        assert {key for key in self.house.store.objects if key.startswith("photos/")} == wanted
        for each in await self.rows(Likeness):
            assert len(self.house.store.of(each)) == (PARTS if each.status == "ready" else 0), each.status
        async with db.transaction() as session:
            assert await objects.orphans(session) == []
            assert await reconcile_holds(session) == []


def test_what_is_stored_is_what_has_a_row(scratch_url: str, monkeypatch) -> None:
    monkeypatch.setattr(learning, "patience", Patience(queued_s=5, running_s=5, lost_s=1, pause_s=0, tries=3, told_s=0))
    with stage(scratch_url, is_committing=False) as on:
        run_state_machine_as_test(
            lambda: AlbumMachine(on),
            settings=settings(
                max_examples=25,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
