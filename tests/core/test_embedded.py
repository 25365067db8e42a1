"""Where the embedded database lives."""

import os

import pytest

from pexit_app.core import embedded


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "FALLBACK", tmp_path / "away")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path / "data"


def test_as_root_in_a_private_home_it_lives_elsewhere(folders, monkeypatch):
    monkeypatch.setattr(embedded, "_others_may_enter", lambda _: False)
    assert embedded.place_for(folders).is_relative_to(embedded.FALLBACK)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert embedded.place_for(folders) == folders / "pg"


@pytest.mark.parametrize("is_open_first", [True, False])
def test_where_it_is_it_stays(folders, monkeypatch, is_open_first):
    monkeypatch.setattr(embedded, "_others_may_enter", lambda _: is_open_first)
    place = embedded.place_for(folders)
    place.mkdir(parents=True)
    (place / "PG_VERSION").write_text("18")
    monkeypatch.setattr(embedded, "_others_may_enter", lambda _: not is_open_first)
    assert embedded.place_for(folders) == place


def test_a_folder_has_one_owner(tmp_path):
    taken = pytest.raises(embedded.AlreadyRunning, match="PEXIT_DATA_DIR")
    with embedded.owned(tmp_path), taken, embedded.owned(tmp_path):
        pass
    with embedded.owned(tmp_path):
        pass
