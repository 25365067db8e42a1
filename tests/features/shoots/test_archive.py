"""A shoot as a ZIP: what is in it, what it says, and that it is sent picture by picture and leaves nothing behind. And who
may still see a picture that a browser kept."""

import io
import json
import tempfile
import tracemalloc
import zipfile

import httpx
import pytest

from pexit_app.core import db
from pexit_app.features.shoots import archive, queries, service, trash
from pexit_app.features.shoots.models import key_of
from tests.features.shoots.support import PACK, SIDE, asks, new_user, order
from tests.features.shoots.test_api import app_for
from tests.features.shoots.test_trash import delivered
from tests.support.callers import calls_as

BYTES = 1_000_000


@pytest.fixture
def app(house, me):
    return app_for(me)


@pytest.fixture
async def client(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made


def opened(content: bytes) -> zipfile.ZipFile:
    made = zipfile.ZipFile(io.BytesIO(content))
    assert made.testzip() is None
    return made


async def test_folders_by_scene_sensible_names_and_a_table_of_contents(client, session, house, me):
    shoot_id = (await service.open_shoot(session, me, PACK)).id
    for scene in ("shore", "night"):
        asked = service.ShootRequest(asks(7, scene=scene), shoot_id=shoot_id, width=SIDE, height=2 * SIDE)
        frame = (await service.request_frames(session, me, asked)).frames[0]
        assert await service.transitions.finish_frame(session, frame.id, 1)
        house.store.objects[key_of(frame.id, "full", "png")] = b"picture"
    await session.commit()
    answer = await client.get(f"/api/v1/shoots/{shoot_id}/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="test-pack.zip"'
    made = opened(answer.content)
    assert made.namelist() == [
        "test-pack/shore/test-pack_01_shore_7.png",
        "test-pack/night/test-pack_01A_night_7.png",
        "test-pack/contents.txt",
    ]
    assert made.read("test-pack/shore/test-pack_01_shore_7.png") == b"picture"
    told = made.read("test-pack/contents.txt").decode()
    assert "frame 1A, Night, seed 7" in told
    assert "512 × 1024 px, prints 5 × 11 cm at 240 dpi, 9 × 17 cm at 150 dpi" in told


async def test_only_ringed_ones_with_recipes_and_none_of_the_trash(client, session, house, me):
    frames = await delivered(session, house, me, 1, 2, 3, 4)
    path = f"/api/v1/shoots/{frames[0].shoot_id}/zip"
    for frame in frames[1:]:
        await service.mark_frame(session, me, frame.id, "ring")
    await trash.trash_frame(session, me, frames[3].id)
    await session.commit()
    answer = await client.get(path, params={"mark": "ring", "recipes": True})
    assert answer.headers["content-disposition"] == 'attachment; filename="test-pack-ringed.zip"'
    made = opened(answer.content)
    stems = ["test-pack/shore/test-pack_01A_shore_2", "test-pack/shore/test-pack_02_shore_3"]
    assert made.namelist() == [f"{stem}.{kind}" for stem in stems for kind in ("png", "json")] + [
        "test-pack/contents.txt"
    ]
    told = json.loads(made.read(f"{stems[0]}.json"))
    recipe = await queries.recipe_of(session, me, frames[1].id)
    assert told == recipe.model_dump(mode="json")
    assert "seed 2, ringed" in made.read("test-pack/contents.txt").decode()
    assert (await client.get(path, params={"mark": "reject"})).status_code == 404
    assert len(opened((await client.get(path)).content).namelist()) == 4


async def test_a_missing_picture_is_named(session, house, me):
    frames = await delivered(session, house, me, 1, 2)
    shoot = await service.find_shoot(session, me, frames[0].shoot_id)
    del house.store.objects[key_of(frames[0].id, "full", "png")]
    made = opened(b"".join([part async for part in archive.stream_zip(shoot, frames)]))
    assert len(made.namelist()) == 2
    lines = made.read("test-pack/contents.txt").decode().splitlines()
    at = lines.index("shore/test-pack_01_shore_1.png")
    assert "MISSING" in lines[at + 3]
    assert sum("MISSING" in line for line in lines) == 1


async def test_one_picture_at_a_time_is_in_memory_and_nothing_on_the_disk(session, house, me, monkeypatch, tmp_path):
    frames = await delivered(session, house, me, *range(12))
    shoot = await service.find_shoot(session, me, frames[0].shoot_id)

    async def made_anew(key: str) -> bytes:
        return bytes(BYTES)

    house.store.get = made_anew
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    total, _ = 0, tracemalloc.start()
    async for part in archive.stream_zip(shoot, frames):
        total += len(part)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > 12 * BYTES
    assert peak < 2.5 * BYTES
    given_up = archive.stream_zip(shoot, frames)
    await anext(given_up)
    await given_up.aclose()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((1024, 1280), "11 × 14 cm at 240 dpi, 17 × 22 cm at 150 dpi"),
        ((1472, 832), "16 × 9 cm at 240 dpi, 25 × 14 cm at 150 dpi"),
    ],
)
def test_how_large_a_frame_prints(size, said):
    assert archive.print_size(*size) == said


@pytest.mark.parametrize("title", ["Ä pack/..", "../../etc", "", "\\C:\\x", "a" * 200, "Straße · 1"])
def test_a_title_becomes_one_harmless_word(title):
    found = archive.word(title)
    assert 0 < len(found) <= 60
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


async def test_a_picture_that_a_browser_kept_is_asked_for_again_each_time(app, client, session, house, me):
    frame = (await delivered(session, house, me, 1))[0]
    path = f"/api/v1/frames/{frame.id}/image"
    kept = await client.get(path)
    known = {"If-None-Match": kept.headers["etag"]}
    assert kept.headers["cache-control"] == "private, no-cache"
    again = await client.get(path, headers=known)
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")

    async with db.transaction() as made:
        other = await new_user(made)
    calls_as(app, other)
    assert (await client.get(path, headers=known)).status_code == 404
    calls_as(app, None)
    assert (await client.get(path, headers=known)).status_code == 401


async def test_a_foreign_zip_is_not_there(session, house, me):
    frame = (await delivered(session, house, me, 1))[0]
    other = await new_user(session)
    await order(session, other, 1)
    await session.commit()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(other)), base_url="http://test") as stranger:
        assert (await stranger.get(f"/api/v1/shoots/{frame.shoot_id}/zip")).status_code == 404
