"""Earnings as REST tells them. All dust are integers; a dust is a US cent."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pexit_app.core import settings
from pexit_app.features.earnings.models import Payout
from pexit_app.features.earnings.statements import Line, Standing, Statement


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class DueOut(Out):
    """`dust` can be paid out from that day on (UTC); `wallet_dust` was paid in granted dust, and comes into the wallet."""

    day: date
    dust: int
    wallet_dust: int


class EarningsOut(Out):
    """`creator_percent` of what a pack's creator asks is the creators'."""

    available: int
    pending: int
    on_its_way: int
    paid: int
    debt: int = Field(description="0 or less: paid out, and taken back since; the next earnings pay it")
    dues: list[DueOut]
    creator_percent: int
    payout_from: int = Field(description="dust that must be available for a payout")
    next_payout: date
    account: str = Field(description="none, started or ready")
    missing: str = Field(description="what the payment provider still asks for")

    @classmethod
    def of(cls, found: Standing) -> "EarningsOut":
        config = settings.load()
        payee = found.payee
        plain = {name: getattr(found, name) for name in ("available", "pending", "on_its_way", "paid", "debt")}
        return cls(
            **plain,
            dues=[DueOut(day=due.day, dust=due.dust, wallet_dust=due.gift_dust) for due in found.dues],
            creator_percent=config.creator_percent,
            payout_from=config.payout_dust,
            next_payout=found.next_payout,
            account=payee.standing if payee else "none",
            missing=payee.missing if payee else "",
        )


class LineOut(Out):
    """`change` is what it did to pending and available dust together. Of a sale, `share` is the exact one, in dust."""

    id: UUID
    created_at: datetime
    kind: str
    reason: str
    change: int
    balance_after: int
    sold_dust: int | None
    share: str | None
    memo: dict[str, Any]

    @classmethod
    def of(cls, line: Line) -> "LineOut":
        transfer = line.transfer
        return cls(
            id=transfer.id,
            created_at=line.at,
            kind=transfer.kind,
            reason=transfer.reason,
            change=line.change,
            balance_after=line.balance,
            sold_dust=line.sold,
            share=None if line.share is None else f"{line.share:.4f}",
            memo=transfer.memo,
        )


class StatementOut(Out):
    """`opening` plus the changes of all `lines` is `closing`."""

    period: str
    since: datetime
    until: datetime
    opening: int
    closing: int
    sold_dust: int
    earned_dust: int
    lines: list[LineOut]

    @classmethod
    def of(cls, found: Statement) -> "StatementOut":
        return cls(
            period=found.period,
            since=found.since,
            until=found.until,
            opening=found.opening,
            closing=found.closing,
            sold_dust=found.sold,
            earned_dust=found.total("earn"),
            lines=[LineOut.of(line) for line in found.lines],
        )


class PayoutOut(Out):
    """`state`: open, sent, paid or failed; `reason` says why it failed. A failed one is available again."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    dust: int
    state: str
    reason: str
    reference: str
    ended_at: datetime | None

    @classmethod
    def of(cls, payout: Payout) -> "PayoutOut":
        return cls(**payout.model_dump(include=set(cls.model_fields)))


class LinkOut(Out):
    """Where the payment provider asks the creator who they are. Soon expired: ask again."""

    url: str
