"""Any order of orders, coupons, bundles, deliveries, refunds, maturing and payouts that fail or are told twice: what
creators have and were paid is what their sales came to, no granted dust becomes money, and every account adds up."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as how
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

from pexit_app.core import clock
from pexit_app.core.cashier_ports import Transferred, TransferState
from pexit_app.core.errors import PexitError
from pexit_app.features.earnings import maturing, payouts
from pexit_app.features.earnings.models import UNITS, Earning, Payee, Payout
from pexit_app.features.jobs import service as jobs
from pexit_app.features.packs import unlocks
from pexit_app.features.pricing import bundles, coupons
from pexit_app.features.pricing.coupons import CouponAsk
from pexit_app.features.pricing.models import Coupon, CouponTake
from pexit_app.features.shoots import bills, refunds, service, transitions, workflows  # noqa: F401
from pexit_app.features.wallet import audit
from pexit_app.features.wallet import earnings as book
from tests.features.earnings.support import REMIX, SECOND, SOURCE, buyer, pack, ready, shop
from tests.features.shoots.support import order
from tests.features.wallet.machine import Stage, stage

PICK = st.integers(0, 2**16)
SLUGS = (SOURCE, REMIX, SECOND)
ANEW = {"populate_existing": True}


class MoneyMachine(RuleBasedStateMachine):
    """One run is one transaction, rolled back at its end; what is refused, or breaks off in the middle, undoes itself."""

    def __init__(self, on: Stage) -> None:
        super().__init__()
        self.on = on
        self.connection: AsyncConnection = on.run(on.engine.connect().__aenter__())
        on.run(self.connection.begin())
        self.session = AsyncSession(
            bind=self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.frames: list[UUID] = []
        self.days = 0

    def teardown(self) -> None:
        try:
            assert self.run(audit.reconcile) == []
        finally:
            self.on.run(self.session.close())
            self.on.run(self.connection.rollback())
            self.on.run(self.connection.close())

    def run(self, verb, *args, is_cut_off=False, **named):
        """One transaction of the program; None when it refused, or was cut off before its commit."""

        class CutOff(Exception):
            pass

        async def transaction():
            async with self.session.begin_nested():
                result = await verb(self.session, *args, **named)
                if is_cut_off:
                    raise CutOff
                return result

        self.on.operations += 1
        try:
            with clock.moved(days=self.days):
                return self.on.run(transaction())
        except (PexitError, CutOff):
            return None

    @initialize()
    def open(self) -> None:
        self.creators = self.run(shop)
        self.buyers = [self.run(buyer, 30, 400), self.run(buyer, 400, 30)]
        self.everybody = [*self.buyers, *self.creators]
        for who in self.creators:
            self.run(ready, who)
        source = self.run(pack, SOURCE)
        for code, percent, dust in (("HALF", 50, None), ("TWENTY", None, 20)):
            self.run(
                coupons.make_coupon,
                self.creators[0],
                source.id,
                CouponAsk(code, percent, dust, 1, clock.after(days=99)),
            )
        ids = [self.run(pack, slug).id for slug in (SOURCE, SECOND)]
        self.bundle = self.run(bundles.make_bundle, self.creators[0], "Both", 40, ids).id

    @rule(who=PICK, which=PICK, count=st.integers(1, 3), is_cut_off=st.booleans())
    def request(self, who: int, which: int, count: int, is_cut_off: bool) -> None:
        me, slug = self.everybody[who % 4], SLUGS[which % 3]
        done = self.run(order, me, *range(count), pack=slug, is_cut_off=is_cut_off and which % 3 == 0)
        self.frames += [frame.id for frame in done.frames] if done else []

    @precondition(lambda self: self.frames)
    @rule(pick=PICK, is_delivered=st.booleans(), is_cut_off=st.booleans())
    def end(self, pick: int, is_delivered: bool, is_cut_off: bool) -> None:
        frame_id = self.frames[-1 - pick % min(len(self.frames), 6)]
        is_cut_off = is_cut_off and pick % 3 == 0
        if is_delivered or pick % 2:
            self.run(transitions.finish_frame, frame_id, 1, is_cut_off=is_cut_off)
        else:
            self.run(transitions.fail_frame, frame_id, 1, "It broke.", "system", is_cut_off=is_cut_off)

    @rule(who=PICK, code=st.sampled_from(["HALF", "TWENTY"]))
    def take_coupon(self, who: int, code: str) -> None:
        self.run(coupons.take, self.everybody[who % 4], code)

    @rule(who=PICK, dust=st.sampled_from([40, 20, 0, -40]))
    def buy_bundle(self, who: int, dust: int) -> None:
        self.run(bundles.buy, self.everybody[who % 4], self.bundle, dust)

    @precondition(lambda self: self.frames)
    @rule(pick=PICK, with_unlock=st.booleans())
    def refund(self, pick: int, with_unlock: bool) -> None:
        frame_id = self.frames[pick % len(self.frames)]
        self.run(refunds.refund_frame, frame_id, "A refund", with_unlock=with_unlock)

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self.days += days
        for who in self.creators:
            self.run(maturing.mature, who.user_id)

    @rule(who=PICK)
    def open_payout(self, who: int) -> None:
        self.run(payouts.open_payout, self.creators[who % 2].user_id)

    @rule(pick=PICK, state=st.sampled_from(list(TransferState)))
    def hear_of_a_payout(self, pick: int, state: TransferState) -> None:
        rows = self.run(self._all, Payout)
        if rows:
            self.run(payouts.note_outcome, rows[pick % len(rows)].id, Transferred("tr", state, "No such bank."))

    async def _all(self, session, table):
        return (await session.exec(select(table).order_by(table.created_at), execution_options=ANEW)).all()

    @precondition(lambda self: hasattr(self, "creators"))
    @invariant()
    def what_creators_have_is_what_their_sales_came_to(self) -> None:
        problems, rows, paid, payees, books, takes = self.run(self._read)
        assert problems == []
        for who in self.creators:
            mine = books[who.user_id]
            own = [row for row in rows if row.user_id == who.user_id]
            kept = [row for row in own if row.state != "taken_back"]
            came_to = sum(row.dust - (row.gift_dust if row.state == "available" else 0) for row in kept)
            was_paid = sum(each.dust for each in paid if each.user_id == who.user_id and each.state == "paid")
            assert mine.pending + mine.earned + mine.payout + mine.debt + was_paid == came_to
            if payee := payees.get(who.user_id):
                assert payee.bought_units == sum(row.bought_units for row in kept)
                assert payee.bought_dust == sum(row.bought_dust for row in kept)
            if len(kept) == len(own):  # nothing that the house gave away becomes money
                assert was_paid + mine.earned + mine.payout <= sum(row.bought_units for row in kept) // UNITS
        for coupon, take in takes:
            assert coupon.taken <= coupon.takers and (take is None or take.spent_at is None or take.job_id)

    async def _read(self, session):
        checks = (jobs.reconcile_holds, unlocks.reconcile, bills.reconcile, payouts.reconcile)
        found = [await check(session) for check in checks]
        query = select(Coupon, CouponTake).outerjoin(CouponTake, CouponTake.coupon_id == Coupon.id)
        return (
            [problem for each in found for problem in each],
            await self._all(session, Earning),
            await self._all(session, Payout),
            {row.user_id: row for row in await self._all(session, Payee)},
            {who.user_id: await book.read(session, who.user_id) for who in self.creators},
            (await session.exec(query, execution_options=ANEW)).all(),
        )


@pytest.mark.parametrize(
    ("examples", "steps"), [(4, 25), pytest.param(150, 80, marks=pytest.mark.proof)], ids=["quick", "proof"]
)
def test_any_order_of_events_adds_up(scratch_url, examples, steps):
    with stage(scratch_url, is_committing=False) as on:
        run_state_machine_as_test(
            lambda: MoneyMachine(on),
            settings=how(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert on.operations > examples * steps / 2
