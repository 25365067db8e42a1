"""A trial and its testers. How many free frames a tester has left is counted here and not by their frames, which they may
delete."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from pexit_app.core.models import Row, time_column

MAX_TESTERS = 20
FREE_FRAMES = 5  # of each tester


class Trial(Row, table=True):
    """Opened by whoever has the link, whose secret is kept as a hash. `testers` is how many may take part, `frames` how
    many each gets for nothing. `dry_at`: since when the creator's dust has not paid for the next one."""

    __tablename__ = "trial"
    __table_args__ = (
        CheckConstraint(f"testers BETWEEN 1 AND {MAX_TESTERS}", name="testers"),
        CheckConstraint("frames > 0", name="frames"),
        Index("ix_trial_pack_id_created_at", "pack_id", "created_at", "id"),
    )

    pack_id: UUID = Field(foreign_key="pack.id", ondelete="CASCADE")
    creator_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    testers: int
    frames: int = FREE_FRAMES
    expires_at: datetime = time_column()
    ended_at: datetime | None = time_column(default=None, nullable=True)
    dry_at: datetime | None = time_column(default=None, nullable=True)


class TrialTester(Row, table=True):
    """Who takes part. Of the `ordered` free frames some are `delivered`, for which the creator paid `paid_dust`, and the
    others under way; one that fails is not ordered any more. Changed in the tester's turn (core.events) only."""

    __tablename__ = "trial_tester"
    __table_args__ = (
        UniqueConstraint("trial_id", "user_id"),
        CheckConstraint("ordered >= 0 AND delivered BETWEEN 0 AND ordered", name="frames"),
        CheckConstraint("paid_dust >= 0", name="paid_dust"),
    )

    trial_id: UUID = Field(foreign_key="trial.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    ordered: int = 0
    delivered: int = 0
    paid_dust: int = 0
