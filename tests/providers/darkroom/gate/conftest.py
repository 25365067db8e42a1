"""Readings are taken once a session: tests compare them in many ways."""

from collections.abc import Callable
from functools import lru_cache

import pytest

from pexit_app.core.ports import Inspected, Reading
from pexit_app.providers.darkroom.gate.inspect import inspect
from tests.support import encoders, faces

Look = Callable[[faces.Shot], Inspected]


@lru_cache(maxsize=256)
def _look(shot: faces.Shot) -> Inspected:
    return inspect(encoders.jpeg(faces.photo(shot)))


@pytest.fixture(scope="session")
def look() -> Look:
    """What the gate makes of a shot."""
    return _look


@pytest.fixture(scope="session")
def good(look: Look) -> list[Reading]:
    """Readings of the twelve good shots."""
    return [look(shot).reading for shot in faces.good_shots()]
