"""The darkroom through its ports, with real worker processes."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PIL import Image

from pexit_app.core.ports import (
    Busy,
    DraftOrder,
    ImageOrder,
    InvalidOrder,
    ProviderError,
    ProviderState,
    Superseded,
    UnknownOrder,
)
from pexit_app.providers.darkroom import marks
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.provider import Darkroom
from pexit_app.providers.darkroom.render import STAGES

ROOT = Path(__file__).parents[3]
RENDER = ImageOrder(("standin:rosa",), {"backdrop": "beach"}, "", "", 7, 512, 640, "jpeg")
DRAFT = DraftOrder(("standin:rosa",), {"backdrop": "studio"}, 7, "4:5", 256, "tab")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    before = set(psutil.Process().children())
    made = Pool()
    made.start()
    yield made
    made.close()
    assert set(psutil.Process().children()) <= before, "no worker outlives the pool"


@pytest.fixture
def darkroom(pool: Pool) -> Darkroom:
    """One with no orders yet; its workers are warm and may have lived through worse."""
    return Darkroom(pool=pool)


async def states(room: Darkroom, provider_id: str) -> list[ProviderState]:
    return [update.state async for update in room.follow(provider_id)]


async def running(room: Darkroom, provider_id: str) -> None:
    """Returns when the order's first stage has begun."""
    async for update in room.follow(provider_id):
        if update.state is ProviderState.RUNNING:
            return
    raise AssertionError("it ended before it ran")


async def test_a_render_reports_its_stages_and_brings_a_marked_file(darkroom) -> None:
    provider_id = await darkroom.submit(RENDER, "job")
    updates = [update async for update in darkroom.follow(provider_id)]
    stages = [update.stage for update in updates if update.state is ProviderState.RUNNING]
    assert tuple(stages) == STAGES
    assert [update.progress for update in updates] == sorted(update.progress for update in updates)
    assert updates[-1].state is ProviderState.DONE
    assert updates[-1].progress == 100
    result = await darkroom.fetch(provider_id)
    assert (result.media_type, result.width, result.height) == ("image/jpeg", 512, 640)
    assert Image.open(io.BytesIO(result.content)).size == (512, 640)
    assert marks.read_mark(result.content)
    assert await states(darkroom, provider_id) == [*[ProviderState.RUNNING] * len(STAGES), ProviderState.DONE]


async def test_the_same_order_gives_the_same_bytes_and_is_not_made_twice(darkroom) -> None:
    first = await darkroom.submit(RENDER, "job")
    assert await darkroom.submit(RENDER, "job") == first
    other = await darkroom.submit(RENDER, "another job")
    varied = await darkroom.submit(replace(RENDER, seed=8), "job")
    assert len({first, other, varied}) == 3
    contents = [(await darkroom.fetch(each)).content for each in (first, other, varied)]
    assert contents[0] == contents[1] != contents[2]


async def test_forgotten_orders_are_unknown(darkroom) -> None:
    provider_id = await darkroom.submit(RENDER, "job")
    await darkroom.fetch(provider_id)
    await darkroom.forget(provider_id)
    await darkroom.forget(provider_id)
    await darkroom.cancel(provider_id)
    with pytest.raises(UnknownOrder):
        await darkroom.fetch(provider_id)
    with pytest.raises(UnknownOrder):
        await anext(aiter(darkroom.follow(provider_id)))


async def test_a_draft_is_a_small_marked_jpeg_and_repeats(darkroom) -> None:
    first, again = [await darkroom.draft(replace(DRAFT, stream=stream)) for stream in "ab"]
    assert first.content == again.content
    assert {"queue", "render", "encode"} <= set(first.timings_ms)
    image = Image.open(io.BytesIO(first.content))
    assert (image.format, image.size) == ("JPEG", (204, 256))
    assert marks.read_mark(first.content)


async def test_while_one_draft_renders_only_the_newest_waits(darkroom) -> None:
    drafts = [
        asyncio.ensure_future(darkroom.draft(replace(DRAFT, look={"hour": 6 + i / 4}, size_px=512))) for i in range(24)
    ]
    outcomes = await asyncio.gather(*drafts, return_exceptions=True)
    assert not isinstance(outcomes[-1], BaseException), "the newest is always drawn"
    superseded = [outcome for outcome in outcomes if isinstance(outcome, Superseded)]
    assert superseded
    assert all(not isinstance(o, BaseException) or isinstance(o, Superseded) for o in outcomes)


async def test_a_waiting_order_is_dropped_and_a_running_one_stops_at_its_next_stage(darkroom) -> None:
    large = replace(RENDER, width=1536, height=1536)
    ids = [await darkroom.submit(replace(large, seed=i), "job") for i in range(4)]
    await running(darkroom, ids[0])
    await darkroom.cancel(ids[3])
    assert (await states(darkroom, ids[3]))[-1] is ProviderState.CANCELED
    await darkroom.cancel(ids[0])
    heard = await states(darkroom, ids[0])
    assert heard[-1] is ProviderState.CANCELED
    assert len(heard) < len(STAGES) + 1
    for each in (ids[0], ids[3]):
        with pytest.raises(ProviderError):
            await darkroom.fetch(each)
    for each in ids[1:3]:
        assert (await states(darkroom, each))[-1] is ProviderState.DONE, "the worker goes on"


async def test_a_worker_that_is_killed_is_replaced_and_its_order_still_made(darkroom) -> None:
    provider_id = await darkroom.submit(replace(RENDER, width=1536, height=1536), "job")
    await running(darkroom, provider_id)
    for pid in darkroom.busy_pids():
        os.kill(pid, signal.SIGKILL)
    assert (await states(darkroom, provider_id))[-1] is ProviderState.DONE
    assert (await darkroom.fetch(provider_id)).content


async def test_an_order_that_kills_every_worker_fails_in_plain_words(darkroom) -> None:
    provider_id = await darkroom.submit(replace(RENDER, width=1536, height=1536), "job")
    failed = None
    begun = 0
    async for update in darkroom.follow(provider_id):
        if update.stage == "backdrop" and update.state is ProviderState.RUNNING:
            begun += 1
            for pid in darkroom.busy_pids():
                os.kill(pid, signal.SIGKILL)
        failed = update
    assert begun == 2, "tried once more"
    assert failed is not None
    assert failed.state is ProviderState.FAILED
    assert "again" in failed.error
    assert (await darkroom.draft(DRAFT)).content, "the pool lives on"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"width": 500}, "width"),
        ({"height": 1600}, "height"),
        ({"seed": -1}, "seed"),
        ({"output_format": "webp"}, "output_format"),
        ({"personas": ("standin:nobody",)}, "persona"),
        ({"personas": ("likenesses/1/persona.npz",)}, "persona"),
        ({"look": {"lens": 2}}, "lens"),
        ({"look": {"blur": 1}}, "blur"),
    ],
)
async def test_what_cannot_be_made_is_refused_by_field(wrong, field) -> None:
    with pytest.raises(InvalidOrder) as error:
        await Darkroom().submit(replace(RENDER, **wrong), "job")
    assert error.value.field == field


@pytest.mark.parametrize(("wrong", "field"), [({"aspect": "3:1"}, "aspect"), ({"size_px": 1024}, "size")])
async def test_a_draft_that_cannot_be_made_is_refused_by_field(wrong, field) -> None:
    with pytest.raises(InvalidOrder) as error:
        await Darkroom().draft(replace(DRAFT, **wrong))
    assert error.value.field == field


async def test_a_trained_likeness_is_found_through_its_port(pool) -> None:
    async def find(key: str) -> Path:
        assert key == "likenesses/1.npz"
        return ROOT / "pexit_app/providers/darkroom/standins/alba.npz"

    room = Darkroom(find_persona=find, pool=pool)
    own = await room.draft(replace(DRAFT, personas=("likenesses/1.npz",)))
    shipped = await room.draft(replace(DRAFT, personas=("standin:alba",)))
    assert marks.read_mark(own.content) != marks.read_mark(shipped.content)
    assert Image.open(io.BytesIO(own.content)).tobytes() == Image.open(io.BytesIO(shipped.content)).tobytes()


async def test_an_unreadable_likeness_fails_in_plain_words(pool, tmp_path) -> None:
    async def find(key: str) -> Path:
        path = tmp_path / "broken.npz"
        path.write_bytes(b"not a persona")
        return path

    with pytest.raises(ProviderError, match="cannot be read"):
        await Darkroom(find_persona=find, pool=pool).draft(replace(DRAFT, personas=("likenesses/1.npz",)))


async def test_closing_cancels_what_waits_and_refuses_more() -> None:
    room = Darkroom()
    await room.start()
    ids = [await room.submit(replace(RENDER, seed=i, width=1536, height=1536), "job") for i in range(4)]
    await running(room, ids[0])
    await room.close()
    assert (await states(room, ids[3]))[-1] is ProviderState.CANCELED
    assert (await states(room, ids[0]))[-1] in (ProviderState.FAILED, ProviderState.DONE, ProviderState.CANCELED)
    with pytest.raises(Busy):
        await room.submit(RENDER, "job")


async def test_closing_ends_workers_that_are_only_starting() -> None:
    before = set(psutil.Process().children())
    room = Darkroom()
    await room.start()
    while len(started := set(psutil.Process().children()) - before) < 2:
        await asyncio.sleep(0.01)
    for worker in started:
        worker.suspend()  # it will never be ready
    await room.submit(RENDER, "job")
    await room.close()
    assert psutil.wait_procs(started, timeout=30)[1] == []


PARENT = """
import asyncio, sys
from pexit_app.core.ports import DraftOrder, ImageOrder
from pexit_app.providers.darkroom.provider import Darkroom
async def main():
    room = Darkroom()
    await room.start()
    await room.draft(DraftOrder(("standin:rosa",), {}, 1, "1:1", 256, "tab"))
    for i in range(8):
        await room.submit(ImageOrder(("standin:rosa",), {"backdrop": "mountains"}, "", "", i, 1536, 1536), "job")
    print("busy", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


def test_workers_die_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    try:
        assert parent.stdout.readline() == b"busy\n"
        workers = psutil.Process(parent.pid).children()
        assert len(workers) == 2
    finally:
        parent.kill()
        parent.wait()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not [worker for worker in alive if worker.status() != psutil.STATUS_ZOMBIE]
