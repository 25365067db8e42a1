"""Orders whose answer was lost: found in the listing among look-alikes, or surely not there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pexit_app.core.clock import now
from pexit_app.core.ports import AnswerLost, ImageOrder, Kind, ProviderError, Weights
from tests.providers.replicate.conftest import ORDER, TRAINING, Side, open_side
from tests.servers.faults import Fault
from tests.servers.replicate import ABORTED, HOST, Replicate
from tests.servers.tls import Proxy
from tests.support.memory_store import MemoryStore

EDIT = replace(ORDER, kind=Kind.EDIT, source="frames/1/full.png")
LORA = Weights(key="likenesses/1/weights.safetensors", home="fal")
TRAINER = "ostris/flux-dev-lora-trainer"


async def lost(side: Side, server: Replicate, order: ImageOrder, reference: str, *, is_taken: bool = True) -> str:
    """The id over there of an order whose answer was lost."""
    server.faults.plan(Fault("submit", "reset", is_taken=is_taken))
    with pytest.raises(AnswerLost):
        await side.images.submit(order, reference, "")
    return f"prediction#{list(server.orders)[-1]}" if is_taken else ""


@pytest.mark.parametrize(
    "look_alike",
    [
        replace(ORDER, seed=8),
        replace(ORDER, prompt="TOK person at the lake"),
        replace(ORDER, width=640),
        replace(ORDER, steps=20),
        replace(ORDER, guidance=2.0),
        replace(ORDER, output_format="png"),
        replace(ORDER, weights=(LORA,)),
        replace(EDIT),
    ],
)
async def test_the_right_one_is_found_among_look_alikes(side: Side, server: Replicate, look_alike: ImageOrder) -> None:
    await side.images.submit(look_alike, "frame:2:1", "")
    ours = await lost(side, server, ORDER, "frame:1:1")
    await side.images.submit(look_alike, "frame:3:1", "")
    assert await side.images.find(ORDER, "frame:1:1", "", now()) == ours
    await side.images.fetch(ours)


@pytest.mark.parametrize("order", [ORDER, EDIT, replace(ORDER, weights=(LORA,))])
async def test_an_equal_order_of_ours_is_not_mistaken_for_the_lost_one(
    side: Side, server: Replicate, order: ImageOrder
) -> None:
    await side.images.submit(order, "frame:2:1", "")
    await lost(side, server, order, "frame:1:1", is_taken=False)
    assert await side.images.find(order, "frame:1:1", "", now()) is None


async def test_two_equal_orders_that_were_lost_find_one_each(side: Side, server: Replicate) -> None:
    ids = {await lost(side, server, ORDER, f"frame:{n}:1") for n in (1, 2)}
    found = {await side.images.find(ORDER, f"frame:{n}:1", "", now()) for n in (1, 2)}
    assert found == ids
    assert await side.images.find(ORDER, "frame:1:1", "", now()) in ids, "asked again, it says the same"


@pytest.mark.parametrize("order", [ORDER, EDIT, replace(ORDER, weights=(LORA,))])
async def test_it_is_found_by_a_process_that_knows_nothing(
    side: Side, server: Replicate, store: MemoryStore, order: ImageOrder
) -> None:
    ours = await lost(side, server, order, "frame:1:1")
    restarted = open_side(store)
    assert await restarted.images.find(order, "frame:1:1", "", now()) == ours
    if order.source or order.weights:
        assert await restarted.images.find(order, "frame:9:1", "", now()) is None
    await restarted.account.close()


async def test_where_orders_say_whom_they_call_that_decides(side: Side, server: Replicate, store: MemoryStore) -> None:
    """Equal orders of another process, or of before a restart, cannot be mistaken then."""
    server.tells_hooks = True
    ours = await lost(side, server, ORDER, "frame:1:1")
    await lost(side, server, ORDER, "frame:2:1")
    restarted = open_side(store)
    assert await restarted.images.find(ORDER, "frame:1:1", "", now()) == ours
    assert await restarted.images.find(ORDER, "frame:3:1", "", now()) is None
    await restarted.account.close()


async def test_pages_are_turned_until_what_is_too_old(side: Side, server: Replicate) -> None:
    ours = await lost(side, server, ORDER, "frame:1:1")
    for n in range(5):
        await side.images.submit(replace(ORDER, seed=100 + n), f"frame:{n + 2}:1", "")
    server.page_size = 2
    assert await side.images.find(ORDER, "frame:1:1", "", now()) == ours
    for order in list(server.orders.values())[1:4]:
        order.created_at -= timedelta(hours=1)
    server.order(ours).created_at -= timedelta(hours=1)
    before = server.faults.count("list")
    assert await side.images.find(ORDER, "frame:1:1", "", now()) is None
    assert server.faults.count("list") == before + 2, "older pages are not read"


async def test_our_token_follows_no_page_to_another_host(side: Side, server: Replicate, proxy: Proxy) -> None:
    ours = await lost(side, server, ORDER, "frame:1:1")
    page = b'{"next": "https://evil.example/v1/predictions?cursor=0", "previous": null, "results": []}'
    server.faults.plan(Fault("list", "invalid_json", body=page))
    assert await side.images.find(ORDER, "frame:1:1", "", now()) == ours
    assert set(proxy.asked) == {HOST}


async def test_a_state_the_client_does_not_know_hides_nothing(side: Side, server: Replicate) -> None:
    server.courses.append(ABORTED)
    aborted = await side.images.submit(replace(ORDER, seed=1), "frame:2:1", "")
    ours = await lost(side, server, ORDER, "frame:1:1")
    server.order(aborted).status = "aborted"
    assert await side.images.find(ORDER, "frame:1:1", "", now()) == ours


async def test_a_training_is_found_by_its_photos(side: Side, server: Replicate, store: MemoryStore) -> None:
    await side.trainer.submit(TRAINING, "likeness:2:train", TRAINER)
    server.faults.plan(Fault("submit", "reset", is_taken=True))
    with pytest.raises(AnswerLost):
        await side.trainer.submit(TRAINING, "likeness:1:train", TRAINER)
    ours = f"training#{list(server.orders)[-1]}"
    restarted = open_side(store)
    for each in (side, restarted):
        assert await each.trainer.find(TRAINING, "likeness:1:train", TRAINER, now()) == ours
        assert await each.trainer.find(TRAINING, "likeness:3:train", TRAINER, now()) is None
    await restarted.account.close()


@pytest.mark.parametrize("kind", ["reset", "invalid_json", "status", "html"])
async def test_a_listing_that_cannot_be_read_tells_nothing(side: Side, server: Replicate, kind: str) -> None:
    server.faults.plan(Fault("list", kind))  # type: ignore[arg-type]
    with pytest.raises(ProviderError):
        await side.images.find(ORDER, "frame:1:1", "", now())
    assert await side.images.find(ORDER, "frame:1:1", "", now()) is None
