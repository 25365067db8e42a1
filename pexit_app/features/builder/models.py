"""A draft of a pack and everything that ever happened to it. Changes form a tree that only grows: undo moves the draft's
head to the parent of where it stood, redo back to the child it came from, and a change made after an undo is a further
child. Moves are kept beside them, so that it is known where the head stood at every revision: whoever works from an
older one can be told what happened since."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pexit_app.core.models import Row, time_column

MAX_TITLE_CHARS, MAX_SLUG_CHARS, MAX_LABEL_CHARS, MAX_CLIENT_CHARS, MAX_NAME_CHARS = 80, 60, 120, 60, 80


class PackDraft(Row, table=True):
    """`document` is a pack definition as it was typed, keys as in pack.yaml: it may be incomplete or wrong. `title` and
    `slug` are copied from it for lists. `pictures` holds a picture's name -> the frame it was picked from, or its key in
    the object store. `is_unlisted`, `may_fork` and `publish_at` are what the next publication takes."""

    __tablename__ = "pack_draft"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        Index("ix_pack_draft_user_id_updated_at", "user_id", "updated_at", "id"),
        Index("ix_pack_draft_publish_at", "publish_at", postgresql_where="publish_at IS NOT NULL"),
    )

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    pack_id: UUID | None = Field(default=None, foreign_key="pack.id", ondelete="SET NULL", index=True)
    forked_from_version_id: UUID | None = Field(default=None, foreign_key="pack_version.id", ondelete="SET NULL")
    title: str = Field(max_length=MAX_TITLE_CHARS)
    slug: str = Field(max_length=MAX_SLUG_CHARS)
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    pictures: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    revision: int = 1
    # No foreign key: a change points at its draft already, and a circle could not be created in one go.
    head_change_id: UUID
    is_unlisted: bool = False
    may_fork: bool = False
    publish_at: datetime | None = time_column(default=None)


class PackChange(Row, table=True):
    """Patches are RFC 6902: `patch` from the parent's document to this one's, `inverse` back. The root puts the whole
    first document and has no inverse. `redo_change_id` is the child that undo last came from."""

    __tablename__ = "pack_change"
    __table_args__ = (UniqueConstraint("draft_id", "number"),)

    draft_id: UUID = Field(foreign_key="pack_draft.id", ondelete="CASCADE")
    number: int
    parent_change_id: UUID | None = None
    redo_change_id: UUID | None = None
    revision_before: int
    revision_after: int
    label: str = Field(max_length=MAX_LABEL_CHARS)
    patch: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    inverse: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    client: str = Field(max_length=MAX_CLIENT_CHARS)
    user_id: UUID


class PackMove(Row, table=True):
    """The draft's head came to stand at `change_id`, which made `revision`."""

    __tablename__ = "pack_move"
    __table_args__ = (
        CheckConstraint("kind IN ('start', 'change', 'undo', 'redo', 'travel')", name="kind"),
        UniqueConstraint("draft_id", "revision"),
    )

    draft_id: UUID = Field(foreign_key="pack_draft.id", ondelete="CASCADE")
    revision: int
    change_id: UUID
    kind: str = Field(max_length=8)
    client: str = Field(max_length=MAX_CLIENT_CHARS)
    user_id: UUID


class RestorePoint(Row, table=True):
    """The document as it was at `revision`, under a name."""

    __tablename__ = "restore_point"
    __table_args__ = (Index("ix_restore_point_draft_id_created_at", "draft_id", "created_at"),)

    draft_id: UUID = Field(foreign_key="pack_draft.id", ondelete="CASCADE")
    name: str = Field(max_length=MAX_NAME_CHARS)
    revision: int
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
