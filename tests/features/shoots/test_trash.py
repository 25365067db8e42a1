"""The trash: out of sight at once, back whole within seven days, and then gone with every byte."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from pexit_app.core import clock, db, objects
from pexit_app.core.errors import NotFound
from pexit_app.core.models import Discarded, Event
from pexit_app.features.shoots import queries, service, sheets, shoot_list, transitions, trash, workflows
from pexit_app.features.shoots.errors import NotReady
from pexit_app.features.shoots.models import KEPT_IN_TRASH, Frame, Shoot, key_of
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import new_user, order, picture
from tests.features.shoots.test_api import app_for

SECOND = timedelta(seconds=1)


@pytest.fixture
def later(monkeypatch):
    """`later(delta)`: the clock stands that much later than it did when the test began."""
    began = clock.now()

    def move(delta: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: began + delta)

    move(timedelta())
    return move


@pytest.fixture
async def client(house, me):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(me)), base_url="http://test") as made:
        yield made


async def delivered(session, house, me, *seeds: int, **more) -> list[Frame]:
    """Frames that are done, with their objects."""
    frames = (await order(session, me, *seeds, **more)).frames
    for frame in frames:
        assert await transitions.finish_frame(session, frame.id, 1)
        for variant in ("full", "view", "thumb"):
            kind = "png" if variant == "full" else "jpeg"
            house.store.objects[key_of(frame.id, variant, "png")] = picture(output_format=kind)
    await session.commit()
    return list(frames)


async def orphans() -> list[str]:
    async with db.transaction() as session:
        return await objects.orphans(session)


async def test_a_trashed_frame_is_out_of_every_sheet_and_count_and_list(session, house, me):
    first, second = await delivered(session, house, me, 1, 2)
    child = (await delivered(session, house, me, 3, shoot_id=first.shoot_id))[0]
    child.parent_frame_id = first.id
    session.add(child)
    await trash.trash_frame(session, me, first.id)
    shoot = await service.find_shoot(session, me, first.shoot_id)
    assert [each.id for each in await queries.frames_of(session, shoot.id)] == [second.id, child.id]
    assert (await queries.counts_of(session, [shoot]))[shoot.id].total == 2
    sheet = await sheets.read_sheet(session, me, shoot.id)
    assert ([each.id for each in sheet.frames], sheet.counts, sheet.earlier) == ([second.id, child.id], {"done": 2}, 0)
    assert (await sheets.read_frame(session, me, child.id)).parent_id == ""
    with pytest.raises(NotReady):
        await sheets.read_frame(session, me, first.id)
    assert [each.id for each in (await queries.find_generation(session, me, first.job_id))[1]] == [second.id]


async def test_nothing_is_made_of_a_trashed_frame_until_it_is_restored(session, house, me):
    frame = (await delivered(session, house, me, 1))[0]
    await service.mark_frame(session, me, frame.id, "ring")
    await trash.trash_frame(session, me, frame.id)
    for attempt in (
        service.mark_frame(session, me, frame.id, "none"),
        service.vary_frame(session, me, frame.id),
        service.retry_frame(session, me, frame.id),
    ):
        with pytest.raises(NotReady):
            await attempt
    restored = await trash.restore_frame(session, me, frame.id)
    assert (restored.trashed_at, restored.mark, restored.number, restored.status) == (None, "ring", "1", "done")
    assert len(house.store.objects) == 3
    assert len((await service.vary_frame(session, me, frame.id)).frames) == 4


async def test_putting_it_there_twice_and_restoring_it_twice_is_once(session, house, me, later):
    frame = (await delivered(session, house, me, 1))[0]
    since = (await trash.trash_frame(session, me, frame.id)).trashed_at
    later(timedelta(days=3))
    assert (await trash.trash_frame(session, me, frame.id)).trashed_at == since
    await trash.restore_frame(session, me, frame.id)
    await trash.restore_frame(session, me, frame.id)
    told = select(Event.kind).where(Event.user_id == me.user_id).order_by(Event.id.desc()).limit(2)
    assert (await session.exec(told)).all() == ["frame.restored", "frame.trashed"]


async def test_seven_days_less_a_second_it_is_there_and_then_it_is_gone(session, house, me, later):
    kept, gone, fresh = await delivered(session, house, me, 1, 2, 3)
    await trash.trash_frame(session, me, gone.id)
    later(SECOND)
    await trash.trash_frame(session, me, fresh.id)
    await session.commit()
    later(KEPT_IN_TRASH - SECOND)
    await workflows.purge_trash()
    assert len(house.store.objects) == 9
    later(KEPT_IN_TRASH)
    await workflows.purge_trash()
    left = {key.split("/")[1] for key in house.store.objects}
    assert left == {str(kept.id), str(fresh.id)}
    with pytest.raises(NotFound):
        await service.find_frame(session, me, gone.id)
    assert (await service.find_frame(session, me, fresh.id)).purge_at == clock.now() + SECOND
    assert await orphans() == []


async def test_a_crash_after_the_row_went_leaves_no_bytes(session, house, me, later, monkeypatch):
    frame = (await delivered(session, house, me, 1))[0]
    await trash.trash_frame(session, me, frame.id)
    await session.commit()

    async def killed(prefixes):
        raise RuntimeError("kill -9")

    monkeypatch.setattr(objects, "discard_now", killed)
    later(KEPT_IN_TRASH)
    with pytest.raises(RuntimeError):
        await workflows.purge_trash()
    assert await orphans() == [f"frames/{frame.id}/"]
    assert (await session.exec(select(Discarded.prefix))).all() == [f"frames/{frame.id}/"]
    await objects.discard_objects()
    assert (house.store.objects, await orphans()) == ({}, [])


async def test_a_crash_before_the_commit_loses_nothing(session, house, me, later, monkeypatch):
    frame = (await delivered(session, house, me, 1))[0]
    await trash.trash_frame(session, me, frame.id)
    await session.commit()

    async def killed(*_):
        raise RuntimeError("kill -9")

    later(KEPT_IN_TRASH)
    monkeypatch.setattr(trash, "_delete_if_empty", killed)
    with pytest.raises(RuntimeError):
        await workflows.purge_trash()
    assert len(house.store.objects) == 3
    async with db.transaction() as later_session:
        assert (await trash.restore_frame(later_session, me, frame.id)).status == "done"


async def test_the_trash_is_purged_in_batches_and_only_ones_own(session, house, me, monkeypatch):
    monkeypatch.setattr(trash, "AT_ONCE", 2)
    other = await new_user(session)
    for user in (me, other):
        for frame in await delivered(session, house, user, 1, 2, 3, 4, 5):
            await trash.trash_frame(session, user, frame.id)
    await session.commit()
    assert await trash.purge(me.user_id) == 0
    assert await trash.purge(me.user_id, is_all=True) == 5
    assert (await trash.list_trash(session, me)).rows == []
    assert len((await trash.list_trash(session, other)).rows) == 5
    assert len(house.store.objects) == 15
    assert await orphans() == []


async def test_an_open_frame_is_stopped_first_and_costs_nothing(session, house, me):
    frame = (await order(session, me, 1)).frames[0]
    assert (await trash.trash_frame(session, me, frame.id)).status == "canceled"
    card = await wallet.card(session, me.user_id)
    assert (card.balance, card.held) == (100, 0)
    assert not await transitions.finish_frame(session, frame.id, 1)
    await trash.restore_frame(session, me, frame.id)
    assert (await service.retry_frame(session, me, frame.id)).frames[0].attempt == 2


async def test_a_shoot_goes_with_its_frames_comes_back_with_one_and_ends_with_the_last(session, house, me):
    frames = await delivered(session, house, me, 1, 2)
    waiting = (await order(session, me, 3, shoot_id=frames[0].shoot_id)).frames[0]
    shoot_id = waiting.shoot_id
    assert set(await trash.trash_shoot(session, me, shoot_id)) == {waiting.id, *(each.id for each in frames)}
    assert (await wallet.card(session, me.user_id)).held == 0
    assert (await shoot_list.list_shoots(session, me)).rows == []
    await trash.restore_frame(session, me, frames[0].id)
    assert [each.id for each in (await shoot_list.list_shoots(session, me)).rows] == [shoot_id]
    await trash.trash_shoot(session, me, shoot_id)
    await session.commit()
    await trash.purge(me.user_id, is_all=True)
    assert (await session.exec(select(Shoot).where(Shoot.user_id == me.user_id))).all() == []
    with pytest.raises(NotFound):
        await order(session, me, 4, shoot_id=shoot_id)


async def test_a_shoot_without_frames_is_simply_deleted(session, me):
    shoot = await service.open_shoot(session, me, "shoot-test")
    assert await trash.trash_shoot(session, me, shoot.id) == []
    with pytest.raises(NotFound):
        await service.find_shoot(session, me, shoot.id)


async def test_over_rest(client, session, house, me):
    first, second = await delivered(session, house, me, 1, 2)
    path = f"/api/v1/frames/{first.id}"
    assert (await client.delete(path)).status_code == 204
    found = (await client.get(path)).json()["data"]
    assert found["trashed_at"] < found["purge_at"]
    assert (await client.get(f"{path}/image?variant=thumb")).status_code == 200
    assert [each["id"] for each in (await client.get("/api/v1/trash")).json()["data"]] == [str(first.id)]
    assert (await client.post(f"{path}/restore")).json()["data"]["trashed_at"] is None
    assert (await client.get("/api/v1/trash")).json()["data"] == []
    for frame in (first, second):
        await client.delete(f"/api/v1/frames/{frame.id}")
    page = (await client.get("/api/v1/trash", params={"limit": 1})).json()
    rest = (await client.get("/api/v1/trash", params={"cursor": page["meta"]["page"]["next_cursor"]})).json()
    assert [each["id"] for each in page["data"] + rest["data"]] == [str(second.id), str(first.id)]
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.delete("/api/v1/trash")).status_code == 204
    assert house.store.objects == {}


async def test_a_stranger_can_neither_see_nor_touch_it(session, house, me):
    frame = (await delivered(session, house, me, 1))[0]
    await trash.trash_frame(session, me, frame.id)
    other = await new_user(session)
    await session.commit()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(other)), base_url="http://test") as stranger:
        path = f"/api/v1/frames/{frame.id}"
        assert [(await stranger.get(path)).status_code, (await stranger.delete(path)).status_code] == [404, 404]
        assert (await stranger.post(f"{path}/restore")).status_code == 404
        assert (await stranger.get("/api/v1/trash")).json()["data"] == []
        assert (await stranger.delete("/api/v1/trash")).status_code == 204
    assert len(house.store.objects) == 3


@given(left_s=st.integers(-10, 7 * 86_400))
def test_the_countdown_never_promises_more_than_there_is(left_s):
    began = clock.now()
    words = trash.gone_words(began + timedelta(seconds=left_s))
    if words == "gone any moment":
        assert left_s <= 60
        return
    count, unit = words.removeprefix("gone in ").split()
    length_s = {"day": 86_400, "hour": 3_600, "minute": 60}[unit.rstrip("s")]
    assert (unit[-1] == "s") == (int(count) != 1)
    assert 0 <= left_s - int(count) * length_s <= length_s
