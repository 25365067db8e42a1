"""Who works for us on what, and what was handed to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pexit_app.core.models import Row, time_column

KINDS = "('train', 'generate', 'preview', 'edit', 'fill', 'upscale')"


class Route(Row, table=True):
    """One row a kind of work, the operator's to change: whom we ask first, whom when that one cannot, what it costs the
    user in dust, after how long it is given up, and how long it takes as a rule (seconds)."""

    __tablename__ = "route"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("dust >= 0", name="dust"),
        CheckConstraint("timeout_s > 0 AND expected_s > 0", name="times"),
    )

    kind: str = Field(max_length=12, unique=True)
    primary_provider: str = Field(max_length=40)
    primary_model: str = Field(max_length=200)
    backup_provider: str = Field(default="", max_length=40)
    backup_model: str = Field(default="", max_length=200)
    dust: int
    timeout_s: int
    expected_s: int


class Submission(Row, table=True):
    """One order handed to a provider, under our `reference`: the row is written before the order leaves (`intent_at`),
    and says what it is called there (`provider_id`) once an answer came, by return or by a webhook. An intent without an
    id is never sent again where that would cost. `refusals` is a list of {provider, model, message}: who did not take it
    before. `lost_at`: an answer was lost, so it may have been taken and paid without our knowing."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("outcome IN ('', 'done', 'failed', 'canceled', 'lost')", name="outcome"),
        CheckConstraint("(outcome = '') = (ended_at IS NULL)", name="ended_at"),
        Index("ix_submission_done", "provider", "model", "ended_at", postgresql_where=text("outcome = 'done'")),
        Index("ix_submission_ended_at", "ended_at"),
        Index(
            "uq_submission_provider_id",
            "provider",
            "provider_id",
            unique=True,
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
    )

    reference: str = Field(max_length=120, unique=True)
    kind: str = Field(max_length=12)
    provider: str = Field(max_length=40)
    model: str = Field(default="", max_length=200)
    refusals: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    provider_id: str | None = Field(default=None, max_length=300)
    intent_at: datetime = time_column()
    taken_at: datetime | None = time_column(default=None, nullable=True)
    started_at: datetime | None = time_column(default=None, nullable=True)
    lost_at: datetime | None = time_column(default=None, nullable=True)
    ended_at: datetime | None = time_column(default=None, nullable=True)
    outcome: str = Field(default="", max_length=8)


class Withdrawn(Row, table=True):
    """A model that a provider keeps and that must go: written with the deletion of the likeness it is of, deleted when
    the provider has deleted it."""

    __tablename__ = "withdrawn"
    __table_args__ = (UniqueConstraint("provider", "handle", name="uq_withdrawn_handle"),)

    provider: str = Field(max_length=40)
    handle: str = Field(max_length=200)
    erasure_id: UUID | None = Field(default=None, index=True)
