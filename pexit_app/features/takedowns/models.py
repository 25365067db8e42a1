"""A takedown ticket, the frames it is about, and its audit trail."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import BIT
from sqlmodel import Field, SQLModel

from pexit_app.core.clock import now
from pexit_app.core.models import Row, time_column

REVIEWED_IN = timedelta(hours=1)  # what looks very much alike is hidden then, whoever has looked at it
DECIDED_IN = timedelta(hours=48)
CONTACT_KEPT = timedelta(days=180)  # who asked and in which words, after it was closed
MAX_WORDS_CHARS, MAX_ADDRESS_CHARS, MAX_NAME_CHARS, MAX_EMAIL_CHARS = 2_000, 1_000, 100, 254
HASH_BITS = 256


class Reason(StrEnum):
    ME = "me"
    MINOR = "minor"
    WORK = "work"
    OTHER = "other"


class MatchState(StrEnum):
    """`hiding`: the frame's row says so already, its bytes are on their way; `showing`: its bytes are, the row follows.
    `pending` was not looked at, `spared` was and stays in sight."""

    PENDING = "pending"
    HIDING = "hiding"
    HIDDEN = "hidden"
    SHOWING = "showing"
    SPARED = "spared"


MOVING = (MatchState.HIDING, MatchState.SHOWING)


class Takedown(Row, table=True):
    """`number` is what the person is told, and knows the ticket by. `address` is where they saw it; `pack_slug` the pack
    that it names. Of a picture they sent, `phash` and `phash_mirrored` say what it looks like, and its bytes are kept until
    the ticket is closed. Without a name and an e-mail address the contact was forgotten."""

    __tablename__ = "takedown"
    __table_args__ = (
        CheckConstraint("reason IN ('me', 'minor', 'work', 'other')", name="reason"),
        CheckConstraint("(phash IS NULL) = (phash_mirrored IS NULL)", name="phash"),
        Index("ix_takedown_open", "due_at", postgresql_where=text("closed_at IS NULL")),
    )

    number: str = Field(max_length=16, unique=True)
    name: str = Field(max_length=MAX_NAME_CHARS)
    email: str = Field(max_length=MAX_EMAIL_CHARS)
    reason: str = Field(max_length=8)
    words: str = Field(max_length=MAX_WORDS_CHARS)
    address: str = Field(default="", max_length=MAX_ADDRESS_CHARS)
    pack_slug: str = Field(default="", max_length=60)
    phash: str | None = Field(default=None, sa_column=Column(BIT(HASH_BITS), nullable=True))
    phash_mirrored: str | None = Field(default=None, sa_column=Column(BIT(HASH_BITS), nullable=True))
    due_at: datetime = time_column()
    overdue_told_at: datetime | None = time_column(default=None, nullable=True)
    closed_at: datetime | None = time_column(default=None, nullable=True)
    outcome: str = Field(default="", max_length=MAX_WORDS_CHARS)

    @property
    def hashes(self) -> tuple[str, ...]:
        return (self.phash, self.phash_mirrored) if self.phash and self.phash_mirrored else ()


class TakedownMatch(Row, table=True):
    """A frame that the ticket is about, or may be. `bits` is how far it looks from the picture that was sent, None for one
    that was named. The frame may be gone. `hide_at`: when it is hidden if nobody has looked at it by then."""

    __tablename__ = "takedown_match"
    __table_args__ = (
        UniqueConstraint("takedown_id", "frame_id"),
        CheckConstraint("state IN ('pending', 'hiding', 'hidden', 'showing', 'spared')", name="state"),
        Index("ix_takedown_match_frame_id", "frame_id"),
        Index("ix_takedown_match_hide_at", "hide_at", postgresql_where=text("state = 'pending'")),
        Index("ix_takedown_match_moving", "id", postgresql_where=text("state IN ('hiding', 'showing')")),
    )

    takedown_id: UUID = Field(foreign_key="takedown.id")
    frame_id: UUID
    bits: int | None = None
    state: str = Field(default=MatchState.PENDING, max_length=8)
    hide_at: datetime | None = time_column(default=None, nullable=True)


class TakedownEvent(SQLModel, table=True):
    """What was done, by whom, when; never changed and never deleted, which the database sees to. `about` names what it was
    done to: a frame, a pack; it tells nothing of whoever asked."""

    __tablename__ = "takedown_event"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    takedown_id: UUID = Field(foreign_key="takedown.id", index=True)
    kind: str = Field(max_length=20)
    about: str = Field(default="", max_length=80)
    by: str = Field(max_length=80)
    words: str = Field(default="", max_length=MAX_WORDS_CHARS)
    created_at: datetime = time_column(default_factory=now, sa_column_kwargs={"server_default": func.now()})


def prefix_of(takedown_id: UUID) -> str:
    return f"takedowns/{takedown_id}/"


def picture_key(takedown_id: UUID) -> str:
    return f"{prefix_of(takedown_id)}picture.jpg"
