"""Frames that somebody in them wants hidden are nowhere to be seen, come back whole, and go for good after 30 days."""

import pytest

from pexit_app.core import clock, db
from pexit_app.features.shoots import hiding, queries, service, shoot_list, stored_pictures, trash
from pexit_app.features.shoots.errors import FrameHidden
from pexit_app.features.shoots.models import key_of
from pexit_app.features.shoots.sheets_state import hidden_words
from tests.features.shoots.friends import befriend
from tests.features.shoots.gpus import finished
from tests.features.shoots.support import House, new_user, open_house, picture, publish


@pytest.fixture(autouse=True)
def house() -> House:
    return open_house()


@pytest.fixture
async def me(session):
    await publish(session)
    return await new_user(session)


async def hide(me, face, is_hidden: bool = True) -> None:
    async with db.transaction() as session:
        await hiding.hide_frames_with(session, me.user_id, [face.id], is_hidden)


async def test_hidden_frames_are_nowhere_and_come_back(session, me, house):
    ada, bo = await befriend(session, me), await befriend(session, me, "Bo")
    gone, lain = [await finished(session, me, cast={"you": ada.likeness.id}) for _ in range(2)]
    left = await finished(session, me, cast={"you": bo.likeness.id})
    await trash.trash_frame(session, me, lain.id)
    await session.commit()
    await hide(me, ada.likeness)

    async with db.transaction() as own:
        for verb in (service.find_frame, trash.trash_frame, trash.restore_frame, trash.delete_frame, queries.recipe_of):
            for frame in (gone, lain):
                with pytest.raises(FrameHidden):
                    await verb(own, me, frame.id)
        with pytest.raises(FrameHidden):
            await service.mark_frame(own, me, gone.id, "ring")
        assert await queries.frames_of(own, gone.shoot_id) == []
        assert (await trash.list_trash(own, me)).rows == []
        totals = await shoot_list.totals(own, me)
        assert (totals.frames, totals.trashed, totals.hidden) == (1, 0, 2)
        assert hidden_words(totals).startswith("2 frames are hidden")
        assert [each.id for each in await queries.frames_of(own, left.shoot_id)] == [left.id]

    await hide(me, ada.likeness, is_hidden=False)
    async with db.transaction() as own:
        assert (await service.find_frame(own, me, gone.id)).mark == "none"
        assert [each.id for each in (await trash.list_trash(own, me)).rows] == [lain.id]
        assert hidden_words(await shoot_list.totals(own, me)) == ""


async def test_a_pack_is_not_pictured_with_them(session, me, house):
    ada = await befriend(session, me)
    frame = await finished(session, me, cast={"you": ada.likeness.id})
    await house.store.put(key_of(frame.id, "full", "png"), picture(), "image/png")
    await session.commit()
    assert await stored_pictures.read_full(frame) == picture()
    await hide(me, ada.likeness)
    async with db.transaction() as own:
        with pytest.raises(FrameHidden):
            await stored_pictures.read_full(await service.find_frame(own, me, frame.id))


async def test_after_thirty_days_they_are_gone_for_good(session, me, house):
    ada = await befriend(session, me)
    frame = await finished(session, me, cast={"you": ada.photo.id})
    await house.store.put(key_of(frame.id, "full", "png"), picture(), "image/png")
    await session.commit()
    await hide(me, ada.photo)
    with clock.moved(days=29):
        await hiding.delete_hidden()
    assert house.store.objects
    with clock.moved(days=30, minutes=1):
        await hiding.delete_hidden()
    assert not house.store.objects
    async with db.transaction() as own:
        assert (await shoot_list.totals(own, me)).hidden == 0
