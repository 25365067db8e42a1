"""Changes from two tabs: brought together, or told with both sides; over REST with the same answers; and at once, on real
connections."""

import asyncio
from collections import Counter

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core import db, deps
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.builder import api, changes, guard, service
from pexit_app.features.builder.changes import MAX_BATCH, ChangeAsk
from pexit_app.features.builder.errors import DraftConflict, NothingToRedo, NothingToUndo
from pexit_app.features.builder.models import MAX_CLIENT_CHARS, MAX_LABEL_CHARS
from pexit_app.rest import SLICES
from pexit_app.web.api import add_error_answers
from tests.features.builder.support import ONE, TWO, draft_of, put
from tests.features.shoots.support import new_user, open_house
from tests.support.callers import calls_as

DOCUMENT = {"title": "A", "tagline": "B", "scenes": [{"id": "a", "title": "1"}, {"id": "b", "title": "2"}]}
DRAFTS = "/api/v1/builder/drafts"


@pytest.fixture(autouse=True)
def house():
    yield open_house()
    deps.use(None)


@pytest.fixture
async def me(session):
    return await new_user(session)


@pytest.fixture
async def draft(session, me):
    return await draft_of(session, me, document=DOCUMENT)


def op(path: str, value: object) -> dict:
    return {"op": "add", "path": path, "value": value}


async def test_two_tabs_change_different_fields(session, me, draft):
    await put(session, me, draft, 1, "/title", "from one", ONE)
    both = await put(session, me, draft, 1, "/tagline", "from two", TWO)
    assert (both.document["title"], both.document["tagline"], both.is_rebased) == ("from one", "from two", True)
    assert both.revision == 3


async def test_a_conflict_tells_both_sides_and_changes_nothing(session, me, draft):
    await changes.apply(
        session, me, draft.id, 1, [op("/scenes/0", {"id": "new"}), op("/scenes/1/title", "theirs")], "Renamed", TWO
    )
    mine = [op("/tagline", "mine too"), op("/scenes/0/title", "mine")]
    with pytest.raises(DraftConflict) as refused:
        await changes.apply(session, me, draft.id, 1, mine, "Scene renamed", ONE)
    told = refused.value.details
    assert told["mine"] == {"label": "Scene renamed", "paths": ["/scenes/0/title"]}
    assert told["fields"] == [
        {
            "path": "/scenes/0/title",
            "place": "Scene 1, title",
            "path_now": "/scenes/1/title",
            "was": "1",
            "mine": "mine",
            "theirs": "theirs",
            "removed_by": None,
        }
    ]
    [theirs] = told["theirs"]
    assert (theirs["label"], theirs["client"], theirs["paths"]) == ("Renamed", TWO, ["/scenes/0", "/scenes/1/title"])
    assert (told["revision"], told["document"]["tagline"]) == (2, "B")
    assert (await service.find_draft(session, me, draft.id)).revision == 2


async def test_a_conflict_says_who_removed_the_field(session, me, draft):
    remove = [{"op": "remove", "path": "/scenes/0"}]
    await changes.apply(session, me, draft.id, 1, remove, "Scene removed", TWO)
    with pytest.raises(DraftConflict) as refused:
        await put(session, me, draft, 1, "/scenes/0/title", "mine")
    [field] = refused.value.details["fields"]
    assert (field["removed_by"], field["theirs"], field["path_now"], field["mine"]) == ("them", None, None, "mine")
    await put(session, me, draft, 2, "/scenes/0/title", "theirs", TWO)
    with pytest.raises(DraftConflict) as refused:
        await changes.apply(session, me, draft.id, 2, remove, "Scene removed", ONE)
    [field] = refused.value.details["fields"]
    assert (field["removed_by"], field["theirs"]["title"], field["mine"]) == ("me", "theirs", None)


async def test_where_a_place_of_mine_is_after_what_i_did_first(session, me, draft):
    await put(session, me, draft, 1, "/scenes/0/title", "theirs", TWO)
    ops = [op("/scenes/0", {"id": "first"}), op("/scenes/1/title", "mine")]
    with pytest.raises(DraftConflict) as refused:
        await changes.apply(session, me, draft.id, 1, ops, "Both", ONE)
    [field] = refused.value.details["fields"]
    assert (field["path"], field["path_now"], field["theirs"]) == ("/scenes/1/title", "/scenes/0/title", "theirs")


async def test_what_was_undone_again_is_in_nobodys_way(session, me, draft):
    await put(session, me, draft, 1, "/title", "x", TWO)
    await changes.undo(session, me, draft.id, 2, TWO)
    done = await put(session, me, draft, 1, "/title", "mine", ONE)
    assert (done.document["title"], done.revision, done.is_rebased) == ("mine", 4, False)


async def test_undo_waits_until_the_draft_was_seen(session, me, draft):
    await put(session, me, draft, 1, "/title", "one")
    await put(session, me, draft, 2, "/tagline", "two", TWO)
    for verb in (changes.undo, changes.redo):
        with pytest.raises(DraftConflict) as refused:
            await verb(session, me, draft.id, 2, ONE)
        assert [each["client"] for each in refused.value.details["theirs"]] == [TWO]
    assert (await changes.undo(session, me, draft.id, 3, ONE)).document["tagline"] == "B"


async def test_undo_ends_where_the_draft_began_and_redo_where_it_was_left(session, me, draft):
    with pytest.raises(NothingToUndo):
        await changes.undo(session, me, draft.id, 1, ONE)
    await put(session, me, draft, 1, "/title", "left branch")
    await changes.undo(session, me, draft.id, 2, ONE)
    await put(session, me, draft, 3, "/title", "right branch")
    with pytest.raises(NothingToRedo):
        await changes.redo(session, me, draft.id, 4, ONE)
    left = await changes.travel(session, me, draft.id, 4, 2, ONE)
    assert left.document["title"] == "left branch"
    await changes.undo(session, me, draft.id, 5, ONE)
    assert (await changes.redo(session, me, draft.id, 6, ONE)).document["title"] == "left branch"
    with pytest.raises(NotFound):
        await changes.travel(session, me, draft.id, 7, 9, ONE)


async def test_true_is_kept_apart_from_one(session, me, draft):
    await put(session, me, draft, 1, "/n", 1)
    await put(session, me, draft, 2, "/n", True)
    await session.refresh(draft)
    assert draft.document["n"] is True


async def test_what_changes_nothing_is_no_change(session, me, draft):
    same = await put(session, me, draft, 1, "/title", "A")
    assert (same.revision, same.change) == (1, None)


async def test_offline_changes_are_applied_up_to_the_first_conflict(session, me, draft):
    await put(session, me, draft, 1, "/tagline", "theirs", TWO)
    offline = [
        ChangeAsk([op("/scenes/0", {"id": "new"})], "Scene added"),
        ChangeAsk([op("/scenes/0/title", "N")], "Scene named"),
        ChangeAsk([op("/tagline", "mine")], "Tagline"),
        ChangeAsk([op("/title", "never")], "Title"),
    ]
    done = await changes.apply_batch(session, me, draft.id, 1, offline, ONE)
    assert (done.done, done.revision, done.document["scenes"][0]["title"]) == (2, 4, "N")
    assert (done.document["tagline"], done.document["title"]) == ("theirs", "A")
    assert isinstance(done.stopped, DraftConflict)
    misfit = [ChangeAsk([op("/title", "kept")], "Title"), ChangeAsk([{"op": "remove", "path": "/nothing"}], "x")]
    done = await changes.apply_batch(session, me, draft.id, 4, misfit, ONE)
    assert (done.done, done.document["title"], type(done.stopped)) == (1, "kept", BadInput)


async def test_limits_on_both_sides(session, me, draft):
    longest = "x" * MAX_LABEL_CHARS
    done = await changes.apply(session, me, draft.id, 1, [op("/title", "1")], longest, "c" * MAX_CLIENT_CHARS)
    assert done.change.label == longest
    for label, client in (("", ONE), (longest + "x", ONE), ("ok", ""), ("ok", "c" * (MAX_CLIENT_CHARS + 1))):
        with pytest.raises(BadInput):
            await changes.apply(session, me, draft.id, 2, [op("/title", "2")], label, client)
    for revision in (0, 3):
        with pytest.raises(BadInput):
            await put(session, me, draft, revision, "/title", "2")
    whole = [ChangeAsk([op("/title", str(number))], "Typed") for number in range(MAX_BATCH + 1)]
    for bad in ([], whole):
        with pytest.raises(BadInput):
            await changes.apply_batch(session, me, draft.id, 2, bad, ONE)
    room = guard.MAX_DOCUMENT_BYTES - guard.size_of({**done.document, "big": ""})
    await put(session, me, draft, 2, "/big", "x" * room)
    with pytest.raises(BadInput):
        await put(session, me, draft, 3, "/big", "x" * (room + 1))
    with pytest.raises(BadInput):
        await changes.apply(session, me, draft.id, 3, [op("", [])], "Emptied", ONE)


async def test_a_batch_at_its_limit(session, me, draft, monkeypatch):
    monkeypatch.setattr(changes, "MAX_BATCH", 3)
    three = [ChangeAsk([op("/title", str(number))], "Typed") for number in range(3)]
    assert (await changes.apply_batch(session, me, draft.id, 1, three, ONE)).done == 3


# ------------------------------------------------------------------------------------------------------------ at once
async def test_two_changes_at_once_on_real_connections(live_db):
    async with db.transaction() as session:
        me = await new_user(session)
        draft = await draft_of(session, me, document=DOCUMENT)

    async def change(path: str, value: str) -> str:
        try:
            async with db.transaction() as session:
                return "both" if (await put(session, me, draft, 1, path, value)).is_rebased else "first"
        except DraftConflict:
            return "told"

    told = await asyncio.gather(*(change(f"/field{number}", "x") for number in range(6)))
    assert Counter(told) == {"first": 1, "both": 5}
    told = await asyncio.gather(*(change("/title", f"from {number}") for number in range(6)))
    assert Counter(told) == {"both": 1, "told": 5}
    async with db.transaction() as session:
        found = await service.find_draft(session, me, draft.id)
        assert {f"field{number}" for number in range(6)} <= found.document.keys()
        assert found.revision == 8
        assert found.document["title"] == f"from {told.index('both')}"


# -------------------------------------------------------------------------------------------------------------- REST
@pytest.fixture
async def client(me):
    app = FastAPI()
    app.include_router(api.router, prefix="/api/v1")
    calls_as(app, me)
    add_error_answers(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made


def test_the_routes_are_mounted():
    assert api in SLICES


async def test_a_draft_over_rest(client):
    made = (await client.post(DRAFTS, json={"title": "Mine"})).json()["data"]
    url = f"{DRAFTS}/{made['id']}"
    assert (made["title"], made["revision"], made["forked_from"]) == ("Mine", 1, None)
    change = {"base_revision": 1, "ops": [op("/title", "Two")], "label": "Renamed", "client": ONE}
    headers = {"Idempotency-Key": "change-1"}
    first = await client.post(f"{url}/changes", json=change, headers=headers)
    again = await client.post(f"{url}/changes", json=change, headers=headers)
    assert (first.status_code, first.json()["data"]["revision"], first.json()["data"]["number"]) == (201, 2, 2)
    assert again.headers["Idempotent-Replay"] == "true"
    clash = await client.post(f"{url}/changes", json={**change, "ops": [op("/title", "Three")]})
    error = clash.json()["error"]
    assert (clash.status_code, error["code"], error["details"]["fields"][0]["theirs"]) == (409, "draft_conflict", "Two")
    batch = {"base_revision": 1, "client": ONE}
    batch["changes"] = [{"ops": [op("/code", "ABC")], "label": "Code"}, {"ops": [op("/title", "X")], "label": "Title"}]
    told = (await client.post(f"{url}/changes/batch", json=batch)).json()["data"]
    assert (told["done"], told["revision"], told["stopped"]["index"]) == (1, 3, 1)
    assert told["stopped"]["code"] == "draft_conflict"
    step = {"base_revision": 3, "client": ONE}
    assert (await client.post(f"{url}/undo", json=step)).json()["data"]["document"]["code"] == "NEW"
    listed = (await client.get(f"{url}/changes")).json()["data"]
    assert [(each["number"], each["done"], each["head"], each["next"]) for each in listed] == [
        (3, False, False, True),
        (2, True, True, False),
        (1, True, False, False),
    ]
    page = await client.get(f"{url}/changes", params={"limit": 1, "cursor": "3"})
    assert [each["number"] for each in page.json()["data"]] == [2]
    assert page.json()["meta"]["page"]["next_cursor"] == "2"
    assert (await client.post(f"{url}/redo", json={**step, "base_revision": 4})).json()["data"]["label"] == "Code"
    went = await client.post(f"{url}/go-to", json={**step, "base_revision": 5, "number": 1})
    assert went.json()["data"]["document"]["title"] == "Mine"
    shown = (await client.get(f"{url}/changes/3")).json()["data"]["document"]
    assert (shown["title"], shown["code"]) == ("Two", "ABC")


async def test_restore_points_and_terms_over_rest(client):
    made = (await client.post(DRAFTS, json={})).json()["data"]
    url = f"{DRAFTS}/{made['id']}"
    point = (await client.post(f"{url}/restore-points", json={"name": "Start"})).json()["data"]
    renamed = (await client.patch(url, json={"title": "New", "unlisted": True, "may_fork": True})).json()["data"]
    assert (renamed["title"], renamed["unlisted"], renamed["may_fork"], renamed["revision"]) == ("New", True, True, 2)
    step = {"base_revision": 2, "client": ONE}
    back = await client.post(f"{url}/restore-points/{point['id']}/restore", json=step)
    assert back.json()["data"]["document"]["title"] == "Untitled pack"
    assert [each["name"] for each in (await client.get(f"{url}/restore-points")).json()["data"]] == ["Start"]
    assert (await client.delete(f"{url}/restore-points/{point['id']}")).status_code == 204
    assert (await client.post(f"{url}/scenes", json={"starting_point": "nowhere", "client": ONE})).status_code == 404
    assert (await client.get("/api/v1/builder/starting-points")).json()["data"] == []
    assert [each["id"] for each in (await client.get(DRAFTS)).json()["data"]] == [made["id"]]
    assert (await client.delete(url)).status_code == 204
    assert (await client.get(url)).status_code == 404


@pytest.mark.parametrize(
    "bad",
    [
        {"base_revision": "1"},
        {"base_revision": 0},
        {"ops": []},
        {"ops": [{"op": "add", "path": "title", "value": 1}]},
        {"ops": [op("/title", 1)] * (guard.MAX_OPS + 1)},
        {"label": ""},
        {"client": "x" * (MAX_CLIENT_CHARS + 1)},
    ],
)
async def test_what_is_wrong_is_named_over_rest(client, draft, bad):
    body = {"base_revision": 1, "ops": [op("/title", "x")], "label": "Typed", "client": ONE, **bad}
    answer = await client.post(f"{DRAFTS}/{draft.id}/changes", json=body)
    assert answer.status_code == 422
    [name] = bad
    assert answer.json()["error"]["details"][0]["field"].startswith(name)
