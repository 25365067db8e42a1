"""No GPU is configured, unless a test says otherwise."""

import pytest

from pexit_app.core import deps
from tests.features.shoots.support import House, open_house


@pytest.fixture(autouse=True)
def darkroom_only() -> House:
    yield open_house()
    deps.use(None)
