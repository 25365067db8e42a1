"""A frame that a GPU service was paid for, and what goes wrong on our side: the order is ended, nothing lies about."""

from dataclasses import replace

import pytest
from sqlmodel import select

from pexit_app.core import db, deps
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import ProviderState, ProviderUpdate, StoreFull
from pexit_app.features.jobs import service as jobs
from pexit_app.features.routing.models import Submission
from pexit_app.features.shoots import service, workflows  # noqa: F401  (registers itself)
from pexit_app.features.shoots.developing import develop_frame
from pexit_app.features.shoots.models import Frame, prefix_of
from pexit_app.features.wallet import service as wallet
from tests.features.people.support import Killed
from tests.features.shoots.gpus import rent
from tests.features.shoots.support import Script, order

pytestmark = pytest.mark.usefixtures("impatient")
FAILED = ProviderUpdate(ProviderState.FAILED, error="Broke.")


@pytest.fixture
def gpu(house):
    return rent()


async def ordered(me):
    async with db.transaction() as session:
        [frame] = (await order(session, me, 1)).frames
        return frame


async def state(me, frame) -> tuple[str, int, int, str]:
    """The frame's status, dust to spend, dust held, how its order ended."""
    async with db.transaction() as session:
        found = await service.find_frame(session, me, frame.id)
        card = await wallet.card(session, me.user_id)
        row = (await session.exec(select(Submission))).one()
        await session.refresh(row)
        return found.status, card.balance, card.held, row.outcome


async def test_what_came_and_is_no_picture_is_over(house, me, gpu):
    gpu.scripts[1] = Script(content=b"not a picture")
    frame = await ordered(me)
    await develop_frame(frame.id, 1)
    assert await state(me, frame) == ("failed", 100, 0, "failed")
    assert gpu.forgotten == list(gpu.orders)


@pytest.mark.parametrize("error", [StoreFull("Full."), Unavailable("The store is away."), RuntimeError("unforeseen")])
@pytest.mark.parametrize("part", ["full.png", "thumb.jpg"])
async def test_what_cannot_be_stored_is_over_and_nothing_lies_about(house, me, gpu, error, part):
    put = house.store.put

    async def failing(key, content, media_type):
        if key.endswith(part):
            raise error
        await put(key, content, media_type)

    house.store.put = failing
    frame = await ordered(me)
    await develop_frame(frame.id, 1)
    assert await state(me, frame) == ("failed", 100, 0, "failed")
    assert house.store.objects == {}


@pytest.mark.parametrize("way", ["fails", "is stopped", "cannot be stored"])
async def test_what_shall_be_mended_stays_for_another_attempt(house, me, gpu, way):
    frame = await ordered(me)
    mask = f"{prefix_of(frame.id)}mask.png"
    await house.store.put(mask, b"mask", "image/png")
    async with db.transaction() as session:
        (await session.get(Frame, frame.id)).mask = mask
    gpu.scripts[1] = Script(last=FAILED) if way == "fails" else Script()
    if way == "cannot be stored":

        async def full(key, content, media_type):
            raise StoreFull("Full.")

        house.store.put = full
    if way == "is stopped":
        async with db.transaction() as session:
            await jobs.cancel_job(session, me, frame.job_id)
    await develop_frame(frame.id, 1)
    assert set(house.store.objects) == {mask}


async def test_a_key_that_was_taken_away_ends_what_was_handed_over(house, me, gpu):
    """The service cannot be asked any more; the frame does not wait for it."""
    gpu.scripts[1] = Script(content=b"x")
    frame = await ordered(me)
    fetch = gpu.fetch

    async def gone(provider_id):
        deps.use(replace(deps.get(), gpu_images={}))
        raise Killed

    gpu.fetch = gone
    with pytest.raises(Killed):
        await develop_frame(frame.id, 1)
    gpu.fetch = fetch
    await develop_frame(frame.id, 1)
    assert await state(me, frame) == ("failed", 100, 0, "failed")
