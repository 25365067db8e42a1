"""`python -m pexit_app.cli ...`: serving, and the operator's and pack author's tasks."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import httpx
import typer

from alembic import command
from pexit_app.commands import appeals, packs, routes, running, takedowns
from pexit_app.core import database, db, log, settings
from pexit_app.core.errors import NotFound, PexitError
from pexit_app.providers.object_keys import Where

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Pexit: packs, people, frames."
)
app.add_typer(packs.app, name="pack")
for group in (routes, appeals, takedowns):
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2])
DRAIN_S = 15


@app.command()
def build() -> None:
    """Build the frontend if its sources changed."""
    from pexit_app.web import build as frontend

    started = time.perf_counter()
    was_built = frontend.ensure_built()
    typer.echo(f"frontend {'built' if was_built else 'unchanged'} ({time.perf_counter() - started:.1f} s)")


@app.command()
def serve() -> None:
    """Serve everything on one port: pages, REST, live connections."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from pexit_app.web import build as frontend

    log.configure()
    config = settings.load()
    frontend.ensure_built()
    with database.opened(config, is_owner=True) as url:
        database.migrate(url)
        asyncio.run(_seed(url))
        # Internal switches of Reflex 0.10.1: the version is pinned, and the browser stories prove them.
        os.environ |= {
            "PEXIT_DATABASE_URL": url,
            "__REFLEX_SKIP_COMPILE": "true",
            "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
            "REFLEX_ENV_MODE": "prod",
            "REFLEX_TELEMETRY_ENABLED": "false",
            "REFLEX_CHECK_LATEST_VERSION": "false",
        }
        settings.load.cache_clear()  # the worker process reads the address of the embedded database
        server = Server(
            "pexit_app.pexit_app:served",
            address=config.listen_host,
            port=config.port,
            interface=Interfaces.ASGI,
            factory=True,
            workers=1,
            workers_kill_timeout=DRAIN_S,
            log_level=LogLevels.warning,
        )
        typer.echo(f"Pexit is at {config.origin}")
        server.serve()


@app.command()
def dev() -> None:
    """Serve, and serve again whenever a source file changes."""
    import watchfiles

    root = settings.ROOT
    watched = [
        path for path in (root / "pexit_app", root / "assets", root / "packs", root / "alembic") if path.exists()
    ]
    changes = watchfiles.watch(*watched, watch_filter=watchfiles.DefaultFilter(ignore_dirs=("external", "__pycache__")))
    while True:
        process = subprocess.Popen([sys.executable, "-m", "pexit_app.cli", "serve"], cwd=root)
        try:
            next(changes)
        except (StopIteration, KeyboardInterrupt):
            process.terminate()
            process.wait()
            return
        process.terminate()
        process.wait()


async def _seed(url: str) -> None:
    from pexit_app import bootstrap
    from pexit_app.features.identity import dev_user
    from pexit_app.features.packs import seed as packs
    from pexit_app.features.routing import service as routing
    from pexit_app.features.wallet import prices

    config = settings.load()
    async with db.engine(url):
        async with db.transaction() as session:
            await prices.seed_prices(session)
            await routing.seed_routes(session)
        await packs.seed(settings.ROOT / "packs", bootstrap.store(config))
        if config.dev_user_email:
            bootstrap.tie_slices(config)
            await dev_user.seed(config.dev_user_email, config.dev_user_password.get_secret_value())


@app.command()
def seed() -> None:
    """Publish the built-in packs of packs/ that changed; fill the tables of prices and routes."""
    with database.joined(settings.load()) as url:
        asyncio.run(_seed(url))


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    with database.joined(settings.load()) as url:
        database.migrate(url)


@app.command()
def migration(message: str) -> None:
    """Draft a migration from what the tables are now."""
    with database.joined(settings.load()) as url:
        database.migrate(url)
        command.revision(database.alembic_config(url), message, autogenerate=True)


@app.command()
def grant(
    identifier: str,
    dust: Annotated[int, typer.Argument(min=1, max=1_000_000)],
    reason: Annotated[str, typer.Option(help="stands on the wallet's line")],
) -> None:
    """Give an account dust."""
    from pexit_app.features.identity import service as identity
    from pexit_app.features.wallet import service as wallet

    async def task() -> str | None:
        async with db.transaction() as session:
            user = await identity.user_by_identifier(session, identifier)
            if user is None:
                return None
            await wallet.grant_by_operator(session, user.id, dust, reason, f"operator:{uuid4()}")
            return user.fairyname

    name = running.on_database(task)
    if name is None:
        typer.echo(f"There is no account {identifier}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{name} was granted {dust} dust: {reason}")


@app.command("generate-api-key")
def generate_api_key(
    identifier: str,
    name: Annotated[str, typer.Option(help="what it is for")],
    write: Annotated[bool, typer.Option(help="it may change things, not only read")] = False,
    days: Annotated[int | None, typer.Option(help="it expires after so many; without: never")] = None,
) -> None:
    """Make an API key for an account. It is shown this once."""
    from pexit_app.features.identity import keys
    from pexit_app.features.identity import service as identity
    from pexit_app.features.identity.security_log import Caller

    async def task() -> str:
        async with db.transaction() as session:
            user = await identity.user_by_identifier(session, identifier)
            if user is None:
                raise NotFound(f"There is no account {identifier}.")
            scopes = ["write"] if write else ["read"]
            return (await keys.make_key_of(session, user.id, name, scopes, days, Caller("operator")))[1]

    try:
        typer.echo(running.on_database(task))
    except PexitError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from None


@app.command()
def reconcile() -> None:
    """Check that all dust adds up, and that every picture has its row; exit 0 only when all does."""
    from pexit_app import bootstrap
    from pexit_app.core import objects
    from pexit_app.features.jobs import service as jobs
    from pexit_app.features.packs import unlocks
    from pexit_app.features.shoots import bills
    from pexit_app.features.wallet import service as wallet

    async def task() -> list[str]:
        async with db.transaction() as session:
            dust = [*await wallet.reconcile(session), *await jobs.reconcile_holds(session)]
            dust += [*await unlocks.reconcile(session), *await bills.reconcile(session)]
            return [*dust, *await objects.audit(session, bootstrap.store(settings.load()))]

    problems = running.on_database(task)
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo("The ledger adds up, and every picture has its row." if not problems else f"{len(problems)} problems.")
    if problems:
        raise typer.Exit(1)


@app.command("verify-receipt")
def verify_receipt(
    file: Annotated[Path, typer.Argument(help="a receipt (JSON), or an export (ZIP) with its receipt in it")],
    keys: Annotated[
        str, typer.Option(help="who signed: a file or https address of published keys; without: this Pexit")
    ] = "",
) -> None:
    """Check a receipt's signature, and of an export every file; exit 0 only when all holds."""
    from pexit_app.core import receipts
    from pexit_app.features.privacy import verifying

    try:
        known = verifying.keys_in(_read_keys(keys)) if keys else [receipts.public_key()]
        lines = verifying.check(file, known)
    except (receipts.BadReceipt, OSError, httpx.HTTPError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for line in lines:
        typer.echo(line)


def _read_keys(where: str) -> str:
    """Raises OSError, httpx.HTTPError."""
    if where.startswith("https://"):
        return httpx.get(where, timeout=10, follow_redirects=True).raise_for_status().text
    return Path(where).read_text()


@app.command("copy-objects")
def copy_objects(
    source: Annotated[Where, typer.Argument(metavar="FROM", help="disk or s3")],
    target: Annotated[Where, typer.Argument(metavar="TO", help="disk or s3")],
    prune: Annotated[bool, typer.Option(help="delete copies whose original was deleted since an earlier run")] = False,
) -> None:
    """Copy every object of one store to the other, verified by hash; Pexit may run meanwhile. A run that was cut off is
    taken up again. Exit 0 only when both ends are the same."""
    from pexit_app.providers import copying

    try:
        report = asyncio.run(copying.copy_between(settings.load(), source, target, is_pruned=prune, told=typer.echo))
    except PexitError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from None
    for problem in report.problems:
        typer.echo(problem, err=True)
    if report.problems:
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
