"""The ledger's tables, the operator's prices, and quotes. Dust are integers; the ledger outlives a user's account, so
user ids here are no foreign keys."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pexit_app.core.models import Row, time_column

MAX_KEY_CHARS = 200


class AccountKind(StrEnum):
    """A wallet is granted + bought + held. `earned` is what a creator's packs brought in. The last two are the
    house's, one row a shard."""

    GRANTED = "granted"
    BOUGHT = "bought"
    HELD = "held"
    EARNED = "earned"
    GRANTS_ISSUE = "grants_issue"
    REVENUE = "revenue"


class TransferKind(StrEnum):
    """A settle and an unlock both spend held dust: on work that was delivered, on a pack that is the user's for good."""

    GRANT = "grant"
    HOLD = "hold"
    SETTLE = "settle"
    UNLOCK = "unlock"
    RELEASE = "release"


def dust_column(**options: Any) -> Any:
    return Field(sa_type=BigInteger, **options)


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Account(Row, table=True):
    """`balance` is the sum of its entries, always. Only grants_issue, where granted dust comes from, may be below 0."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "shard", postgresql_nulls_not_distinct=True),
        CheckConstraint(_one_of("kind", AccountKind), name="kind"),
        CheckConstraint("(user_id IS NULL) = (kind IN ('grants_issue', 'revenue'))", name="owner"),
        CheckConstraint("balance >= 0 OR kind = 'grants_issue'", name="balance"),
    )

    user_id: UUID | None = None
    kind: str = Field(max_length=20)
    shard: int = 0
    balance: int = dust_column(default=0)


class Transfer(Row, table=True):
    """One movement of dust, never changed again. `granted` + `bought` = `dust` tells which of the user's dust it was;
    `balance_after` is what the user could spend after it. `hold_key`: the key of the hold that is spent or released.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint(_one_of("kind", TransferKind), name="kind"),
        CheckConstraint("granted >= 0 AND bought >= 0 AND granted + bought = dust", name="split"),
        CheckConstraint("balance_after >= 0", name="balance_after"),
        CheckConstraint("(hold_key IS NOT NULL) = (kind IN ('settle', 'unlock', 'release'))", name="hold_key"),
        Index("ix_transfer_user_id_created_at", "user_id", "created_at", "id"),
    )

    key: str = Field(max_length=MAX_KEY_CHARS, unique=True)
    kind: str = Field(max_length=10)
    user_id: UUID
    dust: int = dust_column()
    granted: int = dust_column()
    bought: int = dust_column()
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
