"""Coupons of a pack and who has taken them; several packs of one creator at one price."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from pexit_app.core.models import Row, time_column
from pexit_app.features.packs.definition import MAX_DUST

MAX_CODE_CHARS = 24
MAX_TAKERS = 10_000
MAX_TITLE_CHARS = 60


class Coupon(Row, table=True):
    """Takes `percent` off what its creator asks for an order, or `dust`. At most `takers` people take it, each for one
    order up to `expires_at`; `ended_at`: nobody takes it any more, and who has it keeps it."""

    __tablename__ = "coupon"
    __table_args__ = (
        CheckConstraint("(percent IS NULL) <> (dust IS NULL)", name="kind"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint(f"dust BETWEEN 1 AND {MAX_DUST}", name="dust"),
        CheckConstraint(f"takers BETWEEN 1 AND {MAX_TAKERS} AND taken BETWEEN 0 AND takers", name="takers"),
        Index("ix_coupon_pack_id_created_at", "pack_id", "created_at", "id"),
    )

    pack_id: UUID = Field(foreign_key="pack.id", ondelete="CASCADE")
    creator_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    code: str = Field(max_length=MAX_CODE_CHARS, unique=True)
    percent: int | None = None
    dust: int | None = None
    takers: int
    taken: int = 0
    expires_at: datetime = time_column()
    ended_at: datetime | None = time_column(default=None, nullable=True)


class CouponTake(Row, table=True):
    """Somebody's coupon. An order under way or delivered uses it (`job_id`); once something of that was delivered it is
    used up (`spent_at`). Changed in their turn (core.events) only."""

    __tablename__ = "coupon_take"
    __table_args__ = (
        UniqueConstraint("coupon_id", "user_id"),
        CheckConstraint("spent_at IS NULL OR job_id IS NOT NULL", name="spent"),
    )

    coupon_id: UUID = Field(foreign_key="coupon.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    job_id: UUID | None = None
    spent_at: datetime | None = time_column(default=None, nullable=True)


class PackBundle(Row, table=True):
    """Packs of one creator that are unlocked together, for `dust`. Who has unlocked some of them pays for the others."""

    __tablename__ = "pack_bundle"
    __table_args__ = (
        CheckConstraint(f"dust BETWEEN 1 AND {MAX_DUST}", name="dust"),
        Index("ix_pack_bundle_creator_id_created_at", "creator_id", "created_at", "id"),
    )

    creator_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    title: str = Field(max_length=MAX_TITLE_CHARS)
    dust: int
    ended_at: datetime | None = time_column(default=None, nullable=True)


class BundledPack(Row, table=True):
    """`dust` is this pack's part of the bundle's price."""

    __tablename__ = "bundled_pack"
    __table_args__ = (UniqueConstraint("bundle_id", "pack_id"), CheckConstraint("dust >= 0", name="dust"))

    bundle_id: UUID = Field(foreign_key="pack_bundle.id", ondelete="CASCADE")
    pack_id: UUID = Field(foreign_key="pack.id", ondelete="CASCADE", index=True)
    dust: int
