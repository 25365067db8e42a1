"""Drafts of packs: begun from nothing, from a pack that may be remixed, from one's own pack or from a file; listed, named
and deleted. What is done to their documents is in changes.py."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, objects
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.builder import blank, changes, guard, references
from pexit_app.features.builder.errors import TooManyDrafts
from pexit_app.features.builder.models import MAX_CLIENT_CHARS, MAX_SLUG_CHARS, PackDraft
from pexit_app.features.builder.patch import Json
from pexit_app.features.builder.shelf import prefix_of
from pexit_app.features.identity import service as identity
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.service import Lineage, OpenPack

MAX_DRAFTS = 200  # of one user
MAX_PACK_TITLE_CHARS = 40  # as packs have it
MAX_PICTURES = 100
MAX_SEARCH_CHARS = 200
MAX_PICTURE_KEY_CHARS = 300


@dataclass(frozen=True, slots=True)
class Start:
    """What a draft begins with: at most one of `fork` (a pack's slug or a version's id), `pack` (one's own, by slug, for
    its next version) and `document` (imported, with its pictures: name -> frame id or key). None: a small pack that is in
    order as it is. `title` stands for what the document says."""

    title: str | None = None
    fork: str | UUID | None = None
    pack: str | None = None
    document: Json | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)
    client: str = "start"


async def create_draft(session: AsyncSession, actor: Actor, start: Start) -> PackDraft:
    """Raises BadInput, NotFound, NotAllowed for a pack that may not be remixed, TooManyDrafts."""
    if sum(each is not None for each in (start.fork, start.pack, start.document)) > 1:
        raise BadInput.of("fork", "Start from one thing: a pack to remix, a pack of yours, or a document.")
    title = None if start.title is None else guard.check_line("title", start.title, MAX_PACK_TITLE_CHARS)
    client = guard.check_line("client", start.client, MAX_CLIENT_CHARS)
    await events.take_turn(session, actor.user_id)  # two at once do not become the 201st
    if await count_drafts(session, actor) >= MAX_DRAFTS:
        message = f"You have {MAX_DRAFTS} drafts, and that is the most. Delete one you do not need."
        raise TooManyDrafts(message, {"limit": MAX_DRAFTS})
    draft, label = await _begun(session, actor, start, title)
    draft.title, draft.slug = changes.name_of(draft.document)
    session.add(draft)
    await session.flush()
    await changes.begin(session, draft, actor, label, client)
    return draft


async def count_drafts(session: AsyncSession, actor: Actor) -> int:
    count = select(func.count()).select_from(PackDraft).where(PackDraft.user_id == actor.user_id)
    return (await session.exec(count)).one()


async def find_draft(session: AsyncSession, actor: Actor, draft_id: UUID) -> PackDraft:
    """Raises NotFound, also for another user's."""
    draft = await session.get(PackDraft, draft_id, populate_existing=True)
    if draft is None or draft.user_id != actor.user_id:
        raise NotFound("There is no such draft.")
    return draft


async def list_drafts(
    session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 24, q: str = ""
) -> Slice[PackDraft]:
    """The one worked on last comes first; every word of `q` is in its title or its address. Raises BadInput for a bad
    cursor or limit."""
    query = select(PackDraft).where(PackDraft.user_id == actor.user_id)
    for word in q[:MAX_SEARCH_CHARS].replace("\0", "").split():
        titled = col(PackDraft.title).icontains(word, autoescape=True)
        query = query.where(titled | col(PackDraft.slug).icontains(word, autoescape=True))
    return await newest_first(session, query, PackDraft, cursor, limit, by="updated_at")


async def delete_draft(session: AsyncSession, actor: Actor, draft_id: UUID) -> None:
    """With its history and restore points; what was published from it stays. Raises NotFound."""
    await session.delete(await changes.locked(session, actor, draft_id))
    objects.discard(session, prefix_of(draft_id))
    await session.flush()


async def rename(session: AsyncSession, actor: Actor, draft_id: UUID, title: str, client: str) -> changes.Applied:
    """A change like any other: it can be undone. Raises NotFound, BadInput."""
    title = guard.check_line("title", title, MAX_PACK_TITLE_CHARS)
    draft = await changes.locked(session, actor, draft_id)
    ops = [{"op": "add", "path": "/title", "value": title}]
    return await changes.apply(session, actor, draft_id, draft.revision, ops, "Pack renamed", client)


async def change_terms(
    session: AsyncSession,
    actor: Actor,
    draft_id: UUID,
    *,
    is_unlisted: bool | None = None,
    may_fork: bool | None = None,
    pictures: Mapping[str, str] | None = None,
) -> PackDraft:
    """How the next version is to be published, and the frames picked for its pictures; what is None stays. Not part of
    the document, so not of what is undone. Raises NotFound, BadInput."""
    draft = await changes.locked(session, actor, draft_id)
    draft.is_unlisted = draft.is_unlisted if is_unlisted is None else is_unlisted
    draft.may_fork = draft.may_fork if may_fork is None else may_fork
    draft.pictures = draft.pictures if pictures is None else _picked(draft, pictures) | _kept_references(draft)
    session.add(draft)
    await session.flush()
    return draft


async def lineage_of(session: AsyncSession, draft: PackDraft) -> Lineage | None:
    """Who is to be named beside a remix."""
    return await packs.lineage_of(session, draft.forked_from_version_id)


async def _begun(session: AsyncSession, actor: Actor, start: Start, title: str | None) -> tuple[PackDraft, str]:
    fields: dict[str, Any] = {"id": uuid4(), "user_id": actor.user_id, "head_change_id": uuid4()}
    creator = (await identity.me(session, actor)).fairyname
    if start.document is not None:
        guard.check_document(start.document)
        document = start.document | ({} if title is None else {"title": title})
        return PackDraft(**fields, document=document, pictures=_checked_pictures(start.pictures)), "Imported"
    if start.pack is not None:
        own = await packs.find_owned(session, actor, start.pack)
        terms: dict[str, Any] = {"is_unlisted": own.pack.is_unlisted, "may_fork": own.pack.may_fork}
        document = own.version.definition | ({} if title is None else {"title": title})
        fields |= {"forked_from_version_id": own.pack.forked_from_version_id}
        label = f"Opened at version {own.version.number}"
        kept = _stored(own) | _references(own)
        return PackDraft(**fields, **terms, pack_id=own.pack.id, document=document, pictures=kept), label
    if start.fork is not None:
        source = await packs.may_start_from(session, actor, start.fork)
        name = title or f"{source.definition.title[: MAX_PACK_TITLE_CHARS - 6].rstrip()} remix"
        own_fields = {"title": name, "slug": slug_of(name), "creator": creator, "price_dust": 0, "unlock_dust": 0}
        document = source.version.definition | own_fields
        document = references.without(document)
        fields |= {"forked_from_version_id": source.version.id, "pictures": _stored(source)}
        return PackDraft(**fields, document=document), f"Remix of {source.definition.title}"
    name = title or changes.UNTITLED
    return PackDraft(**fields, document=blank.document(name, slug_of(name), creator)), "Started"


def slug_of(title: str) -> str:
    """An address from a title, with an ending that makes it likely to be free: `open-water-3f9c`."""
    plain = "-".join(re.findall(r"[a-z0-9]+", title.lower()))[: MAX_SLUG_CHARS - 5].strip("-")
    return f"{plain or 'pack'}-{secrets.token_hex(2)}"


def _stored(source: OpenPack) -> dict[str, str]:
    return {picture.name: picture.key for picture in source.pictures}


def _references(source: OpenPack) -> dict[str, str]:
    keys = packs.references_of(source.version, source.definition)
    return {scene.reference: keys[scene.id] for scene in source.definition.scenes if scene.reference}


def _kept_references(draft: PackDraft) -> dict[str, str]:
    """Those of now and those that an undo may bring back: no shop picture takes their place."""
    named = references.names_in(draft.document)
    return {name: key for name, key in draft.pictures.items() if name in named or name.startswith(references.NAME)}


def _picked(draft: PackDraft, pictures: Mapping[str, str]) -> dict[str, str]:
    """A key is only ever kept, never brought: it would open what is not this user's."""
    for name, source in pictures.items():
        if source not in draft.pictures.values() and not _is_id(source):
            raise BadInput.of(f"pictures.{name[:80]}", "Pick a frame by its id.", source[:80])
    return _checked_pictures(pictures)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _checked_pictures(pictures: Mapping[str, str]) -> dict[str, str]:
    if len(pictures) > MAX_PICTURES:
        raise BadInput.of("pictures", f"A pack has {MAX_PICTURES} pictures at most.", len(pictures), MAX_PICTURES)
    for name, source in pictures.items():
        is_short = len(name) <= MAX_SLUG_CHARS and len(source) <= MAX_PICTURE_KEY_CHARS
        if not is_short or not (name + source).isprintable():
            raise BadInput.of("pictures", "A picture has a short name, and a frame's id or a key.", name[:80])
    return dict(pictures)
