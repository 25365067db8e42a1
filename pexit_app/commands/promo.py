"""`promo ...`: codes that give dust."""

from datetime import timedelta
from typing import Annotated

import typer

from pexit_app.commands import running
from pexit_app.core import clock, db

app = typer.Typer(no_args_is_help=True, help="Codes that give dust.")


@app.command("make")
def make_promo(
    dust: Annotated[int, typer.Argument(help="what each who enters it is given")],
    uses: Annotated[int, typer.Option(help="how many may enter it")] = 1,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="it is good for; without: always")] = None,
    code: Annotated[str, typer.Option(help="one of your own; without: drawn by chance")] = "",
) -> None:
    """Make a code, and say it."""
    from pexit_app.features.wallet import promos

    async def task() -> str:
        expires_at = None if days is None else clock.now() + timedelta(days=days)
        async with db.transaction() as session:
            return (await promos.make_promo(session, dust, uses, expires_at, code)).code

    running.say(task)


@app.command("list")
def list_promos() -> None:
    """Every code: its dust, how often it was used, until when it is good."""
    from pexit_app.features.wallet import promos

    async def task() -> str:
        async with db.transaction() as session:
            rows = await promos.list_promos(session)
        lines = [
            f"{row.code}  {row.dust} dust  {row.used} of {row.max_uses}  "
            f"{row.expires_at.date() if row.expires_at else 'always'}"
            for row in rows
        ]
        return "\n".join(lines) or "There are none."

    running.say(task)
