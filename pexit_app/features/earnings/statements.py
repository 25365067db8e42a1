"""A creator's earnings as they stand, and as they came about: every statement is replayed from the ledger's lines and
ends at what the ledger says."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.earnings.models import UNITS, Earning, EarningState, Payee, Payout, PayoutState
from pexit_app.features.earnings.payouts import MONDAY
from pexit_app.features.wallet import earnings as book
from pexit_app.features.wallet.service import Transfer

PERIOD = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?")
SIGNS = {"earn": 1, "earn_back": -1, "mature": 0, "payout": -1, "payout_failed": 1, "paid_out": 0}
COLUMNS = (
    "time_utc", "line", "what", "pack", "sold_dust", "creators_percent", "your_percent", "your_share_exact",
    "change_dust", "change_usd", "balance_dust", "note",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Due:
    """What becomes available on a day: to be paid out, and into the wallet as granted dust."""

    day: date
    dust: int
    gift_dust: int


@dataclass(frozen=True, slots=True)
class Standing:
    """All in dust. `paid` is what was ever paid out; `debt` what was paid out and taken back since, 0 or less."""

    available: int
    pending: int
    on_its_way: int
    paid: int
    debt: int
    dues: Sequence[Due]
    payee: Payee | None
    next_payout: date


@dataclass(frozen=True, slots=True)
class Line:
    """`change` is what it did to the balance, of pending and available dust together. `sold` and `share` are of a sale:
    what the buyer paid of the creator's price, and this creator's exact share of that."""

    at: datetime
    transfer: Transfer
    change: int
    balance: int
    sold: int | None
    share: Decimal | None

    @classmethod
    def of(cls, transfer: Transfer) -> "Line":
        memo = transfer.memo
        moved = transfer.dust - transfer.owed if transfer.kind in ("earn", "earn_back") else transfer.dust
        return cls(
            at=transfer.created_at,
            transfer=transfer,
            change=SIGNS[transfer.kind] * moved,
            balance=transfer.balance_after,
            sold=memo.get("sold_dust"),
            share=Decimal(memo["units"]) / UNITS if "units" in memo else None,
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """Of a month or a year; what was there before plus all changes is what is there at its end."""

    period: str
    since: datetime
    until: datetime
    opening: int
    lines: Sequence[Line]

    @property
    def closing(self) -> int:
        return self.opening + sum(line.change for line in self.lines)

    def total(self, *kinds: str) -> int:
        """Of the changes of these kinds."""
        return sum(line.change for line in self.lines if line.transfer.kind in kinds)

    @property
    def sold(self) -> int:
        """What buyers paid of this creator's prices, royalties of others' packs not counted."""
        sales = (
            line for line in self.lines if line.transfer.kind == "earn" and not line.transfer.memo.get("is_royalty")
        )
        return sum(line.sold or 0 for line in sales)


async def standing(session: AsyncSession, actor: Actor) -> Standing:
    """As it is now."""
    mine = await book.read(session, actor.user_id)
    paid = select(func.coalesce(func.sum(Payout.dust), 0))
    paid = paid.where(Payout.user_id == actor.user_id, Payout.state == PayoutState.PAID)
    payee = (await session.exec(select(Payee).where(Payee.user_id == actor.user_id))).first()
    today = now().date()
    return Standing(
        available=mine.earned,
        pending=mine.pending,
        on_its_way=mine.payout,
        paid=int((await session.exec(paid)).one()),
        debt=mine.debt,
        dues=await _dues(session, actor),
        payee=payee,
        next_payout=today + timedelta(days=(MONDAY - today.weekday()) % 7 or 7),
    )


async def _dues(session: AsyncSession, actor: Actor) -> list[Due]:
    day = func.date(func.timezone("UTC", col(Earning.matures_at)))
    rest = col(Earning.bought_dust) - col(Earning.owed_dust)
    payable = func.sum(func.greatest(rest, 0))
    gift = func.sum(col(Earning.granted_dust) + func.least(rest, 0))
    query = select(day, payable, gift).where(Earning.user_id == actor.user_id, Earning.state == EarningState.PENDING)
    return [Due(*row) for row in (await session.exec(query.group_by(day).order_by(day))).all()]


def bounds_of(period: str) -> tuple[datetime, datetime]:
    """Of `2026-11` or `2026`, in UTC. Raises BadInput."""
    if (found := PERIOD.fullmatch(period)) is None:
        raise BadInput.of("period", "Give a month such as 2026-11, or a year.", period[:20])
    year, month = int(found[1]), int(found[2] or 1)
    since = datetime(year, month, 1, tzinfo=UTC)
    if found[2] is None:
        return since, datetime(year + 1, 1, 1, tzinfo=UTC)
    return since, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


async def statement(session: AsyncSession, actor: Actor, period: str) -> Statement:
    """Raises BadInput."""
    since, until = bounds_of(period)
    opening = await book.balance_at(session, actor.user_id, since)
    lines = [Line.of(each) for each in await book.lines(session, actor.user_id, since, until)]
    return Statement(period, since, until, opening, lines)


async def list_payouts(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Slice[Payout]:
    """Newest first. Raises BadInput for a bad cursor."""
    return await newest_first(session, select(Payout).where(Payout.user_id == actor.user_id), Payout, cursor, limit)


def dollars(dust: int) -> str:
    """`12.34`: a dust is a cent."""
    sign, cents = ("-" if dust < 0 else ""), abs(dust)
    return f"{sign}{cents // 100}.{cents % 100:02}"


def as_csv(found: Statement) -> str:
    """For the tax office: every line, with what was there before and after."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    rows.writerow([f"{found.since:%Y-%m-%dT%H:%M:%SZ}", "opening", *[""] * 8, found.opening, ""])
    for line in found.lines:
        memo = line.transfer.memo
        share = "" if line.share is None else f"{line.share:.4f}"
        cells = [
            f"{line.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", line.transfer.kind, memo.get("what", ""),
            memo.get("title", ""), "" if line.sold is None else line.sold, memo.get("creator_percent", ""),
            memo.get("percent", ""), share, line.change, dollars(line.change), line.balance, line.transfer.reason,
        ]  # fmt: skip
        rows.writerow([_harmless(cell) for cell in cells])
    rows.writerow([f"{found.until:%Y-%m-%dT%H:%M:%SZ}", "closing", *[""] * 8, found.closing, ""])
    return out.getvalue()


def _harmless(cell: object) -> object:
    """A text that somebody wrote is no formula to a spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) and not _is_number(cell) else cell


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+\.\d\d", text) is not None
