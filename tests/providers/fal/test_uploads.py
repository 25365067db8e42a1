"""What is sent to fal beside an order, and how long it stays there."""

import io
import zipfile
from dataclasses import replace

import pytest
from PIL import Image

from pexit_app.core.ports import InvalidOrder, Kind, NotTaken, Weights
from pexit_app.providers.fal import FalImages, FalTrainer, uploads
from tests.providers.contract import is_plain
from tests.providers.fal.conftest import ORDER, TRAINING
from tests.servers import fal_products
from tests.servers.fal import FalServer
from tests.servers.faults import Fault
from tests.support.memory_store import MemoryStore

HOUR_S = 3600
SOURCE = "frames/1/full.png"
WEIGHTS = Weights(key="likenesses/1/weights.safetensors", home="replicate", scale=0.8)
FILL = replace(ORDER, kind=Kind.FILL, source=SOURCE, mask="frames/1/mask.png")


async def test_pictures_of_an_order_go_up_for_an_hour(images: FalImages, server: FalServer, store: MemoryStore) -> None:
    await images.submit(FILL, "frame:1:1")
    given = server.last.arguments
    source, mask = server.uploads[given["image_url"]], server.uploads[given["mask_url"]]
    assert source.content == store.objects[SOURCE]
    assert mask.content == store.objects["frames/1/mask.png"]
    assert [each.keep_s for each in (source, mask)] == [HOUR_S] * 2
    assert [each.media_type for each in (source, mask)] == ["image/png"] * 2
    assert server.last.keep_s == HOUR_S, "what is made expires too"


async def test_a_reference_goes_along_and_the_order_keeps_the_name_it_was_routed_by(
    images: FalImages, server: FalServer, store: MemoryStore
) -> None:
    provider_id = await images.submit(replace(ORDER, source=SOURCE), "frame:1:1", "fal-ai/flux-lora")
    assert server.last.model == "fal-ai/flux-lora/image-to-image"
    assert server.uploads[server.last.arguments["image_url"]].content == store.objects[SOURCE]
    assert provider_id.startswith("fal-ai/flux-lora#")
    assert "model=fal-ai/flux-lora" in server.last.webhook
    assert (await images.fetch(provider_id)).content


async def test_where_the_cdn_fails_the_storage_takes_them_for_an_hour_as_well(
    images: FalImages, server: FalServer
) -> None:
    server.faults.plan(Fault("upload", "status", 400, times=None))
    await images.submit(replace(ORDER, kind=Kind.EDIT, source=SOURCE), "frame:1:1")
    sent = server.uploads[server.last.arguments["image_url"]]
    assert (sent.way, sent.keep_s) == ("storage", HOUR_S)


@pytest.mark.parametrize("status", [401, 500, 400])
async def test_what_cannot_be_uploaded_is_never_ordered(images: FalImages, server: FalServer, status: int) -> None:
    server.faults.plan(*(Fault(at, "status", status, times=None) for at in ("token", "upload", "initiate", "put")))
    with pytest.raises(NotTaken) as raised:
        await images.submit(FILL, "frame:1:1")
    assert raised.value.is_outage == (status != 400)
    assert is_plain(raised.value.message)
    assert server.faults.count("submit") == 0


@pytest.mark.parametrize("fault", [Fault("part", "reset"), Fault("upload", "invalid_json"), Fault("part", "empty")])
async def test_photos_that_break_off_are_never_ordered(trainer: FalTrainer, server: FalServer, fault: Fault) -> None:
    server.faults.plan(fault)
    with pytest.raises(NotTaken) as raised:
        await trainer.submit(TRAINING, "likeness:1:train")
    assert is_plain(raised.value.message)
    assert server.faults.count("submit") == 0


async def test_photos_go_up_as_a_zip_for_an_hour(trainer: FalTrainer, server: FalServer) -> None:
    await trainer.submit(TRAINING, "likeness:1:train")
    sent = server.uploads[server.last.arguments["images_data_url"]]
    assert (sent.keep_s, sent.media_type, sent.way) == (HOUR_S, "application/zip", "multipart")
    archive = zipfile.ZipFile(io.BytesIO(sent.content))
    assert archive.testzip() is None
    assert archive.namelist() == ["001.jpg", "001.txt", "002.jpg", "002.txt"]
    assert Image.open(io.BytesIO(archive.read("001.jpg"))).size == (640, 800)


async def test_a_large_file_goes_up_in_parts_that_fit_together(
    trainer: FalTrainer, server: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 1000)
    await trainer.submit(TRAINING, "likeness:1:train")
    assert server.faults.count("part") > 3
    sent = server.uploads[server.last.arguments["images_data_url"]]
    assert zipfile.ZipFile(io.BytesIO(sent.content)).testzip() is None


async def test_weights_go_up_once_for_many_orders(images: FalImages, server: FalServer) -> None:
    for n in range(3):
        await images.submit(replace(ORDER, seed=n, weights=(WEIGHTS,)), f"frame:{n}:1")
    links = {order.arguments["loras"][0]["path"] for order in server.orders.values()}
    assert len(links) == len(server.uploads) == 1
    sent = server.uploads[links.pop()]
    assert (sent.content, sent.keep_s) == (fal_products.lora(), HOUR_S)
    assert server.last.arguments["loras"][0]["scale"] == 0.8


async def test_weights_are_sent_again_before_they_expire(
    images: FalImages, server: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "REUSE_S", 0)
    for n in range(2):
        await images.submit(replace(ORDER, weights=(WEIGHTS,)), f"frame:{n}:1")
    assert len(server.uploads) == 2


async def test_a_public_stores_weights_are_read_from_there(
    images: FalImages, server: FalServer, store: MemoryStore
) -> None:
    store.is_public = True
    await images.submit(replace(ORDER, weights=(WEIGHTS,)), "frame:1:1")
    link = server.last.arguments["loras"][0]["path"]
    assert WEIGHTS.key.rpartition("/")[2] in link
    assert not server.uploads


async def test_a_users_own_weights_are_passed_on(images: FalImages, server: FalServer) -> None:
    own = Weights(url="https://example.com/mine.safetensors", scale=1.2)
    await images.submit(replace(ORDER, weights=(own, WEIGHTS)), "frame:1:1")
    assert server.last.arguments["loras"][0] == {"path": own.url, "scale": 1.2}
    assert len(server.last.arguments["loras"]) == 2


async def test_weights_and_photos_that_are_gone_are_refused(
    images: FalImages, trainer: FalTrainer, server: FalServer
) -> None:
    with pytest.raises(InvalidOrder) as raised:
        await images.submit(replace(ORDER, weights=(Weights(key="likenesses/9/weights.safetensors"),)), "frame:1:1")
    assert raised.value.field == "weights"
    with pytest.raises(NotTaken):
        await trainer.submit(replace(TRAINING, photos=("photos/9.jpg",)), "likeness:1:train")
    assert not server.orders
