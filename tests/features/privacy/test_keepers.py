"""No table that keeps something of a user is without a slice that erases and exports it. Made from the tables."""

import pytest
from sqlmodel import SQLModel

import pexit_app.bootstrap  # noqa: F401  (registers what every slice keeps)
from pexit_app.core import personal
from tests.support import schema

NAMES = {"user_id", "owner_id", "creator_id", "published_by", "payer_id", "identifier", "subject", "email", "phone"}
# What is nobody's: the operator's tables, and notes of what is being deleted, which go by themselves.
NOBODYS = {"price", "route", "discarded", "withdrawn"}
# Whoever asks for a picture to be taken down need not be a user; the ticket and its trail are the proof of what was done.
REPORTS = {"takedown", "takedown_match", "takedown_event"}


def tables_of_users() -> set[str]:
    """Tables that name a user, and those that point at one that does, however far."""
    schema.import_tables()
    tables = SQLModel.metadata.tables
    found = {name for name, table in tables.items() if name == "user" or NAMES & set(table.c.keys())}
    grown = True
    while grown:
        pointing = {
            name for name, table in tables.items() for key in table.foreign_keys if key.column.table.name in found
        }
        grown = not pointing <= found
        found |= pointing
    return found - NOBODYS - REPORTS


def test_every_table_of_users_has_a_keeper():
    kept = {table: keeper.name for keeper in personal.keepers() for table in keeper.tables}
    missing = tables_of_users() - kept.keys()
    assert missing == set(), f"{missing}: register an eraser and an exporter (core/personal.py)"


def test_no_two_keep_one_table_and_each_table_is_there():
    named = [table for keeper in personal.keepers() for table in keeper.tables]
    assert len(named) == len(set(named))
    schema.import_tables()
    assert set(named) <= set(SQLModel.metadata.tables)


def test_whoever_points_at_others_is_erased_before_them():
    order = [keeper.name for keeper in personal.keepers()]
    owner = {table: keeper.name for keeper in personal.keepers() for table in keeper.tables}
    for table in SQLModel.metadata.tables.values():
        for key in table.foreign_keys:
            above, below = owner.get(table.name), owner.get(key.column.table.name)
            if above and below and above != below:
                assert order.index(above) < order.index(below), f"{table.name} points at {key.column.table.name}"
    assert order[-1] == "account" or "account" in order


@pytest.mark.parametrize("name", sorted(NOBODYS))
def test_what_is_nobodys_names_nobody(name):
    schema.import_tables()
    assert not NAMES & set(SQLModel.metadata.tables[name].c.keys())
