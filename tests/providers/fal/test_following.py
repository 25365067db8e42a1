"""How an order at fal is submitted and followed: once over there, and never without a pause."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from pexit_app.core import events
from pexit_app.core.ports import AnswerLost, InvalidOrder, NotTaken, ProviderState, UnknownOrder
from pexit_app.providers.fal import FalImages, FalTrainer, clients, queue
from tests.providers.fal.conftest import ORDER, TRAINING
from tests.servers.fal import BACKUP, QUEUE, FalServer
from tests.servers.faults import Fault
from tests.servers.tls import Proxy


async def test_the_webhooks_address_goes_with_the_order(images: FalImages, server: FalServer) -> None:
    await images.submit(ORDER, "frame:1:1", "fal-ai/flux-lora")
    assert server.last.webhook == "https://pexit.example/api/v1/hooks/fal?ref=frame:1:1&model=fal-ai/flux-lora"


async def test_an_unreachable_first_domain_is_made_good_by_the_second_with_one_order(
    images: FalImages, server: FalServer, proxy: Proxy
) -> None:
    server.faults.plan(Fault(f"connect:{QUEUE}", "untrusted", times=None))
    provider_id = await images.submit(ORDER, "frame:1:1")
    assert server.faults.count("submit") == len(server.orders) == 1
    assert proxy.asked == [QUEUE, BACKUP]
    assert (await images.fetch(provider_id)).content


async def test_an_answer_that_never_ends_is_given_up(images: FalImages, server: FalServer) -> None:
    server.faults.plan(Fault("submit", "endless"))
    with pytest.raises(AnswerLost):
        await images.submit(ORDER, "frame:1:1")
    assert server.faults.count("submit") == 1


async def test_an_answer_in_single_bytes_is_given_up(
    images: FalImages, server: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SUBMIT_S", 0.1)
    server.faults.plan(Fault("submit", "slow", pause_s=0.05))
    with pytest.raises(AnswerLost):
        await images.submit(ORDER, "frame:1:1")
    assert len(server.orders) == 1


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'"x"', b'{"request_id": "../x", "response_url": "", "status_url": ""}']
)
async def test_an_answer_without_an_id_is_a_lost_one(images: FalImages, server: FalServer, body: bytes) -> None:
    server.faults.plan(Fault("submit", "status", 200, {"content-type": "application/json"}, body))
    with pytest.raises(AnswerLost):
        await images.submit(ORDER, "frame:1:1")


@pytest.mark.parametrize("model", ["flux", "fal-ai/../x", "https://evil.example/x", "fal-ai/flux?x", "a//b", "a/b#c"])
async def test_a_models_name_cannot_lead_elsewhere(images: FalImages, server: FalServer, model: str) -> None:
    with pytest.raises(InvalidOrder):
        await images.submit(ORDER, "frame:1:1", model)
    for what in (images.follow(f"{model}#x"), images.follow("x"), images.follow("fal-ai/flux-lora#../../x")):
        with pytest.raises(UnknownOrder):
            await anext(aiter(what))


async def test_place_in_line_steps_and_log_lines_are_the_providers_own(images: FalImages, server: FalServer) -> None:
    server.looks = None
    provider_id = await images.submit(ORDER, "frame:1:1")
    updates = images.follow(provider_id)
    first = await anext(aiter(updates))
    assert (first.state, first.queue_position, first.stage) == (ProviderState.QUEUED, 0, "in line")
    server.start(server.last, "Loading pipeline: 100%|###| 7/7", "45%|####5     | 450/1000 [03:20<04:05]")
    second = await anext(aiter(updates))
    assert (second.state, second.progress, second.stage) == (ProviderState.RUNNING, 45, "painting")
    assert second.log.startswith("45%")
    server.start(server.last, "Steps: 10/1000")
    assert (await anext(aiter(updates))).progress == 45, "a runner that begins anew does not lead back"
    server.finish(server.last)
    assert (await anext(aiter(updates))).state is ProviderState.DONE


async def test_a_training_says_that_it_learns(trainer: FalTrainer, server: FalServer) -> None:
    server.looks = 3
    updates = [update async for update in trainer.follow(await trainer.submit(TRAINING, "likeness:1:train"))]
    assert "learning" in {update.stage for update in updates}


async def test_a_webhook_makes_it_look_at_once(
    images: FalImages, server: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "FIRST_PAUSE_S", 3600.0)
    server.looks = None
    provider_id = await images.submit(ORDER, "frame:1:1")
    updates = images.follow(provider_id)
    assert (await anext(aiter(updates))).state is ProviderState.QUEUED
    server.finish(server.last)
    following = asyncio.ensure_future(anext(aiter(updates)))
    await asyncio.sleep(0)
    for waker in events._wakers[f"order:fal:{provider_id}"]:
        waker.set()
    async with asyncio.timeout(20):
        assert (await following).state is ProviderState.DONE


async def test_pauses_grow_to_their_limit(
    images: FalImages, trainer: FalTrainer, server: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def woken(waker: asyncio.Event, at_most_s: float) -> bool:
        pauses.append(at_most_s)
        return False

    monkeypatch.setattr(queue, "FIRST_PAUSE_S", 1.0)
    monkeypatch.setattr(events, "woken", woken)
    server.looks = 12
    for provider, order, longest in ((images, ORDER, 5.0), (trainer, TRAINING, 10.0)):
        pauses.clear()
        async for _ in provider.follow(await provider.submit(order, "frame:1:1")):
            pass
        assert len(pauses) == 12
        assert pauses == sorted(pauses)
        assert (pauses[0], pauses[-1]) == (1.0, longest)


async def test_trouble_is_asked_after_less_and_less_often(
    images: FalImages, server: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def woken(waker: asyncio.Event, at_most_s: float) -> bool:
        pauses.append(at_most_s)
        return False

    monkeypatch.setattr(queue, "FIRST_PAUSE_S", 1.0)
    monkeypatch.setattr(events, "woken", woken)
    provider_id = await images.submit(ORDER, "frame:1:1")
    server.faults.plan(Fault("status", "status", 500, times=8))
    async for update in images.follow(provider_id):
        assert update.state is ProviderState.DONE
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0]


async def test_a_hanging_status_is_cut_off_and_asked_again(
    images: FalImages, server: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider_id = await images.submit(ORDER, "frame:1:1")
    monkeypatch.setattr(queue, "CALL_S", 0.5)
    server.faults.plan(Fault("status", "read_timeout"))
    updates = [update async for update in images.follow(provider_id)]
    assert updates[-1].state is ProviderState.DONE


async def test_orders_are_handed_over_from_any_event_loop(images: FalImages, server: FalServer) -> None:
    async def elsewhere() -> None:
        assert (await images.fetch(await images.submit(replace(ORDER, seed=2), "frame:2:1"))).content
        await images.close()

    await images.submit(ORDER, "frame:1:1")
    await asyncio.to_thread(lambda: asyncio.run(elsewhere()))
    await images.submit(replace(ORDER, seed=3), "frame:3:1")
    assert len(server.orders) == 3


SCRIPT = """
import asyncio
from pexit_app.providers import fal
from tests.providers.fal.conftest import KEY, ORDER
from tests.support.memory_store import MemoryStore

async def main():
    images, trainer, hooks = fal.open_fal(KEY, MemoryStore(), lambda *_: None, ())
    print(len((await images.fetch(await images.submit(ORDER, "frame:1:1"))).content) > 0)

asyncio.run(main())
"""


@pytest.mark.parametrize("without", ["", "HTTPS_PROXY", "SSL_CERT_FILE"])
async def test_the_environment_alone_leads_to_the_stand_in(proxy: Proxy, server: FalServer, without: str) -> None:
    """As an operator starts it: a process of its own, the real names, nothing but HTTPS_PROXY and SSL_CERT_FILE."""
    environment = {**os.environ, "PYTHONPATH": "."}
    for name in (without, without.lower()):
        environment.pop(name, None)
    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (ran.stdout.strip().endswith("True")) == (not without), ran.stderr
    assert len(server.orders) == (0 if without else 1)


async def test_a_certificate_file_that_is_not_there_is_an_outage(
    images: FalImages, server: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(NotTaken) as raised:
        await images.submit(ORDER, "frame:1:1")
    assert raised.value.is_outage
    assert not server.orders


def test_the_clients_own_times_are_bounded() -> None:
    assert clients.SUBMIT_S <= 60
    assert clients.CALL_S <= 60
