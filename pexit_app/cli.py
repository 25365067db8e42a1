"""`python -m pexit_app.cli ...`: serving, and the operator's and pack author's tasks."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import uuid4

import typer

from alembic import command
from pexit_app.core import database, db, log, settings
from pexit_app.core.errors import NotFound, PexitError
from pexit_app.core.ports import Kind
from pexit_app.providers.object_keys import Where

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Pexit: packs, people, frames."
)
packs_app = typer.Typer(no_args_is_help=True, help="Packs as code.")
app.add_typer(packs_app, name="pack")
routes_app = typer.Typer(no_args_is_help=True, help="Who is asked for what kind of work, and what it costs.")
app.add_typer(routes_app, name="routes")
T = TypeVar("T")
DRAIN_S = 15


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

    name = on_database(task)
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
        typer.echo(on_database(task))
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

    problems = on_database(task)
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo("The ledger adds up, and every picture has its row." if not problems else f"{len(problems)} problems.")
    if problems:
        raise typer.Exit(1)


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


@packs_app.command("render")
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


@packs_app.command("check")
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


@packs_app.command("pick")
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

    try:
        typer.echo(on_database(task))
    except PexitError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from None


@routes_app.command("list")
def list_routes() -> None:
    """Who is asked for each kind of work, what it costs and how long it may take."""
    from pexit_app.features.routing import service as routing

    async def task() -> list[str]:
        async with db.transaction() as session:
            return [f"{kind:<9}{row.in_words}" for kind, row in (await routing.list_routes(session)).items()]

    for line in on_database(task):
        typer.echo(line)


@routes_app.command("set")
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
        typer.echo(on_database(task))
    except BadInput as error:
        for problem in error.problems:
            typer.echo(f"{problem.field}: {problem.message}", err=True)
        raise typer.Exit(1) from None


@routes_app.command("report")
def report_routes() -> None:
    """What was ordered of whom in the last 30 days and how it ended; orders whose answer was lost, one by one."""
    from pexit_app.features.routing import queries as routing

    async def task() -> list[str]:
        async with db.transaction() as session:
            return routing.report(await routing.counts(session), await routing.lost_submissions(session))

    for line in on_database(task):
        typer.echo(line)


if __name__ == "__main__":
    app()
