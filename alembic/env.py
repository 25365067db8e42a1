"""Alembic's environment: the URL comes from pexit_app.core.database, the tables from every slice's models.py."""

import importlib
import importlib.util
import pkgutil

from sqlalchemy import create_engine, pool
from sqlmodel import SQLModel

from alembic import context
from pexit_app import features

for package in pkgutil.iter_modules(features.__path__):
    name = f"{features.__name__}.{package.name}.models"
    if importlib.util.find_spec(name):
        importlib.import_module(name)

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_name=lambda name, kind, parents: kind != "schema" or name is None,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
