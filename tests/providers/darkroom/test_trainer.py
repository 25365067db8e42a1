"""Photos in the darkroom's workers: looked at, cut out, learnt from, with real processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pexit_app.core.ports import (
    BadPhoto,
    Busy,
    DraftOrder,
    ImageOrder,
    InvalidOrder,
    ProviderError,
    ProviderState,
    TrainingOrder,
    UnknownOrder,
)
from pexit_app.providers.darkroom import persona
from pexit_app.providers.darkroom.gatekeeper import gate_on
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.provider import Darkroom
from pexit_app.providers.darkroom.task import Inspection
from pexit_app.providers.darkroom.trainer import DarkroomTrainer
from tests.support import faces

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("objects")
    for i, content in enumerate(faces.good_batch(4)):
        (path / f"{i}.jpg").write_bytes(content)
    (path / "wall.jpg").write_bytes(b"no picture at all")
    return path


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool()
    made.start()
    yield made
    made.close()


@pytest.fixture
def darkroom(pool, folder) -> Darkroom:
    """One with no orders yet; its workers are warm."""

    async def find(key: str) -> Path:
        return folder / key

    return Darkroom(find_persona=find, pool=pool)


@pytest.fixture
def trainer(darkroom, folder) -> DarkroomTrainer:
    async def find(key: str) -> Path:
        return folder / key

    return DarkroomTrainer(darkroom.pool, find)


def order(*keys: str) -> TrainingOrder:
    return TrainingOrder(keys, "TOK person", 1000)


async def test_a_training_tells_of_every_photo_and_brings_a_persona_to_render_with(darkroom, trainer, folder) -> None:
    provider_id = await trainer.submit(order("0.jpg", "1.jpg", "2.jpg"), "likeness")
    updates = [update async for update in trainer.follow(provider_id)]
    running = [update for update in updates if update.state is ProviderState.RUNNING]
    for number in (1, 2, 3):
        mine = [update.stage for update in running if update.stage.startswith(f"photo {number} of 3: ")]
        assert len(mine) >= 2
    progress = [update.progress for update in updates]
    assert progress == sorted(progress)
    assert (updates[-1].state, updates[-1].progress) == (ProviderState.DONE, 100)
    trained = await trainer.fetch(provider_id)
    (folder / "persona.npz").write_bytes(trained.persona)
    assert len(persona.load(folder / "persona.npz").sources) == 3
    assert trained.weights is None
    pair = ("persona.npz", "standin:onyx")
    for personas in (pair[:1], pair, pair[::-1]):
        assert (await darkroom.draft(DraftOrder(personas, {}, 1, "4:5", 256, "tab"))).content
    image = ImageOrder(pair, {}, "", "", 7, 512, 640, "jpeg")
    assert (await darkroom.fetch(await darkroom.submit(image, "frame"))).content


async def test_the_same_order_is_learnt_once_and_forgotten_when_told(trainer) -> None:
    first = await trainer.submit(order("0.jpg"), "likeness")
    assert await trainer.submit(order("0.jpg"), "likeness") == first
    again = await trainer.submit(order("0.jpg"), "another")
    assert again != first
    assert (await trainer.fetch(first)).persona == (await trainer.fetch(again)).persona
    await trainer.forget(first)
    with pytest.raises(UnknownOrder):
        await trainer.fetch(first)


async def test_a_training_stops_between_stages_and_a_waiting_one_at_once(trainer) -> None:
    everything = [f"{i}.jpg" for i in range(4)]
    running = await trainer.submit(order(*everything), "a")
    waiting = await trainer.submit(order(*everything), "b")
    stages = []
    async for update in trainer.follow(running):
        if update.state is ProviderState.RUNNING:
            stages.append(update.stage)
            await trainer.cancel(waiting)
            await trainer.cancel(running)
    assert update.state is ProviderState.CANCELED
    assert len(stages) < 12
    assert [update.state async for update in trainer.follow(waiting)][-1] is ProviderState.CANCELED
    with pytest.raises(ProviderError, match="canceled"):
        await trainer.fetch(running)


async def test_photos_without_a_face_fail_in_plain_words(trainer) -> None:
    provider_id = await trainer.submit(order("wall.jpg"), "likeness")
    *_, last = [update async for update in trainer.follow(provider_id)]
    assert last.state is ProviderState.FAILED
    assert "face" in last.error
    with pytest.raises(ProviderError, match="face"):
        await trainer.fetch(provider_id)
    with pytest.raises(InvalidOrder):
        await trainer.submit(order(), "likeness")


async def test_a_killed_worker_is_replaced_and_its_training_made(darkroom, trainer) -> None:
    provider_id = await trainer.submit(order("0.jpg", "1.jpg"), "likeness")
    has_killed = False
    async for update in trainer.follow(provider_id):
        if update.state is ProviderState.RUNNING and not has_killed:
            has_killed = True
            for pid in darkroom.busy_pids():
                os.kill(pid, signal.SIGKILL)
    assert has_killed
    assert update.state is ProviderState.DONE


async def test_drafts_are_drawn_while_trainings_run(darkroom, trainer) -> None:
    ids = [await trainer.submit(order(*(f"{i}.jpg" for i in range(4))), name) for name in "abc"]
    async for update in trainer.follow(ids[0]):
        if update.state is ProviderState.RUNNING:
            break
    for seed in range(3):
        assert (await darkroom.draft(DraftOrder(("standin:alba",), {}, seed, "4:5", 256, "tab"))).content
    third = anext(aiter(trainer.follow(ids[2])))
    assert (await third).state is ProviderState.QUEUED, "drafts did not wait for the trainings"
    for each in ids:
        await trainer.cancel(each)


async def test_the_gate_looks_at_photos_in_the_workers(darkroom, folder) -> None:
    gate = gate_on(darkroom.pool)
    content = (folder / "0.jpg").read_bytes()
    seen, refused, one = await asyncio.gather(
        gate.inspect(content),
        gate.inspect(b"no picture at all"),
        gate.one_photo_persona(content),
        return_exceptions=True,
    )
    assert not isinstance(seen, BaseException)
    assert seen.reading.face_box is not None
    assert isinstance(refused, BadPhoto)
    assert isinstance(one, bytes)
    (folder / "one.npz").write_bytes(one)
    assert len(persona.load(folder / "one.npz").sources) == 1
    with pytest.raises(ProviderError, match="face"):
        await gate.one_photo_persona(b"no picture at all")


async def test_a_photo_that_takes_too_long_is_damaged_and_the_pool_lives_on(darkroom, folder, monkeypatch) -> None:
    gate = gate_on(darkroom.pool)
    content = (folder / "0.jpg").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Inspection, "limit_s", property(lambda self: 0.0))
        with pytest.raises(BadPhoto) as error:
            await gate.inspect(content)
    assert error.value.code == "damaged"
    assert "time" in error.value.message
    assert (await gate.inspect(content)).width > 0


async def test_a_busy_machine_makes_no_photo_too_slow_but_a_standstill_ends(darkroom, folder, monkeypatch) -> None:
    gate = gate_on(darkroom.pool)
    content = (folder / "0.jpg").read_bytes()
    await gate.inspect(content)
    with monkeypatch.context() as patch:
        patch.setattr(Inspection, "limit_s", property(lambda self: 1.0))
        await all_idle(darkroom)
        looked = asyncio.create_task(gate.inspect(content))
        pid = await busy_worker(darkroom)
        os.kill(pid, signal.SIGSTOP)
        done, _ = await asyncio.wait({looked}, timeout=1.5)  # longer than the limit, in which others have the machine
        os.kill(pid, signal.SIGCONT)
        assert not done
        assert (await looked).width > 0
        patch.setattr(Inspection, "limit_s", property(lambda self: 0.1))
        await all_idle(darkroom)
        stuck = asyncio.create_task(gate.inspect(content))
        os.kill(await busy_worker(darkroom), signal.SIGSTOP)
        with pytest.raises(BadPhoto):
            await stuck


async def all_idle(darkroom: Darkroom) -> None:
    """A worker still counts as busy for a moment after its answer."""
    while darkroom.pool.pids():
        await asyncio.sleep(0)


async def busy_worker(darkroom: Darkroom) -> int:
    while not (pids := darkroom.pool.pids()):
        await asyncio.sleep(0)
    return pids[0]


async def test_a_closed_darkroom_is_busy_for_photos_too(folder) -> None:
    room = Darkroom()
    await room.start()
    await room.close()
    with pytest.raises(Busy):
        await gate_on(room.pool).inspect((folder / "0.jpg").read_bytes())


GREEDY = """
import numpy as np
from pexit_app.providers.darkroom import memory
with memory.guard():
    small = np.ones(8 << 20, np.uint8)
    try:
        large = np.ones(900 << 20, np.uint8)
    except MemoryError:
        print("guarded")
print(np.ones(600 << 20, np.uint8).size >> 20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on data is Linux's")
def test_no_photo_takes_a_worker_over_its_memory() -> None:
    run = subprocess.run([sys.executable, "-c", GREEDY], cwd=ROOT, capture_output=True, check=True, text=True)
    assert run.stdout.split() == ["guarded", "600"]
