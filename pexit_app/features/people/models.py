"""People, what they agreed to, their photos, and the likenesses trained from them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from pexit_app.core.models import Row, time_column

OWN, RENTED = "darkroom", "gpu"  # Likeness.provider as ordered and priced; once it was handed over, that one's name


class PersonKind(StrEnum):
    PERSON = "person"
    PET = "pet"


class Retention(StrEnum):
    """How long a person's photos stay; see retention.py."""

    AFTER_TRAINING = "after_training"
    DAYS_30 = "days_30"
    KEEP = "keep"


class HandshakeStatus(StrEnum):
    """How far somebody's answer came. `ended`: by who asked, or because the person is gone."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    REVOKED = "revoked"
    ENDED = "ended"


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class LikenessStatus(StrEnum):
    TRAINING = "training"
    READY = "ready"
    FAILED = "failed"
    CANCELED = "canceled"


class Person(Row, table=True):
    """`likeness_id` is the version that pictures are made with: the newest one, or the one that was chosen. No foreign
    key, since likenesses point here already; a dangling one counts as none. `next_version` only grows. `retention`: how
    long photos stay."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'pet')", name="kind"),
        CheckConstraint("retention IN ('after_training', 'days_30', 'keep')", name="retention"),
        Index("ix_person_user_id_created_at", "user_id", "created_at", "id"),
    )

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    name: str = Field(max_length=100)
    kind: str = Field(default=PersonKind.PERSON, max_length=6)
    relationship: str = Field(default="", max_length=100)
    likeness_id: UUID | None = None
    next_version: int = 1
    retention: str = Field(default=Retention.DAYS_30, max_length=14)


class Consent(Row, table=True):
    """What was attested, to which words, when (`created_at`). Outlives the person it was about, as proof, without name.
    By a handshake the person has said it themselves: `answered_by` is a keyed hash of the address they proved, `uses` and
    `packs` (slugs; empty: any) what they agreed to. Other bases are to everything."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("basis IN ('own', 'release', 'pet', 'handshake')", name="basis"),
        Index("ix_consent_person_id", "person_id"),
    )

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    person_id: UUID
    is_adult: bool
    basis: str = Field(max_length=10)
    notice_version: str = Field(max_length=20)
    text_sha256: str = Field(max_length=64)
    handshake_id: UUID | None = None
    answered_by: str = Field(default="", max_length=64)
    uses: list[str] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    packs: list[str] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    withdrawn_at: datetime | None = time_column(default=None, nullable=True)


class Handshake(Row, table=True):
    """Somebody is asked, by a link whose secret is kept as a hash, whether their face may be used: for `uses` and `packs`
    (slugs; empty: any). `sealed_email` is the address they proved when they answered. Outlives the person, so that the
    link can tell what became of it (`erasure_id`). `is_hiding`: the frames made of it are to be hidden, `hidden_at` since
    when they are."""

    __tablename__ = "handshake"
    __table_args__ = (
        CheckConstraint("status IN ('asked', 'approved', 'declined', 'revoked', 'ended')", name="status"),
        Index("ix_handshake_person_id_created_at", "person_id", "created_at"),
        Index("ix_handshake_hiding", "id", postgresql_where=text("is_hiding <> (hidden_at IS NOT NULL)")),
    )

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    person_id: UUID
    token_hash: str = Field(max_length=64, unique=True)
    uses: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    packs: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    note: str = Field(default="", max_length=300)
    status: str = Field(default=HandshakeStatus.ASKED, max_length=8)
    sealed_email: str = Field(default="", max_length=1000)
    is_hiding: bool = False
    hidden_at: datetime | None = time_column(default=None, nullable=True)
    erasure_id: UUID | None = None
    expires_at: datetime = time_column()
    answered_at: datetime | None = time_column(default=None, nullable=True)
    ended_at: datetime | None = time_column(default=None, nullable=True)


class PastFace(SQLModel, table=True):
    """A photo or likeness that is deleted, by id: whose it was, so that frames made with it can still be found."""

    __tablename__ = "past_face"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    person_id: UUID = Field(index=True)


class Photo(Row, table=True):
    """`reasons` is a list of {code, message, refuses}; `reading` what the gate measured (core.ports.Reading as JSON).
    `content_sha256` is of the file as it came: the same file twice is one photo. `persona_at`: when a persona of this one
    photo was stored, for drafts."""

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("person_id", "content_sha256", name="uq_photo_content"),
        CheckConstraint("verdict IN ('accepted', 'rejected')", name="verdict"),
        CheckConstraint("width > 0 AND height > 0", name="size"),
        Index("ix_photo_person_id_created_at", "person_id", "created_at", "id"),
    )

    person_id: UUID = Field(foreign_key="person.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    name: str = Field(default="", max_length=120)
    verdict: str = Field(max_length=8)
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    reading: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    width: int
    height: int
    content_sha256: str = Field(max_length=64)
    persona_at: datetime | None = time_column(default=None, nullable=True)


class Likeness(Row, table=True):
    """One training and what came of it. `photo_ids` are those it learns from. While it trains, `news_at` is when it was
    last heard of, `queue_ahead` and `log_line` what the trainer told. Every likeness has the darkroom's persona, for
    drafts; with another `provider` than OWN also a LoRA, stored beside it: `weights_home` is that provider,
    `weights_handle` its own name for the model if it keeps one, and `remote_copies` (core.ports.RemoteCopy as JSON) what
    it held of this person, and until when."""

    __tablename__ = "likeness"
    __table_args__ = (
        UniqueConstraint("person_id", "version", name="uq_likeness_version"),
        CheckConstraint("status IN ('training', 'ready', 'failed', 'canceled')", name="status"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("(status = 'training') = (finished_at IS NULL)", name="finished_at"),
        CheckConstraint("status <> 'failed' OR error <> ''", name="failure"),
        Index("ix_likeness_training", "created_at", postgresql_where=text("status = 'training'")),
    )

    person_id: UUID = Field(foreign_key="person.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    job_id: UUID = Field(foreign_key="job.id", index=True)
    version: int
    status: str = Field(default=LikenessStatus.TRAINING, max_length=8)
    photo_ids: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    trigger_word: str = Field(default="TOK", max_length=40)
    steps: int = 1000
    stage: str = Field(default="", max_length=60)
    progress: int = 0
    error: str = Field(default="", max_length=500)
    provider: str = Field(default=OWN, max_length=40)
    model: str = Field(default="", max_length=200)
    queue_ahead: int | None = None
    log_line: str = Field(default="", max_length=200)
    weights_home: str = Field(default="", max_length=40)
    weights_handle: str = Field(default="", max_length=200)
    remote_copies: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    proof_count: int = 0
    news_at: datetime | None = time_column(default=None, nullable=True)
    started_at: datetime | None = time_column(default=None, nullable=True)
    finished_at: datetime | None = time_column(default=None, nullable=True)

    @property
    def is_rented(self) -> bool:
        """Whether a GPU service trains it, at that service's price."""
        return self.provider != OWN

    @property
    def workflow_id(self) -> str:
        return f"likeness:{self.id}"


def photo_prefix(photo_id: UUID) -> str:
    return f"photos/{photo_id}/"


def photo_key(photo_id: UUID, part: str = "photo.jpg") -> str:
    """`photo.jpg` as it is kept, `thumb.jpg` to look at, `persona.npz` made of it alone."""
    return photo_prefix(photo_id) + part


def likeness_prefix(likeness_id: UUID) -> str:
    return f"likenesses/{likeness_id}/"


def likeness_key(likeness_id: UUID, part: str = "persona.npz") -> str:
    """`persona.npz`, the proof sheet's `proof-1.jpg` to `proof-6.jpg`, and `weights.safetensors` where a GPU trained."""
    return likeness_prefix(likeness_id) + part
