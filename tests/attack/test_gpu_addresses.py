"""An address that a user gives for a model: what the operator trusts for results is not opened to it."""

import pytest

from pexit_app import bootstrap
from pexit_app.core import deps, settings
from pexit_app.providers.weights import BadWeights


class NoDarkroom:
    pool = None

    def __init__(self, **_):
        """Nothing is started here."""

    async def start(self):
        """Nor here."""

    async def close(self):
        """Nor here."""


@pytest.fixture
async def house(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "Darkroom", NoDarkroom)
    monkeypatch.setattr(bootstrap, "gate_on", lambda pool: None)
    monkeypatch.setattr(bootstrap, "DarkroomTrainer", lambda pool, find_file: None)
    update = {"trusted_result_hosts": "10.1.2.3:9000,127.0.0.1", "data_dir": tmp_path}
    async with bootstrap.adapters(settings.load().model_copy(update=update)) as made:
        yield made
    deps.use(None)


@pytest.mark.parametrize(
    "url",
    [
        "https://10.1.2.3:9000/admin",
        "https://127.0.0.1/x",
        "https://127.0.0.1:9000/x",
        "https://[::ffff:10.1.2.3]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://[fe80::1]/x",
        "https://[64:ff9b::a9fe:a9fe]/x",
        "https://user:secret@10.1.2.3:9000/x",
        "http://10.1.2.3:9000/x",
    ],
)
async def test_no_inner_machine_is_asked_for_a_users_model(house, url):
    with pytest.raises(BadWeights, match=r"public internet|cannot be read|https address"):
        await house.check_weights(url)
