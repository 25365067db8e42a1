"""The official client's environment works unchanged: HTTPS_PROXY, SSL_CERT_FILE, NO_PROXY and REPLICATE_BASE_URL."""

import asyncio
import threading
from pathlib import Path

import pytest

from pexit_app.core.ports import AnswerLost, NotTaken, ProviderState
from pexit_app.providers.replicate import open_replicate
from tests.providers.replicate.conftest import ORDER, TOKEN, TRAINING, Side, hook_url, open_side
from tests.servers.base import serving, unused_address
from tests.servers.faults import Fault
from tests.servers.replicate import DELIVERY_HOST, HOST, Course, Replicate
from tests.servers.tls import Proxy
from tests.support.memory_store import MemoryStore


async def test_everything_goes_through_the_environments_proxy(side: Side, proxy: Proxy) -> None:
    provider_id = await side.images.submit(ORDER, "frame:1:1", "")
    await side.images.fetch(provider_id)
    assert set(proxy.asked) == {HOST, DELIVERY_HOST}


async def test_an_authority_that_is_not_trusted_takes_no_order(
    proxy: Proxy, server: Replicate, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    side = open_side(store)
    with pytest.raises(NotTaken) as raised:
        await side.images.submit(ORDER, "frame:1:1", "")
    assert raised.value.is_outage
    assert not server.orders
    await side.account.close()


async def test_hosts_of_no_proxy_go_around_it(
    proxy: Proxy, server: Replicate, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    monkeypatch.setenv("http_proxy", proxy.address)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with serving(server.app) as address:
        monkeypatch.setenv("REPLICATE_BASE_URL", address)
        side = open_side(store)
        await side.images.submit(ORDER, "frame:1:1", "")
        await side.account.close()
    assert (len(server.orders), proxy.asked) == (1, [])


async def test_another_base_url_and_trusted_results(
    server: Replicate, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(server.app) as api, serving(server.delivery.app) as delivery:
        monkeypatch.setenv("REPLICATE_BASE_URL", api)
        server.delivery_address = delivery
        trusted = delivery.removeprefix("http://")
        images, trainer, hooks = open_replicate(TOKEN, store, hook_url, [trusted], destination="pexit/likenesses")
        server.courses.append(Course(("starting", "succeeded")))
        provider_id = await images.submit(ORDER, "frame:1:1", "")
        assert (await images.fetch(provider_id)).width == 512
        training = await trainer.submit(TRAINING, "likeness:1:train", "")
        assert training.startswith("training#")
        for each in (images, trainer, hooks):
            await each.close()


async def test_nobody_there_takes_no_order(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_BASE_URL", unused_address())
    side = open_side(store)
    with pytest.raises(NotTaken) as raised:
        await side.images.submit(ORDER, "frame:1:1", "")
    assert raised.value.is_outage
    await side.account.close()


async def test_a_wrong_token_is_an_outage(proxy: Proxy, server: Replicate, store: MemoryStore) -> None:
    side = open_side(store, token="r8_wrong")
    with pytest.raises(NotTaken) as raised:
        await side.images.submit(ORDER, "frame:1:1", "")
    assert raised.value.is_outage
    await side.account.close()


@pytest.mark.parametrize("kind", ["slow", "endless"])
async def test_an_answer_that_does_not_end_is_a_lost_one(side: Side, server: Replicate, kind: str) -> None:
    server.faults.plan(Fault("submit", kind))  # type: ignore[arg-type]
    async with asyncio.timeout(20):
        with pytest.raises(AnswerLost):
            await side.images.submit(ORDER, "frame:1:1", "")
    assert server.faults.count("submit") == 1


@pytest.mark.parametrize("status", [302, 307])
async def test_a_redirected_order_is_not_sent_on(side: Side, server: Replicate, status: int) -> None:
    server.faults.plan(Fault("submit", "redirect", status, {"location": f"https://{HOST}/v1/predictions"}))
    with pytest.raises(AnswerLost):
        await side.images.submit(ORDER, "frame:1:1", "")
    assert server.faults.count("submit") == 1


async def test_the_wait_that_an_error_asks_for_is_read_from_its_body_too(side: Side, server: Replicate) -> None:
    body = b'{"detail": "Request was throttled. Your rate limit resets in ~5s.", "status": 429, "retry_after": 5}'
    server.faults.plan(Fault("submit", "status", 429, {"content-type": "application/json"}, body))
    with pytest.raises(NotTaken) as raised:
        await side.images.submit(ORDER, "frame:1:1", "")
    assert raised.value.retry_after_s == 5.0


async def test_a_get_is_not_repeated_beneath_us(side: Side, server: Replicate) -> None:
    """The client by itself would ask ten times, waiting for as long as it is told each time."""
    provider_id = await side.images.submit(ORDER, "frame:1:1", "")
    server.faults.plan(Fault("status", "status", 503, {"retry-after": "3600"}, times=1))
    async with asyncio.timeout(20):
        states = [update.state async for update in side.images.follow(provider_id)]
    assert states[-1] is ProviderState.DONE
    assert server.faults.count("status") == 4


async def test_two_event_loops_share_an_account(side: Side, server: Replicate, tmp_path: Path) -> None:
    ids = [await side.images.submit(ORDER, "frame:1:1", "")]

    async def other() -> None:
        ids.append(await side.images.submit(ORDER, "frame:2:1", ""))
        await side.account.close()

    thread = threading.Thread(target=lambda: asyncio.run(other()))
    thread.start()
    await asyncio.to_thread(thread.join)
    ids.append(await side.images.submit(ORDER, "frame:3:1", ""))
    assert len(set(ids)) == 3


@pytest.mark.parametrize("pace_s", [None, 0.02])
async def test_webhooks_are_sent_as_the_client_checks_them(side: Side, server: Replicate, pace_s: float | None) -> None:
    """End to end: what the stand-in sends by itself is what our reader takes."""
    heard: list[tuple[dict[str, str], bytes]] = []
    came = threading.Event()

    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        body = b""
        while (message := await receive()).get("more_body") or message.get("body"):
            body += message["body"]
        heard.append(({name.decode().lower(): value.decode() for name, value in scope["headers"]}, body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        if len(heard) == 2:
            came.set()

    with serving(app) as address:
        server.sends_hooks, server.hook_base, server.pace_s = True, address, pace_s
        provider_id = await side.images.submit(ORDER, "frame:1:1", "")
        async for _ in side.images.follow(provider_id):
            pass
        assert await asyncio.to_thread(came.wait, 10)
    assert {await side.hooks.read(headers, body, "") for headers, body in heard} == {provider_id}
    assert all("/api/v1/hooks/replicate?ref=frame:1:1" in hook.url for hook in server.hooks)
