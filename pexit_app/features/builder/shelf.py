"""The pictures of a draft: kept while it is made, and made where none was picked. What is kept lies in
`drafts/<draft id>/` and goes with the draft."""

import asyncio
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, objects
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, FieldProblem, NotFound
from pexit_app.core.ports import BadPhoto
from pexit_app.features.builder import picks
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.picks import Shown
from pexit_app.features.packs import pictures as shop
from pexit_app.features.packs.definition import PackDefinition, Picture
from pexit_app.features.shoots import stored_pictures

FOLDER = "drafts"
MEDIA_TYPE = "image/jpeg"
AT_ONCE = 4  # pictures of a publication, which may have 49


def prefix_of(draft_id: UUID) -> str:
    return f"{FOLDER}/{draft_id}/"


async def keep(draft_id: UUID, pictures: Mapping[str, bytes]) -> dict[str, str]:
    """Stores pictures of an import, each decoded once where damage does no harm; returns their keys by name. Raises
    BadInput naming those that are no pictures."""
    gate = deps.get().gate
    problems = []
    for name, content in pictures.items():
        try:
            if gate is not None:
                await gate.inspect(content)
        except BadPhoto as error:
            problems.append(FieldProblem(f"{name}.jpg", error.message))
    if problems:
        raise BadInput(problems[0].message, problems)
    keys = {}
    for name, content in pictures.items():
        keys[name] = f"{prefix_of(draft_id)}{name}-{hashlib.sha256(content).hexdigest()[:16]}.jpg"
        await deps.get().store.put(keys[name], content, MEDIA_TYPE)
    return keys


async def shop_pictures(actor: Actor, draft: PackDraft, definition: PackDefinition) -> dict[str, bytes]:
    """Every picture of the pack as the shop shows it: the frame that was picked and what was kept, where the pack makes
    them so; else the scene as it is, rendered with its stand-ins. Raises ProviderError."""
    async with db.transaction() as session:
        told = await picks.shown(session, actor, draft, draft.document)
    found: dict[str, bytes] = {}
    shown = list(zip(definition.pictures, told, strict=True))
    for few in (shown[at : at + AT_ONCE] for at in range(0, len(shown), AT_ONCE)):
        made = await asyncio.gather(*(_picture(draft, definition, picture, each) for picture, each in few))
        found |= {picture.name: content for (picture, _), content in zip(few, made, strict=True)}
    return found


async def _picture(draft: PackDraft, definition: PackDefinition, picture: Picture, shown: Shown) -> bytes:
    try:
        if shown.frame is not None:
            return await asyncio.to_thread(shop.for_shop, await stored_pictures.read_full(shown.frame))
        if shown.key.startswith((prefix_of(draft.id), "packs/")):
            return await deps.get().store.get(shown.key)
    except (NotFound, FileNotFoundError):
        pass  # its bytes are gone
    return await _rendered(draft, definition, picture)


async def _rendered(draft: PackDraft, definition: PackDefinition, picture: Picture) -> bytes:
    """What was rendered once for this very picture is taken again."""
    order = shop.order_of(definition, picture)
    whole = json.dumps({**asdict(order), "look": dict(order.look)}, sort_keys=True)
    key = f"{prefix_of(draft.id)}{picture.name}-{hashlib.sha256(whole.encode()).hexdigest()[:16]}.jpg"
    store = deps.get().store
    try:
        return await store.get(key)
    except FileNotFoundError:
        content = await shop.render(deps.get().images, order, f"draft:{draft.id}:{picture.name}")
    made = await asyncio.to_thread(shop.for_shop, content)
    await store.put(key, made, MEDIA_TYPE)
    return made


async def existing(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    return set((await session.exec(select(PackDraft.id).where(col(PackDraft.id).in_(ids)))).all())


async def holding(session: AsyncSession) -> set[UUID]:
    """Drafts that say of a picture that it lies in their own folder."""
    drafts = (await session.exec(select(PackDraft.id, PackDraft.pictures))).all()
    return {draft_id for draft_id, pictures in drafts if _holds(draft_id, pictures.values())}


def _holds(draft_id: UUID, sources: Collection[str]) -> bool:
    return any(source.startswith(prefix_of(draft_id)) for source in sources)


objects.owns(FOLDER, existing, holding)
