"""A house with one pack for every test of shoots."""

import pytest

from pexit_app.core import deps
from pexit_app.features.routing import following
from pexit_app.features.routing.following import Patience
from tests.features.shoots.support import House, new_user, open_house, publish


@pytest.fixture(autouse=True)
def house() -> House:
    yield open_house()
    deps.use(None)


@pytest.fixture
async def me(session):
    await publish(session)
    return await new_user(session)


@pytest.fixture
def impatient(monkeypatch):
    """Silence is noticed at once, and nothing waits before it is tried again."""
    short = Patience(queued_s=0.2, running_s=0.2, lost_s=0.2, pause_s=0.0, tries=3, told_s=0.0)
    monkeypatch.setattr(following, "patience", short)
    return short
