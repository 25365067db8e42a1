"""A house for every test of prices."""

import pytest

from pexit_app.core import deps
from tests.features.shoots.support import House, open_house


@pytest.fixture(autouse=True)
def house() -> House:
    yield open_house()
    deps.use(None)
