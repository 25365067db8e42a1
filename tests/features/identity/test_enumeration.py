"""Nothing at the door tells whether an address has an account: not the status, not the body, not the time."""

import random
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

import bcrypt
import httpx
import pytest

from pexit_app.features.identity import passwords, service
from pexit_app.web import rates

REQUEST, VERIFY, PASSWORD = "/api/v1/auth/otp/request", "/api/v1/auth/otp/verify", "/api/v1/auth/password"
PAIRS = 50
# Of 50 fair coins, as many heads or tails as this come up less than once in 20,000 times.
MOST_WINS = 40
Ask = Callable[[str], Awaitable[httpx.Response]]


def without_ids(answer: httpx.Response) -> tuple[int, object]:
    body = answer.json()
    (body.get("meta") or body["error"]).pop("request_id")
    body.get("error", {}).pop("timestamp", None)
    return answer.status_code, body


async def compare(ask: Ask, known: list[str], unknown: list[str]) -> int:
    """How many times of PAIRS the known address took longer. Asked in turns and in random order, so that whatever else the
    machine does falls on both alike."""
    wins = 0
    for two in zip(known, unknown, strict=True):
        took: dict[str, float] = {}
        answers = []
        for identifier in random.sample(two, 2):
            started = time.perf_counter()
            answers.append(without_ids(await ask(identifier)))
            took[identifier] = time.perf_counter() - started
        assert answers[0] == answers[1]
        wins += took[two[0]] > took[two[1]]
    return wins


async def accounts(session, count: int, hash_: str) -> list[str]:
    """Each with a password, which nobody knows."""
    made = [f"{uuid4().hex}@example.com" for _ in range(count)]
    for identifier in made:
        user = await service.user_of(session, identifier)
        await passwords.keep(session, user.id, hash_)
    return made


@pytest.mark.parametrize("door", ["request", "verify", "password"])
async def test_known_and_unknown_addresses_are_answered_alike(session, anybody, letters, monkeypatch, door):
    """A leak must show twice: chance alone would have to strike twice as well."""
    monkeypatch.setattr(rates, "address_of", lambda _: uuid4().hex)
    cheap = bcrypt.hashpw(b"whatever", bcrypt.gensalt(4)).decode()  # the same for both, as it is at its real cost
    monkeypatch.setattr(passwords, "NOBODYS", cheap)

    async def ask(identifier: str) -> httpx.Response:
        if door == "request":
            return await anybody.post(REQUEST, json={"identifier": identifier})
        if door == "password":
            return await anybody.post(PASSWORD, json={"identifier": identifier, "password": "a wrong one"})
        return await anybody.post(VERIFY, json={"identifier": identifier, "code": "123456"})

    for _ in range(2):
        known, unknown = await accounts(session, PAIRS, cheap), [f"{uuid4().hex}@example.com" for _ in range(PAIRS)]
        wins = await compare(ask, known, unknown)
        if PAIRS - MOST_WINS <= wins <= MOST_WINS:
            return
    raise AssertionError(f"the time tells: of {PAIRS} pairs the known address was slower {wins} times")
