"""Appeals against a refusal: the words, why they were refused, what the person says, and what was answered."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pexit_app.core.models import Row, time_column

KEPT = timedelta(days=30)  # the words of an appeal, from the day it was made
MAX_NOTE_CHARS = 1_000
ANSWERED = "status <> 'open'"


class AppealStatus(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    UPHELD = "upheld"


class Appeal(Row, table=True):
    """`texts` are all words of the request (check.Said as JSON), emptied after 30 days; `category` to `beside` are the
    refusal. `granted` holds the words, in order, that count for nothing from then on; `told_at` is when the page said the
    answer."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'granted', 'upheld')", name="status"),
        CheckConstraint(f"({ANSWERED}) = (answered_at IS NOT NULL)", name="answered_at"),
        Index("ix_appeal_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_appeal_status_created_at", "status", "created_at"),
    )

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    status: str = Field(default=AppealStatus.OPEN, max_length=8)
    category: str = Field(max_length=12)
    field: str = Field(max_length=60)
    label: str = Field(max_length=80)
    term: str = Field(max_length=80)
    typed: str = Field(max_length=80)
    beside: str = Field(default="", max_length=80)
    has_likeness: bool
    texts: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    note: str = Field(default="", max_length=MAX_NOTE_CHARS)
    answer: str = Field(default="", max_length=MAX_NOTE_CHARS)
    granted: list[list[str]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    answered_at: datetime | None = time_column(default=None, nullable=True)
    told_at: datetime | None = time_column(default=None, nullable=True)
