"""Accounts that are to be erased, and links to exports."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from pexit_app.core.models import Row, time_column


class Deletion(Row, table=True):
    """An account that goes at `due_at`, unless its owner takes that back. Goes with the account."""

    __tablename__ = "deletion"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", unique=True)
    due_at: datetime = time_column(index=True)


class ExportLink(Row, table=True):
    """The secret of a link to everything, good once, kept as a hash."""

    __tablename__ = "export_link"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = time_column()
    used_at: datetime | None = time_column(default=None, nullable=True)
