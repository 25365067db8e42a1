"""A house at a public address, whose breakers remember nothing."""

import pytest
from pydantic import SecretStr

from pexit_app.core import deps, settings
from pexit_app.features.routing import breaker
from tests.features.routing import support


@pytest.fixture(autouse=True)
def house(monkeypatch):
    known = settings.load().model_copy(
        update={"public_url": "https://pexit.example", "secret_key": SecretStr("s" * 32)}
    )
    monkeypatch.setattr(settings, "load", lambda: known)
    breaker.forget()
    support.use()
    yield
    breaker.forget()
    deps.use(None)
