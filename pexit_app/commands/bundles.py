"""`bundles ...`: the dust that is sold, and for how much."""

from typing import Annotated

import typer

from pexit_app.commands import running
from pexit_app.core import db

app = typer.Typer(no_args_is_help=True, help="The dust that is sold, and for how much.")


@app.command("list")
def list_bundles() -> None:
    """What is sold now."""
    from pexit_app.features.wallet import bundles

    async def task() -> str:
        async with db.transaction() as session:
            return "\n".join(f"{row.dust} dust  {row.price_cents} cents" for row in await bundles.list_bundles(session))

    running.say(task)


@app.command("set")
def set_bundle(
    dust: int, cents: Annotated[int | None, typer.Argument(help="US cents; left out, it is sold no more")] = None
) -> None:
    """Sell so much dust for so many cents from now on."""
    from pexit_app.features.wallet import bundles

    async def task() -> str:
        async with db.transaction() as session:
            await bundles.set_bundle(session, dust, cents)
        return f"{dust} dust: {'not sold any more' if cents is None else f'{cents} cents'}"

    running.say(task)
