"""The bytes of the pictures that scenes go by: taken in, read, handed on to a publication.

What is kept stays as long as the draft: a change that named it may be undone and done again.
"""

import asyncio
import hashlib
from uuid import UUID

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound, Unavailable
from pexit_app.core.ports import BadPhoto, ProviderError
from pexit_app.features.builder import changes
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.references import GONE, NAME
from pexit_app.features.builder.service import MAX_PICTURES, find_draft
from pexit_app.features.builder.shelf import MEDIA_TYPE, prefix_of
from pexit_app.features.packs import pictures as shop
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.shoots import service as shoots
from pexit_app.features.shoots import stored_pictures

MAX_SIDE_PX = 1024


async def keep_upload(actor: Actor, draft_id: UUID, content: bytes) -> str:
    """The name to give it in the document. `content` is a picture from a stranger: it is decoded where damage does no harm,
    and comes out without its metadata. Raises NotFound, BadInput, Unavailable."""
    async with db.transaction() as session:
        await find_draft(session, actor, draft_id)
    gate = deps.get().gate
    if gate is None:
        raise Unavailable("Pictures cannot be taken in right now. Try again in a moment.")
    try:
        taken = await gate.inspect(content)
    except BadPhoto as error:
        raise BadInput.of("reference", error.message) from None
    except ProviderError as error:
        raise Unavailable(error.message) from None
    return await _keep(actor, draft_id, taken.photo)


async def keep_frame(actor: Actor, draft_id: UUID, frame_id: UUID) -> str:
    """The same of a frame of one's own. Raises NotFound, BadInput."""
    async with db.transaction() as session:
        await find_draft(session, actor, draft_id)
        frame = await shoots.find_frame(session, actor, frame_id)
    return await _keep(actor, draft_id, await stored_pictures.read_full(frame))


async def _keep(actor: Actor, draft_id: UUID, picture: bytes) -> str:
    content = await asyncio.to_thread(shop.for_shop, picture, MAX_SIDE_PX)
    name = f"{NAME}{hashlib.sha256(content).hexdigest()[:12]}"
    key = f"{prefix_of(draft_id)}{name}.jpg"
    await deps.get().store.put(key, content, MEDIA_TYPE)
    async with db.transaction() as session:
        draft = await changes.locked(session, actor, draft_id)
        if name not in draft.pictures and len(draft.pictures) >= MAX_PICTURES:
            message = f"A draft keeps {MAX_PICTURES} pictures, and that is the most."
            raise BadInput.of("reference", message, len(draft.pictures), MAX_PICTURES)
        draft.pictures = {**draft.pictures, name: key}
        session.add(draft)
        await session.flush()
    return name


async def read(actor: Actor, draft_id: UUID, name: str) -> bytes:
    """A JPEG. Raises NotFound, also for what is no reference but a picture of the shop."""
    async with db.transaction() as session:
        draft = await find_draft(session, actor, draft_id)
    key = draft.pictures.get(name, "")
    if not _is_kept(draft, key):
        raise NotFound("There is no such picture in this draft.")
    try:
        return await deps.get().store.get(key)
    except FileNotFoundError:
        raise NotFound("This picture is gone.") from None


async def contents(draft: PackDraft, definition: PackDefinition) -> dict[str, bytes]:
    """Every picture that a scene goes by, by name, for its publication. Raises BadInput naming the scene."""
    found: dict[str, bytes] = {}
    for number, scene in enumerate(definition.scenes):
        if not scene.reference or scene.reference in found:
            continue
        key = draft.pictures.get(scene.reference, "")
        try:
            if not _is_kept(draft, key):
                raise FileNotFoundError(key)
            found[scene.reference] = await deps.get().store.get(key)
        except FileNotFoundError:
            raise BadInput.of(f"scenes[{number}].reference", GONE, scene.reference) from None
    return found


def _is_kept(draft: PackDraft, key: str) -> bool:
    return key.startswith((prefix_of(draft.id), "packs/"))
