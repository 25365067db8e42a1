"""A shoot and its frames. A frame's row says how far it is; nothing else does."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ColumnElement, Index, UniqueConstraint, and_, text
from sqlalchemy.dialects.postgresql import BIT, JSONB
from sqlmodel import Field, col

from pexit_app.core.models import Row, time_column
from pexit_app.core.ports import Kind

OPEN_STATES = "status IN ('waiting', 'developing')"
RENTED = "gpu"  # Frame.provider of an order for whichever GPU service routing chooses; else OWN
OWN = "darkroom"
KEPT_IN_TRASH = timedelta(days=7)
KEPT_HIDDEN = timedelta(days=30)


class FrameStatus(StrEnum):
    WAITING = "waiting"
    DEVELOPING = "developing"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"
    TAKEN_DOWN = "taken_down"  # it was done


OPEN = (FrameStatus.WAITING, FrameStatus.DEVELOPING)
PICTURED = (FrameStatus.DONE, FrameStatus.TAKEN_DOWN)
HASH_BITS = 256


class Mark(StrEnum):
    NONE = "none"
    RING = "ring"
    REJECT = "reject"


class Shoot(Row, table=True):
    """One user's run of a pack version. `cast` is a likeness or photo id by role, null for the stand-in.
    `next_position` only grows: a deleted frame's number is not given again."""

    __tablename__ = "shoot"
    __table_args__ = (Index("ix_shoot_user_id_created_at", "user_id", "created_at", "id"),)

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    pack_version_id: UUID = Field(foreign_key="pack_version.id")
    pack_slug: str = Field(max_length=60)
    title: str = Field(max_length=80)
    cast: dict[str, str | None] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    next_position: int = 0


class Frame(Row, table=True):
    """`knobs` (complete), `seed` and sizes are the recipe; `look`, `prompt`, `negative`, `personas` what they came to;
    `cast` is a likeness or photo id by role, null for the stand-in.

    `job_id` is the job that renders it now, `first_job_id` the one it was ordered in: a retry is a job of its own, and
    `attempt` counts them. While it is open: `slot_at` when it got one of its user's places at the provider, `news_at`
    when it was last heard of, `queue_ahead` and `log_line` as the provider told. What was handed over stands in
    routing's submission of the same reference. A tweak names its `parent_frame_id` even when that one is deleted.
    `kind` is what was asked for (core.ports.Kind); `weights` are LoRAs (core.ports.Weights as JSON), `source` and `mask`
    object keys. `provider` is who renders it: RENTED or "darkroom" as it was ordered and priced, and once a run has begun
    the name of whoever was asked; `model` is that one's own name for what was used.
    `price_dust` is what is held for it, of which `fee_dust` is for the pack's creator, after the `discount_dust` that the
    coupon `coupon_take_id` took off; `charge_dust` is what it cost in the end. `trashed_at`: out of sight, and gone for
    good seven days later. `hidden_at`: somebody in it wants it out of sight; gone for good 30 days later. `unlock_id`: the
    unlock of its pack that this frame pays, if it is delivered as the first. A free frame is one of a trial
    (`tester_id`), for whose rendering `payer_dust` of `payer_id` is held.
    `phash` is what the picture looks like (looks_alike.py); of frames made before that was noted a sweep adds it. The
    `error` of a frame that was taken down says why it was.
    """

    __tablename__ = "frame"
    __table_args__ = (
        UniqueConstraint("shoot_id", "position", name="uq_frame_position"),
        CheckConstraint("status IN ('waiting', 'developing', 'done', 'failed', 'canceled', 'taken_down')", name="status"),
        CheckConstraint("mark IN ('none', 'ring', 'reject')", name="mark"),
        CheckConstraint("output_format IN ('png', 'jpeg')", name="output_format"),
        CheckConstraint("kind IN ('generate', 'preview', 'edit', 'fill', 'upscale')", name="kind"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("seed BETWEEN 0 AND 2147483647", name="seed"),
        CheckConstraint("price_dust >= 0 AND charge_dust BETWEEN 0 AND price_dust", name="dust"),
        CheckConstraint("fee_dust BETWEEN 0 AND price_dust AND discount_dust >= 0", name="fee_dust"),
        CheckConstraint(f"({OPEN_STATES}) = (finished_at IS NULL)", name="finished_at"),
        CheckConstraint("status IN ('done', 'taken_down') OR charge_dust = 0", name="only_done_costs"),
        CheckConstraint("status <> 'failed' OR (error <> '' AND failure_type IS NOT NULL)", name="failure"),
        Index("ix_frame_open", "user_id", "created_at", postgresql_where=text(OPEN_STATES)),
        CheckConstraint("(grid_id IS NULL) OR (cell IS NOT NULL)", name="cell"),
        CheckConstraint("trashed_at IS NULL OR finished_at IS NOT NULL", name="trashed_at"),
        Index("ix_frame_trashed", "trashed_at", postgresql_where=text("trashed_at IS NOT NULL")),
        Index("ix_frame_hidden", "hidden_at", postgresql_where=text("hidden_at IS NOT NULL")),
        Index("ix_frame_unhashed", "id", postgresql_where=text("status = 'done' AND phash IS NULL")),
        Index("ix_frame_finished", "finished_at", postgresql_where=text("status = 'done'")),
        CheckConstraint("payer_dust >= 0 AND (payer_id IS NOT NULL OR payer_dust = 0)", name="payer_dust"),
        CheckConstraint("payer_id IS NULL OR price_dust = 0", name="free"),
        Index("ix_frame_unlock", "unlock_id", postgresql_where=text("unlock_id IS NOT NULL")),
        Index("ix_frame_coupon", "coupon_take_id", postgresql_where=text("coupon_take_id IS NOT NULL")),
    )

    shoot_id: UUID = Field(foreign_key="shoot.id", ondelete="CASCADE")
    job_id: UUID = Field(foreign_key="job.id", index=True)
    first_job_id: UUID = Field(foreign_key="job.id", index=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    position: int
    scene_id: str = Field(max_length=60)
    scene_title: str = Field(max_length=60)
    knobs: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    seed: int
    width: int
    height: int
    output_format: str = Field(max_length=4)
    parent_frame_id: UUID | None = Field(default=None, index=True)

    grid_id: UUID | None = Field(default=None, foreign_key="grid.id", ondelete="SET NULL", index=True)
    cell: int | None = None  # row by row from the top left

    cast: dict[str, str | None] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    personas: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    look: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    prompt: str = ""
    negative: str = ""
    kind: str = Field(default=Kind.GENERATE, max_length=12)
    weights: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    source: str = Field(default="", max_length=200)
    mask: str = Field(default="", max_length=200)

    status: str = Field(default=FrameStatus.WAITING, max_length=12)
    stage: str = Field(default="", max_length=40)
    progress: int = 0
    error: str = Field(default="", max_length=500)
    failure_type: str | None = Field(default=None, max_length=12)
    price_dust: int
    charge_dust: int = 0
    fee_dust: int = 0
    discount_dust: int = 0
    coupon_take_id: UUID | None = None
    unlock_id: UUID | None = None
    tester_id: UUID | None = None
    payer_id: UUID | None = None
    payer_dust: int = 0
    mark: str = Field(default=Mark.NONE, max_length=6)

    attempt: int = 1
    provider: str = Field(default=OWN, max_length=40)
    model: str = Field(default="", max_length=200)
    queue_ahead: int | None = None
    log_line: str = Field(default="", max_length=200)
    slot_at: datetime | None = time_column(default=None, nullable=True)
    news_at: datetime | None = time_column(default=None, nullable=True)
    started_at: datetime | None = time_column(default=None, nullable=True)
    finished_at: datetime | None = time_column(default=None, nullable=True)
    trashed_at: datetime | None = time_column(default=None, nullable=True)
    hidden_at: datetime | None = time_column(default=None, nullable=True)
    phash: str | None = Field(default=None, sa_column=Column(BIT(HASH_BITS), nullable=True))

    @property
    def number(self) -> str:
        """As on 35 mm film: 1, 1A, 2, 2A ..."""
        return f"{self.position // 2 + 1}{'A' if self.position % 2 else ''}"

    @property
    def face_ids(self) -> list[UUID]:
        """Photos and likenesses of its user that are in it; a stand-in has none."""
        return [UUID(each) for each in self.cast.values() if each]

    @property
    def is_in_sight(self) -> bool:
        return self.trashed_at is None and self.hidden_at is None

    @property
    def is_rented(self) -> bool:
        """Whether a GPU service renders it, at that service's price."""
        return self.provider != OWN

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def purge_at(self) -> datetime | None:
        """When it goes for good; None while it is not in the trash."""
        return self.trashed_at + KEPT_IN_TRASH if self.trashed_at else None

    @property
    def payer_key(self) -> str:
        """Of the hold on the payer's dust."""
        return f"trial:{self.id}:{self.attempt}"

    @property
    def workflow_id(self) -> str:
        return f"frame:{self.id}:{self.attempt}"


class Grid(Row, table=True):
    """One scene under every pair of values of two knobs (`knob_y` empty: a test strip of one knob). Cells are frames;
    `knobs` is where the other knobs stand. Values are as the knobs keep them."""

    __tablename__ = "grid"
    __table_args__ = (Index("ix_grid_shoot_id_created_at", "shoot_id", "created_at"),)

    shoot_id: UUID = Field(foreign_key="shoot.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    scene_id: str = Field(max_length=60)
    knobs: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    seed: int
    knob_x: str = Field(max_length=40)
    values_x: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    knob_y: str = Field(default="", max_length=40)
    values_y: list[Any] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))


class FrameShare(Row, table=True):
    """A link by which anybody may look at one frame, or (without `frame_id`) at the sheet of a shoot, until it expires or
    is ended. Its secret is kept as a hash."""

    __tablename__ = "frame_share"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    shoot_id: UUID = Field(foreign_key="shoot.id", ondelete="CASCADE", index=True)
    frame_id: UUID | None = Field(default=None, foreign_key="frame.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = time_column(index=True)


class Recipe(Row, table=True):
    """Saved settings under a name. `cast` names likenesses by role as a shoot's does; `frame_id` is the frame it was
    saved from, whose picture stands for it while it exists."""

    __tablename__ = "recipe"
    __table_args__ = (
        CheckConstraint("seed BETWEEN 0 AND 2147483647", name="seed"),
        Index("ix_recipe_user_id_created_at", "user_id", "created_at", "id"),
    )

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    name: str = Field(max_length=80)
    notes: str = Field(default="", max_length=2000)
    is_favourite: bool = False
    pack_version_id: UUID = Field(foreign_key="pack_version.id")
    pack_slug: str = Field(max_length=60)
    scene_id: str = Field(max_length=60)
    knobs: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    seed: int
    cast: dict[str, str | None] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    frame_id: UUID | None = None


def on_sheet() -> ColumnElement[bool]:
    """Of a query for frames: those that are in sight."""
    return and_(col(Frame.trashed_at).is_(None), col(Frame.hidden_at).is_(None))


def in_trash() -> ColumnElement[bool]:
    """Of a query for frames: those that their owner sees there."""
    return and_(col(Frame.trashed_at).is_not(None), col(Frame.hidden_at).is_(None))


def prefix_of(frame_id: UUID) -> str:
    return f"frames/{frame_id}/"


def taken_down_prefix_of(frame_id: UUID) -> str:
    """Where the objects of a frame that was taken down lie."""
    return f"taken_down/{frame_id}/"


def key_of(frame_id: UUID, variant: str, output_format: str) -> str:
    """Object keys: `full` in the frame's own format, `view` and `thumb` as JPEG."""
    ending = "png" if variant == "full" and output_format == "png" else "jpg"
    return f"{prefix_of(frame_id)}{variant}.{ending}"
