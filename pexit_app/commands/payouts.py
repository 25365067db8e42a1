"""`payouts ...`: what creators are paid."""

import typer

from pexit_app.commands import running
from pexit_app.core import db, settings

app = typer.Typer(no_args_is_help=True, help="What creators are paid.")


@app.command("list")
def list_payouts() -> None:
    """Those under way and those of the last 30 days."""
    from pexit_app.features.earnings import payouts

    async def task() -> list[str]:
        async with db.transaction() as session:
            found = await payouts.list_open(session)
        return [f"{row.created_at:%Y-%m-%d}  {row.dust:>8}  {row.state:<7}{row.user_id}  {row.reason}" for row in found]

    for line in running.on_database(task):
        typer.echo(line)


@app.command("run")
def run_payouts() -> None:
    """Pay out now what would be paid out on Monday, to whom this week's was not paid yet; follow up what is under way."""
    from pexit_app import bootstrap
    from pexit_app.features.earnings import maturing, payouts

    async def task() -> int | None:
        await maturing.mature_due()
        async with bootstrap.bank(settings.load()) as bank:
            if bank is None:
                return None
            await payouts.follow_up(bank)
            return await payouts.pay_all(bank, is_any_day=True)

    if (count := running.on_database(task)) is None:
        typer.echo("No payment provider is set up: see PEXIT_STRIPE_KEY.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{count} payouts.")
