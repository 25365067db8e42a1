"""The second step: an authenticator's code works once, recovery codes stand in once, a passkey needs none."""

import pyotp
import pytest

from pexit_app.core import clock
from pexit_app.features.identity import second, slips
from tests.attack.test_bodies import refusal
from tests.features.identity.test_passkeys import add, ask, device

ANN = "ann@example.com"
APP, SECOND, VERIFY = "/api/v1/me/authenticator", "/api/v1/auth/second", "/api/v1/auth/otp/verify"


class App:
    """An authenticator app."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    def code(self) -> str:
        return self.totp.at(clock.now())


async def turn_on(client) -> tuple[App, list[str]]:
    begun = (await client.post(APP)).json()["data"]
    app = App(begun["secret"])
    assert begun["uri"].startswith("otpauth://totp/Pexit:")
    confirmed = await client.post(APP + "/confirm", json={"code": app.code()})
    assert confirmed.status_code == 200, confirmed.text
    return app, confirmed.json()["data"]["recovery_codes"]


async def first_step(client, letters) -> str:
    """By a code; the slip for the second."""
    await client.post("/api/v1/auth/otp/request", json={"identifier": ANN})
    body = {"identifier": ANN, "code": letters.code_to(ANN)}
    refused = refusal(await client.post(VERIFY, json=body), 401)
    assert refused["code"] == "second_step_needed"
    assert "set-cookie" not in refused
    return refused["details"]["slip"]


async def test_every_way_but_a_passkey_asks_for_it(visit, letters, anybody):
    ann, phone = await visit(ANN), device()
    await add(ann, phone)
    await ann.put("/api/v1/me/password", json={"password": "lantern in the harbor"})
    app, codes = await turn_on(ann)
    with clock.moved(minutes=1):
        slip = await first_step(anybody, letters)
        refusal(await anybody.post("/api/v1/auth/link/verify", json={"token": letters.token_to(ANN)}), 422)
        body = {"identifier": ANN, "password": "lantern in the harbor"}
        assert refusal(await anybody.post("/api/v1/auth/password", json=body), 401)["code"] == "second_step_needed"
        assert (await anybody.post(SECOND, json={"slip": slip, "code": app.code()})).status_code == 200
        assert (
            refusal(await anybody.post(SECOND, json={"slip": slip, "code": codes[0]}), 401)["code"]
            == "second_step_over"
        )
        answer = phone.get(await ask(anybody))
        assert (await anybody.post("/api/v1/passkeys/sign-in", json={"credential": answer})).status_code == 200
    with clock.moved(minutes=3):
        await first_step(anybody, letters)
    assert len(codes) == len(set(codes)) == second.RECOVERY_CODES


async def test_a_code_of_the_app_works_once_within_half_a_minute(visit, letters, anybody):
    ann = await visit(ANN)
    app, _ = await turn_on(ann)
    for minutes, lag_s, is_let_in in [(2, 30, True), (4, -30, True), (6, 65, False), (8, -65, False)]:
        with clock.moved(minutes=minutes):
            slip = await first_step(anybody, letters)
            with clock.moved(seconds=-lag_s):
                code = app.code()
            answer = await anybody.post(SECOND, json={"slip": slip, "code": code})
            assert (answer.status_code == 200) is is_let_in
            if is_let_in:
                with clock.moved(seconds=40):  # after the pause between two letters
                    slip = await first_step(anybody, letters)
                refusal(await anybody.post(SECOND, json={"slip": slip, "code": code}), 422)


async def test_recovery_codes_work_once_and_are_replaced(visit, letters, anybody):
    ann = await visit(ANN)
    _, codes = await turn_on(ann)
    with clock.moved(minutes=1):
        slip = await first_step(anybody, letters)
        typed = codes[3].upper().replace("-", " ")
        assert (await anybody.post(SECOND, json={"slip": slip, "code": typed})).status_code == 200
    with clock.moved(minutes=2):
        slip = await first_step(anybody, letters)
        refusal(await anybody.post(SECOND, json={"slip": slip, "code": codes[3]}), 422)
        assert (await ann.get("/api/v1/me/ways")).json()["data"]["recovery_codes_left"] == 9
        fresh = (await ann.post("/api/v1/me/recovery-codes")).json()["data"]["recovery_codes"]
        refusal(await anybody.post(SECOND, json={"slip": slip, "code": codes[4]}), 422)
        assert (await anybody.post(SECOND, json={"slip": slip, "code": fresh[0]})).status_code == 200


async def test_five_tries_a_slip_and_ten_minutes(visit, letters, anybody):
    ann = await visit(ANN)
    app, _ = await turn_on(ann)
    with clock.moved(minutes=1):
        slip = await first_step(anybody, letters)
        for _ in range(slips.MAX_TRIES):
            refusal(await anybody.post(SECOND, json={"slip": slip, "code": "wrong!"}), 422)
        refusal(await anybody.post(SECOND, json={"slip": slip, "code": app.code()}), 401)
    with clock.moved(minutes=2):
        slip = await first_step(anybody, letters)
    with clock.moved(minutes=13):
        refusal(await anybody.post(SECOND, json={"slip": slip, "code": app.code()}), 401)
    kinds = [each["kind"] for each in (await ann.get("/api/v1/me/security-log")).json()["data"]]
    assert kinds.count("second_refused") == slips.MAX_TRIES


async def test_turning_it_on_needs_a_proof_and_a_code_and_ends_other_sessions(visit, letters):
    ann, other = await visit(ANN), await visit()
    with clock.moved(minutes=1):
        await other.post("/auth/code", data={"identifier": ANN})
        await other.post("/auth/session", data={"code": letters.code_to(ANN)})
    refusal(await ann.post(APP + "/confirm", json={"code": "000000"}), 404)
    secret = (await ann.post(APP)).json()["data"]["secret"]
    refusal(await ann.post(APP + "/confirm", json={"code": "000000"}), 422)
    assert (await ann.post(APP + "/confirm", json={"code": App(secret).code()})).status_code == 200
    refusal(await other.get("/api/v1/me"), 401)
    refusal(await ann.post(APP), 409)
    with clock.moved(minutes=16):
        for method, path in [
            ("DELETE", APP),
            ("POST", "/api/v1/me/recovery-codes"),
            ("PUT", "/api/v1/passkeys/demand"),
        ]:
            refused = await ann.request(method, path, json={"is_demanded": True})
            assert refusal(refused, 403)["code"] == "proof_needed"
        await ann.post("/api/v1/auth/confirm/request")  # a mail is not enough any more
        refusal(await ann.post("/api/v1/auth/confirm", json={"code": letters.code_to(ANN)}), 422)
        assert (await ann.post("/api/v1/auth/confirm", json={"code": App(secret).code()})).status_code == 200
        assert (await ann.delete(APP)).status_code == 200
    assert (await ann.get("/api/v1/me/ways")).json()["data"]["recovery_codes_left"] == 0


async def test_a_passkey_may_be_demanded(visit, letters, anybody):
    ann, phone = await visit(ANN), device()
    refusal(await ann.put("/api/v1/passkeys/demand", json={"is_demanded": True}), 409)
    await add(ann, phone)
    demanded = await ann.put("/api/v1/passkeys/demand", json={"is_demanded": True})
    codes = demanded.json()["data"]["recovery_codes"]
    with clock.moved(minutes=1):
        slip = await first_step(anybody, letters)
        assert (await anybody.post(SECOND, json={"slip": slip, "code": codes[0]})).status_code == 200
        await ann.put("/api/v1/passkeys/demand", json={"is_demanded": False})
    with clock.moved(minutes=2):
        await visit(ANN)


async def test_on_the_page(visit, letters):
    ann = await visit(ANN)
    page = await ann.post("/account/authenticator")
    secret = page.text.split('class="figure account__secret">')[1].split("<")[0].replace(" ", "")
    assert (await ann.post("/account/authenticator/confirm", data={"code": "000000"})).status_code == 422
    shown = await ann.post("/account/authenticator/confirm", data={"code": App(secret).code()})
    assert shown.text.count('<li class="figure">') == second.RECOVERY_CODES
    other = await visit()
    with clock.moved(minutes=1):
        await other.post("/auth/code", data={"identifier": ANN, "next": "/people"})
        first = await other.post("/auth/session", data={"code": letters.code_to(ANN)})
        assert first.headers["location"] == "/login/second"
        assert "pexit_dev" not in other.cookies
        assert (await other.get("/login/second")).status_code == 200
        assert (await other.post("/auth/second", data={"code": "000000"})).status_code == 422
        entered = await other.post("/auth/second", data={"code": App(secret).code()})
        assert (entered.status_code, entered.headers["location"]) == (303, "/people")
    assert (await ann.post("/account/recovery")).text.count('<li class="figure">') == second.RECOVERY_CODES
    assert (await ann.post("/account/authenticator/remove")).status_code == 303


@pytest.mark.parametrize("path", ["/login/second", "/auth/second"])
async def test_nobody_begins_with_the_second_step(visit, path):
    nobody = await visit()
    answer = await (nobody.get(path) if path.startswith("/login") else nobody.post(path, data={"code": "123456"}))
    assert answer.headers["location"] == "/login"
