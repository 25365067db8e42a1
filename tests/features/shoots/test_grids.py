"""Test strips and grids: what is refused on both sides of each limit, one job for all cells, retries of failures only."""

from uuid import uuid4

import httpx
import pytest
from sqlmodel import select

from pexit_app.core import db
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import document
from pexit_app.features.shoots import grids, transitions, workflows
from pexit_app.features.shoots.errors import NotReady, TooManyWaiting
from pexit_app.features.shoots.grid_requests import MAX_CELLS, GridRequest, lay_out, room, spread
from pexit_app.features.shoots.models import Frame, Grid
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.errors import NotEnoughDust
from tests.features.packs.samples import GOOD
from tests.features.shoots.support import PACK, SIDE, new_user, order
from tests.features.shoots.test_api import app_for

pytestmark = pytest.mark.usefixtures("house")
DEFINITION = document.parse(GOOD.encode())
HOURS = [16, 17, 18, 19, 20]


def strip(**change) -> GridRequest:
    return GridRequest(**{"scene": "shore", "knob_x": "hour", "values_x": HOURS, "pack": PACK, **change})


def grid(**change) -> GridRequest:
    return strip(**{"values_x": [16, 18], "knob_y": "film", "values_y": ["warm", "silver"], **change})


def hours(count: int) -> list[float]:
    return [16 + 0.25 * index for index in range(count)]


@pytest.mark.parametrize(
    "given",
    [
        strip(values_x=hours(5)),
        strip(values_x=hours(7)),
        strip(knob_x="haze", values_x=[False, True]),
        strip(knob_x="film", values_x=["silver", "warm"]),
        grid(),
        grid(values_x=hours(18)),
        grid(values_x=hours(6), knob_y="light", values_y=[-1, -0.5, 0, 0.3, 0.5, 1]),
        grid(knob_x="tint", values_x=["#000000", "#FFFFFF"], knob_y="haze", values_y=[False, True]),
    ],
)
def test_grids_within_the_limits_are_laid_out(given):
    laid = lay_out(DEFINITION, given)
    assert len(laid.asks) == len(given.values_x) * max(1, len(given.values_y)) <= MAX_CELLS
    assert {ask.seed for ask in laid.asks} == {7}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (strip(values_x=hours(4)), "values_x"),
        (strip(values_x=hours(8)), "values_x"),
        (strip(values_x="16"), "values_x"),
        (strip(knob_x="haze", values_x=[True]), "values_x"),
        (strip(knob_x="aperture"), "knob_x"),
        (strip(knob_x="near"), "knob_x"),  # a knob of another scene
        (strip(knob_x=["hour"]), "knob_x"),
        (strip(values_x=[16, 17, 22, 19, 20]), "values_x[2]"),
        (strip(values_x=[16, 17, True, 19, 20]), "values_x[2]"),
        (strip(values_x=[16, 17, 17.05, 19, 20]), "values_x[2]"),  # on the step of the one before
        (strip(values_y=["warm", "silver"]), "knob_y"),
        (grid(knob_y="hour"), "knob_y"),
        (grid(values_x=[16]), "values_x"),
        (grid(values_y=["warm"]), "values_y"),
        (grid(values_y=["warm", "pink"]), "values_y[1]"),
        (grid(values_x=hours(13), knob_y="light", values_y=[-1, 0, 1]), "values_y"),
        (strip(knob_x="tint", values_x=["#000000", "#111111", "#222222", "#333333", "#444444"]), "knob_x"),
        (strip(knobs={"film": "pink"}), "knobs.film"),
    ],
)
def test_what_is_wrong_with_a_grid_is_named(given, field):
    with pytest.raises(BadInput) as caught:
        lay_out(DEFINITION, given)
    assert [each.field for each in caught.value.problems] == [field]


def test_an_unknown_scene_is_not_found():
    with pytest.raises(NotFound):
        lay_out(DEFINITION, strip(scene="moon"))


def test_what_a_grid_starts_with_is_within_the_knob():
    for scene in DEFINITION.scenes:
        for knob in DEFINITION.knobs_of(scene):
            values = spread(knob)
            assert (knob.type == "text") == (values == [])
            if values and not knob.visible_if:
                assert len(values) == min(5, room(knob))
                lay_out(DEFINITION, strip(scene=scene.id, knob_x=knob.id, values_x=values))


async def cells_of(session, made) -> list[Frame]:
    query = select(Frame).where(Frame.grid_id == made.grid.id).order_by(Frame.cell)
    return list((await session.exec(query)).all())


async def test_a_grid_is_one_job_whose_frames_are_its_cells(session, me):
    quote = await grids.quote_grid(session, me, grid(knobs={"haze": True}))
    made = await grids.request_grid(session, me, grid(knobs={"haze": True}, seed=3, quote_id=quote.id))
    assert (quote.total_dust, made.requested.job.total, made.requested.job.held_dust) == (4, 4, 4)
    cells = await cells_of(session, made)
    assert [(each.cell, each.knobs["hour"], each.knobs["film"]) for each in cells] == [
        (0, 16, "warm"),
        (1, 18, "warm"),
        (2, 16, "silver"),
        (3, 18, "silver"),
    ]
    assert {(each.seed, each.knobs["haze"], each.job_id) for each in cells} == {(3, True, made.requested.job.id)}
    found = await grids.open_grid(session, me, made.grid.id)
    assert (found.across.label, found.across.words) == ("Later in the day", ["16:00", "18:00"])
    assert (found.down.label, found.down.words) == ("Film", ["Warm", "Silver"])
    assert (found.open, found.done, found.again) == (4, 0, [])
    assert made.grid.knobs["film"] == "warm"


async def test_a_strip_lands_in_the_shoot_it_is_asked_in(session, me):
    first = await order(session, me, 1)
    frame = first.frames[0]
    given = strip(shoot_id=first.shoot.id, pack=None, parent_frame_id=frame.id, width=SIDE, height=SIDE)
    made = await grids.request_grid(session, me, given)
    cells = await cells_of(session, made)
    assert [each.number for each in cells] == ["1A", "2", "2A", "3", "3A"]
    assert {(each.parent_frame_id, each.width) for each in cells} == {(frame.id, SIDE)}
    found = await grids.open_grid(session, me, made.grid.id)
    assert (found.down.label, len(found.cells)) == ("", 5)
    assert [each.id for each in await grids.grids_of(session, me, first.shoot.id)] == [made.grid.id]


async def test_dust_and_waiting_frames_are_limited_as_ever(session, me, monkeypatch):
    poor = await new_user(session, dust=3)
    with pytest.raises(NotEnoughDust):
        await grids.request_grid(session, poor, grid())
    monkeypatch.setattr(grids.service, "MAX_WAITING", 4)
    await grids.request_grid(session, me, grid())
    with pytest.raises(TooManyWaiting):
        await grids.request_grid(session, me, grid())


async def test_only_failed_and_stopped_cells_are_tried_again(session, me):
    made = await grids.request_grid(session, me, grid())
    with pytest.raises(NotReady):
        await grids.retry_grid(session, me, made.grid.id)
    one, two, three, four = [each.id for each in made.requested.frames]
    await transitions.fail_frame(session, one, 1, "It broke.", "system")
    await transitions.stop_frame(session, three)
    again = await grids.retry_grid(session, me, made.grid.id)
    assert [each.id for each in again.frames] == [one, three]
    assert again.job.id != made.requested.job.id
    assert (again.job.total, again.job.held_dust) == (2, 2)
    found = await grids.open_grid(session, me, made.grid.id)
    assert [each.attempt for each in found.cells] == [2, 1, 2, 1]
    assert [each.id for each in found.cells] == [one, two, three, four]
    assert (await wallet.card(session, me.user_id)).held == 4
    with pytest.raises(NotReady):
        await grids.retry_grid(session, me, made.grid.id)


async def test_a_deleted_cell_leaves_a_gap(session, me):
    made = await grids.request_grid(session, me, grid())
    gone = made.requested.frames[1]
    await transitions.stop_frame(session, gone.id)
    await session.delete(gone)
    await session.flush()
    found = await grids.open_grid(session, me, made.grid.id)
    assert [each is None for each in found.cells] == [False, True, False, False]


async def test_anothers_grid_is_not_there(session, me):
    made = await grids.request_grid(session, me, grid())
    other = await new_user(session)
    for verb in (grids.open_grid, grids.retry_grid):
        with pytest.raises(NotFound):
            await verb(session, other, made.grid.id)
        with pytest.raises(NotFound):
            await verb(session, me, uuid4())
    with pytest.raises(NotFound):
        await grids.request_grid(session, other, grid(shoot_id=made.requested.shoot.id, pack=None))


# ---- over REST

BODY = {
    "scene": "shore",
    "knob_x": "hour",
    "values_x": [16, 18],
    "knob_y": "film",
    "values_y": ["warm", "silver"],
    "width": SIDE,
    "height": SIDE,
}


@pytest.fixture
def idle(monkeypatch):
    """Work is handed over, and not done."""

    async def dispatch(user_id):
        return None

    monkeypatch.setattr(workflows, "dispatch", dispatch)


@pytest.fixture
async def client(house, me, idle):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(me)), base_url="http://test") as made:
        yield made


@pytest.fixture
async def stranger(house, me, idle):
    async with db.transaction() as session:
        other = await new_user(session)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(other)), base_url="http://test") as made:
        yield made


async def test_over_rest_a_grid_is_priced_ordered_read_and_tried_again(client):
    quote = (await client.post("/api/v1/grids/quote", json={**BODY, "pack": PACK})).json()["data"]
    assert quote["total_dust"] == 4
    shoot = (await client.post("/api/v1/shoots", json={"pack": PACK})).json()["data"]["id"]
    answer = await client.post(f"/api/v1/shoots/{shoot}/grids", json={**BODY, "quote_id": quote["id"]})
    assert answer.status_code == 202, answer.text
    ordered = answer.json()["data"]
    assert (len(ordered["frames"]), ordered["quote"]["id"]) == (4, quote["id"])
    path = f"/api/v1/grids/{ordered['grid_id']}"
    found = (await client.get(path)).json()["data"]
    assert [(cell["words_x"], cell["words_y"]) for cell in found["cells"]] == [
        ("16:00", "Warm"),
        ("18:00", "Warm"),
        ("16:00", "Silver"),
        ("18:00", "Silver"),
    ]
    assert [cell["frame"]["id"] for cell in found["cells"]] == [each["id"] for each in ordered["frames"]]
    assert (found["open"], found["again"], found["label_x"]) == (4, 0, "Later in the day")
    listed = (await client.get(f"/api/v1/shoots/{shoot}/grids")).json()["data"]
    assert [each["id"] for each in listed] == [ordered["grid_id"]]
    refused = await client.post(f"{path}/retry")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "frame_not_ready")
    await client.post(f"/api/v1/jobs/{ordered['id']}/cancel")
    again = await client.post(f"{path}/retry")
    assert again.status_code == 202
    assert len(again.json()["data"]["frames"]) == (await client.get(path)).json()["data"]["open"] == 4


async def test_over_rest_a_bad_value_is_named(client):
    shoot = (await client.post("/api/v1/shoots", json={"pack": PACK})).json()["data"]["id"]
    answer = await client.post(f"/api/v1/shoots/{shoot}/grids", json={**BODY, "values_x": [16, 18, "late"]})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["error"]["details"]] == ["values_x[2]"]


async def test_over_rest_anothers_grid_is_not_there(client, stranger):
    shoot = (await client.post("/api/v1/shoots", json={"pack": PACK})).json()["data"]["id"]
    ordered = (await client.post(f"/api/v1/shoots/{shoot}/grids", json=BODY)).json()["data"]
    for method, path in [
        ("GET", f"/grids/{ordered['grid_id']}"),
        ("POST", f"/grids/{ordered['grid_id']}/retry"),
        ("GET", f"/shoots/{shoot}/grids"),
        ("POST", f"/shoots/{shoot}/grids"),
    ]:
        answer = await stranger.request(method, f"/api/v1{path}", json=BODY if method == "POST" else None)
        assert answer.status_code == 404, (method, path, answer.text)
    async with db.transaction() as session:
        assert len((await session.exec(select(Grid))).all()) >= 1
