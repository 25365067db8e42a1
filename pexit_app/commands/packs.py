"""`pack ...`: packs as code."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from pexit_app.commands import running
from pexit_app.core import db

app = typer.Typer(no_args_is_help=True, help="Packs as code.")


@app.command("render")
def render_pack(folder: Path) -> None:
    """Render a pack's cover and samples again, into its folder."""
    from pexit_app.features.packs import pictures
    from pexit_app.providers.darkroom.provider import Darkroom

    async def task() -> None:
        darkroom = Darkroom()
        await darkroom.start()
        try:
            await pictures.render_pictures(folder, darkroom)
        finally:
            await darkroom.close()

    asyncio.run(task())


@app.command("check")
def check_pack(folder: Path) -> None:
    """Say what is wrong with a pack's folder, field by field."""
    from pexit_app.core.errors import BadInput
    from pexit_app.features.packs import document, rules
    from pexit_app.providers.darkroom import parameters
    from pexit_app.providers.darkroom.persona import STANDINS

    try:
        pack = document.load_folder(folder)
        problems = rules.find_look_problems(pack, parameters.parse, STANDINS)
    except BadInput as error:
        problems = error.problems
    for problem in problems:
        typer.echo(f"{problem.field}: {problem.message}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{pack.slug} is in order: {len(pack.scenes)} scenes, {len(pack.knobs)} pack-wide knobs.")


@app.command("pick")
def pick_pack(
    slug: str,
    why: Annotated[str, typer.Option(help="one line on what it is good at; empty: take it off")],
) -> None:
    """Put a pack on the first page, or take it off."""
    from pexit_app.features.packs import shelf

    async def task() -> str:
        async with db.transaction() as session:
            pack = await shelf.pick(session, slug, why)
            return f"{pack.title} is {'picked' if why else 'not picked any more'}."

    running.say(task)
