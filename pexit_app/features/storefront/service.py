"""Storefronts: who has which handle, what stands on the page, and in which order its packs lie there."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import shelf
from pexit_app.features.packs.service import Pack
from pexit_app.features.storefront.errors import HandleTaken, NoHandle, TooManyHandles
from pexit_app.features.storefront.models import MAX_HANDLE_CHARS, Storefront, StorefrontHandle
from pexit_app.features.storefront.schemas import StorefrontIn

MAX_HANDLES = 3  # that one user may ever have
MOST_SHOWN = 100
HANDLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LEAST_HANDLE_CHARS = 3
# What people would take for the house, or for a place in it.
RESERVED = frozenset(
    {
        "about", "admin", "administrator", "api", "billing", "builder", "feed", "help", "house", "legal", "login", "me",
        "moderator", "official", "packs", "pexit", "press", "privacy", "root", "security", "staff", "status", "store",
        "studio", "support", "system", "team", "terms", "wallet",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenStorefront:
    """With its listed packs, as its owner ordered them."""

    row: Storefront
    packs: Sequence[Pack]

    @property
    def banner(self) -> Pack | None:
        chosen = (pack for pack in self.packs if pack.slug == self.row.banner)
        return next(chosen, next(iter(self.packs), None))


def checked_handle(text: str) -> str:
    """In small letters, without the @. Raises BadInput."""
    handle = text.strip().removeprefix("@").lower()
    if not LEAST_HANDLE_CHARS <= len(handle) <= MAX_HANDLE_CHARS:
        most = f"A handle has {LEAST_HANDLE_CHARS} to {MAX_HANDLE_CHARS} characters."
        raise BadInput.of("handle", most, text[:40], MAX_HANDLE_CHARS)
    if not HANDLE.fullmatch(handle):
        raise BadInput.of("handle", "Write letters a to z, digits, and single dashes between them.", text[:40])
    if handle in RESERVED:
        raise BadInput.of("handle", f"@{handle} is kept for the house. Choose another.", handle)
    return handle


def checked_links(links: Sequence[str]) -> list[str]:
    """Raises BadInput for what is no https address."""
    found = []
    for link in filter(None, (each.strip() for each in links)):
        try:
            parts = urlsplit(link)
            is_good = parts.scheme == "https" and "." in (parts.hostname or "") and not parts.username
        except ValueError:  # such as https://[
            is_good = False
        if not is_good or re.search(r"[\s\"'<>\\\x00-\x1f]", link):
            raise BadInput.of("links", "Write whole addresses that begin with https://, one a line.", link[:80])
        found.append(link)
    return list(dict.fromkeys(found))


async def mine(session: AsyncSession, actor: Actor) -> Storefront:
    """Raises NotFound while they have none."""
    row = (await session.exec(select(Storefront).where(Storefront.user_id == actor.user_id))).first()
    if row is None:
        raise NotFound("You have no storefront yet. Take a handle.")
    return row


async def find(session: AsyncSession, handle: str) -> Storefront:
    """By the handle of today or one of earlier. Raises NotFound."""
    had = select(StorefrontHandle.user_id).where(StorefrontHandle.handle == handle.lower()[: MAX_HANDLE_CHARS + 1])
    row = (await session.exec(select(Storefront).where(col(Storefront.user_id).in_(had)))).first()
    if row is None:
        raise NotFound("There is no such creator.")
    return row


async def handles_of(session: AsyncSession, user_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Of those that have one."""
    if not user_ids:
        return {}
    query = select(Storefront.user_id, Storefront.handle).where(col(Storefront.user_id).in_(user_ids))
    return dict((await session.exec(query)).all())


async def list_shown(session: AsyncSession, count: int) -> list[str]:
    """Handles of creators who have a pack in the shop."""
    return sorted((await handles_of(session, await shelf.owners_shown(session, count))).values())


async def open_storefront(session: AsyncSession, row: Storefront) -> OpenStorefront:
    listed = (await packs.find_packs(session, packs.Asked(owner_id=row.user_id), limit=MOST_SHOWN)).rows
    places = {pack_id: place for place, pack_id in enumerate(row.pack_order)}
    ordered = sorted(listed, key=lambda pack: places.get(str(pack.id), len(places)))
    return OpenStorefront(row, ordered)


async def keep(session: AsyncSession, actor: Actor, asked: StorefrontIn) -> Storefront:
    """Opens it with the first handle, changes what is given after that. Raises BadInput, HandleTaken, TooManyHandles,
    NoHandle."""
    await events.take_turn(session, actor.user_id)
    handle = checked_handle(asked.handle) if asked.handle is not None else None
    row = (await session.exec(select(Storefront).where(Storefront.user_id == actor.user_id))).first()
    if row is None and handle is None:
        raise NoHandle("Take a handle first: your page stands under it.")
    if handle is not None and (row is None or row.handle != handle):
        await _take(session, actor, handle)
    row = row or Storefront(user_id=actor.user_id, handle=handle or "")
    row.handle = handle or row.handle
    for name, value in (await _changes(session, actor, asked)).items():
        setattr(row, name, value)
    session.add(row)
    await session.flush()
    return row


async def _changes(session: AsyncSession, actor: Actor, asked: StorefrontIn) -> dict[str, Any]:
    changes: dict[str, Any] = asked.model_dump(include={"name", "bio", "accent", "banner"}, exclude_none=True)
    if asked.links is not None:
        changes["links"] = checked_links(asked.links)
    named = [*(asked.order or ()), *filter(None, [asked.banner])]
    if named:
        listed = (await packs.find_packs(session, packs.Asked(owner_id=actor.user_id), limit=MOST_SHOWN)).rows
        ids = {pack.slug: str(pack.id) for pack in listed}
        for slug in named:
            if slug not in ids:
                field = "banner" if slug == asked.banner else "order"
                raise BadInput.of(field, f"You have no pack {slug[:60]} in the shop.", slug[:60])
        if asked.order is not None:
            changes["pack_order"] = [ids[slug] for slug in dict.fromkeys(asked.order)]
    return changes


async def _take(session: AsyncSession, actor: Actor, handle: str) -> None:
    """The handle is this user's from now on; of two who want it at once, one gets it. Raises HandleTaken,
    TooManyHandles."""
    mine = select(StorefrontHandle.handle).where(StorefrontHandle.user_id == actor.user_id)
    had = (await session.exec(mine)).all()
    if handle in had:
        return
    if len(had) >= MAX_HANDLES:
        raise TooManyHandles(f"You have had {MAX_HANDLES} handles, and that is the most. Take one of those.")
    new = StorefrontHandle(handle=handle, user_id=actor.user_id)
    taken = insert(StorefrontHandle).values(**new.model_dump()).on_conflict_do_nothing(index_elements=["handle"])
    if (await session.exec(taken.returning(col(StorefrontHandle.id)))).first() is None:
        raise HandleTaken(f"@{handle} is taken. Choose another.")


async def move(session: AsyncSession, actor: Actor, slug: str, by: int) -> Storefront:
    """One pack `by` places later on the page (earlier: negative). Raises NotFound."""
    opened = await open_storefront(session, await mine(session, actor))
    slugs = [pack.slug for pack in opened.packs]
    if slug not in slugs:
        raise NotFound("There is no such pack of yours in the shop.")
    place = slugs.index(slug)
    slugs.insert(max(0, min(len(slugs) - 1, place + by)), slugs.pop(place))
    return await keep(session, actor, StorefrontIn(order=slugs))
