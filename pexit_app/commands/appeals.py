"""`appeals ...`: the operator's answers to refused words."""

from typing import Annotated
from uuid import UUID

import typer

from pexit_app.commands import running
from pexit_app.core import db

app = typer.Typer(no_args_is_help=True, help="Appeals against refused words.")


@app.command("list")
def list_appeals() -> None:
    """Those that wait for an answer, the oldest first, with all their words."""
    from pexit_app.features.safety import appeals, desk

    async def task() -> str:
        async with db.transaction() as session:
            waiting = await appeals.queue(session)
        return "\n\n".join(map(desk.line, waiting)) or "No appeal waits."

    running.say(task)


@app.command("answer")
def answer_appeal(
    appeal_id: UUID,
    why: Annotated[str, typer.Option(help="the person reads it in the app")],
    grant: Annotated[bool, typer.Option("--grant/--uphold", help="whether these words count for nothing from now on")],
) -> None:
    """Answer one. What granting lets through stands in the list."""
    from pexit_app.features.safety import appeals

    async def task() -> str:
        async with db.transaction() as session:
            answered = await appeals.answer_appeal(session, appeal_id, is_granted=grant, answer=why)
        return f"{answered.status}, and told at their next page: {appeals.in_words(answered)}"

    running.say(task)
