"""What every table has, and the tables that belong to no feature."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from pexit_app.core.clock import now

# Alembic needs stable names to drop constraints again.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def time_column(**options: Any) -> Any:
    """A UTC timestamp field."""
    return Field(sa_type=DateTime(timezone=True), **options)  # type: ignore[call-overload]


class Row(SQLModel):
    """Base of all tables: `class Pack(Row, table=True)`."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = time_column(default_factory=now, sa_column_kwargs={"server_default": func.now()})
    updated_at: datetime = time_column(
        default_factory=now, sa_column_kwargs={"server_default": func.now(), "onupdate": now}
    )


class Event(SQLModel, table=True):
    """The outbox: what happened, written in the transaction that made it true. `id` orders a user's whole stream, `seq`
    (from 1, without gaps) orders one job's."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("job_id", "seq"), Index("ix_event_user_id_id", "user_id", "id"))

    id: int | None = Field(default=None, sa_column=Column(BigInteger, primary_key=True, autoincrement=True))
    user_id: UUID = Field(nullable=False)
    job_id: UUID | None = Field(default=None)
    seq: int | None = Field(default=None, sa_type=Integer)
    kind: str = Field(max_length=60)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    created_at: datetime = time_column(default_factory=now, sa_column_kwargs={"server_default": func.now()}, index=True)


class StoredReply(Row, table=True):
    """The answer to a request that carried an Idempotency-Key. `status` 0: still running."""

    __tablename__ = "stored_reply"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    user_id: UUID
    key: str = Field(max_length=200)
    fingerprint: str = Field(max_length=64)
    status: int = 0
    headers: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    body: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))


class Discarded(Row, table=True):
    """Objects to delete: written with the deletion of their row, so that no crash leaves bytes behind. `erasure_id`: what
    they are is told on its receipt, once they are gone (`gone_at`), as `shown_as` where the prefix would say too much."""

    __tablename__ = "discarded"

    prefix: str = Field(max_length=200, unique=True)
    shown_as: str = Field(default="", max_length=200)
    erasure_id: UUID | None = Field(default=None, foreign_key="erasure.id", ondelete="SET NULL", index=True)
    gone_at: datetime | None = time_column(default=None, nullable=True)


class Erasure(Row, table=True):
    """Something that goes for good, until its receipt is signed: the rows in one transaction (`rows_gone_at`), the bytes
    and what providers keep right after it, or whenever somebody comes by. `user_id` may belong to nobody any more.
    `sealed_address`: whom to tell, until they are told."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("kind IN ('account', 'person', 'consent', 'photos')", name="kind"),
        Index("ix_erasure_open", "created_at", postgresql_where=text("signed_at IS NULL")),
    )

    user_id: UUID = Field(index=True)
    kind: str = Field(max_length=12)
    subject_id: UUID
    sealed_address: str = Field(default="", max_length=1000)
    rows_gone_at: datetime | None = time_column(default=None, nullable=True)
    signed_at: datetime | None = time_column(default=None, nullable=True)


class ErasedItem(SQLModel, table=True):
    """One thing of it: a row (`kind` its table, `item` its id), an object (`item` its key), a provider's copy."""

    __tablename__ = "erased_item"
    __table_args__ = (UniqueConstraint("erasure_id", "kind", "item"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, primary_key=True, autoincrement=True))
    erasure_id: UUID = Field(foreign_key="erasure.id", ondelete="CASCADE")
    kind: str = Field(max_length=40)
    item: str = Field(max_length=300)
    sha256: str = Field(default="", max_length=64)
    told: str = Field(default="", max_length=200)


class Receipt(Row, table=True):
    """A signed document (core/receipts.py). `token_hash`: its address, where nobody can sign in any more; `public_key`
    stays published even when the secret key is another one."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_user_id_created_at", "user_id", "created_at", "id"),)

    user_id: UUID
    kind: str = Field(max_length=12)
    erasure_id: UUID | None = Field(default=None, unique=True)
    token_hash: str | None = Field(default=None, max_length=64, unique=True)
    public_key: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
