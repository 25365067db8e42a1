"""What the routes of one's data take and answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime


class DeletionOut(Out):
    """The account goes at `due_at`, unless that is taken back."""

    due_at: datetime


class ExportOut(Out):
    url: str = Field(description="one ZIP of everything; works once, for whoever has it; told this once")
    expires_at: datetime


class ReceiptOut(Out):
    kind: str = Field(description="erasure or export")
    document: dict[str, Any] = Field(description="the receipt, its key and its signature; see docs/privacy.md")
