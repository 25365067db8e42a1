"""Any order of orders, deliveries, failures, stops, retries and purses that run empty: a pack is unlocked by what was
delivered and by nothing else, no free frame is used twice, and both purses agree with a plain count of frames."""

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

from pexit_app.core import deps
from pexit_app.core.errors import PexitError
from pexit_app.features.jobs import service as jobs
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import unlocks
from pexit_app.features.packs.models import PackUnlock
from pexit_app.features.shoots import bills, service, transitions, workflows  # noqa: F401
from pexit_app.features.shoots.models import Frame
from pexit_app.features.trials import service as trials
from pexit_app.features.trials.models import FREE_FRAMES, TrialTester
from pexit_app.features.wallet import audit
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import PACK, new_user, open_house, order, publish
from tests.features.wallet.machine import Stage, stage

DUST, CREATORS_DUST, FEE, UNLOCK = 90, 3, 2, 20
PICK = st.integers(0, 2**16)
ANEW = {"populate_existing": True}


class BillMachine(RuleBasedStateMachine):
    """One run is one transaction, rolled back at its end; what is refused undoes itself."""

    def __init__(self, on: Stage) -> None:
        super().__init__()
        self.on = on
        self.connection: AsyncConnection = on.run(on.engine.connect().__aenter__())
        on.run(self.connection.begin())
        self.session = AsyncSession(
            bind=self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.frames: list[UUID] = []
        self.granted = CREATORS_DUST

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

    def frame(self, pick: int) -> Frame:
        """Recent ones more often: they are still open."""
        frame_id = self.frames[-1 - pick % min(len(self.frames), 6)]
        return self.run(lambda session: session.get(Frame, frame_id, populate_existing=True))

    @initialize()
    def open(self) -> None:
        self.me, self.creator = self.run(new_user, DUST), self.run(new_user, CREATORS_DUST)
        self.run(publish, PACK, FEE, UNLOCK, self.creator)
        self.pack = self.run(packs.find_pack, PACK).pack

    @rule()
    def invite(self) -> None:
        """Nobody takes part again while free frames are left, and there may be too many trials."""
        if made := self.run(trials.make_trial, self.creator, self.pack.id, 1):
            self.run(trials.accept, self.me, made[1])

    @rule(pick=PICK)
    def end_trial(self, pick: int) -> None:
        found = self.run(trials.list_trials, self.creator, self.pack.id, None, 20).rows
        if found and pick % 4 == 0:
            self.run(trials.end_trial, self.creator, found[pick % len(found)].id)

    @rule(dust=st.integers(1, 2))
    def fill_the_creators_purse(self, dust: int) -> None:
        self.run(wallet.grant, self.creator.user_id, dust, key=f"gift:{self.on.operations}", reason="")
        self.granted += dust

    @rule(count=st.integers(1, 3), is_quoted=st.booleans())
    def request_frames(self, count: int, is_quoted: bool) -> None:
        done = self.run(self._order, count, is_quoted)
        self.frames += [frame.id for frame in done.frames] if done else []

    async def _order(self, session, count, is_quoted):
        if not is_quoted:
            return await order(session, self.me, *range(count))
        request = service.ShootRequest(tuple(service.FrameAsk("shore", {}, 1) for _ in range(count)), pack=PACK)
        quote = await service.quote_frames(session, self.me, request)
        done = await service.request_frames(session, self.me, service.replace(request, quote_id=quote.id))
        assert quote.total_dust == sum(frame.price_dust for frame in done.frames) + quote.unlock_dust
        assert quote.free_frames == sum(frame.payer_id is not None for frame in done.frames)
        return done

    @precondition(lambda self: self.frames)
    @rule(pick=PICK, is_delivered=st.booleans())
    def end(self, pick: int, is_delivered: bool) -> None:
        frame = self.frame(pick)
        if is_delivered:
            self.run(transitions.finish_frame, frame.id, frame.attempt)
        else:
            self.run(transitions.fail_frame, frame.id, frame.attempt, "It broke.", "system")

    @precondition(lambda self: self.frames)
    @rule(pick=PICK)
    def stop(self, pick: int) -> None:
        self.run(jobs.cancel_job, self.me, self.frame(pick).job_id)

    @precondition(lambda self: self.frames)
    @rule(pick=PICK)
    def retry(self, pick: int) -> None:
        before = self.frame(pick)
        was_free = before.payer_id is not None
        again = self.run(service.retry_frame, self.me, before.id)
        assert again is None or not was_free or again.frames[0].payer_id is not None

    @precondition(lambda self: self.frames)
    @invariant()
    def purses_seats_and_unlocks_are_a_count_of_frames(self) -> None:
        frames, rows, seats, mine, creators, problems = self.run(self._read)
        assert problems == []
        still_open = [frame for frame in frames if frame.is_open]
        done = [frame for frame in frames if frame.status == "done"]
        assert {frame.price_dust for frame in [*still_open, *done]} <= {0, 1 + FEE}
        paid_for = [frame for frame in done if frame.payer_id is None]
        waiting = [frame for frame in still_open if frame.payer_id is None]
        assert [row.paid_at is not None for row in rows] == ([True] if paid_for else [False] if waiting else [])
        held = (0 if paid_for or not waiting else UNLOCK) + sum(frame.price_dust for frame in still_open)
        spent = (UNLOCK if paid_for else 0) + sum(frame.charge_dust for frame in done)
        assert (mine.balance, mine.held) == (DUST - held - spent, held)
        free = [frame for frame in [*still_open, *done] if frame.tester_id is not None]
        assert creators.balance == self.granted - sum(frame.payer_dust for frame in free)
        for seat in seats:
            own = [frame for frame in free if frame.tester_id == seat.id]
            assert (seat.ordered, seat.delivered) == (len(own), sum(frame.status == "done" for frame in own))
            assert seat.ordered <= FREE_FRAMES

    async def _read(self, session):
        async def all_of(query):
            return (await session.exec(query, execution_options=ANEW)).all()

        problems = [await check(session) for check in (jobs.reconcile_holds, unlocks.reconcile, bills.reconcile)]
        return (
            await all_of(select(Frame).where(Frame.user_id == self.me.user_id)),
            await all_of(select(PackUnlock).where(PackUnlock.user_id == self.me.user_id)),
            await all_of(select(TrialTester).where(TrialTester.user_id == self.me.user_id)),
            await wallet.card(session, self.me.user_id),
            await wallet.card(session, self.creator.user_id),
            [problem for found in problems for problem in found],
        )


@pytest.mark.parametrize(
    ("examples", "steps"), [(5, 22), pytest.param(150, 60, marks=pytest.mark.proof)], ids=["quick", "proof"]
)
def test_any_order_of_events_leaves_every_purse_right(scratch_url, examples, steps):
    open_house()
    try:
        with stage(scratch_url, is_committing=False) as on:
            run_state_machine_as_test(
                lambda: BillMachine(on),
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
