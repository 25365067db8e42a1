"""A house for every test of people."""

import pytest

from pexit_app.core import deps
from pexit_app.features.people import photos, workflows  # noqa: F401  (workflows registers itself)
from pexit_app.features.routing import following
from pexit_app.features.routing.following import Patience
from tests.features.people.support import House, new_user, open_house


@pytest.fixture
def house() -> House:
    yield open_house()
    deps.use(None)


@pytest.fixture
async def me(session, house):
    return await new_user(session)


@pytest.fixture
async def other(session, house):
    return await new_user(session)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Silence is noticed at once, and nothing waits before it is tried again."""
    short = Patience(queued_s=0.5, running_s=0.5, lost_s=0.2, pause_s=0.0, tries=3, told_s=0.0)
    monkeypatch.setattr(following, "patience", short)
    monkeypatch.setattr(photos, "BUSY_PAUSE_S", 0.0)
    return short
