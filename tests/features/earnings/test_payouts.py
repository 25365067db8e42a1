"""Payouts: once a week, from so much dust on, and exactly once whatever the bank says or keeps to itself."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from pexit_app.core import clock
from pexit_app.core.cashier_ports import Transferred, TransferState
from pexit_app.core.errors import BadInput, NotAllowed
from pexit_app.core.ports import AnswerLost, ProviderError
from pexit_app.features.earnings import accounts, maturing, payouts, statements
from pexit_app.features.earnings.models import Payout
from pexit_app.features.identity import account
from pexit_app.features.shoots import workflows  # noqa: F401
from pexit_app.features.wallet import audit
from pexit_app.features.wallet import earnings as book
from pexit_app.providers.cashier.bank import TestBank
from tests.features.earnings.support import SOURCE, buyer, ready, sell, shop
from tests.features.shoots.support import new_user


class Bank(TestBank):
    """Loses its answer, or refuses, as often as it is told."""

    lost = refused = blind = 0

    async def find_transfer(self, key: str) -> Transferred | None:
        if self.blind:
            self.blind -= 1
            raise ProviderError("Too many requests.")
        return await super().find_transfer(key)

    async def transfer(self, account_id: str, cents: int, *, key: str, note: str) -> Transferred:
        if self.refused:
            self.refused -= 1
            raise ProviderError("This account is closed.")
        made = await super().transfer(account_id, cents, key=key, note=note)
        if self.lost:
            self.lost -= 1
            raise AnswerLost("the answer got lost")
        return made


@pytest.fixture
async def bank(tmp_path: Path):
    return Bank(tmp_path)


@pytest.fixture
async def source(session, bank):
    """Has 32 dust earned, and an account that is whole."""
    made, _ = await shop(session)
    await sell(session, await buyer(session), SOURCE)
    with clock.moved(days=8):
        await maturing.mature(session, made.user_id)
    await ready(session, made)
    found = await accounts.payee_of(session, made.user_id)
    await bank.accounts.open(found.account, {"email": "", "can_be_paid": True})
    return made


async def where(session, who) -> tuple[int, int]:
    mine = await book.read(session, who.user_id)
    return mine.earned, mine.payout


async def rows(session, who) -> list[Payout]:
    query = select(Payout).where(Payout.user_id == who.user_id).order_by(Payout.created_at)
    return list((await session.exec(query, execution_options={"populate_existing": True})).all())


async def test_it_is_paid_once_a_week_however_often_it_is_asked_for(session, source, bank):
    assert await payouts.pay_all(bank, is_any_day=True) == 1
    assert await payouts.pay_all(bank, is_any_day=True) == 0
    [paid] = await rows(session, source)
    assert (paid.state, paid.dust, paid.reference[:3]) == ("paid", 32, "tr_")
    assert await where(session, source) == (0, 0)
    for state in TransferState:  # said again, and said otherwise: it is over
        await payouts.note_outcome(session, paid.id, Transferred("x", state, "late"))
    assert await where(session, source) == (0, 0)
    assert await audit.reconcile(session) == await payouts.reconcile(session) == []


async def test_a_lost_answer_is_looked_for_and_nothing_is_sent_twice(session, source, bank):
    bank.lost = 1
    await payouts.pay_all(bank, is_any_day=True)
    assert await where(session, source) == (0, 32)
    assert await payouts.reconcile(session) == []
    await payouts.follow_up(bank)
    assert [row.state for row in await rows(session, source)] == ["paid"]
    assert len(list((bank.transfers.folder).glob("*.json"))) == 1


async def test_who_cannot_be_asked_after_a_lost_answer_is_asked_again_and_pays_once(session, source, bank):
    bank.lost = 1
    await payouts.pay_all(bank, is_any_day=True)
    bank.blind = 2
    for _ in range(2):
        await payouts.follow_up(bank)
        assert await where(session, source) == (0, 32)
    await payouts.follow_up(bank)
    assert [row.state for row in await rows(session, source)] == ["paid"]
    assert len(list((bank.transfers.folder).glob("*.json"))) == 1


async def test_what_a_crash_left_unasked_is_asked_for(session, source, bank):
    assert await payouts.open_payout(session, source.user_id) is not None
    assert await payouts.open_payout(session, source.user_id) is None
    assert await where(session, source) == (0, 32)
    for _ in range(2):
        await payouts.follow_up(bank)
    assert [row.state for row in await rows(session, source)] == ["paid"]
    assert await where(session, source) == (0, 0)


async def test_what_fails_can_be_paid_out_again_and_says_why(session, source, bank):
    bank.refused = 1
    await payouts.pay_all(bank, is_any_day=True)
    [failed] = await rows(session, source)
    assert (failed.state, failed.reason) == ("failed", "This account is closed.")
    assert await where(session, source) == (32, 0)
    assert await payouts.pay_all(bank, is_any_day=True) == 0  # not again this week
    with clock.moved(days=7):
        assert await payouts.pay_all(bank, is_any_day=True) == 1
    assert [row.state for row in await rows(session, source)] == ["failed", "paid"]
    assert await audit.reconcile(session) == []


async def test_only_on_mondays_from_enough_dust_and_to_an_account_that_is_whole(session, source, bank, monkeypatch):
    monday = datetime(2027, 1, 4, 9, tzinfo=clock.now().tzinfo)
    for day in range(1, 7):
        monkeypatch.setattr(payouts, "now", lambda day=day: monday + timedelta(days=day))
        assert await payouts.pay_all(bank) == 0
    monkeypatch.setattr(payouts, "now", lambda: monday)
    found = await accounts.payee_of(session, source.user_id)
    await bank.accounts.change(found.account, lambda page: page.update(can_be_paid=False))
    assert await payouts.pay_all(bank) == 0
    assert "bank account" in (await accounts.payee_of(session, source.user_id)).missing
    await bank.onboarding_link(found.account, return_url="/", refresh_url="/")
    config = payouts.settings.load()
    monkeypatch.setattr(payouts.settings, "load", lambda: config.model_copy(update={"payout_dust": 33}))
    assert await payouts.pay_all(bank) == 0
    monkeypatch.setattr(payouts.settings, "load", lambda: config.model_copy(update={"payout_dust": 32}))
    assert await payouts.pay_all(bank) == 1


async def test_a_statement_is_replayed_to_the_dust_and_its_file_is_harmless(session, source, bank):
    with pytest.raises(NotAllowed):
        await accounts.start_onboarding(await new_user(session), return_url="/", refresh_url="/")
    await payouts.pay_all(bank, is_any_day=True)
    await sell(session, await buyer(session), SOURCE)
    period = f"{clock.now():%Y-%m}"
    found = await statements.statement(session, source, period)
    mine = await book.read(session, source.user_id)
    assert (found.opening, found.closing) == (0, mine.pending + mine.earned)
    assert found.closing == found.lines[-1].balance
    assert [found.total(kind) for kind in ("earn", "payout")] == [64, -32]
    year = await statements.statement(session, source, period[:4])
    assert len(year.lines) == len(found.lines)
    told = list(csv.DictReader(io.StringIO(statements.as_csv(found))))
    assert sum(int(each["change_dust"] or 0) for each in told) == found.closing
    assert {len(each) for each in told} == {len(statements.COLUMNS)} and None not in told[0]
    assert told[1]["your_share_exact"] == "5.6000" and statements._harmless("=1+1") == "'=1+1"
    for bad in ("2026-13", "26", "2026-11-01", "'"):
        with pytest.raises(BadInput):
            await statements.statement(session, source, bad)


async def test_a_starter_becomes_a_creator_once(session):
    me = await new_user(session)
    for _ in range(2):
        assert (await account.become_creator(session, me)).tier == "creator"
    assert await account.is_creator(session, me.user_id)
