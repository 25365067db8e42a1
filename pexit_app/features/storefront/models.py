"""A creator's storefront: the page under their handle."""

from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pexit_app.core.models import Row

MAX_HANDLE_CHARS, MAX_NAME_CHARS, MAX_BIO_CHARS, MAX_LINK_CHARS = 30, 40, 600, 200


class Storefront(Row, table=True):
    """`accent` is one of ui.parts.roll.INKS, `banner` the slug of a pack of theirs whose pictures lie across the top
    (empty: the first one's). `pack_order` are ids of packs in the order they chose; others follow, newest first."""

    __tablename__ = "storefront"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", unique=True)
    handle: str = Field(max_length=MAX_HANDLE_CHARS, unique=True)
    name: str = Field(default="", max_length=MAX_NAME_CHARS)
    bio: str = Field(default="", max_length=MAX_BIO_CHARS)
    links: list[str] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    accent: str = Field(default="slate", max_length=20)
    banner: str = Field(default="", max_length=60)
    pack_order: list[str] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))


class StorefrontHandle(Row, table=True):
    """Every handle somebody has had. It stays theirs as long as their account, so that no link of theirs leads to
    somebody else."""

    __tablename__ = "storefront_handle"

    handle: str = Field(max_length=MAX_HANDLE_CHARS, unique=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
