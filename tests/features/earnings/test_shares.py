"""Whom a sale pays, to the ten-thousandth of a dust."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pexit_app.features.earnings.models import UNITS
from pexit_app.features.earnings.shares import due, shares

OWNER, ONE, TWO = (UUID(int=number) for number in (1, 2, 3))


def test_ancestors_get_what_they_asked_for_and_the_creator_the_rest():
    found = {share.user_id: share for share in shares(OWNER, {ONE: 10, TWO: 5})}
    assert [(found[each].percent, found[each].is_royalty) for each in (OWNER, ONE, TWO)] == [
        (85, False), (10, True), (5, True),
    ]  # fmt: skip
    assert sum(share.units_of(50, 80) for share in found.values()) == 40 * UNITS
    assert [share.percent for share in shares(OWNER, {OWNER: 10})] == [100]  # an ancestor of one's own


@given(st.lists(st.integers(1, 500), max_size=60), st.integers(0, 100), st.integers(0, 20))
def test_no_part_of_a_dust_gets_lost_and_none_is_made(sold, percent, royalty):
    units, moved = {OWNER: 0, ONE: 0}, {OWNER: 0, ONE: 0}
    for dust in sold:
        for share in shares(OWNER, {ONE: royalty} if royalty else {}):
            units[share.user_id] += share.units_of(dust, percent)
            more = due(units[share.user_id], moved[share.user_id])
            assert 0 <= more <= dust
            moved[share.user_id] += more
    assert sum(units.values()) == sum(sold) * percent * 100
    assert all(moved[user] == units[user] // UNITS for user in units)
    assert sum(moved.values()) * 100 <= sum(sold) * percent
