"""Accounts, sign-in codes, sessions. Secrets are stored as hashes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from pexit_app.core.models import Row, time_column


class User(Row, table=True):
    __tablename__ = "user"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="has_identifier"),)

    fairyname: str = Field(max_length=60, unique=True)
    tier: str = Field(default="starter", max_length=10)
    email: str | None = Field(default=None, max_length=254, unique=True)
    phone: str | None = Field(default=None, max_length=20, unique=True)

    @property
    def identifier(self) -> str:
        return self.email or self.phone or ""


class SignInCode(Row, table=True):
    """The one code an identifier may use now. A new request replaces it."""

    __tablename__ = "sign_in_code"

    identifier: str = Field(max_length=254, unique=True)
    code_hash: str = Field(max_length=64)
    tries: int = 0
    expires_at: datetime = time_column()
    sent_at: datetime = time_column()


class UserSession(Row, table=True):
    """One sign-in: its cookie and its tokens end together."""

    __tablename__ = "user_session"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    cookie_hash: str = Field(max_length=64, unique=True)
    agent: str = Field(default="", max_length=200)
    expires_at: datetime = time_column()
    revoked_at: datetime | None = time_column(default=None, nullable=True)


class RefreshToken(Row, table=True):
    """Rotated at each use; a spent one that comes back means theft, and ends the session."""

    __tablename__ = "refresh_token"

    session_id: UUID = Field(foreign_key="user_session.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    spent_at: datetime | None = time_column(default=None, nullable=True)
