"""A draft's life over REST: compared in words and pictures, shown by picked frames, published, rolled back, scheduled."""

import copy
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.features.builder import api, comparing, life_api, picks, publishing, service, transfer
from pexit_app.features.builder.service import Start
from pexit_app.features.identity import account
from pexit_app.features.packs import service as packs
from pexit_app.features.shoots.models import Frame, key_of
from pexit_app.features.storefront.state import shown_pack
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.builder.test_bundle import jpeg, zipped
from tests.features.builder.test_checks import DOCUMENT
from tests.features.packs.samples import GOOD
from tests.features.shoots.support import House, new_user, open_house, order, picture
from tests.support.callers import calls_as

LINE = "The creator's fee for a frame is now 3 dust, not nothing."
NIGHT = "Night is lit or set up anew."


@pytest.fixture
def house() -> House:
    return open_house()


@pytest.fixture
async def me(session) -> Actor:
    return await new_user(session)


@pytest.fixture
async def draft(session, house, me):
    return await service.create_draft(session, me, Start(document=copy.deepcopy(DOCUMENT) | {"slug": "sea-and-roof"}))


@pytest.fixture
async def http(me, draft) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_error_answers(app)
    for each in (api, life_api):
        app.include_router(each.router, prefix="/api/v1")
    calls_as(app, me)
    app.add_middleware(RequestContext)
    base = f"http://pexit.test/api/v1/builder/drafts/{draft.id}/"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base) as client:
        yield client


async def told(http: httpx.AsyncClient, path: str, **query: str):
    answer = await http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def put(http: httpx.AsyncClient, path: str, value: object) -> int:
    """One change at `path`; the revision afterwards."""
    revision = (await told(http, "."))["revision"]
    body = {
        "base_revision": revision,
        "ops": [{"op": "add", "path": path, "value": value}],
        "label": "Set",
        "client": "t",
    }
    return (await http.post("changes", json=body)).json()["data"]["revision"]


async def frame_of(session, house: House, me: Actor, slug: str = "sea-and-roof", seed: int = 3, **fields) -> Frame:
    """A finished frame of the scene `shore`."""
    frame = (await order(session, me, seed, pack=slug)).frames[0]
    for name, value in {"status": "done", "finished_at": now(), "progress": 100, **fields}.items():
        setattr(frame, name, value)
    session.add(frame)
    await session.flush()
    await house.store.put(key_of(frame.id, "full", frame.output_format), picture(640, 640), "image/png")
    return frame


async def test_a_publication_is_told_before_it_is_done_and_taken_back_after(http, session, me, draft):
    nothing = await told(http, "differences")
    assert (nothing["lines"], nothing["sights"], nothing["before"]) == ([], [], "")
    assert await told(http, "versions") == []
    await publishing.publish(me, draft.id, "First.")
    await account.become_creator(session, me)
    await put(http, "/price_dust", 3)
    await put(http, "/scenes/1/look/backdrop", "road")
    ahead = await told(http, "differences")
    assert (ahead["lines"], ahead["before"], ahead["after"]) == ([LINE, NIGHT], "version-1", "change-3")
    [sight] = ahead["sights"]
    assert sight["title"] == "Night"
    for url in (sight["before_url"], sight["after_url"]):
        drawn = await http.get(f"http://pexit.test{url}")
        assert (drawn.headers["content-type"], drawn.headers["cache-control"]) == ("image/jpeg", life_api.FOREVER)
    await publishing.publish(me, draft.id)
    second, first = await told(http, "versions")
    assert [(each["number"], each["live"]) for each in (second, first)] == [(2, True), (1, False)]
    assert second["cover_url"] == "http://pexit.test/api/v1/packs/sea-and-roof/pictures/cover.jpg?v=2"
    back = await told(http, "differences", before="live", after="version-1")
    assert (back["before"], len(back["lines"]), len(back["sights"])) == ("version-2", 2, 1)
    assert (await http.post("versions/1/live")).json()["data"]["live"] is True
    assert (await http.post("versions/9/live")).status_code == 404
    assert (await told(http, "release"))["live_number"] == 1


async def test_what_is_half_typed_is_compared_by_its_fields(http):
    await put(http, "/scenes/0/title", "")
    await put(http, "/scenes/1/look", "dark")
    found = await told(http, "differences", before="change-1", after="draft")
    assert (found["is_whole"], found["lines"]) == (False, ["Scene 1, title", "Scene Night, look"])
    assert [(each["title"], each["after_url"]) for each in found["sights"]] == [("Night", None)]
    point = (await http.post("restore-points", json={"name": "Half"})).json()["data"]["id"]
    same = await told(http, "differences", before=f"point-{point}", after="draft")
    assert (same["lines"], same["sights"]) == ([], [])


async def test_a_state_has_a_name_that_fits(http):
    for name, status in (("change-99", 404), ("live", 404), ("version-1", 404), (f"point-{uuid4()}", 404), ("x", 422)):
        assert (await http.get("differences", params={"before": "draft", "after": name})).status_code == status, name
    assert (await http.get("sights/draft.jpg", params={"scene": "shore"})).headers[
        "cache-control"
    ] == "private, no-cache"
    assert (await http.get("sights/draft.jpg", params={"scene": "none"})).status_code == 404
    assert (await http.get("sights/draft.jpg", params={"scene": "shore", "knobs": "[]"})).status_code == 422


async def test_listing_and_time_are_set_at_once(http, session, me, draft):
    at = (now() + timedelta(days=2)).isoformat()
    set_to = (await http.put("schedule", json={"publish_at": at, "note": "In May."})).json()["data"]
    assert (bool(set_to["publish_at"]), set_to["publish_note"], set_to["url"]) == (True, "In May.", None)
    assert (await http.put("schedule", json={"publish_at": None})).json()["data"]["publish_at"] is None
    past = await http.put("schedule", json={"publish_at": "2020-01-01T00:00:00Z"})
    assert (past.status_code, past.json()["error"]["details"][0]["field"]) == (422, "publish_at")
    await publishing.publish(me, draft.id)
    listed = (await http.put("listing", json={"is_unlisted": True})).json()["data"]
    assert (listed["url"], listed["is_unlisted"]) == ("http://pexit.test/p/sea-and-roof", True)
    assert (await http.put("listing", json={"may_fork": True})).json()["data"]["is_unlisted"] is True
    pack = (await packs.find_pack(session, "sea-and-roof")).pack
    assert (pack.is_unlisted, pack.may_fork) == (True, True)


async def test_a_frame_of_the_pack_becomes_its_cover_until_the_pack_makes_it_no_more(http, session, house, me, draft):
    await publishing.publish(me, draft.id)
    frame = await frame_of(session, house, me)
    [offer] = await told(http, "frames")
    assert (offer["id"], offer["version"], offer["said"]) == (str(frame.id), 1, "")
    body = {"frame_id": str(frame.id), "client": "t"}
    picked = (await http.put("pictures/cover", json=body)).json()["data"]
    assert (picked["document"]["cover"]["seed"], picked["label"]) == (3, "Frame 1 picked")
    cover, night = await told(http, "pictures")
    assert [(each["source"], each["said"]) for each in (cover, night)] == [("frame", ""), ("house", "")]
    made = await publishing.publish(me, draft.id)
    shown = (await packs.find_pack(session, "sea-and-roof", made.number)).pictures
    assert [(each.name, each.width, each.seed) for each in shown] == [("cover", 640, 3), ("night", 768, 8)]

    await put(http, "/scenes/0/look/backdrop", "road")
    cover, _ = await told(http, "pictures")
    assert (cover["source"], cover["said"]) == ("house", picks.CHANGED)
    assert [each["said"] for each in await told(http, "frames")] == [picks.CHANGED]
    assert (await http.put("pictures/cover", json=body)).status_code == 422
    anew = await publishing.publish(me, draft.id)
    assert (await packs.find_pack(session, "sea-and-roof", anew.number)).pictures[0].width == 768
    assert (await http.delete("pictures/cover")).status_code == 204
    assert (await told(http, "pictures"))[0]["said"] == ""


async def test_only_ones_own_frames_without_a_face_are_picked(http, session, house, me, draft):
    await publishing.publish(me, draft.id)
    face = await frame_of(session, house, me, cast={"you": str(uuid4())})
    model = await frame_of(session, house, me, weights=[{"url": "https://files.example/me.safetensors", "scale": 1.0}])
    mended = await frame_of(session, house, me, kind="edit", source="frames/x")
    trashed = await frame_of(session, house, me, trashed_at=now())
    theirs = await frame_of(session, house, await new_user(session))
    assert await told(http, "frames") == []
    body = {"client": "t"}
    for frame, said in ((face, picks.A_FACE), (model, picks.A_FACE), (mended, picks.ALTERED), (trashed, picks.GONE)):
        refused = await http.put("pictures/cover", json=body | {"frame_id": str(frame.id)})
        assert (refused.status_code, refused.json()["error"]["message"]) == (422, said)
        await service.change_terms(session, me, draft.id, pictures={"cover": str(frame.id)})
        assert (await told(http, "pictures"))[0]["said"] == said
    assert (await http.put("pictures/cover", json=body | {"frame_id": str(theirs.id)})).status_code == 404
    good = await frame_of(session, house, me)
    assert (await http.put("pictures/none", json=body | {"frame_id": str(good.id)})).status_code == 404


async def test_a_cover_of_another_scene_leaves_every_scene_shown(session, house, me, draft):
    document = copy.deepcopy(draft.document)
    document["cover"]["scene"], document["samples"] = "night", []
    ops = picks._still_shown(document, document["cover"])
    assert ops == [{"op": "add", "path": "/samples/-", "value": {"name": "night", "scene": "night", "alt": "Night"}}]
    document["samples"] = [{"name": "night", "scene": "night", "alt": "Night"}]
    assert picks._still_shown(document, document["cover"]) == []


async def test_files_that_came_with_a_pack_are_shown_while_they_are_what_it_makes(session, house, me):
    files = {"pack.yaml": GOOD.encode(), "cover.jpg": jpeg(16), "night.jpg": jpeg(17)}
    imported = await transfer.import_draft(me, zipped(files))

    async def sources() -> list[str]:
        row = await service.find_draft(session, me, imported.id)
        return [each.source for each in await picks.shown(session, me, row, row.document)]

    assert await sources() == ["kept", "kept"]
    ops = [{"op": "add", "path": "/scenes/1/seed", "value": 99}]
    await service.changes.apply(session, me, imported.id, 1, ops, "Seed", "t")
    assert await sources() == ["kept", "house"]


async def test_a_remix_is_named_as_one_from_its_first_version_on(session, house, me, draft):
    await service.change_terms(session, me, draft.id, may_fork=True)
    await publishing.publish(me, draft.id)
    other = await new_user(session)
    remix = await service.create_draft(session, other, Start(fork="sea-and-roof", title="Other sea"))
    made = await publishing.publish(other, remix.id)
    pack = (await packs.find_pack(session, made.slug)).pack
    lineage = await packs.lineage_of(session, pack.forked_from_version_id)
    assert (lineage.slug, lineage.title, lineage.number, lineage.is_shown) == ("sea-and-roof", "Test pack", 1, True)
    card = (await shown_pack(session, made.slug)).card
    assert (card.remix_of, card.remix_by, card.remix_href) == ("Test pack", lineage.creator, "/p/sea-and-roof")
    again = await service.create_draft(session, other, Start(pack=made.slug))
    assert again.forked_from_version_id == pack.forked_from_version_id
    await publishing.set_listing(session, me, draft.id, is_unlisted=True)
    assert (await packs.lineage_of(session, pack.forked_from_version_id)).is_shown is False
    assert (await shown_pack(session, made.slug)).card.remix_href == ""


async def test_nothing_of_anothers_is_there(http, session, draft):
    other = await service.create_draft(session, await new_user(session), Start(document=copy.deepcopy(DOCUMENT)))
    step = {"client": "t", "frame_id": str(uuid4())}
    for method, path, body in (
        ("GET", "differences", None),
        ("GET", "sights/draft.jpg?scene=shore", None),
        ("GET", "release", None),
        ("GET", "versions", None),
        ("POST", "versions/1/live", None),
        ("PUT", "listing", {"is_unlisted": True}),
        ("PUT", "schedule", {"publish_at": None}),
        ("GET", "pictures", None),
        ("GET", "pictures/cover.jpg", None),
        ("PUT", "pictures/cover", step),
        ("DELETE", "pictures/cover", None),
        ("GET", "frames", None),
    ):
        assert (await http.request(method, f"../{other.id}/{path}", json=body)).status_code == 404, path


def test_names_of_states_are_few() -> None:
    good = ["draft", "live", "version-1", "change-999999999", f"point-{UUID(int=7)}"]
    assert [name for name in good if not re.match(comparing.NAME, name)] == []
    bad = ["", "version-0", "version-", "change-1x", "change-1234567890", "point-7", "../x"]
    assert [name for name in bad if re.match(comparing.NAME, name)] == []
