"""A quote binds for five minutes, for one user, and for exactly what was asked."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from pexit_app.core.errors import NotFound
from pexit_app.features.wallet import quotes
from pexit_app.features.wallet.errors import QuoteChanged, QuoteExpired, QuoteUsed
from pexit_app.features.wallet.models import Quote
from pexit_app.features.wallet.quotes import QuoteLine, check_quote, hash_inputs, make_quote
from tests.features.wallet.support import wallet_of

LINES = [QuoteLine("4 frames, 1 dust each", 4), QuoteLine("The creator's fee", 8)]
INPUTS = {"pack": "harbour", "scene": "evening", "knobs": {"hour": 19, "grade": "warm"}, "count": 4}


async def test_a_quote_adds_its_lines_and_says_what_will_be_left(session):
    user = await wallet_of(session, granted=10, bought=10)
    quote = await make_quote(session, user, LINES, INPUTS)
    assert quote.lines == [{"label": "4 frames, 1 dust each", "dust": 4}, {"label": "The creator's fee", "dust": 8}]
    assert (quote.total_dust, quote.balance_after) == (12, 8)
    assert quote.expires_at - quote.created_at == pytest.approx(timedelta(minutes=5), abs=timedelta(seconds=5))
    assert (await check_quote(session, user, quote.id, INPUTS)).id == quote.id
    with pytest.raises(QuoteUsed):
        await check_quote(session, user, quote.id, INPUTS)


async def test_a_quote_beyond_the_balance_still_tells_the_price(session):
    user = await wallet_of(session, granted=10)
    assert (await make_quote(session, user, LINES, INPUTS)).balance_after == -2


async def test_a_quote_is_for_what_was_asked(session):
    user = await wallet_of(session, granted=10)
    quote = await make_quote(session, user, LINES, INPUTS)
    for changed in ({**INPUTS, "count": 16}, {**INPUTS, "knobs": {"hour": 20, "grade": "warm"}}, {}):
        with pytest.raises(QuoteChanged) as raised:
            await check_quote(session, user, quote.id, changed)
        assert raised.value.status == 422


async def test_a_quote_expires(session, monkeypatch):
    user = await wallet_of(session, granted=10)
    quote = await make_quote(session, user, LINES, INPUTS)
    moment = timedelta(microseconds=1)
    monkeypatch.setattr(quotes, "now", lambda: quote.expires_at - moment)
    await check_quote(session, user, quote.id, INPUTS)
    monkeypatch.setattr(quotes, "now", lambda: quote.expires_at)
    with pytest.raises(QuoteExpired) as raised:
        await check_quote(session, user, quote.id, INPUTS)
    assert raised.value.status == 410


async def test_another_users_quote_does_not_exist(session):
    user, other = await wallet_of(session, granted=10), await wallet_of(session, granted=10)
    quote = await make_quote(session, user, LINES, INPUTS)
    for who, quote_id in ((other, quote.id), (user, uuid4())):
        with pytest.raises(NotFound):
            await check_quote(session, who, quote_id, INPUTS)


async def test_old_quotes_are_swept_away_by_new_ones(session):
    user = await wallet_of(session, granted=10)
    for age in (timedelta(hours=25), timedelta(hours=23)):
        (await make_quote(session, user, LINES, INPUTS)).expires_at -= age
    await session.flush()
    await make_quote(session, user, LINES, INPUTS)
    assert len((await session.exec(select(Quote.id).where(Quote.user_id == user))).all()) == 2


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), PLAIN, max_size=4))
def test_the_order_of_keys_does_not_matter(inputs):
    assert hash_inputs(dict(reversed(inputs.items()))) == hash_inputs(inputs)


@given(st.integers(-(2**40), 2**40))
def test_a_whole_number_is_the_same_with_and_without_a_point(number):
    assert hash_inputs({"knobs": {"hour": float(number)}}) == hash_inputs({"knobs": {"hour": number}})


def test_what_differs_has_another_hash():
    different = [{}, {"a": 1}, {"a": 1.5}, {"a": "1"}, {"a": True}, {"a": None}, {"a": [1]}, {"b": 1}]
    assert len({hash_inputs(inputs) for inputs in different}) == len(different)
