"""Trainings: where they go, what comes back, and what of a person is left over there."""

import asyncio
import io
import shutil
import zipfile
from dataclasses import replace

import pytest

from pexit_app.core.ports import NotTaken, ProviderError, ProviderState
from tests.providers.replicate.conftest import TRAINING, Side, open_side
from tests.servers.faults import Fault
from tests.servers.replicate import Course, Replicate
from tests.support.memory_store import MemoryStore

REFERENCE = "likeness:1:train"


async def test_the_trainer_gets_captioned_photos_and_our_settings(side: Side, server: Replicate) -> None:
    provider_id = await side.trainer.submit(TRAINING, REFERENCE, "")
    order = server.order(provider_id)
    assert (order.model, order.destination) == ("ostris/flux-dev-lora-trainer", "pexit/likenesses")
    assert order.input | {"input_images": ""} == {
        "input_images": "",
        "trigger_word": "TOK",
        "steps": 1000,
        "lora_rank": 16,
        "autocaption": False,
    }
    (file,) = server.files.values()
    assert (file.media_type, file.metadata) == ("application/zip", {"reference": REFERENCE})
    names = zipfile.ZipFile(io.BytesIO(file.content)).namelist()
    assert sorted(names) == ["001.jpg", "001.txt", "002.jpg", "002.txt"]
    assert order.webhook.startswith("https://pexit.example/")
    assert order.events == ("start", "completed")


async def test_progress_is_the_trainers_own(side: Side, server: Replicate) -> None:
    provider_id = await side.trainer.submit(TRAINING, REFERENCE, "")
    async with asyncio.timeout(20):
        updates = [update async for update in side.trainer.follow(provider_id)]
    assert [(update.state, update.stage, update.progress) for update in updates] == [
        (ProviderState.QUEUED, "in line", 0),
        (ProviderState.RUNNING, "learning", 50),
        (ProviderState.DONE, "", 100),
    ]


async def test_photos_are_gone_after_it_and_the_record_says_so(side: Side, server: Replicate) -> None:
    provider_id = await side.trainer.submit(TRAINING, REFERENCE, "")
    trained = await side.trainer.fetch(provider_id)
    assert trained.weights is not None
    shutil.rmtree(trained.weights.parent)
    assert not server.files
    photos, weights = trained.copies
    assert (photos.what, photos.deleted_at is not None) == ("photos", True)
    assert (weights.what, weights.where, weights.expires_at) == ("weights", trained.handle, None)
    assert trained.handle.partition(":")[2] in server.models["pexit/likenesses"]


async def test_photos_that_cannot_be_deleted_go_by_themselves_after_a_day(side: Side, server: Replicate) -> None:
    provider_id = await side.trainer.submit(TRAINING, REFERENCE, "")
    async for _ in side.trainer.follow(provider_id):
        pass
    server.faults.plan(Fault("files", "status", 500, after=1))
    trained = await side.trainer.fetch(provider_id)
    assert trained.weights is not None
    shutil.rmtree(trained.weights.parent)
    photos = trained.copies[0]
    assert photos.deleted_at is None
    assert photos.expires_at is not None
    await side.trainer.forget(provider_id)
    assert not server.files


async def test_forgetting_deletes_the_photos_of_what_failed(side: Side, server: Replicate) -> None:
    server.courses.append(Course(("starting", "failed"), error="CUDA out of memory"))
    provider_id = await side.trainer.submit(TRAINING, REFERENCE, "")
    with pytest.raises(ProviderError):
        await side.trainer.fetch(provider_id)
    assert len(server.files) == 1
    await side.trainer.forget(provider_id)
    assert not server.files


async def test_a_missing_destination_is_made_once_and_private(side: Side, server: Replicate) -> None:
    for n in range(2):
        await side.trainer.submit(TRAINING, f"likeness:{n}:train", "")
    assert "pexit/likenesses" in server.models
    assert sum(1 for at, _ in server.faults.calls if at == "model") == 3  # the trainer's version, a look, the making


async def test_without_a_setting_the_accounts_own_model_is_used(
    proxy: object, server: Replicate, store: MemoryStore
) -> None:
    side = open_side(store, destination="")
    provider_id = await side.trainer.submit(TRAINING, REFERENCE, "")
    assert server.order(provider_id).destination == "pexit/pexit-likenesses"
    await side.account.close()


async def test_a_destination_of_somebody_else_orders_nothing(
    proxy: object, server: Replicate, store: MemoryStore
) -> None:
    side = open_side(store, destination="somebody/likenesses")
    with pytest.raises(NotTaken) as raised:
        await side.trainer.submit(TRAINING, REFERENCE, "")
    assert raised.value.is_outage
    assert (server.faults.count("submit"), len(server.files)) == (0, 0)
    await side.account.close()


@pytest.mark.parametrize("at", ["model", "upload"])
@pytest.mark.parametrize("kind", ["reset", "read_timeout", "invalid_json"])
async def test_what_fails_before_the_order_orders_nothing(side: Side, server: Replicate, at: str, kind: str) -> None:
    server.faults.plan(Fault(at, kind))  # type: ignore[arg-type]
    with pytest.raises(NotTaken) as raised:
        await side.trainer.submit(TRAINING, REFERENCE, "")
    assert raised.value.is_outage
    assert server.faults.count("submit") == 0
    await side.trainer.submit(TRAINING, REFERENCE, "")


async def test_a_photo_that_is_gone_orders_nothing(side: Side, server: Replicate) -> None:
    with pytest.raises(NotTaken) as raised:
        await side.trainer.submit(replace(TRAINING, photos=("photos/9.jpg",)), REFERENCE, "")
    assert not raised.value.is_outage
    assert not server.files


@pytest.mark.parametrize(
    "output", [{"version": "pexit/likenesses:1"}, {"weights": "https://replicate.delivery/a"}, ["x"]]
)
async def test_a_result_without_weights_or_model_fails(side: Side, server: Replicate, output: object) -> None:
    server.courses.append(Course(output=output))
    provider_id = await side.trainer.submit(TRAINING, REFERENCE, "")
    with pytest.raises(ProviderError):
        await side.trainer.fetch(provider_id)


async def test_a_trained_version_is_deleted_when_consent_is_withdrawn(side: Side, server: Replicate) -> None:
    provider_id = await side.trainer.submit(TRAINING, REFERENCE, "")
    trained = await side.trainer.fetch(provider_id)
    assert trained.weights is not None
    shutil.rmtree(trained.weights.parent)
    server.faults.plan(Fault("version", "status", 500))
    with pytest.raises(ProviderError):
        await side.trainer.delete_model(trained.handle)
    await side.trainer.delete_model(trained.handle)
    assert server.models["pexit/likenesses"] == []
    await side.trainer.delete_model(trained.handle)
    await side.trainer.delete_model("")
