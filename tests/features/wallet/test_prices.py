"""Prices: the house's, until the operator sets another."""

import pytest

from pexit_app.features.wallet.prices import PRICES, price, seed_prices, set_price


async def test_the_house_starts_with_these_prices(session):
    assert PRICES == {"draft": 0, "darkroom_frame": 1, "darkroom_training": 0}
    assert {action: await price(session, action) for action in PRICES} == PRICES


async def test_the_operators_price_holds_and_seeding_leaves_it_alone(session):
    await set_price(session, "darkroom_frame", 3)
    await seed_prices(session)
    await seed_prices(session)
    assert await price(session, "darkroom_frame") == 3
    await set_price(session, "darkroom_frame", 2)
    assert await price(session, "darkroom_frame") == 2
    assert await price(session, "draft") == 0


async def test_what_has_no_price_is_not_free(session):
    with pytest.raises(KeyError):
        await price(session, "time travel")
