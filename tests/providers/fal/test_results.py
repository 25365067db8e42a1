"""What fal's results mean, good ones and bad ones."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from pexit_app.core.clock import now
from pexit_app.core.ports import Failure, Kind, ProviderError, ProviderState, Withheld
from pexit_app.providers import fal
from pexit_app.providers.fal import FalImages, FalTrainer, messages
from tests.providers.contract import is_plain
from tests.providers.fal.conftest import KEY, ORDER, TRAINING
from tests.servers import fal_products
from tests.servers.fal import FalServer
from tests.servers.fal_state import Made, model_error, request_error
from tests.servers.faults import Fault
from tests.servers.tls import Proxy
from tests.support.memory_store import MemoryStore

ONE = {"url": "https://v3.fal.media/files/x.png", "content_type": "image/png"}
FAILURES = [
    (Made({"images": [ONE], "has_nsfw_concepts": [True]}), Failure.WITHHELD),
    (Made({"images": [ONE], "has_nsfw_concepts": True}), Failure.WITHHELD),
    (model_error("content_policy_violation"), Failure.WITHHELD),
    (request_error("content_policy_violation", 422), Failure.WITHHELD),
    (Made({"images": [ONE, ONE], "has_nsfw_concepts": [False, False]}), Failure.SYSTEM),
    (Made({"images": []}), Failure.SYSTEM),
    (Made({}), Failure.SYSTEM),
    (Made([1]), Failure.SYSTEM),
    (Made({"images": [{"no": "url"}]}), Failure.SYSTEM),
    (model_error("image_load_error", "image_url"), Failure.INVALID),
    (model_error("string_too_long"), Failure.INVALID),
    (model_error("something_new"), Failure.INVALID),
    (model_error("internal_server_error", "body", 500), Failure.SYSTEM),
    (model_error("generation_timeout", "body", 504), Failure.SYSTEM),
    (request_error("request_timeout"), Failure.SYSTEM),
    (request_error("runner_disconnected", 503), Failure.SYSTEM),
    (request_error("bad_request", 400), Failure.INVALID),
    (Made({"detail": "Internal Server Error"}, 500), Failure.SYSTEM),
    (Made({"detail": "nope"}, 422), Failure.INVALID),
    (Made({"detail": "Not found"}, 404), Failure.SYSTEM),
]


@pytest.mark.parametrize(("made", "failure"), FAILURES, ids=[str(made.body)[:60] for made, _ in FAILURES])
async def test_a_bad_result_shows_in_the_last_update_and_again_when_fetched(
    images: FalImages, server: FalServer, made: Made, failure: Failure
) -> None:
    server.results.append(made)
    provider_id = await images.submit(ORDER, "frame:1:1")
    updates = [update async for update in images.follow(provider_id)]
    assert (updates[-1].state, updates[-1].failure) == (ProviderState.FAILED, failure)
    assert is_plain(updates[-1].error), updates[-1].error
    with pytest.raises(Withheld if failure is Failure.WITHHELD else ProviderError) as raised:
        await images.fetch(provider_id)
    assert raised.value.message == updates[-1].error
    assert server.faults.count("file") == 0, "nothing is downloaded for a failure"


async def test_a_wrong_count_is_told(images: FalImages, server: FalServer) -> None:
    server.results.append(Made({"images": [ONE] * 3}))
    with pytest.raises(ProviderError, match="sent 3"):
        await images.fetch(await images.submit(ORDER, "frame:1:1"))


async def test_a_result_is_asked_for_once_and_its_picture_when_fetched(images: FalImages, server: FalServer) -> None:
    provider_id = await images.submit(ORDER, "frame:1:1")
    async for _ in images.follow(provider_id):
        pass
    assert (server.faults.count("result"), server.faults.count("file")) == (1, 0)
    await images.fetch(provider_id)
    assert (server.faults.count("result"), server.faults.count("file")) == (1, 1)


@pytest.mark.parametrize("fault", [Fault("result", "status", 500), Fault("result", "html"), Fault("result", "reset")])
async def test_a_hiccup_on_the_way_to_a_good_result_is_no_failure(
    images: FalImages, server: FalServer, fault: Fault
) -> None:
    server.faults.plan(fault)
    assert (await images.fetch(await images.submit(ORDER, "frame:1:1"))).content


async def test_an_expired_picture_is_told_in_plain_words(images: FalImages, server: FalServer) -> None:
    provider_id = await images.submit(ORDER, "frame:1:1")
    async for _ in images.follow(provider_id):
        pass
    server.delete_file(server.last.made.body["images"][0]["url"])
    with pytest.raises(ProviderError, match="expired") as raised:
        await images.fetch(provider_id)
    assert is_plain(raised.value.message)


async def test_an_upscale_comes_as_one_picture_of_its_own_size(images: FalImages, server: FalServer) -> None:
    order = replace(ORDER, kind=Kind.UPSCALE, source="frames/1/full.png", prompt="", factor=2)
    result = await images.fetch(await images.submit(order, "frame:1:1"))
    assert (result.width, result.height) == (640, 800)
    assert result.media_type == "image/jpeg", "as ordered, though that model cannot be told the format"
    assert "prompt" not in server.last.arguments


async def test_a_late_success_after_cancel_is_a_success(images: FalImages, server: FalServer) -> None:
    server.looks, server.ignores_cancel = None, True
    provider_id = await images.submit(ORDER, "frame:1:1")
    server.start(server.last)
    await images.cancel(provider_id)
    server.finish(server.last)
    updates = [update async for update in images.follow(provider_id)]
    assert updates[-1].state is ProviderState.DONE
    assert (await images.fetch(provider_id)).content


async def test_a_run_stopped_by_cancel_is_canceled(images: FalImages, server: FalServer) -> None:
    server.looks = None
    provider_id = await images.submit(ORDER, "frame:1:1")
    server.start(server.last)
    await images.cancel(provider_id)
    updates = [update async for update in images.follow(provider_id)]
    assert (updates[-1].state, updates[-1].error) == (ProviderState.CANCELED, messages.CANCELED)


async def test_a_cancel_that_cannot_be_told_says_so(images: FalImages, server: FalServer) -> None:
    server.looks = None
    provider_id = await images.submit(ORDER, "frame:1:1")
    server.faults.plan(Fault("cancel", "status", 500))
    with pytest.raises(ProviderError) as raised:
        await images.cancel(provider_id)
    assert is_plain(raised.value.message)
    await images.cancel(provider_id)
    assert server.canceled == [server.last.request_id]


async def test_a_training_brings_weights_and_says_what_stays_there_until_when(
    trainer: FalTrainer, server: FalServer
) -> None:
    before = now()
    provider_id = await trainer.submit(TRAINING, "likeness:1:train")
    trained = await trainer.fetch(provider_id)
    assert trained.weights is not None
    assert trained.weights.read_bytes() == fal_products.lora(4)
    shutil.rmtree(trained.weights.parent)
    photos, weights = trained.copies
    assert (photos.what, photos.where) == ("photos", server.last.arguments["images_data_url"])
    assert photos.expires_at is not None
    assert timedelta(0) <= photos.expires_at - before - timedelta(hours=1) < timedelta(minutes=1)
    assert (weights.what, weights.where) == ("weights", server.last.made.body["diffusers_lora_file"]["url"])
    assert weights.expires_at is not None
    assert server.last.keep_s == timedelta(days=1).total_seconds()
    assert weights.expires_at - before >= timedelta(days=1)


async def test_after_a_restart_a_training_is_fetched_by_its_id_alone(
    trainer: FalTrainer, store: MemoryStore, proxy: Proxy
) -> None:
    provider_id = await trainer.submit(TRAINING, "likeness:1:train")
    _, fresh, _ = fal.open_fal(KEY, store, lambda *_: None, ())
    trained = await fresh.fetch(provider_id)
    await fresh.close()
    shutil.rmtree(trained.weights.parent)
    assert [copy.what for copy in trained.copies] == ["photos", "weights"]
    assert trained.copies[0].expires_at >= now()


async def test_a_training_without_weights_failed(trainer: FalTrainer, server: FalServer) -> None:
    server.results.append(Made({"config_file": {"url": "https://v3.fal.media/files/x.json"}}))
    provider_id = await trainer.submit(TRAINING, "likeness:1:train")
    updates = [update async for update in trainer.follow(provider_id)]
    assert (updates[-1].state, updates[-1].error) == (ProviderState.FAILED, messages.NO_RESULT)


def test_every_sentence_is_plain() -> None:
    said = [value for name, value in vars(messages).items() if name.isupper() and isinstance(value, str)]
    said += [messages.of_errors([{"type": kind}]).sentence for kind in messages._SENTENCES]
    assert len(said) > 20
    assert [sentence for sentence in said if not is_plain(sentence)] == []
