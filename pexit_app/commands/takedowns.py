"""`takedowns ...`: tickets of people who want a picture gone."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from pexit_app.commands import running
from pexit_app.core import db, settings

app = typer.Typer(no_args_is_help=True, help="Tickets of people who want a picture gone.")
By = Annotated[str, typer.Option(help="who decides, for the audit trail")]
Frames = Annotated[list[UUID] | None, typer.Argument(help="ids; none: all of the ticket, and its pack")]


@app.command("list")
def list_takedowns(is_all: Annotated[bool, typer.Option("--all", help="closed ones too")] = False) -> None:
    """Open tickets, the one due first at the top, with what is left of their 48 hours."""
    from pexit_app.features.takedowns import desk, service, told

    async def task() -> str:
        async with db.transaction() as session:
            tickets = await desk.list_tickets(session, is_all=is_all)
            lines = [told.line(each, await service.matches_of(session, each.id)) for each in tickets]
        return "\n".join(lines) or "No ticket is open."

    running.say(task)


@app.command("show")
def show_takedown(
    number: str,
    folder: Annotated[Path | None, typer.Option(help="the pictures are written there, to be compared")] = None,
) -> None:
    """All of a ticket: who asks for what, the frames it may be about, the audit trail."""
    from pexit_app import bootstrap
    from pexit_app.features.takedowns import desk, service, told

    async def task() -> tuple[str, dict[str, bytes]]:
        async with db.transaction() as session:
            ticket = await service.find_ticket(session, number)
            matches, trail = await service.matches_of(session, ticket.id), await desk.trail(session, ticket.id)
        store = bootstrap.store(settings.load())
        shown = await told.pictures(store, ticket, matches) if folder is not None else {}
        return told.whole(ticket, matches, trail), shown

    words, pictures = running.answered(task)
    typer.echo(words)
    for name, content in pictures.items():
        assert folder is not None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        typer.echo(f"  written  {folder / name}")


@app.command("hide")
def hide_frames(number: str, by: By, frames: Frames = None) -> None:
    """Hide frames from everybody, and their bytes from every address."""
    from pexit_app import bootstrap
    from pexit_app.features.takedowns import desk, service

    async def task() -> str:
        async with db.transaction() as session:
            count = await desk.hide_frames(session, number, frames or [], by)
        await service.move_frames(bootstrap.store(settings.load()))
        return f"{count} hidden."

    running.say(task)


@app.command("restore")
def restore_frames(number: str, by: By, why: Annotated[str, typer.Option()], frames: Frames = None) -> None:
    """Show them again, but for what another ticket hides."""
    from pexit_app import bootstrap
    from pexit_app.features.takedowns import desk, service

    async def task() -> str:
        async with db.transaction() as session:
            count = await desk.restore_frames(session, number, frames or [], by, why)
        await service.move_frames(bootstrap.store(settings.load()))
        return f"{count} shown again."

    running.say(task)


@app.command("close")
def close_takedown(
    number: str, by: By, outcome: Annotated[str, typer.Option(help="stands on the ticket's page")]
) -> None:
    """Decide it. What is hidden stays hidden, what was not judged stays in sight; the picture that was sent is deleted."""
    from pexit_app.features.takedowns import desk

    async def task() -> str:
        async with db.transaction() as session:
            ticket = await desk.close_ticket(session, number, by, outcome)
        return f"{ticket.number} is closed."

    running.say(task)
