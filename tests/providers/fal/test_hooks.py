"""Whether a webhook is fal's."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from pexit_app.core.clock import now
from pexit_app.core.ports import Forged
from pexit_app.providers.fal import FalHooks, FalImages
from pexit_app.providers.fal import hooks as hooks_module
from tests.providers.fal.conftest import ORDER as IMAGE
from tests.servers.base import Receive, Scope, Send, serving
from tests.servers.fal import FalServer
from tests.servers.fal_state import FalOrder, Made
from tests.servers.faults import Fault

MODEL = "fal-ai/flux-lora"
ORDER = FalOrder("0b6a2c1e-1111-4222-8333-444455556666", MODEL, {}, None, {}, made=Made({"images": []}))
ID = f"{MODEL}#{ORDER.request_id}"


@dataclass
class Clock:
    """What hooks.py takes for the time."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(hooks_module, "now", made)
    return made


def at(clock: Clock, seconds: float = 0.0) -> float:
    return (clock() + timedelta(seconds=seconds)).timestamp()


async def test_a_signed_one_names_its_order_and_the_keys_are_asked_for_once(hooks: FalHooks, server: FalServer) -> None:
    for _ in range(3):
        assert await hooks.read(*server.hook(ORDER), MODEL) == ID
    assert server.faults.count("jwks") == 1


async def test_a_failures_webhook_is_read_alike(hooks: FalHooks, server: FalServer) -> None:
    failed = FalOrder(ORDER.request_id, MODEL, {}, None, {}, made=Made({"detail": "no"}, 500))
    assert await hooks.read(*server.hook(failed), MODEL) == ID


@pytest.mark.parametrize("name", ["request-id", "user-id", "timestamp", "signature"])
async def test_every_signed_part_counts(hooks: FalHooks, server: FalServer, name: str) -> None:
    headers, body = server.hook(ORDER)
    header = f"x-fal-webhook-{name}"
    changed = {"signature": "00" * 64, "timestamp": str(int(headers["x-fal-webhook-timestamp"]) + 1)}
    for value in (changed.get(name, "someone-else"), "", "ä", "9" * 40):
        with pytest.raises(Forged):
            await hooks.read(headers | {header: value}, body, MODEL)
    with pytest.raises(Forged):
        await hooks.read({key: value for key, value in headers.items() if key != header}, body, MODEL)


async def test_another_body_is_forged(hooks: FalHooks, server: FalServer) -> None:
    headers, body = server.hook(ORDER)
    with pytest.raises(Forged):
        await hooks.read(headers, body.replace(b"OK", b"KO"), MODEL)


@pytest.mark.parametrize(("seconds", "is_read"), [(-299, True), (-302, False), (299, True), (302, False)])
async def test_only_fresh_ones_are_read(
    hooks: FalHooks, server: FalServer, clock: Clock, seconds: float, is_read: bool
) -> None:
    headers, body = server.hook(ORDER, at=at(clock, seconds))
    if is_read:
        assert await hooks.read(headers, body, MODEL) == ID
    else:
        with pytest.raises(Forged):
            await hooks.read(headers, body, MODEL)
        assert server.faults.count("jwks") == 0


async def test_one_replayed_later_is_forged(hooks: FalHooks, server: FalServer, clock: Clock) -> None:
    headers, body = server.hook(ORDER)
    assert await hooks.read(headers, body, MODEL) == ID
    clock.ahead += timedelta(minutes=6)
    with pytest.raises(Forged):
        await hooks.read(headers, body, MODEL)


async def test_a_new_key_is_found_and_a_former_one_still_fits(hooks: FalHooks, server: FalServer, clock: Clock) -> None:
    earlier = server.hook(ORDER)
    await hooks.read(*earlier, MODEL)
    server.rotate_key(keeps_former=True)
    with pytest.raises(Forged):
        await hooks.read(*server.hook(ORDER), MODEL)
    clock.ahead += timedelta(seconds=61)
    assert await hooks.read(*server.hook(ORDER), MODEL) == ID
    assert await hooks.read(*earlier, MODEL) == ID


async def test_a_key_taken_back_fits_no_longer_than_a_day(hooks: FalHooks, server: FalServer, clock: Clock) -> None:
    await hooks.read(*server.hook(ORDER), MODEL)
    stolen = server._signer
    server.rotate_key()
    clock.ahead += timedelta(hours=24, minutes=1)
    server._signer, current = stolen, server._signer
    forged = server.hook(ORDER, at=at(clock))
    server._signer = current
    with pytest.raises(Forged):
        await hooks.read(*forged, MODEL)


async def test_forged_ones_make_us_ask_for_keys_once_a_minute_at_most(
    hooks: FalHooks, server: FalServer, clock: Clock
) -> None:
    headers, body = server.hook(ORDER)
    forged = headers | {"x-fal-webhook-signature": "ab" * 64}

    async def refused() -> None:
        with pytest.raises(Forged):
            await hooks.read(forged, body, MODEL)

    await asyncio.gather(*(refused() for _ in range(20)))
    assert server.faults.count("jwks") == 1
    clock.ahead += timedelta(seconds=61)
    await refused()
    assert server.faults.count("jwks") == 2


async def test_many_at_once_wait_for_the_first_one_to_bring_the_keys(hooks: FalHooks, server: FalServer) -> None:
    found = await asyncio.gather(*(hooks.read(*server.hook(ORDER), MODEL) for _ in range(10)))
    assert found == [ID] * 10
    assert server.faults.count("jwks") == 1


@pytest.mark.parametrize("kind", ["status", "invalid_json", "html", "reset", "empty"])
async def test_without_keys_nothing_is_believed_and_the_next_minute_may_bring_them(
    hooks: FalHooks, server: FalServer, clock: Clock, kind: str
) -> None:
    server.faults.plan(Fault("jwks", kind))
    with pytest.raises(Forged):
        await hooks.read(*server.hook(ORDER), MODEL)
    clock.ahead += timedelta(seconds=61)
    assert await hooks.read(*server.hook(ORDER, at=at(clock)), MODEL) == ID


@pytest.mark.parametrize(
    "body", [b"no json", b"[]", b"{}", b'{"request_id": 7}', b'{"request_id": "../../x"}', b'{"request_id": ""}']
)
async def test_a_signed_body_without_an_order_cannot_be_read(hooks: FalHooks, server: FalServer, body: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        await hooks.read(server.signed("x", body), body, MODEL)
    assert not isinstance(raised.value, Forged)


async def test_the_queues_id_counts_not_the_gateways(hooks: FalHooks, server: FalServer) -> None:
    body = json.dumps({"request_id": ORDER.request_id, "gateway_request_id": "another", "status": "OK"}).encode()
    assert await hooks.read(server.signed("another", body), body, MODEL) == ID


async def test_what_the_server_sends_when_an_order_is_done_reads_as_that_order(
    images: FalImages, hooks: FalHooks, server: FalServer
) -> None:
    heard: list[tuple[dict[str, str], bytes]] = []

    async def receive_hook(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        heard.append((dict(request.headers), await request.body()))
        await Response()(scope, receive, send)

    with serving(receive_hook) as address:
        server.hooks_to, server.finish_s = address, 0.0
        provider_id = await images.submit(IMAGE, "frame:1:1", MODEL)
        async for _ in images.follow(provider_id):
            pass
        async with asyncio.timeout(20):
            while not server.hooks:
                await asyncio.sleep(0.01)
    assert server.hooks == [(f"{address}/api/v1/hooks/fal?ref=frame:1:1&model={MODEL}", 200)]
    assert await hooks.read(*heard[0], MODEL) == provider_id
