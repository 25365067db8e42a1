"""Accounts and the ways into them. Secrets are stored as hashes, or sealed where we must read them again."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pexit_app.core.clock import now
from pexit_app.core.models import Row, time_column

SIGN_IN = "sign-in"


def _json(default: Any) -> Any:
    return Field(default_factory=default, sa_column=Column(JSONB, nullable=False))


class User(Row, table=True):
    """`is_external`: made by a token of the operator's own issuer, which may know no address. `asks_passkey`: a passkey is
    demanded as a second step."""

    __tablename__ = "user"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL OR is_external", name="has_identifier"),)

    fairyname: str = Field(max_length=60, unique=True)
    name: str = Field(default="", max_length=100, sa_column_kwargs={"server_default": ""})
    tier: str = Field(default="starter", max_length=10)
    email: str | None = Field(default=None, max_length=254, unique=True)
    phone: str | None = Field(default=None, max_length=20, unique=True)
    is_external: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    asks_passkey: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    tells_sign_ins: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})

    @property
    def identifier(self) -> str:
        return self.email or self.phone or ""


class SignInCode(Row, table=True):
    """The one code an identifier may use now for one purpose. A new request replaces it."""

    __tablename__ = "sign_in_code"
    __table_args__ = (UniqueConstraint("identifier", "purpose"),)

    identifier: str = Field(max_length=254)
    purpose: str = Field(default=SIGN_IN, max_length=20)
    code_hash: str = Field(max_length=64)
    tries: int = 0
    expires_at: datetime = time_column()
    sent_at: datetime = time_column()


class WrongGuesses(Row, table=True):
    """How often somebody guessed wrong at one thing in one day (UTC): bounds what all guessing together may find."""

    __tablename__ = "wrong_guesses"
    __table_args__ = (UniqueConstraint("subject", "day"),)

    subject: str = Field(max_length=300)
    day: date
    count: int = 0


class Slip(Row, table=True):
    """A secret that is good once, for one purpose, for a short time: a sign-in link, the second step of a sign-in, the
    challenge of a passkey. `data` is what was known when it was handed out."""

    __tablename__ = "slip"

    purpose: str = Field(max_length=20)
    secret_hash: str = Field(max_length=64, unique=True)
    subject: str = Field(
        default="", max_length=254, index=True
    )  # whom it concerns, so that all of theirs can go at once
    data: dict[str, Any] = _json(dict)
    tries: int = 0
    expires_at: datetime = time_column(index=True)


class UserSession(Row, table=True):
    """One sign-in: its cookie and its tokens end together. `way` is how they came in, `proven_at` when they last proved
    who they are."""

    __tablename__ = "user_session"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    cookie_hash: str = Field(max_length=64, unique=True)
    agent: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=60)
    way: str = Field(default="code", max_length=20)
    last_seen_at: datetime = time_column(default_factory=now)
    proven_at: datetime = time_column(default_factory=now)
    expires_at: datetime = time_column()
    revoked_at: datetime | None = time_column(default=None, nullable=True)


class RefreshToken(Row, table=True):
    """Rotated at each use; a spent one that comes back means theft, and ends the session."""

    __tablename__ = "refresh_token"

    session_id: UUID = Field(foreign_key="user_session.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    spent_at: datetime | None = time_column(default=None, nullable=True)


class ApiKey(Row, table=True):
    """A program's way in. `hint` are its last characters, to know it by."""

    __tablename__ = "api_key"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=80)
    key_hash: str = Field(max_length=64, unique=True)
    hint: str = Field(max_length=8)
    scopes: list[str] = _json(list)
    expires_at: datetime | None = time_column(default=None, nullable=True)
    last_used_at: datetime | None = time_column(default=None, nullable=True)
    revoked_at: datetime | None = time_column(default=None, nullable=True)


class Password(Row, table=True):
    """Optional; bcrypt."""

    __tablename__ = "password"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", unique=True)
    hash: str = Field(max_length=60)


class Authenticator(Row, table=True):
    """An app that shows a code every 30 s (TOTP). `last_step` was used last: no code works twice. Asked for once
    `confirmed_at` is set."""

    __tablename__ = "authenticator"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", unique=True)
    sealed_secret: str = Field(max_length=300)
    last_step: int = Field(default=0, sa_type=BigInteger)
    confirmed_at: datetime | None = time_column(default=None, nullable=True)


class RecoveryCode(Row, table=True):
    """In place of the authenticator's code, once."""

    __tablename__ = "recovery_code"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    code_hash: str = Field(max_length=64, unique=True)
    used_at: datetime | None = time_column(default=None, nullable=True)


class Passkey(Row, table=True):
    """A WebAuthn credential: the public half of a key that never leaves its owner's device."""

    __tablename__ = "passkey"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    credential_id: str = Field(max_length=1400, unique=True)  # base64url of at most 1023 bytes
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sign_count: int = Field(default=0, sa_type=BigInteger)
    name: str = Field(max_length=80)
    transports: list[str] = _json(list)
    last_used_at: datetime | None = time_column(default=None, nullable=True)


class LinkedIdentity(Row, table=True):
    """An account elsewhere that opens this one: `issuer` and `subject` as its tokens say them."""

    __tablename__ = "linked_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    provider: str = Field(max_length=20)
    issuer: str = Field(max_length=300)
    subject: str = Field(max_length=255)
    shown: str = Field(default="", max_length=254)  # the address there, to know it by


class SecurityEvent(Row, table=True):
    """One line of an account's security log."""

    __tablename__ = "security_event"
    __table_args__ = (Index("ix_security_event_user_id_created_at", "user_id", "created_at", "id"),)

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    kind: str = Field(max_length=30)
    detail: str = Field(default="", max_length=254)
    agent: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=60)
