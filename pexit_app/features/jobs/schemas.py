"""What the job routes answer."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class JobOut(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    kind: str
    subject_id: UUID | None = Field(description="what the work is for: a shoot")
    status: str = Field(description="queued, processing, completed, failed or canceled")
    progress: int = Field(description="0-100, measured")
    total: int
    delivered: int
    failed: int
    canceled: int
    held_dust: int = Field(description="set aside for what is still to come")
    charge_dust: int = Field(description="spent on what was delivered")
    error: str
    failure_type: str | None = Field(description="system, validation, timeout or canceled")
    started_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime
