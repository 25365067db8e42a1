"""What the page tells operators is what the tests prove."""

from tests.faults import page
from tests.faults.troubles import TROUBLES


def test_the_page_shows_the_table_of_these_tests():
    assert page.shown(page.PAGE.read_text()) == page.table(), "run python -m tests.faults.page"


def test_every_trouble_stands_in_it_once():
    names = [line.split(" | ")[0].removeprefix("| ") for line in page.table().splitlines()[2:]]
    assert names == [trouble.name for trouble in TROUBLES]
    assert len(set(names)) == len(names)
