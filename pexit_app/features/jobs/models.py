"""Long work, of any kind."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from pexit_app.core.models import Row, time_column


class JobStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


class FailureType(StrEnum):
    SYSTEM = "system"
    VALIDATION = "validation"
    TIMEOUT = "timeout"
    CANCELED = "canceled"


TERMINAL = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED})


class Job(Row, table=True):
    """`total` parts, of which some are `delivered`, `failed` or `canceled` so far. `held_dust` is still set aside for the
    rest, `charge_dust` was spent on what was delivered. `subject_id` is what the work is for (a shoot)."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'processing', 'completed', 'failed', 'canceled')", name="status"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("charge_dust >= 0 AND held_dust >= 0", name="dust"),
        CheckConstraint(
            "delivered >= 0 AND failed >= 0 AND canceled >= 0 AND delivered + failed + canceled <= total", name="parts"
        ),
        CheckConstraint(
            "(status IN ('completed', 'failed', 'canceled')) = (completed_at IS NOT NULL)", name="completed_at"
        ),
        CheckConstraint("completed_at IS NULL OR held_dust = 0", name="nothing_held"),
        CheckConstraint("status <> 'failed' OR (error <> '' AND failure_type IS NOT NULL)", name="failure"),
        Index("ix_job_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_job_open", "kind", "created_at", postgresql_where=text("completed_at IS NULL")),
    )

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    kind: str = Field(max_length=40)
    subject_id: UUID | None = None
    status: str = Field(default=JobStatus.QUEUED, max_length=12)
    progress: int = 0
    total: int = 1
    delivered: int = 0
    failed: int = 0
    canceled: int = 0
    held_dust: int = 0
    charge_dust: int = 0
    error: str = Field(default="", max_length=500)
    failure_type: str | None = Field(default=None, max_length=12)
    started_at: datetime | None = time_column(default=None, nullable=True)
    stopped_at: datetime | None = time_column(default=None, nullable=True)
    completed_at: datetime | None = time_column(default=None, nullable=True)

    @property
    def hold_key(self) -> str:
        return f"job:{self.id}"

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL

    @property
    def parts_left(self) -> int:
        return self.total - self.delivered - self.failed - self.canceled
