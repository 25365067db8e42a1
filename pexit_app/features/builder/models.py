"""A draft of a pack and everything that ever happened to it. Changes form a tree that only grows: undo moves the draft's
head to the parent of where it stood, redo back to the child it came from, and a change made after an undo is a further
child. Moves are kept beside them, so that it is known where the head stood at every revision: whoever works from an
older one can be told what happened since."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pexit_app.core.models import Row, time_column

MAX_TITLE_CHARS, MAX_SLUG_CHARS, MAX_LABEL_CHARS, MAX_CLIENT_CHARS, MAX_NAME_CHARS = 80, 60, 120, 60, 80
MAX_NOTE_CHARS, MAX_TROUBLE_CHARS = 300, 500


class _Document(JSONB):
    """Written whenever it was set: for Python 1 and true are the same, and would not be told apart."""

    def compare_values(self, x: Any, y: Any) -> bool:
        return x is y


class PackDraft(Row, table=True):
    """`document` is a pack definition as it was typed, keys as in pack.yaml: it may be incomplete or wrong. `title` and
    `slug` are copied from it for lists. `pictures` holds a picture's name -> the frame it was picked from, or its key in
    the object store. `is_unlisted`, `may_fork`, `publish_at` and `publish_note` (what it says is new) are what the next
    publication takes; `publish_trouble` is why the one that was scheduled last did not come about."""

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
    document: dict[str, Any] = Field(sa_column=Column(_Document, nullable=False))
    pictures: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    revision: int = 1
    # No foreign key: a change points at its draft already, and a circle could not be created in one go.
    head_change_id: UUID
    is_unlisted: bool = False
    may_fork: bool = False
    publish_at: datetime | None = time_column(default=None)
    publish_note: str = Field(default="", max_length=MAX_NOTE_CHARS)
    publish_trouble: str = Field(default="", max_length=MAX_TROUBLE_CHARS)


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


class KnobProof(Row, table=True):
    """What was measured of a draft's knobs, the last time: `result` as proving.Proof tells it, of `definition`. `done` of
    `total` turns are measured, a turn being one knob in one scene."""

    __tablename__ = "knob_proof"
    __table_args__ = (CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),)

    draft_id: UUID = Field(foreign_key="pack_draft.id", ondelete="CASCADE", unique=True)
    run: int = 1
    status: str = Field(default="running", max_length=8)
    definition: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    done: int = 0
    total: int = 0
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    error: str = Field(default="", max_length=500)


class DraftGrid(Row, table=True):
    """A test grid of a draft as it was when it was ordered: `across` and `down` are what its columns and rows are called,
    the labels what they are values of, `request` what was asked for. Cells are DraftCells, row by row from the top left."""

    __tablename__ = "draft_grid"
    __table_args__ = (Index("ix_draft_grid_draft_id_created_at", "draft_id", "created_at", "id"),)

    draft_id: UUID = Field(foreign_key="pack_draft.id", ondelete="CASCADE")
    revision: int
    title: str = Field(max_length=120)
    across_label: str = Field(max_length=80)
    down_label: str = Field(max_length=80)
    across: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    down: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    request: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class DraftCell(Row, table=True):
    """One draft of a grid: what it is made of, and whether it is made. `knobs` is where all knobs of the scene stand in it,
    `stand_in` whose face was asked for (empty: the scene's own), `attempt` the run of its grid that draws it."""

    __tablename__ = "draft_cell"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'done', 'failed')", name="status"),
        CheckConstraint("status <> 'failed' OR error <> ''", name="failure"),
        UniqueConstraint("grid_id", "number"),
        Index("ix_draft_cell_waiting", "grid_id", postgresql_where=text("status = 'waiting'")),
    )

    grid_id: UUID = Field(foreign_key="draft_grid.id", ondelete="CASCADE")
    number: int
    scene_id: str = Field(max_length=60)
    knobs: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    stand_in: str = Field(default="", max_length=40)
    personas: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    look: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    seed: int
    aspect: str = Field(max_length=8)
    alt: str = Field(max_length=300)
    status: str = Field(default="waiting", max_length=8)
    error: str = Field(default="", max_length=500)
    attempt: int = 1
