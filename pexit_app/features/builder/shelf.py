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
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.packs import pictures as shop
from pexit_app.features.packs.definition import PackDefinition, Picture
from pexit_app.features.people.errors import UseNotAgreed
from pexit_app.features.shoots import service as shoots
from pexit_app.features.shoots import stored_pictures
from pexit_app.features.shoots.errors import FrameHidden

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
    """Every picture of the pack as the shop shows it: the frame that was picked, what was imported, or else the scene as
    it is, with its stand-ins. Raises BadInput for a frame that is gone or shows another scene, ProviderError."""
    found: dict[str, bytes] = {}
    numbered = list(enumerate(definition.pictures))
    for few in (numbered[at : at + AT_ONCE] for at in range(0, len(numbered), AT_ONCE)):
        made = await asyncio.gather(*(_picture(actor, draft, definition, index, picture) for index, picture in few))
        found |= {picture.name: content for (_, picture), content in zip(few, made, strict=True)}
    return found


async def _picture(actor: Actor, draft: PackDraft, definition: PackDefinition, index: int, picture: Picture) -> bytes:
    source = draft.pictures.get(picture.name, "")
    field = f"samples[{index - 1}]" if index else "cover"
    if source.startswith((prefix_of(draft.id), "packs/")):
        try:
            return await deps.get().store.get(source)
        except FileNotFoundError:
            return await _rendered(draft, definition, picture)
    if not source:
        return await _rendered(draft, definition, picture)
    try:
        async with db.transaction() as session:
            frame = await shoots.find_frame(session, actor, UUID(source))
        content = await stored_pictures.read_full(frame)
    except (UseNotAgreed, FrameHidden) as error:
        raise BadInput.of(field, error.message, source[:80]) from None
    except (NotFound, ValueError):
        raise BadInput.of(field, "The frame chosen for this is gone; choose another.", source[:80]) from None
    if frame.scene_id != picture.scene:
        message = f"The frame chosen for this shows another scene than {picture.scene}; choose one of that."
        raise BadInput.of(field, message, frame.scene_id, picture.scene)
    return await asyncio.to_thread(shop.for_shop, content)


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
