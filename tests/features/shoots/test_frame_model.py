"""Any order of news, failures, stops, retries, deletions, duplicates and restarts: every frame ends once, and the real
ledger agrees with a plain count of what was delivered. No stored object is without its row, but for those that are noted
down to go."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps, objects
from pexit_app.core.errors import PexitError
from pexit_app.core.models import Discarded
from pexit_app.core.ports import ProviderState, ProviderUpdate
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.models import TERMINAL, Job
from pexit_app.features.shoots import service, transitions, trash, workflows  # noqa: F401
from pexit_app.features.shoots.models import Frame, key_of, prefix_of
from pexit_app.features.wallet import audit
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import new_user, open_house, order, publish
from tests.features.wallet.machine import Stage, stage

DUST = 30
PICK = st.integers(0, 2**16)
ENDED = ("done", "failed", "canceled")


class FrameMachine(RuleBasedStateMachine):
    """One run is one transaction, rolled back at its end; a failed operation undoes itself."""

    def __init__(self, on: Stage) -> None:
        super().__init__()
        self.on = on
        self.connection: AsyncConnection = on.run(on.engine.connect().__aenter__())
        on.run(self.connection.begin())
        self.session = self._open()
        self.frames: list[UUID] = []
        self.ended: dict[tuple[UUID, int], str] = {}  # by frame and attempt: how it ended, which never changes
        self.delivered: set[UUID] = set()
        self.deleted: set[UUID] = set()
        self.store = deps.get().store
        self.store.objects.clear()

    def _open(self) -> AsyncSession:
        return AsyncSession(bind=self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint")

    def teardown(self) -> None:
        assert self.run(audit.reconcile) == []
        self.on.run(self.session.close())
        self.on.run(self.connection.rollback())
        self.on.run(self.connection.close())

    def run(self, verb, *args, **named):
        """One transaction of the program; None when it refused."""

        async def transaction():
            async with self.session.begin_nested():
                return await verb(self.session, *args, **named)

        self.on.operations += 1
        try:
            return self.on.run(transaction())
        except PexitError:
            return None

    def frame(self, pick: int) -> Frame | None:
        frame_id = self.frames[pick % len(self.frames)]
        return self.run(lambda session: session.get(Frame, frame_id, populate_existing=True))

    @initialize()
    def open(self) -> None:
        self.run(publish)
        self.me = self.run(new_user, DUST)

    @rule(count=st.integers(1, 4))
    def request_frames(self, count: int) -> None:
        done = self.run(order, self.me, *range(count))
        self.frames += [frame.id for frame in done.frames] if done else []

    @rule()
    def give_places(self) -> None:
        assert len(self.run(transitions.claim_frames, self.me.user_id)) <= transitions.PLACES

    @precondition(lambda self: self.frames)
    @rule(pick=PICK, stale=st.integers(0, 1))
    def begin(self, pick: int, stale: int) -> None:
        """Also what a restart does; a stale attempt is a run that should have ended long ago."""
        if (frame := self.frame(pick)) is None:
            return
        is_begun = self.run(transitions.begin_frame, frame.id, frame.attempt - stale, "fake")
        assert not is_begun or (not stale and (frame.id, frame.attempt) not in self.ended)

    @precondition(lambda self: self.frames)
    @rule(pick=PICK, progress=st.integers(0, 110), stage_name=st.sampled_from(["light", "grain"]))
    def hear(self, pick: int, progress: int, stage_name: str) -> None:
        if frame := self.frame(pick):
            update = ProviderUpdate(ProviderState.RUNNING, progress, stage_name)
            is_wanted = self.run(transitions.note_update, frame.id, frame.attempt, update)
            assert is_wanted == ((frame.id, frame.attempt) not in self.ended)

    @precondition(lambda self: self.frames)
    @rule(pick=PICK, stale=st.integers(0, 1), is_delivered=st.booleans(), again=st.integers(1, 2))
    def end(self, pick: int, stale: int, is_delivered: bool, again: int) -> None:
        """Once or twice, from a run of this attempt or of the one before."""
        for _ in range(again):
            if (frame := self.frame(pick)) is None:
                return
            attempt = frame.attempt - stale
            if is_delivered:
                self._store(frame)
                is_first = self.run(transitions.finish_frame, frame.id, attempt)
            else:
                is_first = self.run(transitions.fail_frame, frame.id, attempt, "It broke.", "system")
            if is_first:
                assert (frame.id, attempt) not in self.ended
                self.ended[frame.id, attempt] = "done" if is_delivered else "failed"
                self.delivered |= {frame.id} if is_delivered else set()
            elif is_delivered and frame.id not in self.delivered:
                self.store.objects.pop(key_of(frame.id, "full", "png"))  # nobody wants it any more

    def _store(self, frame: Frame) -> None:
        self.store.objects[key_of(frame.id, "full", "png")] = b"picture"

    @precondition(lambda self: self.frames)
    @rule(pick=PICK)
    def stop(self, pick: int) -> None:
        if frame := self.frame(pick):
            self.run(jobs.cancel_job, self.me, frame.job_id)
            for each in self._of_job(frame.job_id):
                self.ended.setdefault((each.id, each.attempt), "canceled")

    def _of_job(self, job_id: UUID) -> list[Frame]:
        async def read(session):
            return (await session.exec(select(Frame).where(Frame.job_id == job_id))).all()

        return self.run(read)

    @precondition(lambda self: self.frames)
    @rule(pick=PICK)
    def retry(self, pick: int) -> None:
        if frame := self.frame(pick):
            before = self.ended.get((frame.id, frame.attempt))
            again = self.run(service.retry_frame, self.me, frame.id)
            assert again is None or before in ("failed", "canceled")

    @precondition(lambda self: self.frames)
    @rule(pick=PICK)
    def trash(self, pick: int) -> None:
        if frame := self.frame(pick):
            was_open = frame.is_open
            self.run(trash.trash_frame, self.me, frame.id)
            if was_open:
                self.ended[frame.id, frame.attempt] = "canceled"

    @precondition(lambda self: self.frames)
    @rule(pick=PICK)
    def restore(self, pick: int) -> None:
        if frame := self.frame(pick):
            self.run(trash.restore_frame, self.me, frame.id)

    @precondition(lambda self: self.frames)
    @rule(pick=PICK, is_killed=st.booleans())
    def delete_for_good(self, pick: int, is_killed: bool) -> None:
        """The process may be killed between the commit and the bytes."""
        if frame := self.frame(pick):
            was_open, was_trashed = frame.is_open, frame.trashed_at is not None
            if self.run(trash.delete_frame, self.me, frame.id):
                assert was_trashed
                self.deleted.add(frame.id)
                if not is_killed:
                    self.on.run(self.store.delete_prefix(prefix_of(frame.id)))
            if was_open:
                self.ended[frame.id, frame.attempt] = "canceled"

    @rule()
    def sweep(self) -> None:
        for prefix in self.run(_discarded):
            self.on.run(self.store.delete_prefix(prefix))
        assert self.run(objects.orphans) == []

    @invariant()
    def every_object_has_its_row_or_is_noted_down(self) -> None:
        orphans = self.run(objects.orphans)
        assert set(orphans) <= set(self.run(_discarded))
        assert {key.split("/")[1] for key in self.store.objects} >= {
            str(each) for each in self.delivered - self.deleted
        }

    @precondition(lambda self: self.frames)
    @invariant()
    def frames_jobs_and_dust_agree(self) -> None:
        card, mine, frames, holds = self.run(self._read)
        assert {frame.id for frame in frames} == set(self.frames) - self.deleted
        for frame in frames:
            ended = self.ended.get((frame.id, frame.attempt))
            assert (frame.status if frame.status in ENDED else None) == ended
            assert frame.charge_dust == (1 if ended == "done" else 0)
        still_open = [frame for frame in frames if frame.status not in ENDED]
        assert card.held == len(still_open)
        assert card.balance == DUST - len(still_open) - len(self.delivered)
        for job in mine:
            waiting = sum(frame.job_id == job.id for frame in still_open)
            assert job.held_dust == waiting == holds.get(job.hold_key, 0)
            assert (job.status in TERMINAL) == (waiting == 0)
            assert job.charge_dust == job.delivered

    async def _read(self, session):
        card = await wallet.card(session, self.me.user_id)
        anew = {"populate_existing": True}
        mine = select(Job).where(Job.user_id == self.me.user_id)
        frames = select(Frame).where(Frame.user_id == self.me.user_id)
        return (
            card,
            (await session.exec(mine, execution_options=anew)).all(),
            (await session.exec(frames, execution_options=anew)).all(),
            dict(await audit.open_holds(session)),
        )


async def _discarded(session: AsyncSession) -> list[str]:
    return list((await session.exec(select(Discarded.prefix))).all())


@pytest.mark.parametrize(
    ("examples", "steps"), [(8, 30), pytest.param(150, 60, marks=pytest.mark.proof)], ids=["quick", "proof"]
)
def test_any_order_of_events_ends_every_frame_once(scratch_url, examples, steps):
    open_house()
    try:
        with stage(scratch_url, is_committing=False) as on:
            run_state_machine_as_test(
                lambda: FrameMachine(on),
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
            assert on.operations > examples * steps / 2
    finally:
        deps.use(None)
