"""A frame between us and a provider that fails in every way networks have. No workflow engine: runs are cut off and
started again by hand."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError

from pexit_app.core import db
from pexit_app.core.ports import Busy, InvalidOrder, ProviderError, ProviderState, ProviderUpdate
from pexit_app.features.jobs import service as jobs
from pexit_app.features.shoots import developing, pictures, service, transitions, trash, workflows  # noqa: F401
from pexit_app.features.shoots.developing import develop_frame
from pexit_app.features.shoots.models import key_of
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import DONE, SIDE, FakeImages, Script, order, picture

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def images(house) -> FakeImages:
    return house.images


async def ordered(me, *seeds, **more):
    async with db.transaction() as session:
        return await order(session, me, *seeds, **more)


async def seen(me, frame):
    async with db.transaction() as session:
        return await service.find_frame(session, me, frame.id), await wallet.card(session, me.user_id)


async def developed(me, images, script, **more):
    """One frame under this script, run once: the frame and the wallet."""
    images.scripts[1] = script
    frame = (await ordered(me, 1, **more)).frames[0]
    await develop_frame(frame.id, 1)
    return await seen(me, frame)


@pytest.mark.parametrize(("output_format", "ending"), [("png", "png"), ("jpeg", "jpg")])
async def test_a_frame_is_stored_in_three_sizes(house, me, output_format, ending):
    frame, card = await developed(me, house.images, Script(), height=1216, output_format=output_format)
    assert (frame.status, frame.charge_dust, card.balance, card.held) == ("done", 1, 99, 0)
    assert set(house.store.objects) == {f"frames/{frame.id}/{name}" for name in (f"full.{ending}", "view.jpg", "thumb.jpg")}
    view = pictures._decoded(house.store.objects[key_of(frame.id, "view", output_format)], {"JPEG"})
    thumb = pictures._decoded(house.store.objects[key_of(frame.id, "thumb", output_format)], {"JPEG"})
    assert (max(view.size), thumb.width) == (1024, 320)
    assert house.images.forgotten == list(house.images.orders)


@pytest.mark.parametrize(
    ("script", "error", "failure_type"),
    [
        (Script(last=ProviderUpdate(ProviderState.FAILED, error="Out of light.")), "Out of light.", "system"),
        (Script(last=ProviderUpdate(ProviderState.FAILED)), "It failed without giving a reason.", "system"),
        (Script(refusals=[ProviderError("Closed today.")]), "Closed today.", "system"),
        (Script(refusals=[Busy("Full.")] * 3), "The renderer did not take the order.", "system"),
        (Script(refusals=[InvalidOrder("hour", 30, "from 5 to 22")]), "This cannot be rendered: hour", "validation"),
        (Script(content=b"not a picture"), "What came was not the picture ordered.", "system"),
        (Script(content=picture(640, 512)), "What came was not the picture ordered. It is 640 by 512", "system"),
        (Script(content=picture(SIDE, SIDE, "jpeg")), "What came was not the picture ordered. It is JPEG", "system"),
        (Script(is_silent=True), "Nothing was heard of it for too long.", "timeout"),
        (Script(last=None), "The renderer lost this frame.", "system"),
        (Script(forgets=3), "The renderer lost this frame.", "system"),
        (Script(lost=3, arrives=False), "The renderer did not take the order.", "system"),
    ],
)
async def test_what_goes_wrong_is_said_and_costs_nothing(house, me, script, error, failure_type):
    frame, card = await developed(me, house.images, script)
    assert frame.status == "failed"
    assert frame.error.startswith(error)
    assert frame.failure_type == failure_type
    assert (card.balance, card.held) == (100, 0)
    assert house.store.objects == {}


@pytest.mark.parametrize(
    "script",
    [
        Script(refusals=[Busy("Full.")] * 2),
        Script(lost=2, arrives=True),
        Script(lost=2, arrives=False),
        Script(forgets=2),
        Script(updates=()),
        Script(updates=(ProviderUpdate(ProviderState.QUEUED),) * 5),
    ],
)
async def test_what_can_be_mended_is_mended(house, me, script):
    frame, card = await developed(me, house.images, script)
    assert (frame.status, frame.error, card.balance, card.held) == ("done", "", 99, 0)


@pytest.mark.parametrize("place", ["before_submit", "while_followed", "before_store", "after_store"])
async def test_a_run_that_is_cut_off_anywhere_is_taken_up_again(house, me, monkeypatch, place):
    frame = (await ordered(me, 1)).frames[0]
    owner, name = {
        "before_submit": (house.images, "submit"),
        "while_followed": (transitions, "note_update"),
        "before_store": (pictures, "make_prints"),
        "after_store": (transitions, "finish_frame"),
    }[place]

    def cut(*args, **named):
        raise asyncio.CancelledError

    with monkeypatch.context() as broken:
        broken.setattr(owner, name, cut)
        with suppress(asyncio.CancelledError):
            await develop_frame(frame.id, 1)
    found, card = await seen(me, frame)
    assert found.is_open
    assert card.held == 1
    await develop_frame(frame.id, 1)
    found, card = await seen(me, frame)
    assert (found.status, card.held, card.balance) == ("done", 0, 99)


async def test_a_finished_frame_is_not_made_again(house, me):
    frame, _ = await developed(me, house.images, Script())
    await develop_frame(frame.id, 1)
    assert len(house.images.submitted) == 1
    assert len(house.store.objects) == 3


async def test_a_frame_deleted_while_it_is_stored_leaves_nothing(house, me, monkeypatch):
    frame = (await ordered(me, 1)).frames[0]
    finish = transitions.finish_frame

    async def too_late(session, frame_id, attempt, size_px):
        await trash.trash_frame(session, me, frame_id)
        return await finish(session, frame_id, attempt, size_px)

    monkeypatch.setattr(transitions, "finish_frame", too_late)
    await develop_frame(frame.id, 1)
    assert house.store.objects == {}
    async with db.transaction() as session:
        assert (await wallet.card(session, me.user_id)).balance == 100


async def test_a_stopped_frame_is_called_off_at_the_provider(house, me, monkeypatch):
    frame = (await ordered(me, 1)).frames[0]
    note = transitions.note_update

    async def stop_first(session, frame_id, attempt, update):
        job = await jobs.lock_job(session, frame.job_id)
        await transitions.stop_job(session, job)
        return await note(session, frame_id, attempt, update)

    monkeypatch.setattr(transitions, "note_update", stop_first)
    await develop_frame(frame.id, 1)
    assert house.images.canceled == set(house.images.orders)
    assert (await seen(me, frame))[0].status == "canceled"
    assert house.store.objects == {}


async def test_a_provider_that_cancels_by_itself_is_asked_again(house, me):
    house.images.scripts[1] = Script(last=ProviderUpdate(ProviderState.CANCELED))
    frame = (await ordered(me, 1)).frames[0]
    run = asyncio.create_task(develop_frame(frame.id, 1))
    while len(house.images.submitted) < 2:
        await asyncio.sleep(0)
    house.images.scripts[1].last = DONE
    await run
    assert (await seen(me, frame))[0].status == "done"


async def test_a_database_that_comes_back_is_waited_for(house, me, monkeypatch):
    begin, failures = transitions.begin_frame, [1, 2]

    async def away(*args):
        if failures:
            failures.pop()
            raise OperationalError("select", {}, Exception("the connection is gone"))
        return await begin(*args)

    monkeypatch.setattr(transitions, "begin_frame", away)
    frame, _ = await developed(me, house.images, Script())
    assert frame.status == "done"
