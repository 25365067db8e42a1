"""A storefront over REST."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pexit_app.features.packs.definition import Ink
from pexit_app.features.packs.schemas import PackOut
from pexit_app.features.storefront.models import (
    MAX_BIO_CHARS,
    MAX_HANDLE_CHARS,
    MAX_LINK_CHARS,
    MAX_NAME_CHARS,
    Storefront,
)

MAX_LINKS, MAX_ORDERED = 5, 100
Stored = StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]*$")


class StorefrontIn(BaseModel):
    """What is left out stays as it is. `links` are https addresses, `order` slugs of packs of yours, the first first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    handle: Annotated[str, Field(max_length=MAX_HANDLE_CHARS + 1)] | None = None
    name: Annotated[str, Field(max_length=MAX_NAME_CHARS), Stored] | None = None
    bio: Annotated[str, Field(max_length=MAX_BIO_CHARS), Stored] | None = None
    links: (
        Annotated[list[Annotated[str, Field(max_length=MAX_LINK_CHARS), Stored]], Field(max_length=MAX_LINKS)] | None
    ) = None
    accent: Ink | None = None
    banner: Annotated[str, Field(max_length=60), Stored] | None = None
    order: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=MAX_ORDERED)] | None = None


class StorefrontOut(BaseModel):
    """As everybody may read it."""

    model_config = ConfigDict(frozen=True)

    handle: str
    name: str
    bio: str
    links: list[str]
    accent: str
    banner: str
    url: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Storefront, origin: str) -> "StorefrontOut":
        fields = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**fields, url=f"{origin}/@{row.handle}")


class OpenStorefrontOut(StorefrontOut):
    """With its listed packs, as their creator ordered them."""

    packs: list[PackOut]
