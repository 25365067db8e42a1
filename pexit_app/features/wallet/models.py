"""The ledger's tables, the operator's prices, quotes, and what is bought. Dust are integers; the ledger outlives a user's
account, so user ids here are no foreign keys."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pexit_app.core.cashier_ports import DisputeState
from pexit_app.core.models import Row, time_column

MAX_KEY_CHARS = 200


class AccountKind(StrEnum):
    """A wallet is granted + bought + held, and a debt (0 or less): what a reversed purchase could not take back.

    A creator's earnings are earned_pending -> earned (can be paid out) -> payout (on its way), and an earned_debt (0 or
    less): what a reversed earning could not take back. The last four are the house's, one row a shard: where granted
    dust comes from, what was spent, what the cashier holds for us (bought dust comes from it: below 0 by what is there),
    and what cardholders contest."""

    GRANTED = "granted"
    BOUGHT = "bought"
    HELD = "held"
    DEBT = "debt"
    EARNED_PENDING = "earned_pending"
    EARNED = "earned"
    PAYOUT = "payout"
    EARNED_DEBT = "earned_debt"
    GRANTS_ISSUE = "grants_issue"
    REVENUE = "revenue"
    CASH = "cash"
    DISPUTES = "disputes"


HOUSE = (AccountKind.CASH, AccountKind.DISPUTES, AccountKind.GRANTS_ISSUE, AccountKind.REVENUE)
DEBTS = (AccountKind.DEBT, AccountKind.EARNED_DEBT)


class TransferKind(StrEnum):
    """A settle and an unlock both spend held dust: on work that was delivered, on a pack that is the user's for good. A
    refund gives spent dust back; a refund_purchase takes bought dust back, for its money went back."""

    GRANT = "grant"
    PROMO = "promo"
    PURCHASE = "purchase"
    REFUND_PURCHASE = "refund_purchase"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    HOLD = "hold"
    SETTLE = "settle"
    UNLOCK = "unlock"
    RELEASE = "release"
    REFUND = "refund"
    EARN = "earn"
    MATURE = "mature"
    PAYOUT = "payout"
    PAID_OUT = "paid_out"
    PAYOUT_FAILED = "payout_failed"
    EARN_BACK = "earn_back"


EARNINGS = (
    TransferKind.EARN,
    TransferKind.MATURE,
    TransferKind.PAYOUT,
    TransferKind.PAID_OUT,
    TransferKind.PAYOUT_FAILED,
    TransferKind.EARN_BACK,
)
UNDER_A_HOLD = (TransferKind.SETTLE, TransferKind.UNLOCK, TransferKind.RELEASE, TransferKind.REFUND)


def dust_column(**options: Any) -> Any:
    return Field(sa_type=BigInteger, **options)


def one_of(column: str, values: Iterable[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Account(Row, table=True):
    """`balance` is the sum of its entries, always. A user's are never below 0, their debts never above; of the house's
    only the sum of all shards says something."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "shard", postgresql_nulls_not_distinct=True),
        CheckConstraint(one_of("kind", AccountKind), name="kind"),
        CheckConstraint(f"(user_id IS NULL) = ({one_of('kind', HOUSE)})", name="owner"),
        CheckConstraint(f"balance >= 0 OR {one_of('kind', (*HOUSE, *DEBTS))}", name="balance"),
        CheckConstraint(f"balance <= 0 OR NOT ({one_of('kind', DEBTS)})", name="debt"),
    )

    user_id: UUID | None = None
    kind: str = Field(max_length=20)
    shard: int = 0
    balance: int = dust_column(default=0)


class Transfer(Row, table=True):
    """One movement of dust, never changed again. `granted` + `bought` + `owed` = `dust` tells which of the user's dust it
    was; `owed` is what made a debt, or was paid off one. `balance_after` is what the user could spend after it.
    `hold_key`: the key of the hold that is spent, released or was refunded.

    In a creator's earnings `granted` and `bought` are 0, and `balance_after` is pending and earned together."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint(one_of("kind", TransferKind), name="kind"),
        CheckConstraint("least(granted, bought, owed) >= 0", name="parts"),
        CheckConstraint(
            f"granted + bought + owed = dust OR ({one_of('kind', EARNINGS)} AND granted + bought = 0 AND owed <= dust)",
            name="split",
        ),
        CheckConstraint("balance_after >= 0", name="balance_after"),
        CheckConstraint(f"(hold_key IS NOT NULL) = ({one_of('kind', UNDER_A_HOLD)})", name="hold_key"),
        Index("ix_transfer_user_id_created_at", "user_id", "created_at", "id"),
    )

    key: str = Field(max_length=MAX_KEY_CHARS, unique=True)
    kind: str = Field(max_length=20)
    user_id: UUID
    dust: int = dust_column()
    granted: int = dust_column()
    bought: int = dust_column()
    owed: int = dust_column(default=0)
    balance_after: int = dust_column()
    hold_key: str | None = Field(default=None, foreign_key="transfer.key", index=True, max_length=MAX_KEY_CHARS)
    reason: str = Field(default="", max_length=200)
    memo: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))


class Entry(Row, table=True):
    """`amount` is signed; those of one transfer sum to zero (a trigger of the first migration checks it at commit)."""

    __tablename__ = "entry"

    transfer_id: UUID = Field(foreign_key="transfer.id", index=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    amount: int = dust_column()


class Hold(Row, table=True):
    """What is still held under the hold transfer named `key`, and where it came from."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("granted_left BETWEEN 0 AND granted", name="granted"),
        CheckConstraint("bought_left BETWEEN 0 AND bought", name="bought"),
        Index("ix_hold_open", "user_id", postgresql_where=text("granted_left + bought_left > 0")),
    )

    key: str = Field(foreign_key="transfer.key", unique=True, max_length=MAX_KEY_CHARS)
    user_id: UUID
    granted: int = dust_column()
    bought: int = dust_column()
    granted_left: int = dust_column()
    bought_left: int = dust_column()


class Price(Row, table=True):
    """What the operator asks for one `action`, in dust."""

    __tablename__ = "price"
    __table_args__ = (CheckConstraint("dust >= 0", name="dust"),)

    action: str = Field(max_length=60, unique=True)
    dust: int = dust_column()


class Quote(Row, table=True):
    """An offer: these `lines` for these inputs, once, until `expires_at`. `balance_after` below 0: dust is missing."""

    __tablename__ = "quote"
    __table_args__ = (Index("ix_quote_user_id_expires_at", "user_id", "expires_at"),)

    user_id: UUID
    lines: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    total_dust: int = dust_column()
    balance_after: int = dust_column()
    inputs_hash: str = Field(max_length=64)
    expires_at: datetime = time_column()
    used_at: datetime | None = time_column(default=None, nullable=True)


class DustBundle(Row, table=True):
    """So much dust for so many US cents: the operator's table. One that is sold no more stays for who bought it."""

    __tablename__ = "dust_bundle"
    __table_args__ = (
        CheckConstraint("dust > 0", name="dust"),
        CheckConstraint(
            "price_cents >= 50", name="price_cents"
        ),  # less is not worth a card's fee, and Stripe refuses it
    )

    dust: int = dust_column(unique=True)
    price_cents: int
    is_sold: bool = True


class PurchaseStatus(StrEnum):
    """A pending one may still be paid. Refunded: all of it; disputed: the cardholder contests it, or won."""

    PENDING = "pending"
    PAID = "paid"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


class Purchase(Row, table=True):
    """Dust bought by `user_id`. What the cashier said last: `refunded_cents`, `dispute`. What the ledger did about it:
    `credited_dust`, `refunded_dust`, `disputed_dust` (taken, and given back when it was won)."""

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint(one_of("status", PurchaseStatus), name="status"),
        CheckConstraint(one_of("dispute", DisputeState), name="dispute"),
        CheckConstraint("dust > 0 AND price_cents > 0", name="amount"),
        CheckConstraint("credited_dust IN (0, dust)", name="credited_dust"),
        CheckConstraint("least(refunded_dust, disputed_dust, refunded_cents) >= 0", name="back"),
        CheckConstraint("refunded_dust + disputed_dust <= credited_dust", name="taken"),
        Index("ix_purchase_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_purchase_asked_at", "status", "asked_at"),
    )

    user_id: UUID
    dust: int = dust_column()
    price_cents: int
    cashier: str = Field(max_length=20)
    checkout_id: str | None = Field(default=None, unique=True, max_length=200)
    checkout_url: str = Field(default="", max_length=2000)
    status: str = Field(default=PurchaseStatus.PENDING, max_length=10)
    means: str = Field(default="", max_length=80)
    paid_at: datetime | None = time_column(default=None, nullable=True)
    asked_at: datetime | None = time_column(default=None, nullable=True)
    credited_dust: int = dust_column(default=0)
    refunded_cents: int = 0
    refunded_dust: int = dust_column(default=0)
    dispute: str = Field(default=DisputeState.NONE, max_length=4)
    disputed_dust: int = dust_column(default=0)
    trouble: str = Field(default="", max_length=200)


class Cap(Row, table=True):
    """The most a user lets themselves spend: in a day (UTC), in one order. None: no limit."""

    __tablename__ = "cap"
    __table_args__ = (CheckConstraint("daily_dust > 0", name="daily"), CheckConstraint("run_dust > 0", name="run"))

    user_id: UUID = Field(unique=True)
    daily_dust: int | None = dust_column(default=None, nullable=True)
    run_dust: int | None = dust_column(default=None, nullable=True)


class PromoCode(Row, table=True):
    """Dust for whoever enters `code` (kept in capitals), once a user, `max_uses` times in all."""

    __tablename__ = "promo_code"
    __table_args__ = (
        CheckConstraint("dust > 0", name="dust"),
        CheckConstraint("used BETWEEN 0 AND max_uses", name="used"),
    )

    code: str = Field(max_length=40, unique=True)
    dust: int = dust_column()
    max_uses: int
    used: int = 0
    expires_at: datetime | None = time_column(default=None, nullable=True)


class PromoUse(Row, table=True):
    __tablename__ = "promo_use"
    __table_args__ = (UniqueConstraint("promo_id", "user_id"),)

    promo_id: UUID = Field(foreign_key="promo_code.id", ondelete="CASCADE")
    user_id: UUID = Field(index=True)


class Reconciliation(Row, table=True):
    """What a night's check found: nothing, or a sentence for each thing that does not add up."""

    __tablename__ = "reconciliation"

    day: date = Field(unique=True)
    problems: list[str] = Field(sa_column=Column(JSONB, nullable=False))
