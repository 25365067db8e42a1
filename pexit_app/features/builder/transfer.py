"""Drafts as files: out as a zip of the pack's folder, in as a draft of one's own."""

import asyncio
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.features.builder import bundle, changes, references, shelf
from pexit_app.features.builder.bundle import Bundle
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.service import Start, create_draft, find_draft
from pexit_app.features.packs import pictures as shop
from pexit_app.features.people.errors import UseNotAgreed
from pexit_app.features.shoots import service as shoots
from pexit_app.features.shoots import stored_pictures
from pexit_app.features.shoots.errors import FrameHidden


async def export_draft(actor: Actor, draft_id: UUID) -> tuple[str, bytes]:
    """A file name and a zip: the document as it is, finished or not, and the pictures that were picked for it. Raises
    NotFound, BadInput for a document that no pack.yaml can hold."""
    async with db.transaction() as session:
        draft = await find_draft(session, actor, draft_id)
    pictures = {}
    unused = {name for name in draft.pictures if name.startswith(references.NAME)} - references.names_in(draft.document)
    for name, source in draft.pictures.items():
        if name in unused:
            continue
        async with db.transaction() as session:
            content = await _picture(session, actor, draft, source)
        if content is not None:
            pictures[name] = await asyncio.to_thread(shop.for_shop, content) if _is_id(source) else content
    made = await asyncio.to_thread(bundle.write, Bundle(draft.document, pictures))
    return bundle.name_of(draft.document), made


async def import_draft(actor: Actor, content: bytes, client: str = "import") -> PackDraft:
    """A new draft that holds what the file holds, mistakes included: the builder shows them. Raises BadInput for a file
    that is no pack's folder, TooManyDrafts."""
    read = await asyncio.to_thread(bundle.read, content)
    async with db.transaction() as session:
        draft = await create_draft(session, actor, Start(document=read.document, client=client))
    keys = await shelf.keep(draft.id, read.pictures)
    async with db.transaction() as session:
        draft = await changes.locked(session, actor, draft.id)
        draft.pictures = keys
        session.add(draft)
        await session.flush()
    return draft


async def _picture(session: AsyncSession, actor: Actor, draft: PackDraft, source: str) -> bytes | None:
    """None where it is gone, or not to be shown: it is rendered anew when it is published."""
    try:
        if source.startswith((shelf.prefix_of(draft.id), "packs/")):
            return await deps.get().store.get(source)
        return await stored_pictures.read_full(await shoots.find_frame(session, actor, UUID(source)))
    except (NotFound, FileNotFoundError, FrameHidden, UseNotAgreed, ValueError):
        return None


def _is_id(source: str) -> bool:
    return "/" not in source
