"""Earnings as their page shows them: texts ready to read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps, settings
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.features.earnings import statements
from pexit_app.features.earnings.models import Payee, Payout
from pexit_app.features.earnings.statements import Line, Standing, Statement
from pexit_app.features.identity import service as identity
from pexit_app.ui.parts.ledger import LedgerLine

PAYOUTS_SHOWN = 24
STATES = {"open": "Being asked for", "sent": "On its way", "paid": "Paid", "failed": "Failed"}


@dataclass(frozen=True)
class DueLine:
    day: str
    dust: str
    wallet: str


@dataclass(frozen=True)
class PayoutLine:
    when: str
    dust: str
    state: str
    reason: str


@dataclass(frozen=True)
class StatementCard:
    """`before` and `after` are periods, empty where there is none."""

    period: str = ""
    title: str = ""
    opening: str = ""
    closing: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    lines: list[LedgerLine] = field(default_factory=list)
    before: str = ""
    after: str = ""
    year: str = ""


@dataclass(frozen=True)
class EarningsCard:
    """`account` is none, started, ready or closed (nobody pays here); `is_test`: no money moves."""

    is_creator: bool = False
    fairyname: str = ""
    percent: int = 80
    days: int = 7
    payout_from: str = ""
    available: str = "0"
    available_usd: str = "0.00"
    pending: str = "0"
    on_its_way: str = "0"
    paid: str = "0"
    debt: str = ""
    next_payout: str = ""
    account: str = "none"
    missing: str = ""
    is_test: bool = False
    dues: list[DueLine] = field(default_factory=list)
    payouts: list[PayoutLine] = field(default_factory=list)
    statement: StatementCard = field(default_factory=StatementCard)


async def earnings_card(session: AsyncSession, actor: Actor, period: str = "") -> EarningsCard:
    """`period` empty: this month. Raises BadInput."""
    user = await identity.me(session, actor)
    config = settings.load()
    plain = EarningsCard(
        user.tier == "creator", user.fairyname, config.creator_percent, config.earnings_days, f"{config.payout_dust:,}"
    )
    if not plain.is_creator:
        return plain
    found = await statements.standing(session, actor)
    payouts = (await statements.list_payouts(session, actor, None, PAYOUTS_SHOWN)).rows
    told = await statements.statement(session, actor, period or f"{now():%Y-%m}")
    return _card(plain, found, payouts, told)


def _card(plain: EarningsCard, found: Standing, payouts: Sequence[Payout], told: Statement) -> EarningsCard:
    bank = deps.get().payouts
    payee = found.payee
    return EarningsCard(
        is_creator=True,
        fairyname=plain.fairyname,
        percent=plain.percent,
        days=plain.days,
        payout_from=plain.payout_from,
        available=f"{found.available:,}",
        available_usd=statements.dollars(found.available),
        pending=f"{found.pending:,}",
        on_its_way=f"{found.on_its_way:,}",
        paid=f"{found.paid:,}",
        debt=f"{-found.debt:,}" if found.debt else "",
        next_payout=day(found.next_payout),
        account=_account(payee) if bank is not None else "closed",
        missing=payee.missing if payee else "",
        is_test=bank is not None and bank.is_test,
        dues=[DueLine(day(due.day), f"{due.dust:,}", f"{due.gift_dust:,}") for due in found.dues],
        payouts=[_payout(each) for each in payouts],
        statement=statement_card(told),
    )


def _account(payee: Payee | None) -> str:
    return payee.standing if payee else "none"


def _payout(payout: Payout) -> PayoutLine:
    state = STATES[payout.state]
    if payout.ended_at is not None:
        state = f"{state}, {day(payout.ended_at)}"
    return PayoutLine(day(payout.created_at), f"{payout.dust:,} dust", state, payout.reason)


def day(at: date | datetime) -> str:
    """`30 November 2026`; of a time, UTC."""
    at = at.astimezone(UTC) if isinstance(at, datetime) else at
    return f"{at.day} {at:%B %Y}"


def statement_card(told: Statement) -> StatementCard:
    facts = [
        ("There before", f"{told.opening:,} dust"),
        ("Earned", f"{signed(told.total('earn'))} dust"),
        ("Taken back, or into your wallet", f"{signed(told.total('earn_back'))} dust"),
        ("Paid out", f"{signed(told.total('payout', 'payout_failed'))} dust"),
        ("There at its end", f"{told.closing:,} dust"),
    ]
    is_month = len(told.period) == len("2026-11")
    return StatementCard(
        period=told.period,
        title=f"{told.since:%B %Y}" if is_month else f"{told.since:%Y}",
        opening=f"{told.opening:,}",
        closing=f"{told.closing:,}",
        facts=facts,
        lines=[_line(line) for line in reversed(told.lines)],
        before=_month(told.since.year, told.since.month - 1) if is_month else "",
        after=f"{told.until:%Y-%m}" if is_month and told.until <= now() else "",
        year=f"{told.since:%Y}",
    )


def _month(year: int, month: int) -> str:
    return f"{year}-{month:02}" if month else f"{year - 1}-12"


def signed(dust: int) -> str:
    """`+25`, `−3`, `0`."""
    return f"+{dust:,}" if dust > 0 else f"−{-dust:,}" if dust < 0 else "0"


def _line(line: Line) -> LedgerLine:
    what = line.transfer.reason
    if line.sold is not None and line.share is not None:
        percent = line.transfer.memo["creator_percent"]
        part = line.transfer.memo["percent"]
        of = f"{percent} %" if part == 100 else f"{part} % of {percent} %"
        what = f"{what}: {of} of {line.sold:,} dust, {line.share:.2f}"
    at = line.at.astimezone(UTC)
    return LedgerLine(f"{at.day} {at:%b} {at:%H:%M}", what, signed(line.change), f"{line.balance:,}")


def csv_path(period: str) -> str:
    return f"/earnings/statement.csv?{urlencode({'period': period})}"
