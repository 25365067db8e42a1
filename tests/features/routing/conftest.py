"""A house at a public address, whose breakers remember nothing."""

import pytest
from pydantic import SecretStr

from pexit_app.core import deps, settings
from pexit_app.features.routing import breaker, following
from tests.features.routing import support
from tests.features.routing.vendor import SHORT, Vendor


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


@pytest.fixture
def fal(monkeypatch) -> Vendor:
    """Whom an errand asks first; nobody is patient here."""
    monkeypatch.setattr(following, "patience", SHORT)
    return Vendor()


@pytest.fixture
def replicate() -> Vendor:
    return Vendor("replicate")
