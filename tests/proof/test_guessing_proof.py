"""10^5 guesses at codes from as many addresses succeed in at most one of 10^4 account-days."""

import random

import pytest

from pexit_app.core import clock
from pexit_app.features.identity import guesses, service

pytestmark = pytest.mark.proof
TRIES, DAYS = 100_000, 4
A_MILLION = 10**6


async def days_guesses(session, identifier: str, dice: random.Random) -> tuple[int, bool]:
    """Everything one day gives somebody who asks for ever new codes and guesses with each until it is used up. Tries that
    were judged at all, and whether one was right."""
    judged = 0
    while await guesses.are_left(session, service.guessed_at(identifier)):
        code = await service.request_code(session, identifier)
        assert code is not None
        for guess in dice.sample(range(A_MILLION), service.MAX_TRIES):
            judged += await guesses.are_left(session, service.guessed_at(identifier))
            if await service.check_code(session, identifier, f"{guess:06d}"):
                return judged, True
            await session.flush()
    return judged, False


async def test_guessing_finds_next_to_nothing(session, monkeypatch):
    dice = random.Random(20261128)
    monkeypatch.setattr(service.secrets, "randbelow", dice.randrange)
    tried, found, account_days = 0, 0, 0
    while tried < TRIES:
        account_days += 1
        with clock.moved(days=account_days % DAYS, hours=1):
            judged, is_found = await days_guesses(session, f"n{account_days // DAYS}@example.com", dice)
        assert judged <= guesses.A_DAY
        tried, found = tried + judged, found + is_found
        session.expunge_all()
    assert 2 * guesses.A_DAY / A_MILLION <= 1 / 10_000  # any 24 hours touch two days at most
    assert found <= account_days / 1_000, (found, account_days)  # 2,000 days should find 0.1: more is no bad luck
