"""The account over REST and on its page: addresses change on both sides, sessions end, secrets are shown once."""

import pytest

from pexit_app.core import clock
from pexit_app.features.identity import security_log, sessions
from tests.attack.test_bodies import refusal
from tests.features.identity.conftest import AGENT

ANN, NEW = "ann@example.com", "ann@new.example.com"


async def me_of(client) -> dict:
    return (await client.get("/api/v1/me")).json()["data"]


async def log_of(client) -> list[str]:
    return [each["kind"] for each in (await client.get("/api/v1/me/security-log")).json()["data"]]


async def test_name_notices_and_fairyname(visit):
    ann = await visit(ANN)
    before = await me_of(ann)
    assert (await ann.post("/account/name", data={"name": "  Ann   Lee "})).status_code == 303
    assert (await ann.post("/account/notices", data={})).status_code == 303
    assert (await ann.post("/account/fairyname")).status_code == 303
    after = await me_of(ann)
    assert (after["name"], after["tells_sign_ins"]) == ("Ann Lee", False)
    assert after["fairyname"] != before["fairyname"]
    changed = await ann.patch("/api/v1/me", json={"name": "x" * 100, "tells_sign_ins": True})
    assert changed.json()["data"]["tells_sign_ins"] is True
    refusal(await ann.patch("/api/v1/me", json={"name": "x" * 101}), 422)
    page = await ann.post("/account/name", data={"name": "x" * 101})
    assert page.status_code == 422
    assert "100 printable characters" in page.text


async def test_an_address_is_changed_by_two_codes(visit, letters):
    ann = await visit(ANN)
    cookie = ann.cookies["pexit_dev"]
    assert (await ann.post("/account/address", data={"identifier": NEW})).status_code == 200
    codes = {"code_new": letters.code_to(NEW), "code_old": letters.code_to(ANN)}
    wrong = "000000" if codes["code_old"] != "000000" else "000001"
    refused = await ann.post("/account/address/confirm", data={"identifier": NEW, **codes, "code_old": wrong})
    assert refused.status_code == 422
    refused = await ann.post("/account/address/confirm", data={"identifier": "eve@example.com", **codes})
    assert refused.status_code == 422
    assert (await ann.post("/account/address/confirm", data={"identifier": NEW, **codes})).status_code == 303
    assert (await me_of(ann))["email"] == NEW
    assert ann.cookies["pexit_dev"] != cookie
    assert {to for to, _ in letters.notices} == {ANN, NEW}
    stale = await visit()
    stale.cookies["pexit_dev"] = cookie
    refusal(await stale.get("/api/v1/me"), 401)


async def test_another_accounts_address_cannot_be_had_and_is_not_told(visit, letters):
    bo = await visit("bo@example.com")
    ann = await visit(ANN)
    with clock.moved(minutes=1):
        assert (await ann.post("/api/v1/me/address", json={"identifier": "bo@example.com"})).status_code == 202
        assert [to for to, _ in letters.codes].count("bo@example.com") == 1  # of the sign-in
        body = {"identifier": "bo@example.com", "code_new": "123456", "code_old": letters.code_to(ANN)}
        refusal(await ann.post("/api/v1/me/address/confirm", json=body), 422)
    assert (await me_of(bo))["email"] == "bo@example.com"


async def test_one_address_stays(visit, letters):
    ann = await visit(ANN)
    refusal(await ann.delete("/api/v1/me/address/email"), 409)
    phone = "+46701234567"
    with clock.moved(minutes=1):
        await ann.post("/api/v1/me/address", json={"identifier": phone})
        body = {"identifier": phone, "code_new": letters.code_to(phone), "code_old": letters.code_to(ANN)}
        assert (await ann.post("/api/v1/me/address/confirm", json=body)).status_code == 200
    assert (await ann.delete("/api/v1/me/address/email")).status_code == 200
    assert ((await me_of(ann))["identifier"], (await me_of(ann))["email"]) == (phone, None)
    assert {"address_changed", "address_removed", "signed_in", "account_made"} <= set(await log_of(ann))


async def test_sessions_are_listed_and_ended(visit, letters):
    here = await visit(ANN)
    with clock.moved(minutes=1):
        there = await visit(ANN, agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1")
    with clock.moved(minutes=5):
        rows = (await here.get("/api/v1/sessions")).json()["data"]
        assert [(row["device"], row["is_current"]) for row in rows] == [
            ("Firefox on Linux", True),
            ("Safari on iPhone", False),
        ]
        assert rows[0]["last_seen_at"] > rows[0]["created_at"]
    assert any("Safari on iPhone" in text for _, text in letters.notices)
    assert (await here.post("/account/sessions/end", data={"session_id": rows[1]["id"]})).status_code == 303
    refusal(await there.get("/api/v1/me"), 401)
    assert (await here.delete("/api/v1/sessions?keep_current=true")).status_code == 204
    assert (await here.get("/api/v1/me")).status_code == 200
    assert (await here.delete("/api/v1/sessions")).status_code == 204
    refusal(await here.get("/api/v1/me"), 401)


async def test_a_known_device_and_a_first_one_are_not_told(visit, letters):
    for minutes in (0, 1):
        with clock.moved(minutes=minutes):
            await visit(ANN)
    assert letters.notices == []


async def test_a_key_is_shown_once_on_the_page(visit):
    ann = await visit(ANN)
    page = await ann.post("/account/keys", data={"key_name": "Export", "scope": "read", "days": "90"})
    assert "pk_live_" in page.text
    key = page.text.split('<li class="figure">')[1].split("<")[0]
    assert key not in (await ann.get("/account")).text
    reads = await (await visit()).get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
    assert reads.status_code == 200
    nameless = await ann.post("/account/keys", data={"key_name": ""})
    assert nameless.status_code == 422
    assert "Name the key" in nameless.text


async def test_who_proved_it_long_ago_proves_it_again(visit, letters):
    ann = await visit(ANN)
    with clock.moved(minutes=16):
        asked = await ann.post("/account/keys", data={"key_name": "Export"})
        assert asked.headers["location"] == "/account/confirm?next=%2Faccount"
        await ann.post("/account/confirm/send")
        wrong = await ann.post("/account/confirm", data={"code": "abc"})
        assert wrong.status_code == 422
        cookie = ann.cookies["pexit_dev"]
        assert (await ann.post("/account/confirm", data={"code": letters.code_to(ANN)})).status_code == 303
        assert ann.cookies["pexit_dev"] != cookie
        assert "pk_live_" in (await ann.post("/account/keys", data={"key_name": "Export"})).text


async def test_the_page_is_for_its_owner_and_their_own_posts(visit):
    nobody = await visit()
    assert (await nobody.get("/account")).headers["location"] == "/login?next=%2Faccount"
    assert (await nobody.post("/account/name", data={"name": "x"})).status_code == 303
    ann = await visit(ANN)
    elsewhere = {"Origin": "https://evil.example"}
    assert (await ann.post("/account/name", data={"name": "x"}, headers=elsewhere)).status_code == 403
    assert (await me_of(ann))["name"] == ""
    assert (await ann.post("/account/sessions/end", data={"session_id": "nonsense"})).status_code == 404
    assert (await ann.get("/account?log=nonsense")).status_code == 303
    assert "<script>" not in (await ann.get("/account?done=<script>")).text


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (AGENT, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("python-httpx/0.28", "Python"),
        ("pexit-cli/1.0", "pexit-cli"),
        ("", "Unknown device"),
    ],
)
def test_devices_in_words(agent, words):
    assert sessions.device_words(agent) == words


def test_every_line_of_the_log_has_words():
    assert all(words[0].isupper() and len(kind) <= 30 for kind, words in security_log.WORDS.items())
