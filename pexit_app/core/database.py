"""The database as a whole: opening it, migrating it."""

import contextlib
from collections.abc import Iterator

from alembic.config import Config

from alembic import command
from pexit_app.core import db, embedded, workflows
from pexit_app.core.settings import ROOT, Settings


@contextlib.contextmanager
def opened(config: Settings, is_owner: bool) -> Iterator[str]:
    """Yields the libpq URL. The owner starts the embedded server, alone, and stops it; others join what runs."""
    with contextlib.ExitStack() as stack:
        if is_owner:
            stack.enter_context(embedded.owned(config.folder))
        yield config.database_url or stack.enter_context(embedded.postgres(config.folder, is_owner))


@contextlib.contextmanager
def joined(config: Settings) -> Iterator[str]:
    """For commands: beside a running Pexit if there is one, otherwise as the owner for as long as the command lasts."""
    try:
        stack = contextlib.ExitStack()
        stack.enter_context(embedded.owned(config.folder))
        is_owner = True
    except embedded.AlreadyRunning:
        is_owner = False
    with stack:
        yield config.database_url or stack.enter_context(embedded.postgres(config.folder, is_owner))


def alembic_config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(ROOT / "alembic"))
    made.attributes["url"] = db.sqlalchemy_url(url)
    return made


def migrate(url: str, revision: str = "head") -> None:
    """Our tables and DBOS's, up to date. Safe to run at every start."""
    command.upgrade(alembic_config(url), revision)
    workflows.migrate(url)


def downgrade(url: str, revision: str) -> None:
    command.downgrade(alembic_config(url), revision)
