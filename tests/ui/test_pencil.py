"""Grease-pencil marks: the same every time, different from their neighbours, inside the room they have."""

import re

import pytest

from pexit_app.ui.parts.pencil import KINDS, MARKS, VARIANTS, _drawn, pencil
from pexit_app.web.html import to_html

POINT = re.compile(r"-?\d+\.\d")


@pytest.mark.parametrize("kind", KINDS)
def test_marks_are_stable_and_differ(kind: str) -> None:
    assert len(set(MARKS[kind])) == VARIANTS
    assert [_drawn(kind, variant) for variant in range(VARIANTS)] == MARKS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_marks_stay_in_their_room(kind: str) -> None:
    """The view box reaches from -10 to 110 both ways."""
    for path in MARKS[kind]:
        numbers = [float(number) for number in POINT.findall(path)]
        assert min(numbers) >= -10 and max(numbers) <= 110


@pytest.mark.parametrize("variant", range(VARIANTS))
def test_a_ring_overshoots_the_frame(variant: int) -> None:
    numbers = [float(number) for number in POINT.findall(MARKS["ring"][variant])]
    assert max(numbers) > 100 or min(numbers) < 0


def test_any_number_chooses_a_variant() -> None:
    assert to_html(pencil("ring", 3)) == to_html(pencil("ring", 3 + VARIANTS))
