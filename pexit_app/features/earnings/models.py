"""What creators earn, and how it is paid out. The dust itself is in the ledger; here is what it was earned with, when it
can be paid out, and where it goes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from pexit_app.core.models import Row, time_column

UNITS = 10_000  # of one dust: shares are exact to that


class EarningState(StrEnum):
    PENDING = "pending"
    AVAILABLE = "available"
    TAKEN_BACK = "taken_back"


class PayoutState(StrEnum):
    """`open` may have reached the provider or not; `sent` it has taken; the others are the end of it."""

    OPEN = "open"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"


class Payee(Row, table=True):
    """Whoever earns. `*_units` is all they ever earned, less what was taken back, in 1/10000 dust; `*_dust` what the ledger
    has moved of it in whole dust, so that no part of a dust gets lost. What was paid in granted dust is counted apart: it
    never becomes money. `account` is theirs at the payment provider, `standing` and `missing` what was last heard of it."""

    __tablename__ = "payee"
    __table_args__ = (
        CheckConstraint("bought_units >= 0 AND granted_units >= 0", name="units"),
        CheckConstraint("bought_dust >= 0 AND granted_dust >= 0", name="dust"),
        CheckConstraint("standing IN ('none', 'started', 'ready')", name="standing"),
    )

    user_id: UUID = Field(unique=True)  # no foreign key: what was earned outlives the account
    bought_units: int = Field(default=0, sa_type=BigInteger)
    bought_dust: int = Field(default=0, sa_type=BigInteger)
    granted_units: int = Field(default=0, sa_type=BigInteger)
    granted_dust: int = Field(default=0, sa_type=BigInteger)
    account: str = Field(default="", max_length=100)
    standing: str = Field(default="none", max_length=10)
    missing: str = Field(default="", max_length=300)


class Earning(Row, table=True):
    """A share of one sale: `percent` of the creators' part of it. `key` is that of the ledger's transfer, `source` of the
    buyer's; `sold_dust` is what the buyer paid of the creator's price. What came of it, exactly and in whole dust, is
    counted by the dust it was paid with: granted dust comes back as such. `owed_dust` paid a debt off."""

    __tablename__ = "earning"
    __table_args__ = (
        CheckConstraint("what IN ('frame', 'unlock')", name="what"),
        CheckConstraint("state IN ('pending', 'available', 'taken_back')", name="state"),
        CheckConstraint("least(bought_dust, granted_dust, owed_dust) >= 0", name="dust"),
        CheckConstraint("owed_dust <= bought_dust + granted_dust", name="owed"),
        CheckConstraint("least(bought_units, granted_units) >= 0", name="units"),
        CheckConstraint("sold_dust > 0 AND percent BETWEEN 0 AND 100", name="share"),
        Index("ix_earning_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_earning_pending", "matures_at", postgresql_where=text("state = 'pending'")),
    )

    user_id: UUID
    key: str = Field(max_length=200, unique=True)
    source: str = Field(max_length=200, index=True)
    what: str = Field(max_length=10)
    is_royalty: bool = False
    pack_id: UUID
    title: str = Field(max_length=40)
    percent: int
    sold_dust: int
    bought_units: int = Field(sa_type=BigInteger)
    granted_units: int = Field(sa_type=BigInteger)
    bought_dust: int
    granted_dust: int
    owed_dust: int = 0
    state: str = Field(default=EarningState.PENDING, max_length=10)
    matures_at: datetime = time_column()

    @property
    def dust(self) -> int:
        return self.bought_dust + self.granted_dust

    @property
    def payable_dust(self) -> int:
        """What becomes money: a debt is paid off with this first."""
        return max(0, self.bought_dust - self.owed_dust)

    @property
    def gift_dust(self) -> int:
        """What comes into the wallet as granted dust."""
        return self.dust - self.owed_dust - self.payable_dust


class Payout(Row, table=True):
    """`key` is told to the provider and never used again: asking twice pays once. `reference` is the provider's."""

    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("dust > 0", name="dust"),
        CheckConstraint("state IN ('open', 'sent', 'paid', 'failed')", name="state"),
        CheckConstraint("(state IN ('paid', 'failed')) = (ended_at IS NOT NULL)", name="ended_at"),
        CheckConstraint("state <> 'failed' OR reason <> ''", name="reason"),
        Index("ix_payout_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_payout_open", "created_at", postgresql_where=text("state IN ('open', 'sent')")),
        Index("uq_payout_under_way", "user_id", unique=True, postgresql_where=text("state IN ('open', 'sent')")),
    )

    user_id: UUID
    key: str = Field(max_length=100, unique=True)
    dust: int
    account: str = Field(max_length=100)
    state: str = Field(default=PayoutState.OPEN, max_length=10)
    reference: str = Field(default="", max_length=100, index=True)
    reason: str = Field(default="", max_length=300)
    ended_at: datetime | None = time_column(default=None, nullable=True)

    @property
    def is_over(self) -> bool:
        return self.state in (PayoutState.PAID, PayoutState.FAILED)
