"""Codes and links at the door: single use, bounded guesses, and nothing to learn about who has an account."""

import pytest

from pexit_app.core import clock
from pexit_app.core.errors import TooMany
from pexit_app.features.identity import doors, guesses, service
from pexit_app.features.identity.security_log import Caller
from pexit_app.web import rates
from tests.attack.test_bodies import refusal

ANN = "ann@example.com"
LINK = "/api/v1/auth/link/verify"


async def test_a_link_signs_in_once_in_any_browser(visit, letters, anybody):
    asking = await visit()
    await asking.post("/auth/code", data={"identifier": ANN, "next": "/people"})
    token = letters.token_to(ANN)
    reading = await visit()
    for _ in range(2):  # a guard of mail programs looks first
        page = await reading.get(f"/login/link?token={token}")
        assert (page.status_code, ANN in page.text) == (200, True)
        assert page.headers["Referrer-Policy"] == "same-origin"
    elsewhere = {"Origin": "https://evil.example"}
    assert (await reading.post("/auth/link", data={"token": token}, headers=elsewhere)).status_code == 403
    entered = await reading.post("/auth/link", data={"token": token})
    assert (entered.status_code, entered.headers["location"]) == (303, "/people")
    assert (await reading.get("/api/v1/me")).json()["data"]["email"] == ANN
    assert (await reading.get("/api/v1/sessions")).json()["data"][0]["way"] == "link"
    assert (await reading.post("/auth/link", data={"token": token})).status_code == 410
    refusal(await anybody.post(LINK, json={"token": token}), 422)


async def test_code_and_link_use_each_other_up(visit, letters, anybody):
    body = {"identifier": ANN}
    await anybody.post("/api/v1/auth/otp/request", json=body)
    proof = body | {"code": letters.code_to(ANN)}
    assert (await anybody.post(LINK, json={"token": letters.token_to(ANN)})).status_code == 200
    refusal(await anybody.post("/api/v1/auth/otp/verify", json=proof), 422)
    with clock.moved(minutes=1):
        await anybody.post("/api/v1/auth/otp/request", json=body)
        proof = body | {"code": letters.code_to(ANN)}
        assert (await anybody.post("/api/v1/auth/otp/verify", json=proof)).status_code == 200
        refusal(await anybody.post(LINK, json={"token": letters.token_to(ANN)}), 422)


@pytest.mark.parametrize(("seconds", "status"), [(598, 200), (601, 422)])
async def test_a_link_lives_ten_minutes(letters, anybody, seconds, status):
    await anybody.post("/api/v1/auth/otp/request", json={"identifier": ANN})
    with clock.moved(seconds=seconds):
        assert (await anybody.post(LINK, json={"token": letters.token_to(ANN)})).status_code == status


async def guess(session, identifier, times):
    """Wrong, with as many codes as it takes."""
    for number in range(times):
        if number % service.MAX_TRIES == 0:
            await service.request_code(session, identifier)
        await service.check_code(session, identifier, "wrong!")
        await session.flush()


async def test_fifty_wrong_guesses_a_day_and_then_only_the_link(session, letters, anybody):
    await guess(session, ANN, guesses.A_DAY - 1)
    with clock.moved(minutes=1):
        await doors.send_code(ANN, Caller())
        code = letters.code_to(ANN)
        assert await service.check_code(session, ANN, code, is_kept=True)
        await service.check_code(session, ANN, "wrong!")
        assert not await service.check_code(session, ANN, code)
    with clock.moved(minutes=2):
        await doors.send_code(ANN, Caller())
        assert (len(letters.codes), len(letters.links)) == (1, 2)
        assert (await anybody.post(LINK, json={"token": letters.token_to(ANN)})).status_code == 200
    with clock.moved(days=1):
        await doors.send_code(ANN, Caller())
        assert await service.check_code(session, ANN, letters.code_to(ANN))


async def test_guesses_at_one_address_are_no_guesses_at_another(session):
    await guess(session, ANN, guesses.A_DAY)
    code = await service.request_code(session, "bo@example.com")
    assert await service.check_code(session, "bo@example.com", code)


async def test_a_code_is_bound_to_its_purpose(session):
    code = await service.request_code(session, ANN, "confirm")
    assert not await service.check_code(session, ANN, code)
    assert await service.check_code(session, ANN, code, "confirm")


@pytest.mark.parametrize(
    ("name", "amount"), [("LETTERS_OF_ONE_PER_HOUR", 3), ("LETTERS_PER_HOUR", 3), ("CODES_PER_HOUR", 3)]
)
async def test_letters_are_limited_by_address_in_all_and_by_receiver(letters, monkeypatch, name, amount):
    monkeypatch.setattr(rates, name, type(getattr(rates, name))(amount))
    for number in range(amount + 2):
        to = ANN if name == "CODES_PER_HOUR" else f"n{number}@example.com"
        caller = Caller(address="1.2.3.4" if name == "LETTERS_OF_ONE_PER_HOUR" else f"1.2.3.{number}")
        with clock.moved(minutes=number):
            try:
                await doors.send_code(to, caller)
            except TooMany:
                assert name == "LETTERS_OF_ONE_PER_HOUR"
                assert number >= amount
    assert len(letters.codes) == amount
