"""The list of shoots: found by words and numbers, filtered, counted, renamed, deleted."""

import httpx
import pytest

from pexit_app.core import workflows
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.shoots import queries, recipes, service, shoot_list, trash
from pexit_app.features.shoots.recipes import RecipeAsk
from pexit_app.features.shoots.requests import MAX_TITLE_CHARS, FrameAsk, ShootRequest
from tests.features.shoots.support import PACK, SIDE, new_user, order
from tests.features.shoots.test_api import app_for
from tests.features.shoots.test_trash import delivered


@pytest.fixture
async def client(house, me, monkeypatch):
    async def start(*_) -> None:
        """Nothing is developed here."""

    monkeypatch.setattr(workflows, "start", start)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(me)), base_url="http://test") as made:
        yield made


@pytest.fixture
async def three(session, house, me) -> list:
    """Shoots `Beach`, `Roof` (seven frames, one of them ringed and saved), `Still open`, from the oldest."""
    beach = (await delivered(session, house, me, 1))[0].shoot_id
    night = (FrameAsk("night", {}, 3, 7),)
    roof = (await service.request_frames(session, me, ShootRequest(night, pack=PACK, width=SIDE, height=SIDE))).frames
    for frame in roof:
        assert await service.transitions.finish_frame(session, frame.id, 1)
    await service.mark_frame(session, me, roof[2].id, "ring")
    await recipes.save_recipe(session, me, RecipeAsk("Grandfather", frame_id=roof[2].id))
    waiting = (await order(session, me, 9)).shoot.id
    made = [beach, roof[0].shoot_id, waiting]
    for shoot_id, title in zip(made, ("Beach", "Roof", "Still open"), strict=True):
        await shoot_list.rename_shoot(session, me, shoot_id, title)
    await session.commit()
    return made


async def titles(session, me, q: str = "", which: str = "all", **more) -> list[str]:
    return [each.title for each in (await shoot_list.list_shoots(session, me, None, 24, q, which, **more)).rows]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", ["Still open", "Roof", "Beach"]),
        ("roof", ["Roof"]),
        ("ROO", ["Roof"]),
        ("shore", ["Still open", "Beach"]),
        ("test pack", ["Still open", "Roof", "Beach"]),
        ("night roof", ["Roof"]),
        ("night beach", []),
        ("1", ["Still open", "Roof", "Beach"]),
        ("1A", ["Roof"]),
        ("4", ["Roof"]),
        ("4a", []),
        ("99999", []),
        ("black and white", ["Roof"]),
        ("grandfather", ["Roof"]),
        ("%", []),
        ("_", []),
        ("0", []),
        ("nul\0", []),
    ],
)
async def test_each_word_finds_title_pack_scene_number_or_recipe(session, me, three, q, found):
    assert await titles(session, me, q) == found


async def test_running_and_ringed(session, me, three):
    assert await titles(session, me, which="running") == ["Still open"]
    assert await titles(session, me, which="ringed") == ["Roof"]
    assert await titles(session, me, "beach", "ringed") == []
    with pytest.raises(BadInput):
        await titles(session, me, which="favourite")
    ringed = (await shoot_list.list_shoots(session, me, q="1", which="ringed")).rows[0]
    for frame in await queries.frames_of(session, ringed.id):
        if frame.mark == "ring":
            await trash.trash_frame(session, me, frame.id)
    assert await titles(session, me, which="ringed") == []
    assert await titles(session, me, "2") == []  # the ringed one was number 2


async def test_what_there_is_in_all(session, house, me, three):
    frame = (await queries.frames_of(session, three[0]))[0]
    await trash.trash_frame(session, me, frame.id)
    assert await shoot_list.totals(session, me) == shoot_list.Totals(shoots=2, frames=8, ringed=1, trashed=1)
    assert await shoot_list.totals(session, await new_user(session)) == shoot_list.Totals(0, 0, 0, 0)


async def test_shoots_that_were_never_shot_are_for_programs_only(session, me, three):
    await service.open_shoot(session, me, PACK)
    assert await titles(session, me) == ["Test pack", "Still open", "Roof", "Beach"]
    assert await titles(session, me, with_frames=True) == ["Still open", "Roof", "Beach"]


@pytest.mark.parametrize("title", ["x", "x" * MAX_TITLE_CHARS, "  Über den Dächern · 2  "])
async def test_a_title_is_taken(session, me, three, title):
    assert (await shoot_list.rename_shoot(session, me, three[0], title)).title == title.strip()


@pytest.mark.parametrize("title", ["", "   ", "x" * (MAX_TITLE_CHARS + 1), "two\nlines", "nul\0"])
async def test_a_title_is_refused(session, me, three, title):
    with pytest.raises(BadInput):
        await shoot_list.rename_shoot(session, me, three[0], title)


async def test_over_rest(client, session, me, three):
    path = f"/api/v1/shoots/{three[1]}"
    renamed = (await client.patch(path, json={"title": "Rooftops"})).json()["data"]
    assert (renamed["title"], renamed["frames_total"], renamed["frames_ringed"]) == ("Rooftops", 7, 1)
    assert (await client.patch(path, json={"title": "x" * 81})).status_code == 422
    page = (await client.get("/api/v1/shoots", params={"q": "test pack", "limit": 2})).json()
    cursor = page["meta"]["page"]["next_cursor"]
    rest = (await client.get("/api/v1/shoots", params={"q": "test pack", "cursor": cursor})).json()
    assert [each["title"] for each in page["data"] + rest["data"]] == ["Still open", "Rooftops", "Beach"]
    assert (await client.get("/api/v1/shoots", params={"filter": "nonsense"})).status_code == 422
    assert (await client.delete(path)).status_code == 204
    assert [each["title"] for each in (await client.get("/api/v1/shoots")).json()["data"]] == ["Still open", "Beach"]
    assert len((await client.get("/api/v1/trash")).json()["data"]) == 7


async def test_another_users_shoots_are_neither_found_nor_renamed_nor_deleted(session, me, three):
    other = await new_user(session)
    assert await titles(session, other, "roof") == []
    for attempt in (
        shoot_list.rename_shoot(session, other, three[0], "mine"),
        trash.trash_shoot(session, other, three[0]),
    ):
        with pytest.raises(NotFound):
            await attempt
    await session.commit()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(other)), base_url="http://test") as stranger:
        assert (await stranger.patch(f"/api/v1/shoots/{three[0]}", json={"title": "mine"})).status_code == 404
        assert (await stranger.delete(f"/api/v1/shoots/{three[0]}")).status_code == 404
        assert (await stranger.get("/api/v1/shoots?q=roof")).json()["data"] == []
