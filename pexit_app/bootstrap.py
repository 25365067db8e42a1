"""Settings -> adapters -> Deps. The only importer of providers/, and the place where slices are tied together."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events, hooks, workflows
from pexit_app.core.deps import Deps
from pexit_app.core.ports import ProviderError
from pexit_app.core.settings import Settings
from pexit_app.features.identity import workflows as identity_work  # noqa: F401  (registers itself, as the next three)
from pexit_app.features.jobs import workflows as jobs_work  # noqa: F401
from pexit_app.features.people import workflows as people_work  # noqa: F401
from pexit_app.features.shoots import workflows as shoots_work  # noqa: F401
from pexit_app.features.wallet import service as wallet
from pexit_app.providers import disk
from pexit_app.providers.console import ConsoleSender
from pexit_app.providers.darkroom import marks
from pexit_app.providers.darkroom.gatekeeper import gate_on
from pexit_app.providers.darkroom.provider import Darkroom
from pexit_app.providers.darkroom.trainer import DarkroomTrainer

files = APIRouter(include_in_schema=False)
WEB_EXECUTOR = "web-0"


def tie_slices(config: Settings) -> None:
    """What a lower slice lets higher ones do; see core/hooks.py."""

    async def open_wallet(session: AsyncSession, user_id: UUID) -> None:
        await wallet.open_wallet(session, user_id, config.welcome_dust)

    async def balance(session: AsyncSession, user_id: UUID) -> int:
        return (await wallet.card(session, user_id)).balance

    hooks.on_user_created(open_wallet)
    hooks.on_balance(balance)


def store(config: Settings) -> disk.DiskStore:
    return disk.DiskStore(config.folder / "objects")


@contextlib.asynccontextmanager
async def adapters(config: Settings) -> AsyncIterator[Deps]:
    """The outside world as this machine has it. Opens the darkroom's processes, closes them at the end."""
    objects = store(config)

    async def find_file(key: str) -> Path:
        path = objects.path_of(key)
        if not path.is_file():
            raise ProviderError("This likeness or photo is gone. Choose another.")
        return path

    darkroom = Darkroom(find_persona=find_file)
    await darkroom.start()
    made = Deps(
        store=objects,
        sender=ConsoleSender(),
        drafts=darkroom,
        images=darkroom,
        embed_recipe=marks.with_recipe,
        gate=gate_on(darkroom.pool),
        trainer=DarkroomTrainer(darkroom.pool, find_file),
    )
    deps.use(made)
    try:
        yield made
    finally:
        deps.use(None)
        await darkroom.close()


@contextlib.asynccontextmanager
async def house(config: Settings, url: str, executor_id: str | None) -> AsyncIterator[Deps]:
    """Everything a process needs to serve or to work, opened in order and closed in reverse. `executor_id` None: this
    process only hands work over."""
    tie_slices(config)
    work = workflows.client(url) if executor_id is None else workflows.runner(url, executor_id)
    async with db.engine(url), adapters(config) as made, events.hub(url), work:
        yield made


@files.get(disk.PATH + "/{key:path}")
async def read_object(request: Request, key: str, e: int, s: str, t: str, n: str = "") -> Response:
    """An object by its signed URL: nothing else is asked, so the URL itself is the secret and expires."""
    store = deps.get().store
    if not isinstance(store, disk.DiskStore) or not disk.is_valid(key, t, e, n, s):
        return Response("This link is not valid, or has expired.", 404, media_type="text/plain")
    headers = {
        "Cache-Control": "private, max-age=600",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    path = store.path_of(key)
    if not path.is_file():
        return Response("This picture is gone.", 404, media_type="text/plain")
    return FileResponse(path, media_type=t, headers=headers, filename=n or None)
