"""Pictures: what comes back, what goes wrong on the way, and what is left over there."""

import asyncio
import io
from dataclasses import replace

import pytest
from PIL import Image

from pexit_app.core import events
from pexit_app.core.ports import (
    AnswerLost,
    Busy,
    Failure,
    Kind,
    NotTaken,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
    Weights,
    Withheld,
)
from pexit_app.providers.replicate import images as images_module
from tests.providers.contract import is_plain
from tests.providers.replicate.conftest import ORDER, Side, open_side
from tests.servers.faults import Fault
from tests.servers.replicate import ABORTED, BROKEN, FLAGGED, HOLLOW, NSFW, STUCK, Course, Replicate, several
from tests.support.memory_store import MemoryStore

CHANGE = replace(ORDER, source="frames/1/full.png", mask="frames/1/mask.png")


async def followed(side: Side, provider_id: str) -> list[ProviderUpdate]:
    async with asyncio.timeout(20):
        return [update async for update in side.images.follow(provider_id)]


async def ordered(side: Side, server: Replicate, course: Course = Course(), order: object = ORDER) -> str:
    server.courses.append(course)
    return await side.images.submit(order, "frame:1:1", "")  # type: ignore[arg-type]


async def test_progress_is_replicates_own(side: Side, server: Replicate) -> None:
    updates = await followed(side, await ordered(side, server))
    seen = [(update.state, update.stage, update.progress) for update in updates]
    assert seen == [
        (ProviderState.QUEUED, "in line", 0),
        (ProviderState.RUNNING, "painting", 50),
        (ProviderState.DONE, "", 100),
    ]
    assert updates[1].log.startswith("flux_train_replicate:  50%|")


async def test_a_booting_machine_warms_up(side: Side, server: Replicate) -> None:
    logs = "Downloading weights from https://weights.replicate.delivery/x with r8_abcdefghijkl\n"
    updates = await followed(side, await ordered(side, server, Course(logs=logs)))
    assert updates[0].stage == "warming up"
    assert updates[0].log == "Downloading weights from … with …"


@pytest.mark.parametrize("kind", [Kind.PREVIEW, Kind.EDIT, Kind.FILL, Kind.UPSCALE])
async def test_pictures_are_changed(side: Side, server: Replicate, kind: Kind) -> None:
    provider_id = await ordered(side, server, order=replace(CHANGE, kind=kind))
    assert server.files
    made = await side.images.fetch(provider_id)
    assert made.media_type == "image/jpeg"
    if kind != Kind.PREVIEW:
        assert (made.width, made.height) == ((640, 800) if kind == Kind.UPSCALE else (320, 400))
    await side.images.forget(provider_id)
    assert not server.files, "what was uploaded is deleted"


async def test_forgetting_what_had_no_files_asks_nothing(side: Side, server: Replicate) -> None:
    provider_id = await ordered(side, server)
    before = len(server.faults.calls)
    await side.images.forget(provider_id)
    assert len(server.faults.calls) == before


async def test_a_restart_forgets_no_files(side: Side, server: Replicate, store: MemoryStore) -> None:
    provider_id = await ordered(side, server, order=replace(CHANGE, kind=Kind.EDIT))
    restarted = open_side(store)
    await restarted.images.forget(provider_id)
    assert not server.files
    await restarted.account.close()


async def test_a_likeness_trained_there_is_used_there(side: Side, server: Replicate) -> None:
    server.models["pexit/likenesses"] = ["abc"]
    weights = Weights(key="likenesses/1/weights.safetensors", home="replicate", handle="pexit/likenesses:abc")
    provider_id = await ordered(side, server, order=replace(ORDER, weights=(weights,)))
    assert server.order(provider_id).version == "abc"
    assert not server.files
    made = await side.images.fetch(provider_id)
    assert (made.width, made.height) == (512, 640)


async def test_weights_from_elsewhere_are_uploaded_or_linked(side: Side, server: Replicate, store: MemoryStore) -> None:
    order = replace(ORDER, weights=(Weights(key="likenesses/1/weights.safetensors", home="fal"),))
    provider_id = await ordered(side, server, order=order)
    (file,) = server.files.values()
    assert file.content == store.objects["likenesses/1/weights.safetensors"]
    assert server.order(provider_id).input["lora_weights"].endswith(f"/v1/files/{file.id}#.safetensors")
    await side.images.fetch(provider_id)

    store.is_public = True  # type: ignore[misc]
    linked = server.order(await side.images.submit(order, "frame:2:1", "")).input["lora_weights"]
    assert linked.startswith("/files/likenesses/1/weights.safetensors?signed")
    assert linked.endswith("#.safetensors")
    assert len(server.files) == 1


async def test_a_picture_of_another_size_is_brought_to_the_one_that_was_ordered(side: Side, server: Replicate) -> None:
    provider_id = await ordered(side, server, order=replace(ORDER, width=1472, height=832, output_format="png"))
    assert server.order(provider_id).input["aspect_ratio"] == "16:9"
    made = await side.images.fetch(provider_id)
    assert (made.media_type, made.width, made.height) == ("image/png", 1472, 832)
    assert Image.open(io.BytesIO(made.content)).size == (1472, 832)


async def test_after_a_restart_the_format_is_still_known(side: Side, server: Replicate, store: MemoryStore) -> None:
    server.models["pexit/likenesses"] = ["abc"]
    weights = Weights(home="replicate", handle="pexit/likenesses:abc")
    provider_id = await ordered(side, server, order=replace(ORDER, weights=(weights,)))
    restarted = open_side(store)
    made = await restarted.images.fetch(provider_id)
    assert (made.media_type, made.width, made.height) == ("image/jpeg", 512, 640)
    await restarted.account.close()


@pytest.mark.parametrize("course", [NSFW, FLAGGED, Course(output=[], logs="NSFW content detected in 1 outputs")])
async def test_what_the_safety_check_keeps_is_withheld(side: Side, server: Replicate, course: Course) -> None:
    provider_id = await ordered(side, server, course)
    last = (await followed(side, provider_id))[-1]
    assert (last.state, last.failure) == (ProviderState.FAILED, Failure.WITHHELD)
    assert is_plain(last.error)
    with pytest.raises(Withheld):
        await side.images.fetch(provider_id)


@pytest.mark.parametrize(
    ("course", "failure"),
    [
        (BROKEN, Failure.SYSTEM),
        (HOLLOW, Failure.SYSTEM),
        (Course(output=None), Failure.SYSTEM),
        (Course(("starting", "failed"), error="The input was invalid (E006)"), Failure.INVALID),
    ],
)
async def test_failures_are_told_apart(side: Side, server: Replicate, course: Course, failure: Failure) -> None:
    provider_id = await ordered(side, server, course)
    last = (await followed(side, provider_id))[-1]
    assert (last.state, last.failure) == (ProviderState.FAILED, failure)
    assert is_plain(last.error)
    with pytest.raises(ProviderError) as raised:
        await side.images.fetch(provider_id)
    assert not isinstance(raised.value, Withheld)


async def test_a_state_the_client_does_not_know_is_a_canceled_order(side: Side, server: Replicate) -> None:
    provider_id = await ordered(side, server, ABORTED)
    assert (await followed(side, provider_id))[-1].state is ProviderState.CANCELED


async def test_a_success_after_cancel_is_still_seen(side: Side, server: Replicate) -> None:
    provider_id = await ordered(side, server, Course(is_deaf=True))
    await side.images.cancel(provider_id)
    assert server.order(provider_id).canceled == 1
    assert (await followed(side, provider_id))[-1].state is ProviderState.DONE


@pytest.mark.parametrize("kind", ["reset", "invalid_json"])
async def test_a_cancel_that_goes_wrong_is_asked_again(side: Side, server: Replicate, kind: str) -> None:
    provider_id = await ordered(side, server, STUCK)
    server.faults.plan(Fault("cancel", kind, is_taken=kind == "invalid_json"))  # type: ignore[arg-type]
    await side.images.cancel(provider_id)
    assert server.order(provider_id).status == "aborted"


async def test_a_cancel_that_never_gets_there_gives_up(side: Side, server: Replicate) -> None:
    provider_id = await ordered(side, server, STUCK)
    server.faults.plan(Fault("cancel", "status", 500, times=None))
    await side.images.cancel(provider_id)
    assert server.faults.count("cancel") == 3


@pytest.mark.parametrize("count", [0, 2, 4])
async def test_a_wrong_count_fails(side: Side, server: Replicate, count: int) -> None:
    provider_id = await ordered(side, server, several(count))
    with pytest.raises(ProviderError) as raised:
        await side.images.fetch(provider_id)
    assert is_plain(raised.value.message)


async def test_what_was_removed_after_an_hour_had_expired(side: Side, server: Replicate) -> None:
    provider_id = await ordered(side, server, Course(is_removed=True))
    with pytest.raises(ProviderError, match="The result had expired before it could be fetched"):
        await side.images.fetch(provider_id)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("file", "expired", times=None), "expired"),
        (Fault("file", "expired", 404, times=None), "expired"),
        (Fault("file", "html", times=None), "web page"),
        (Fault("file", "truncated", times=None), "The result"),
    ],
)
async def test_results_that_are_none_fail_in_plain_words(
    side: Side, server: Replicate, fault: Fault, says: str
) -> None:
    provider_id = await ordered(side, server)
    server.faults.plan(fault)
    with pytest.raises(ProviderError, match=says):
        await side.images.fetch(provider_id)
    server.faults.clear()
    await side.images.fetch(provider_id)


async def test_an_output_elsewhere_is_not_fetched(side: Side, server: Replicate) -> None:
    provider_id = await ordered(side, server, Course(output=["https://evil.example/a.png"]))
    with pytest.raises(ProviderError, match="does not trust"):
        await side.images.fetch(provider_id)


async def test_one_url_instead_of_a_list_is_fine(side: Side, server: Replicate) -> None:
    path = server.delivery.put("one.png", (await _png()), "image/png")
    provider_id = await ordered(side, server, Course(output=f"https://replicate.delivery{path}"))
    assert (await side.images.fetch(provider_id)).width == 512


async def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 80)).save(out, "PNG")
    return out.getvalue()


async def test_a_webhook_makes_it_look_at_once(side: Side, server: Replicate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of an hour, ended by nothing but the wake-ups of the order's topic."""
    slow = replace(images_module.PACE, first_s=3600.0, longest_s=3600.0)
    monkeypatch.setattr(side.images._desk, "_pace", slow)
    provider_id = await ordered(side, server)
    states = []
    async with asyncio.timeout(10):
        async for update in side.images.follow(provider_id):
            states.append(update.state)
            for waker in events._wakers[f"order:replicate:{provider_id}"]:
                waker.set()
    assert states == [ProviderState.QUEUED, ProviderState.RUNNING, ProviderState.DONE]


async def test_who_stops_following_no_longer_listens(side: Side, server: Replicate) -> None:
    provider_id = await ordered(side, server, STUCK)
    updates = side.images.follow(provider_id)
    await anext(updates)
    topic = f"order:replicate:{provider_id}"
    assert topic in events._wakers
    await updates.aclose()  # type: ignore[attr-defined]
    assert topic not in events._wakers


@pytest.mark.parametrize("kind", ["reset", "read_timeout", "invalid_json", "status", "empty"])
async def test_uploads_that_fail_order_nothing(side: Side, server: Replicate, kind: str) -> None:
    server.faults.plan(Fault("upload", kind, after=1))  # type: ignore[arg-type]
    with pytest.raises(NotTaken) as raised:
        await side.images.submit(replace(CHANGE, kind=Kind.FILL), "frame:1:1", "")
    assert raised.value.is_outage
    assert is_plain(raised.value.message)
    assert (server.faults.count("submit"), server.faults.count("upload")) == (0, 2)
    assert not server.files, "what had been uploaded is deleted"


async def test_a_refused_order_leaves_no_files(side: Side, server: Replicate) -> None:
    server.faults.plan(Fault("submit", "status", 422))
    with pytest.raises(NotTaken):
        await side.images.submit(replace(CHANGE, kind=Kind.EDIT), "frame:1:1", "")
    assert not server.files


async def test_a_lost_answer_keeps_the_files_it_may_need(side: Side, server: Replicate) -> None:
    server.faults.plan(Fault("submit", "reset", is_taken=True))
    with pytest.raises(AnswerLost):
        await side.images.submit(replace(CHANGE, kind=Kind.EDIT), "frame:1:1", "")
    assert len(server.files) == 1


async def test_a_version_is_looked_up_once_and_anew_after_a_refusal(side: Side, server: Replicate) -> None:
    upscale = replace(CHANGE, kind=Kind.UPSCALE)
    for n in range(2):
        await side.images.submit(upscale, f"frame:{n}:1", "nightmareai/real-esrgan")
    assert server.faults.count("model") == 1
    server.faults.plan(Fault("submit", "status", 429))
    with pytest.raises(Busy):
        await side.images.submit(upscale, "frame:2:1", "nightmareai/real-esrgan")
    await side.images.submit(upscale, "frame:2:2", "nightmareai/real-esrgan")
    assert server.faults.count("model") == 1, "being busy says nothing about the version"
    server.models["nightmareai/real-esrgan"] = ["newer"]
    with pytest.raises(NotTaken):
        await side.images.submit(upscale, "frame:3:1", "nightmareai/real-esrgan")
    provider_id = await side.images.submit(upscale, "frame:3:2", "nightmareai/real-esrgan")
    assert server.order(provider_id).version == "newer"
    pinned = await side.images.submit(upscale, "frame:4:1", "nightmareai/real-esrgan:newer")
    assert server.order(pinned).version == "newer"


@pytest.mark.parametrize(("status", "is_outage"), [(404, False), (401, True), (500, True), (503, True)])
async def test_a_version_that_cannot_be_looked_up_orders_nothing(
    side: Side, server: Replicate, status: int, is_outage: bool
) -> None:
    server.faults.plan(Fault("model", "status", status))
    with pytest.raises(NotTaken) as raised:
        await side.images.submit(replace(CHANGE, kind=Kind.UPSCALE), "frame:1:1", "")
    assert raised.value.is_outage is is_outage
    assert server.faults.count("submit") == 0


async def test_nonsense_is_no_order_and_no_path(side: Side, server: Replicate) -> None:
    for nonsense in ("", "prediction#", "prediction#../account", "other#abc", "prediction#a?b", "fal-ai/x#1"):
        with pytest.raises(UnknownOrder):
            await side.images.fetch(nonsense)
        await side.images.cancel(nonsense)
        await side.images.forget(nonsense)
    assert not server.faults.calls
