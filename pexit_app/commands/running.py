"""How a command gets at the database, and how it says what came of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from pexit_app.core import database, db, settings
from pexit_app.core.errors import PexitError

T = TypeVar("T")


def on_database(task: Callable[[], Awaitable[T]]) -> T:
    """Runs `task` against the running Pexit's database, or starts the embedded one for it."""
    from pexit_app import bootstrap

    config = settings.load()
    bootstrap.tie_slices(config)

    async def opened(url: str) -> T:
        async with db.engine(url):
            return await task()

    with database.joined(config) as url:
        return asyncio.run(opened(url))


def answered(task: Callable[[], Awaitable[T]]) -> T:
    """Runs `task`; what refuses it is said, and ends the command."""
    try:
        return on_database(task)
    except PexitError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from None


def say(task: Callable[[], Awaitable[str]]) -> None:
    typer.echo(answered(task))
