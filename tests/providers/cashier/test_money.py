"""Who takes money here: Stripe where its key is set, the stand-ins in development, nobody else in production."""

import pytest

from pexit_app.core import settings
from pexit_app.core.settings import Settings
from pexit_app.providers import money

PRODUCTION = {"env": "production", "secret_key": "x" * 32, "public_url": "https://pexit.example"}
STRIPE = {"stripe_key": "sk_test_1", "stripe_webhook_secret": "whsec_1"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("PEXIT_STRIPE_KEY", "STRIPE_KEY", "PEXIT_STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)


def config(tmp_path, **values) -> Settings:
    names = {name: f"PEXIT_{name.upper()}" if name.startswith("stripe") else name for name in values}
    return Settings(_env_file=None, data_dir=tmp_path, **{names[name]: value for name, value in values.items()})


@pytest.mark.parametrize(
    ("values", "names"),
    [({}, ("test", "test", "test")), (PRODUCTION, (None,) * 3), (PRODUCTION | STRIPE, ("stripe", None, "stripe"))],
)
async def test_each_house_has_its_cashier(tmp_path, values, names):
    async with money.opened(config(tmp_path, **values)) as made:
        assert tuple(each and each.name for each in (made.cashier, made.play, made.payouts)) == names


@pytest.mark.parametrize("only", STRIPE)
def test_a_key_without_its_webhook_secret_is_no_setting(tmp_path, monkeypatch, only):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"PEXIT_{only.upper()}", STRIPE[only])
    settings.load.cache_clear()
    with pytest.raises(settings.SettingsError, match="belongs to"):
        settings.load()
    settings.load.cache_clear()
