"""Settings: checked at start, and the same in the code, in README.md and in .env.example."""

import re
from pathlib import Path

import pytest

from pexit_app.core import settings
from pexit_app.core.settings import ROOT, Settings

NAMES = {f"PEXIT_{name.upper()}" for name in Settings.model_fields}


def shown_default(name: str) -> str:
    default = Settings.model_fields[name.removeprefix("PEXIT_").lower()].default
    text = default.get_secret_value() if hasattr(default, "get_secret_value") else str(default)
    return "./.pexit" if name == "PEXIT_DATA_DIR" else text


def words_of(name: str) -> str:
    return Settings.model_fields[name.removeprefix("PEXIT_").lower()].description or ""


def test_readme_lists_every_setting():
    rows = re.findall(r"^\| `(PEXIT_\w+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", (ROOT / "README.md").read_text(), re.M)
    assert {name: (default, words) for name, default, words in rows} == {
        name: (shown_default(name), words_of(name)) for name in NAMES
    }


def test_the_example_file_lists_every_setting():
    text = (ROOT / ".env.example").read_text()
    assert dict(re.findall(r"^# (PEXIT_\w+)=(.*)$", text, re.M)) == {name: shown_default(name) for name in NAMES}
    assert all(words_of(name) in text for name in NAMES)


@pytest.fixture
def clean(monkeypatch, tmp_path):
    """No variables, no .env file."""
    for name in (*NAMES, "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    settings.load.cache_clear()
    yield monkeypatch
    settings.load.cache_clear()


def test_defaults_work(clean):
    made = settings.load()
    assert (made.env, made.port, made.welcome_dust, made.worker) == ("development", 8000, 25, "inline")
    assert made.cookie_name == "pexit_dev"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PEXIT_PORT", "0"),
        ("PEXIT_PORT", "65536"),
        ("PEXIT_PORT", "eighty"),
        ("PEXIT_ENV", "staging"),
        ("PEXIT_WORKER", "on"),
        ("PEXIT_PUBLIC_URL", "pexit.example"),
        ("PEXIT_PUBLIC_URL", "https://pexit.example/shop"),
        ("PEXIT_DATABASE_URL", "sqlite:///x.db"),
        ("PEXIT_WELCOME_DUST", "-1"),
        ("PEXIT_WELCOME_DUST", "10001"),
        ("PEXIT_SECRET_KEY", "x" * 31),
    ],
)
def test_a_bad_value_names_the_variable(clean, name, value):
    clean.setenv(name, value)
    with pytest.raises(settings.SettingsError) as caught:
        settings.load()
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"), [("PEXIT_PORT", "65535"), ("PEXIT_WELCOME_DUST", "10000"), ("PEXIT_SECRET_KEY", "x" * 32)]
)
def test_the_last_good_value_is_taken(clean, name, value):
    clean.setenv(name, value)
    settings.load()


def test_production_demands_a_secret_and_an_address(clean):
    clean.setenv("PEXIT_ENV", "production")
    with pytest.raises(settings.SettingsError, match="PEXIT_SECRET_KEY"):
        settings.load()
    clean.setenv("PEXIT_SECRET_KEY", "s" * 32)
    with pytest.raises(settings.SettingsError, match="PEXIT_PUBLIC_URL"):
        settings.load()
    clean.setenv("PEXIT_PUBLIC_URL", "https://pexit.example")
    assert settings.load().cookie_name == "__Host-pexit"


def test_the_plain_alias_of_the_database_is_read(clean):
    clean.setenv("DATABASE_URL", "postgres://u:p@db/pexit")
    assert settings.load().database_url == "postgresql://u:p@db/pexit"


def test_a_development_key_is_made_once_and_kept_private(clean, tmp_path):
    clean.setenv("PEXIT_DATA_DIR", str(tmp_path / "data"))
    first = settings.load().signing_key()
    settings.load.cache_clear()
    assert settings.load().signing_key() == first
    assert len(first) >= settings.MIN_SECRET_CHARS
    assert Path(tmp_path / "data/secret.key").stat().st_mode & 0o077 == 0
