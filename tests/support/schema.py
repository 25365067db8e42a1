"""The schema of the scratch database."""

import importlib.util
import pkgutil

from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from pexit_app import features
from pexit_app.core import db


def import_tables() -> None:
    for package in pkgutil.iter_modules(features.__path__):
        name = f"{features.__name__}.{package.name}.models"
        if importlib.util.find_spec(name):
            importlib.import_module(name)


async def create(url: str) -> None:
    import_tables()
    engine = create_async_engine(db.sqlalchemy_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    await engine.dispose()
