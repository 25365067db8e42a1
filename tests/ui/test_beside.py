"""Parts of our own lie where the bundle imports them from."""

from pathlib import Path

import pytest

from pexit_app.ui import beside, react


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(beside, "ROOT", tmp_path)
    return tmp_path


def test_a_part_is_linked_to_where_reflex_would_have_put_it(root: Path) -> None:
    place = root / "assets/external/pexit_app/ui/react/loupe.jsx"
    assert beside.beside(react.__name__, "loupe.jsx") == "$/public/external/pexit_app/ui/react/loupe.jsx"
    assert place.is_symlink()
    assert place.resolve() == Path(react.__file__).with_name("loupe.jsx")


def test_a_link_that_leads_elsewhere_is_replaced_and_a_good_one_left(root: Path) -> None:
    place = root / "assets/external/pexit_app/ui/react/loupe.jsx"
    place.parent.mkdir(parents=True)
    place.symlink_to(root / "gone")
    beside.beside(react.__name__, "loupe.jsx")
    good = place.lstat().st_ino
    assert place.is_file()
    beside.beside(react.__name__, "loupe.jsx")
    assert place.lstat().st_ino == good
    assert [each.name for each in place.parent.iterdir()] == ["loupe.jsx"]


def test_a_part_that_is_not_there_is_said_at_once(root: Path) -> None:
    with pytest.raises(FileNotFoundError):
        beside.beside(react.__name__, "nothing.jsx")
