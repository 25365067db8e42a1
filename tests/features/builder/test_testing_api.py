"""Proofs and grids over REST: shapes, codes, nobody else's; and what of them is told as it happens."""

import copy
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.core.ports import ProviderError
from pexit_app.features.builder import changes, following, grids, proofs, publishing, service, testing_api
from pexit_app.features.builder.following import CellsMoved, Ready
from pexit_app.features.builder.grid_layout import GridAsk
from pexit_app.features.builder.models import KnobProof
from pexit_app.features.builder.service import Start
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.builder.test_checks import DOCUMENT
from tests.features.shoots.support import House, new_user, open_house
from tests.support.callers import calls_as


@pytest.fixture
def house() -> House:
    return open_house()


@pytest.fixture
async def me(session) -> Actor:
    return await new_user(session)


@pytest.fixture
async def draft(session, house, me):
    return await service.create_draft(session, me, Start(document=copy.deepcopy(DOCUMENT)))


@pytest.fixture
async def http(me, monkeypatch) -> AsyncIterator[httpx.AsyncClient]:
    async def started(*_: object) -> None:
        """Nothing durable runs here; tests run the work themselves."""

    monkeypatch.setattr(grids.workflows, "start", started)
    app = FastAPI()
    add_error_answers(app)
    app.include_router(testing_api.router, prefix="/api/v1")
    calls_as(app, me)
    app.add_middleware(RequestContext)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pexit.test") as client:
        yield client


async def test_a_proof_is_begun_told_and_kept_with_the_version(http, session, me, draft):
    url = f"/api/v1/builder/drafts/{draft.id}/proof"
    assert (await http.get(url)).json()["data"]["status"] == "none"
    begun = (await http.post(url)).json()["data"]
    assert (begun["status"], begun["done"], begun["knobs"]) == ("running", 0, [])
    await proofs.prove(draft.id, 1)
    told = (await http.get(url)).json()["data"]
    assert (told["status"], told["done"], len(told["knobs"])) == ("done", told["total"], 7)
    assert told["knobs"][0]["grade"] == "dead"  # the fake darkroom paints the same picture whatever is set
    assert (told["knobs"][0]["knob"], told["knobs"][0]["scene"], told["is_current"]) == ("hour", "", True)
    assert [each["scene"] for each in told["knobs"] if each["pointer"].startswith("/scenes/1")] == ["night"]
    await publishing.publish(me, draft.id)
    [version] = await publishing.list_versions(session, me, draft.id)
    assert version.proof["grades"]["/knobs/0"] == "dead"


async def test_a_proof_of_other_knobs_says_so_and_is_not_the_versions(http, session, me, draft):
    await proofs.begin(session, me, draft.id)
    await proofs.prove(draft.id, 1)
    ops = [{"op": "replace", "path": "/knobs/4/sees/1/sets/clouds", "value": 0.2}]
    await changes.apply(session, me, draft.id, draft.revision, ops, "Weather", "tab")
    told = (await http.get(f"/api/v1/builder/drafts/{draft.id}/proof")).json()["data"]
    assert (told["is_current"], told["in_words"]) == (False, "0 of 7 knobs proven on 3 stand-ins")
    assert [each["knob"] for each in told["knobs"] if not each["is_current"]] == ["weather"]
    await publishing.publish(me, draft.id)
    [version] = await publishing.list_versions(session, me, draft.id)
    assert version.proof == {}
    await proofs.begin(session, me, draft.id)
    await proofs.prove(draft.id, 2)
    await session.refresh(version)
    assert version.proof["in_words"] == "0 of 7 knobs proven on 3 stand-ins"


async def test_while_the_draft_cannot_be_rendered_nothing_is_said_to_hold(http, session, me, draft):
    await proofs.begin(session, me, draft.id)
    await proofs.prove(draft.id, 1)
    ops = [{"op": "replace", "path": "/knobs/0/max", "value": 3}]
    await changes.apply(session, me, draft.id, draft.revision, ops, "Range", "tab")
    told = (await http.get(f"/api/v1/builder/drafts/{draft.id}/proof")).json()["data"]
    assert (told["is_current"], {each["is_current"] for each in told["knobs"]}) == (False, {False})


async def test_a_run_that_was_begun_anew_gives_up(http, session, me, draft):
    for _ in range(2):
        await proofs.begin(session, me, draft.id)
    await proofs.prove(draft.id, 1)
    row = (await proofs.find_proof(session, me, draft.id)).row
    assert (row.run, row.done, row.status) == (2, 0, "running")


async def test_a_pack_without_knobs_has_nothing_to_measure(session, house, me):
    bare = {**DOCUMENT, "knobs": [], "scenes": [{**DOCUMENT["scenes"][0], "knobs": [], "prompt": "{person}"}]}
    bare["scenes"][0].pop("defaults", None)
    draft = await service.create_draft(session, me, Start(document=copy.deepcopy(bare)))
    with pytest.raises(BadInput):
        await proofs.begin(session, me, draft.id)


async def test_grids_are_ordered_shown_and_retried(http, house, draft):
    base = f"/api/v1/builder/drafts/{draft.id}/grids"
    asked = {"across": "hour", "across_values": [16, 18], "down": "film", "stand_in": "azur"}
    made = await http.post(base, json=asked)
    assert made.status_code == 202
    grid = made.json()["data"]
    assert (grid["waiting"], grid["down"], grid["across_label"]) == (4, ["Warm", "Silver"], "Later in the day")
    await grids.draw_cells(UUID(grid["id"]))
    shown = (await http.get(f"/api/v1/builder/grids/{grid['id']}")).json()["data"]
    assert shown["done"] == 4
    last = shown["cells"][3]
    assert (last["scene"], last["stand_in"], last["knobs"]["hour"], last["attempt"]) == ("shore", "azur", 18, 1)
    picture = await http.get(last["url"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    again = f"/api/v1/builder/grids/{grid['id']}/retry"
    assert (await http.post(again)).json()["error"]["code"] == "nothing_to_retry"
    assert (await http.post(again, json={"cells": [3]})).status_code == 409
    assert (await http.post(again, json={"cells": [36]})).status_code == 422
    [listed] = (await http.get(base)).json()["data"]
    assert (listed["id"], listed["done"], listed["cover_url"]) == (grid["id"], 4, shown["cells"][0]["url"])


async def test_what_moves_is_told_once_and_the_rest_is_not(session, house, me, draft, monkeypatch):
    monkeypatch.setattr(following, "REREAD_S", 0)
    made = await grids.order_grid(session, me, draft.id, GridAsk("film"))
    told = following.follow(me, draft.id)
    assert await anext(told) == Ready()
    first = await anext(told)
    assert isinstance(first, CellsMoved)
    assert [cell.status for cell in first.cells] == ["waiting", "waiting"]
    house.drafts.raises = ProviderError("The lamp broke.")
    await grids.draw_cells(made.grid.id)
    house.drafts.raises = None
    failed = await anext(told)
    assert [(cell.number, cell.error) for cell in failed.cells] == [(0, "The lamp broke."), (1, "The lamp broke.")]
    await grids.retry_grid(session, me, made.grid.id, [1])
    assert [(cell.number, cell.status) for cell in (await anext(told)).cells] == [(0, "failed"), (1, "waiting")]
    await grids.draw_cells(made.grid.id, 2)
    assert [(cell.number, cell.status) for cell in (await anext(told)).cells] == [(1, "done")]
    await proofs.begin(session, me, draft.id)
    begun = await anext(told)
    assert isinstance(begun, KnobProof)
    assert testing_api.ProofProgressOut.so_far(begun).knobs == []
    await service.delete_draft(session, me, draft.id)
    with pytest.raises(StopAsyncIteration):
        await anext(told)


async def test_nothing_of_anothers_is_there(http, session, house):
    other = await new_user(session)
    draft = await service.create_draft(session, other, Start(document=copy.deepcopy(DOCUMENT)))
    base = f"/api/v1/builder/drafts/{draft.id}"
    for method, url, body in (
        ("POST", f"{base}/proof", None),
        ("GET", f"{base}/proof", None),
        ("POST", f"{base}/grids", {"across": "film"}),
        ("GET", f"{base}/grids", None),
        ("GET", f"{base}/events", None),
    ):
        assert (await http.request(method, url, json=body)).status_code == 404, url
