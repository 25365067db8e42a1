"""Nobody's face goes to a GPU service once they said no: not by an order, not by another attempt at an old one."""

import pytest

from pexit_app.core import db
from pexit_app.core.ports import Kind
from pexit_app.features.people import service as people
from pexit_app.features.shoots import edits, service
from pexit_app.features.shoots import workflows as _work  # noqa: F401  (hears when a face is gone)
from pexit_app.features.shoots.developing import develop_frame
from pexit_app.features.shoots.edits import EditAsk
from pexit_app.features.shoots.models import Frame
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.friends import befriend
from tests.features.shoots.gpus import befriend_trained, finished, rent
from tests.features.shoots.support import House, new_user, open_house, picture, publish


@pytest.fixture(autouse=True)
def house() -> House:
    return open_house()


@pytest.fixture
async def me(session):
    await publish(session)
    return await new_user(session)


@pytest.fixture
def gpu(house):
    return rent()


async def edited(session, me, house, kind: Kind) -> tuple[Frame, object]:
    """An ordered change of a picture of somebody, and that somebody."""
    friend = await befriend(session, me)
    parent = await finished(session, me, cast={"you": friend.likeness.id})
    await house.store.put(f"frames/{parent.id}/full.png", picture(), "image/png")
    [child] = (await edits.request_edit(me, parent.id, EditAsk(kind, "a hat" if kind == Kind.EDIT else ""))).frames
    assert child.source in house.store.objects
    return child, friend


@pytest.mark.parametrize("kind", [Kind.EDIT, Kind.UPSCALE])
@pytest.mark.parametrize("way", ["consent withdrawn", "likeness deleted", "person deleted"])
async def test_another_attempt_at_an_edit_shows_nobody_who_said_no(session, me, house, gpu, kind, way):
    child, friend = await edited(session, me, house, kind)
    async with db.transaction() as own:
        if way == "consent withdrawn":
            await people.withdraw_consent(own, me, friend.person.id)
        elif way == "likeness deleted":
            await people.delete_likeness(own, me, friend.likeness.id)
        else:
            await people.delete_person(own, me, friend.person.id)
    async with db.transaction() as own:
        [again] = (await service.retry_frames(own, me, [child.id])).frames
    assert again.attempt == 2
    await develop_frame(child.id, 2)
    assert gpu.submitted == [], "the picture left us"
    async with db.transaction() as own:
        found = await service.find_frame(own, me, child.id)
        assert (found.status, found.failure_type) == ("failed", "validation")
        assert (await wallet.card(own, me.user_id)).held == 0


async def test_an_order_that_slipped_in_beside_the_withdrawal_goes_nowhere(session, me, house, gpu):
    """Who orders and who withdraws may pass each other; the bytes may be deleted a moment later still."""
    friend = await befriend_trained(session, me)
    async with db.transaction() as own:
        parent = await finished(own, me, cast={"you": friend.likeness.id})
        key = friend.likeness.id
    [child] = (await edits.request_edit(me, parent.id, EditAsk(Kind.EDIT, "a hat"))).frames
    await house.store.put(child.source, picture(), "image/png")
    async with db.transaction() as own:
        row = await people.find_likeness(own, me, key)
        await own.delete(row)
    await develop_frame(child.id, 1)
    assert gpu.submitted == []


async def test_who_still_agrees_is_rendered(session, me, house, gpu):
    child, _ = await edited(session, me, house, Kind.EDIT)
    await develop_frame(child.id, 1)
    assert len(gpu.submitted) == 1
