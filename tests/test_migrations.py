"""Migrations: up, down and up again with rows in the tables; and no drift between tables and migrations."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from pexit_app.core import database, db, embedded
from tests.conftest import open_to_database
from tests.support import schema


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = open_to_database(tmp_path_factory.mktemp("migrations"))
    with embedded.postgres(folder, is_owner=True) as made:
        yield made


def rows(url: str) -> int:
    with create_engine(db.sqlalchemy_url(url)).connect() as connection:
        return connection.execute(text('SELECT count(*) FROM "user"')).scalar_one()


def add_user(url: str, name: str) -> None:
    with create_engine(db.sqlalchemy_url(url)).begin() as connection:
        connection.execute(
            text('INSERT INTO "user" (id, fairyname, tier, email) VALUES (gen_random_uuid(), :n, :t, :e)'),
            {"n": name, "t": "starter", "e": f"{name}@example.com"},
        )


def test_up_down_up_with_data(url: str) -> None:
    database.migrate(url)
    add_user(url, "calm_otter_0001")
    steps = list(ScriptDirectory.from_config(database.alembic_config(url)).walk_revisions())
    for step in steps[:-1]:  # newest first, each back and forth with the row in place
        database.downgrade(url, str(step.down_revision))
        database.migrate(url, step.revision)
        assert rows(url) == 1
    database.downgrade(url, "base")
    database.migrate(url)
    assert rows(url) == 0
    add_user(url, "calm_otter_0002")


def test_migrations_make_exactly_the_tables_of_the_code(url: str) -> None:
    schema.import_tables()
    database.migrate(url)
    with create_engine(db.sqlalchemy_url(url)).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
