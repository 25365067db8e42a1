"""The tables of every slice, known to SQLModel."""

import importlib.util
import pkgutil

from pexit_app import features


def import_tables() -> None:
    for package in pkgutil.iter_modules(features.__path__):
        name = f"{features.__name__}.{package.name}.models"
        if importlib.util.find_spec(name):
            importlib.import_module(name)
