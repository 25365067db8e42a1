"""A house with packs to remix, and drafts."""

from pathlib import Path
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.settings import ROOT
from pexit_app.features.builder import changes, service
from pexit_app.features.builder.changes import Applied
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.service import Start
from pexit_app.features.packs import document
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.service import HOUSE, Terms
from tests.features.packs.samples import GOOD

ONE, TWO = "tab-1", "tab-2"


async def publish(session: AsyncSession, slug: str, terms: Terms = HOUSE) -> packs.PackVersion:
    """The sample pack, live under `slug`."""
    definition = document.parse(GOOD.replace("slug: test-pack", f"slug: {slug}").encode())
    return await packs.publish(session, definition, uuid4().hex, [], terms)


async def publish_built_in(session: AsyncSession, slug: str) -> None:
    folder: Path = ROOT / "packs" / slug
    await packs.publish(session, document.load_folder(folder, needs_pictures=False), uuid4().hex, [])


async def draft_of(session: AsyncSession, me: Actor, **start: object) -> PackDraft:
    return await service.create_draft(session, me, Start(**start))  # type: ignore[arg-type]


async def put(
    session: AsyncSession, me: Actor, draft: PackDraft, base: int, path: str, value: object, tab: str = ONE
) -> Applied:
    ops = [{"op": "add", "path": path, "value": value}]
    return await changes.apply(session, me, draft.id, base, ops, f"Set {path}", tab)
