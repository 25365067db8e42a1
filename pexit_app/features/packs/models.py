"""A pack and its versions. A version is written once and never changed: whoever rendered with it can reopen it as it
was. Which version is live, whether the pack can be seen, and what it costs for a while, belong to the pack. And who has
unlocked it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, Index, Integer, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from pexit_app.core.models import Row, time_column
from pexit_app.features.packs.definition import MAX_ROYALTY_PERCENT

LIVE, SUSPENDED = "live", "suspended"
SHOWN = text("status = 'live' AND NOT is_unlisted")  # of the indexes that the shop is read by
MAX_CHANGELOG_CHARS = 4_000
MAX_WHY_CHARS = 160


class Pack(Row, table=True):
    """What the storefront lists: copied from the live version, so that a page of packs needs no definitions. Without an
    owner it is the house's. An unlisted one is shown to whoever has its address; `may_fork` lets others start from it.
    `forked_from_version_id` is what it began as a remix of. An archived one is for those only who have used it already.

    Until `launch_until` it costs `launch_fee_dust` and `launch_unlock_dust` instead of its version's prices, where those
    are higher. Of what remixes earn its owner gets `royalty_percent`, as it stood when each was first published: a
    remix keeps `royalties`, those of all its ancestors, as [{pack_id, percent}].

    `rising` is how many people rendered with it lately (packs/shelf.py), `picked_at` when the house picked it and
    `picked_why` what it says of it. Columns that the database computes are below the class."""

    __tablename__ = "pack"
    __table_args__ = (
        CheckConstraint("status IN ('live', 'suspended')", name="status"),
        CheckConstraint("price_dust >= 0", name="price_dust"),
        CheckConstraint("unlock_dust >= 0", name="unlock_dust"),
        CheckConstraint(f"royalty_percent BETWEEN 0 AND {MAX_ROYALTY_PERCENT}", name="royalty_percent"),
        CheckConstraint(
            "(launch_until IS NULL) = (launch_fee_dust IS NULL) AND (launch_until IS NULL) = (launch_unlock_dust IS NULL)",
            name="launch",
        ),
        CheckConstraint("launch_fee_dust >= 0 AND launch_unlock_dust >= 0", name="launch_dust"),
        Index("ix_pack_status_created_at_id", "status", "created_at", "id"),
    )

    owner_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL", index=True)
    slug: str = Field(max_length=60, unique=True)
    title: str = Field(max_length=40)
    tagline: str = Field(max_length=160)
    code: str = Field(max_length=3)
    ink: str = Field(max_length=20)
    creator_name: str = Field(max_length=40)
    category: str = Field(max_length=20)
    style: str = Field(max_length=20)
    status: str = Field(default=LIVE, max_length=20)
    is_unlisted: bool = False
    may_fork: bool = False
    # No foreign keys: a version points at its pack already, and a circle could not be created in one go.
    live_version_id: UUID | None = None
    live_number: int = 0
    forked_from_version_id: UUID | None = None
    price_dust: int = 0
    unlock_dust: int = 0
    launch_fee_dust: int | None = None
    launch_unlock_dust: int | None = None
    launch_until: datetime | None = time_column(default=None, nullable=True)
    royalty_percent: int = 0
    royalties: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    archived_at: datetime | None = time_column(default=None, nullable=True)
    needs_prompt: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    searched: str = ""  # the words a search looks in, lower case
    rising: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    picked_at: datetime | None = time_column(default=None, nullable=True)
    picked_why: str = Field(default="", max_length=MAX_WHY_CHARS, sa_column_kwargs={"server_default": ""})
    pictures: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))


# The database computes these from the row, so they are never behind it. No attributes of Pack: a page of packs has no use
# for them. `first_dust` is what its creator asks before the first frame. A launch price is not in it: that ends by the
# clock, which a computed column cannot read, so packs are sorted and counted by what they cost after it.
_pack = SQLModel.metadata.tables["pack"]
for _name, _type, _formula in (
    ("search_vector", TSVECTOR(), "to_tsvector('english'::regconfig, searched)"),
    ("title_vector", TSVECTOR(), "to_tsvector('english'::regconfig, (title || ' '::text) || creator_name)"),
    ("first_dust", Integer(), "price_dust + unlock_dust"),
):
    _pack.append_column(Column(_name, _type, Computed(_formula, persisted=True)))
SEARCH, TITLE, FIRST_DUST = _pack.c.search_vector, _pack.c.title_vector, _pack.c.first_dust
for _name, _keys in (
    ("new", (_pack.c.created_at, _pack.c.id)),
    ("title", (func.lower(_pack.c.title), _pack.c.id)),
    ("price", (FIRST_DUST, _pack.c.id)),
    ("rising", (_pack.c.rising, _pack.c.created_at, _pack.c.id)),
    ("category", (_pack.c.category, _pack.c.style, _pack.c.created_at, _pack.c.id)),
    ("facets", (_pack.c.category, _pack.c.style, FIRST_DUST, _pack.c.needs_prompt)),
    ("owner", (_pack.c.owner_id, _pack.c.created_at)),
):
    Index(f"ix_pack_shown_{_name}", *_keys, postgresql_where=SHOWN)
for _vector in (SEARCH, TITLE):
    Index(f"ix_pack_shown_{_vector.name}", _vector, postgresql_using="gin", postgresql_where=SHOWN)


class PackWord(SQLModel, table=True):
    """Every word that stands in some pack, with its trigrams: where a search finds nothing, the nearest of these is what
    was meant."""

    __tablename__ = "pack_word"
    __table_args__ = (Index("ix_pack_word_trigrams", "trigrams", postgresql_using="gin"),)

    word: str = Field(max_length=40, primary_key=True)
    trigrams: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class PackVersion(Row, table=True):
    """`pictures` are the shop pictures in order, cover first: schemas.StoredPicture as JSON. `changelog` is what its
    publisher says is new, `proof` what was measured of its knobs (empty: nothing)."""

    __tablename__ = "pack_version"
    __table_args__ = (
        UniqueConstraint("pack_id", "number"),
        UniqueConstraint("pack_id", "content_hash"),
    )

    pack_id: UUID = Field(foreign_key="pack.id", index=True)
    number: int
    definition: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    pictures: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    content_hash: str = Field(max_length=64)
    changelog: str = Field(default="", max_length=MAX_CHANGELOG_CHARS)
    proof: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    # No foreign key: who shot with a version keeps it, whatever became of its publisher.
    published_by: UUID | None = None


class PackUnlock(Row, table=True):
    """A user has paid for a pack, for good (`paid_at`), or an order under way holds the dust for that. `dust` is what it
    costs, after what was taken off; `job_id` the order it was agreed to in, or what else it was bought in."""

    __tablename__ = "pack_unlock"
    __table_args__ = (
        UniqueConstraint("user_id", "pack_id"),
        CheckConstraint("dust >= 0", name="dust"),
        Index("ix_pack_unlock_pending", "user_id", postgresql_where=text("paid_at IS NULL")),
    )

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    pack_id: UUID = Field(foreign_key="pack.id", ondelete="CASCADE")
    job_id: UUID = Field(index=True)  # no foreign key: old jobs may go, what was paid for stays
    dust: int
    paid_at: datetime | None = time_column(default=None, nullable=True)

    @property
    def hold_key(self) -> str:
        return f"unlock:{self.id}"
