"""`routes ...`: who is asked for what kind of work."""

from typing import Annotated

import typer

from pexit_app.commands import running
from pexit_app.core import db
from pexit_app.core.ports import Kind

app = typer.Typer(no_args_is_help=True, help="Who is asked for what kind of work, and what it costs.")


@app.command("list")
def list_routes() -> None:
    """Who is asked for each kind of work, what it costs and how long it may take."""
    from pexit_app.features.routing import service as routing

    async def task() -> list[str]:
        async with db.transaction() as session:
            return [f"{kind:<9}{row.in_words}" for kind, row in (await routing.list_routes(session)).items()]

    for line in running.on_database(task):
        typer.echo(line)


@app.command("set")
def set_route(
    kind: Kind,
    primary: Annotated[str | None, typer.Option(help="provider:model, such as fal:fal-ai/flux-lora")] = None,
    backup: Annotated[
        str | None, typer.Option(help="asked when the primary surely did not take it; none: nobody")
    ] = None,
    dust: Annotated[int | None, typer.Option(help="what one costs")] = None,
    timeout: Annotated[int | None, typer.Option(help="seconds after which it is given up")] = None,
    expected: Annotated[int | None, typer.Option(help="seconds it takes as a rule")] = None,
) -> None:
    """Change who is asked for one kind of work; what is not named stays as it is."""
    from pexit_app.core.errors import BadInput
    from pexit_app.features.routing import service as routing

    async def task() -> str:
        async with db.transaction() as session:
            row = (await routing.find_route(session, kind)).changed(primary, backup, dust, timeout, expected)
            await routing.set_route(session, kind, row)
            return f"{kind:<9}{row.in_words}"

    try:
        typer.echo(running.on_database(task))
    except BadInput as error:
        for problem in error.problems:
            typer.echo(f"{problem.field}: {problem.message}", err=True)
        raise typer.Exit(1) from None


@app.command("report")
def report_routes() -> None:
    """What was ordered of whom in the last 30 days and how it ended; orders whose answer was lost, one by one."""
    from pexit_app.features.routing import queries as routing

    async def task() -> list[str]:
        async with db.transaction() as session:
            return routing.report(await routing.counts(session), await routing.lost_submissions(session))

    for line in running.on_database(task):
        typer.echo(line)
