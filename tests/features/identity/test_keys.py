"""API keys: their shape, what they may do, and that they end."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from pexit_app.core import clock
from pexit_app.features.identity import keys
from pexit_app.features.identity.models import ApiKey
from tests.attack.test_bodies import refusal

BODY = {"name": "Nightly export", "scopes": ["read", "write"]}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def made(client, **more) -> dict:
    answer = await client.post("/api/v1/keys", json=BODY | more)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def test_a_key_has_178_random_bits_and_a_checksum():
    key = keys.generate()
    assert re.fullmatch(r"pk_live_[0-9A-Za-z]{36}", key)
    assert keys.is_key(key)
    assert keys.generate() != key


@given(at=st.integers(8, 43), letter=st.sampled_from("0aZ"))
def test_a_typing_mistake_is_no_key(at, letter):
    key = keys.generate()
    other = key[:at] + letter + key[at + 1 :]
    assert keys.is_key(other) is (other == key)


@pytest.mark.parametrize("text", ["", "pk_live_", "pk_test_" + "a" * 36, "pk_live_" + "a" * 36, "pk_live_" + "é" * 36])
def test_what_is_no_key(text):
    assert not keys.is_key(text)


async def test_a_key_lets_in_and_is_kept_as_a_hash(me, anybody, session):
    data = await made(me)
    assert (await anybody.get("/api/v1/me", headers=bearer(data["key"]))).status_code == 200
    row = (await session.exec(select(ApiKey).where(ApiKey.name == BODY["name"]))).one()
    assert data["key"] not in str(row.model_dump())
    listed = (await me.get("/api/v1/keys")).json()["data"]
    assert [each["hint"] for each in listed] == [data["key"][-4:]]
    assert listed[0]["last_used_at"] is not None
    assert "key" not in listed[0]


async def test_a_read_only_key_reads_and_nothing_else(me, anybody):
    data = await made(me, scopes=["read"])
    assert (await anybody.get("/api/v1/wallet", headers=bearer(data["key"]))).status_code == 200
    body = {"name": "A", "kind": "person"}
    refused = await anybody.post("/api/v1/people", json=body, headers=bearer(data["key"]))
    assert refusal(refused, 403)["code"] == "read_only_key"


async def test_no_key_opens_further_ways_in(me, anybody):
    headers = bearer((await made(me))["key"])
    for method, path in [
        ("POST", "/api/v1/keys"), ("GET", "/api/v1/keys"), ("GET", "/api/v1/sessions"), ("DELETE", "/api/v1/sessions"),
        ("PATCH", "/api/v1/me"), ("GET", "/api/v1/me/security-log"), ("POST", "/api/v1/me/address"),
        ("POST", "/api/v1/auth/logout"),
    ]:  # fmt: skip
        refused = await anybody.request(method, path, json=BODY | {"identifier": "x@y.z"}, headers=headers)
        assert refusal(refused, 403)["code"] == "not_for_keys", path


async def test_an_ended_key_is_nobody_at_once(me, anybody):
    data = await made(me)
    assert (await me.delete(f"/api/v1/keys/{data['id']}")).status_code == 204
    refusal(await anybody.get("/api/v1/me", headers=bearer(data["key"])), 401)
    refusal(await me.delete(f"/api/v1/keys/{data['id']}"), 404)


async def test_a_key_expires(me, anybody):
    data = await made(me, expires_in_days=1)
    with clock.moved(hours=23):
        assert (await anybody.get("/api/v1/me", headers=bearer(data["key"]))).status_code == 200
    with clock.moved(hours=25):
        refusal(await anybody.get("/api/v1/me", headers=bearer(data["key"])), 401)


async def test_nobody_ends_anothers_key(me, sign_in):
    data = await made(me)
    refusal(await (await sign_in()).delete(f"/api/v1/keys/{data['id']}"), 404)


async def test_what_is_wrong_with_a_key_is_named(me):
    for more, field in [
        ({"name": ""}, "name"), ({"name": "x" * 81}, "name"), ({"name": " "}, "name"), ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes.0"), ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": 366}, "expires_in_days"),
    ]:  # fmt: skip
        refused = refusal(await me.post("/api/v1/keys", json=BODY | more), 422)
        assert refused["details"][0]["field"] == field


async def test_twenty_keys_and_no_more(me):
    for _ in range(keys.MAX_KEYS):
        await made(me, name="x" * 80, expires_in_days=365)
    refusal(await me.post("/api/v1/keys", json=BODY), 409)


async def test_a_key_is_made_only_soon_after_a_proof(visit, letters):
    ann = await visit("ann@example.com")
    with clock.moved(minutes=16):
        assert refusal(await ann.post("/api/v1/keys", json=BODY), 403)["code"] == "proof_needed"
        assert (await ann.post("/api/v1/auth/confirm/request")).status_code == 202
        answer = await ann.post("/api/v1/auth/confirm", json={"code": letters.code_to("ann@example.com")})
        assert answer.status_code == 200
        await made(ann)
