"""Calls from Replicate: genuine, forged, repeated, old; and its secret, asked for as seldom as can be."""

import json
import time

import pytest

from pexit_app.core.ports import Forged, ProviderError
from pexit_app.providers.replicate.webhooks import ReplicateHooks
from tests.providers.replicate.conftest import ORDER, TRAINING, Side
from tests.servers.faults import Fault
from tests.servers.replicate import Replicate, new_secret

BODY = json.dumps({"id": "abc123", "urls": {"get": "https://api.replicate.com/v1/predictions/abc123"}}).encode()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_genuine_call_names_the_order_as_submit_did(side: Side, server: Replicate) -> None:
    picture = await side.images.submit(ORDER, "frame:1:1", "")
    training = await side.trainer.submit(TRAINING, "likeness:1:train", "")
    for provider_id in (picture, training):
        body = json.dumps(server.body(server.order(provider_id))).encode()
        assert await side.hooks.read(server.signed(body), body, "any/model") == provider_id
    assert server.faults.count("secret") == 1


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_each_header_is_needed_and_signed(side: Side, server: Replicate, name: str) -> None:
    headers = server.signed(BODY)
    with pytest.raises(Forged):
        await side.hooks.read({key: value for key, value in headers.items() if key != name}, BODY, "")
    changed = {
        "webhook-id": "msg_2",
        "webhook-timestamp": str(int(time.time()) + 5),
        "webhook-signature": "v1,AAAA",
    }
    with pytest.raises(Forged):
        await side.hooks.read({**headers, name: changed[name]}, BODY, "")
    with pytest.raises(Forged):
        await side.hooks.read({**headers, name: "nonsense"}, BODY, "")
    with pytest.raises(Forged):
        await side.hooks.read({**headers, name: ""}, BODY, "")


async def test_a_changed_body_is_forged(side: Side, server: Replicate) -> None:
    headers = server.signed(BODY)
    for body in (BODY.replace(b"abc123", b"abc124"), BODY + b" ", b"", b"\xff\xfe"):
        with pytest.raises(Forged):
            await side.hooks.read(headers, body, "")


@pytest.mark.parametrize("age_s", [310, -310, 86_400])
async def test_a_stale_call_is_forged(side: Side, server: Replicate, age_s: int) -> None:
    with pytest.raises(Forged):
        await side.hooks.read(server.signed(BODY, at=time.time() - age_s), BODY, "")


@pytest.mark.parametrize("age_s", [0, 280, -280])
async def test_a_repeated_call_within_its_time_says_the_same(side: Side, server: Replicate, age_s: int) -> None:
    headers = server.signed(BODY, at=time.time() - age_s)
    assert {await side.hooks.read(headers, BODY, "") for _ in range(3)} == {"prediction#abc123"}


async def test_one_good_signature_of_several_is_enough(side: Side, server: Replicate) -> None:
    headers = server.signed(BODY)
    headers["webhook-signature"] = "v1,AAAA " + headers["webhook-signature"]
    assert await side.hooks.read(headers, BODY, "") == "prediction#abc123"


@pytest.mark.parametrize("body", [b"[]", b"{}", b"no json", b'{"id": 7}', b'{"id": "../account"}'])
async def test_a_signed_body_without_an_order_cannot_be_read(side: Side, server: Replicate, body: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        await side.hooks.read(server.signed(body), body, "")
    assert not isinstance(raised.value, Forged)


async def test_a_changed_secret_is_learnt_at_most_once_a_minute(side: Side, server: Replicate) -> None:
    clock = Clock()
    hooks = ReplicateHooks(side.account, clock)
    await hooks.read(server.signed(BODY), BODY, "")
    server.secret = new_secret()
    for _ in range(20):
        with pytest.raises(Forged):
            await hooks.read(server.signed(BODY), BODY, "")
    assert server.faults.count("secret") == 1
    clock.now += 61
    assert await hooks.read(server.signed(BODY), BODY, "") == "prediction#abc123"
    for _ in range(20):
        with pytest.raises(Forged):
            await hooks.read(server.signed(BODY, secret=new_secret()), BODY, "")
    assert server.faults.count("secret") == 2


@pytest.mark.parametrize("kind", ["reset", "status", "invalid_json"])
async def test_without_the_secret_nobody_knows_and_it_is_called_again(side: Side, server: Replicate, kind: str) -> None:
    server.faults.plan(Fault("secret", kind))  # type: ignore[arg-type]
    headers = server.signed(BODY)
    with pytest.raises(ProviderError):
        await side.hooks.read(headers, BODY, "")
    assert await side.hooks.read(headers, BODY, "") == "prediction#abc123"
