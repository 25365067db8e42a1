"""What a coupon takes off: never more than is asked, and not a dust too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.features.pricing.bundles import parts_of
from pexit_app.features.pricing.discounts import discount

FEES = st.lists(st.integers(0, 50), max_size=20)
UNLOCKS = st.integers(0, 200)


@given(FEES, UNLOCKS, st.integers(1, 100))
def test_a_share_of_every_line(fees, unlock, percent):
    off = discount(fees, unlock, percent=percent)
    assert all(taken == fee * percent // 100 for taken, fee in zip(off.fees, fees, strict=True))
    assert off.unlock == unlock * percent // 100


@given(FEES, UNLOCKS, st.integers(1, 500))
def test_so_much_in_all_and_evenly(fees, unlock, dust):
    off = discount(fees, unlock, dust=dust)
    assert off.dust == min(dust, sum(fees) + unlock) and off.unlock == min(dust, unlock)
    assert all(0 <= taken <= fee for taken, fee in zip(off.fees, fees, strict=True))
    more = [taken for taken, fee in zip(off.fees, fees, strict=True) if taken < fee]
    assert not more or max(off.fees) - min(more) <= 1  # who pays something still has as much off as anybody


@pytest.mark.parametrize(
    ("dust", "prices", "parts"), [(10, [10, 10], [5, 5]), (7, [30, 3], [6, 1]), (1, [9, 9], [0, 1])]
)
def test_a_bundles_price_is_divided_by_what_each_costs_alone(dust, prices, parts):
    assert parts_of(dust, prices) == parts


@given(st.lists(st.integers(1, 500), min_size=2, max_size=12), st.data())
def test_no_part_is_above_its_price(prices, data):
    dust = data.draw(st.integers(0, sum(prices)))
    parts = parts_of(dust, prices)
    assert sum(parts) == dust and all(0 <= part <= price for part, price in zip(parts, prices, strict=True))
