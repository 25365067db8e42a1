"""A house for every test of earnings, in which payouts begin at 20 dust."""

import pytest

from pexit_app.core import deps, settings
from tests.features.shoots.support import House, open_house

PAYOUT = 20


@pytest.fixture(autouse=True)
def house(monkeypatch) -> House:
    config = settings.load().model_copy(update={"payout_dust": PAYOUT})
    monkeypatch.setattr(settings, "load", lambda: config)
    yield open_house()
    deps.use(None)
