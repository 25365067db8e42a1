"""Passkeys: verified on the device, each challenge once, nobody else's."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pexit_app.core import clock
from pexit_app.core import settings as house
from pexit_app.features.identity import passkeys
from pexit_app.features.identity.errors import WrongPasskey
from tests.attack.test_bodies import refusal
from tests.support.device import PRESENT, VERIFIED, Device

ANN, BO = "ann@example.com", "bo@example.com"
OPTIONS, ADD = "/api/v1/passkeys/options", "/api/v1/passkeys"
ASK, ENTER = "/api/v1/passkeys/sign-in/options", "/api/v1/passkeys/sign-in"


def device() -> Device:
    return Device(house.load().origin)


async def options_for(client) -> dict:
    return (await client.post(OPTIONS)).json()["data"]


async def add(client, made: Device, name: str = "Phone"):
    return await client.post(ADD, json={"name": name, "credential": made.create(await options_for(client))})


async def ask(client) -> dict:
    return (await client.post(ASK)).json()["data"]


async def test_a_passkey_is_added_lets_in_and_is_removed(visit, letters, anybody):
    ann, phone = await visit(ANN), device()
    assert (await add(ann, phone)).status_code == 201
    entered = await anybody.post(ENTER, json={"credential": phone.get(await ask(anybody))})
    assert entered.json()["data"]["user"]["email"] == ANN
    ways = (await ann.get("/api/v1/me/ways")).json()["data"]["passkeys"]
    assert [(each["name"], each["transports"]) for each in ways] == [("Phone", ["internal"])]
    assert ways[0]["last_used_at"] is not None
    assert any("passkey was added" in text for _, text in letters.notices)
    assert (await ann.delete(f"{ADD}/{ways[0]['id']}")).status_code == 200
    refusal(await anybody.post(ENTER, json={"credential": phone.get(await ask(anybody))}), 422)


async def test_a_challenge_works_once_and_for_ten_minutes(visit, anybody):
    ann, phone = await visit(ANN), device()
    await add(ann, phone)
    answer = phone.get(await ask(anybody))
    assert (await anybody.post(ENTER, json={"credential": answer})).status_code == 200
    refusal(await anybody.post(ENTER, json={"credential": answer}), 422)
    late = await ask(anybody)
    with clock.moved(minutes=11):
        refusal(await anybody.post(ENTER, json={"credential": phone.get(late)}), 422)


async def test_a_challenge_of_one_use_or_person_is_none_of_another(visit, anybody):
    ann, bo, phone = await visit(ANN), await visit(BO), device()
    stolen = phone.create(await options_for(ann))
    refusal(await bo.post(ADD, json={"credential": stolen}), 422)
    refusal(await ann.post(ADD, json={"credential": stolen}), 422)  # it was used up all the same
    await add(ann, phone)
    other = {**await options_for(ann), "rpId": "localhost"}
    refusal(await anybody.post(ENTER, json={"credential": phone.get(other)}), 422)
    refusal(await add(bo, phone), 422)  # it is Ann's already


@pytest.mark.parametrize("lie", ["origin", "unverified", "counter", "key", "signature", "rp"])
async def test_lies_of_a_device_are_refused(visit, anybody, lie):
    ann, phone = await visit(ANN), device()
    await add(ann, phone)
    await anybody.post(ENTER, json={"credential": phone.get(await ask(anybody))})
    liar, asked = copy.copy(phone), await ask(anybody)
    if lie == "origin":
        liar.origin = "https://evil.example"
    elif lie == "unverified":
        liar.flags = PRESENT
    elif lie == "counter":
        liar.counter = 0  # a copy of the device, left behind
    elif lie == "key":
        liar.key = device().key
    elif lie == "rp":
        asked |= {"rpId": "evil.example"}
    answer = liar.get(asked)
    if lie == "signature":
        answer["response"]["signature"] = answer["response"]["signature"][:-4] + "AAAA"
    refusal(await anybody.post(ENTER, json={"credential": answer}), 422)


async def test_a_device_that_verifies_nobody_cannot_be_added(visit):
    ann, phone = await visit(ANN), device()
    phone.flags = PRESENT
    refusal(await add(ann, phone), 422)
    phone.flags |= VERIFIED
    answer = phone.create(await options_for(ann))
    answer["response"]["transports"] = 7
    assert (await ann.post(ADD, json={"name": "x" * 80, "credential": answer})).status_code == 201


async def test_adding_needs_a_fresh_proof_and_ends_at_twenty(visit, monkeypatch):
    ann = await visit(ANN)
    monkeypatch.setattr(passkeys, "MAX_PASSKEYS", 2)
    for _ in range(2):
        assert (await add(ann, device())).status_code == 201
    refusal(await ann.post(OPTIONS), 409)
    with clock.moved(minutes=16):
        assert refusal(await ann.post(OPTIONS), 403)["code"] == "proof_needed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda each: st.lists(each, max_size=3)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    part=st.sampled_from(
        ["id", "rawId", "type", "clientDataJSON", "attestationObject", "authenticatorData", "signature"]
    ),
    value=JSON,
    kind=st.sampled_from(["create", "get"]),
)
def test_any_nonsense_is_an_answer_that_could_not_be_verified(part, value, kind):
    """Whatever the library makes of it, nobody sees a 500."""
    phone = device()
    if kind == "create":
        credential = phone.create({"rp": {"id": "localhost"}, "challenge": "AAAA"})
    else:
        credential = phone.get({"rpId": "localhost", "challenge": "AAAA"})
    if part in credential["response"]:
        credential["response"][part] = value
    elif part in credential:
        credential[part] = value
    else:
        return
    try:
        if kind == "create":
            passkeys.verified_creation(credential)
        else:
            passkeys.verified_use(credential, b"\xa0", 0)
    except WrongPasskey:
        pass
