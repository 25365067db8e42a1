"""Test grids: two axes of knobs, scenes and stand-ins; kept, reloaded, and only failures made again."""

import copy

import pytest

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.ports import InvalidOrder, ProviderError
from pexit_app.features.builder import grids, service
from pexit_app.features.builder.grid_layout import GridAsk
from pexit_app.features.builder.grids import ListedGrid, NothingToRetry
from pexit_app.features.builder.service import Start
from tests.features.builder.test_checks import DOCUMENT
from tests.features.shoots.support import House, new_user, open_house


@pytest.fixture
def house() -> House:
    return open_house()


@pytest.fixture
async def me(session):
    return await new_user(session)


@pytest.fixture
async def draft(session, house, me):
    return await service.create_draft(session, me, Start(document=copy.deepcopy(DOCUMENT)))


async def test_two_knobs_make_a_grid_that_outlives_a_reload(session, house, me, draft):
    made = await grids.order_grid(session, me, draft.id, GridAsk("hour", "film"))
    assert (made.grid.across, made.grid.down) == (["16:00", "17:15", "18:30", "19:45", "21:00"], ["Warm", "Silver"])
    assert made.grid.title == "Shore: Later in the day by Film"
    assert (len(made.cells), made.waiting) == (10, 10)
    await grids.draw_cells(made.grid.id)
    found = await grids.find_grid(session, me, made.grid.id)
    assert (found.done, found.failed) == (10, 0)
    assert found.cells[6].look["hour"] == 17.25
    assert found.cells[6].look["grade"] == "silver"
    assert found.cells[6].alt == "Shore, 17:15, Silver"
    assert (found.cells[6].scene_id, found.cells[6].stand_in) == ("shore", "")
    assert (found.cells[6].knobs["hour"], found.cells[6].knobs["film"]) == (17.25, "silver")
    assert (made.grid.across_label, made.grid.down_label) == ("Later in the day", "Film")
    assert await house.store.get(await grids.read_cell(session, me, made.grid.id, 6))
    [listed] = await grids.list_grids(session, me, draft.id)
    assert listed == ListedGrid(made.grid, 10, 0, 0, 0)


async def test_all_scenes_by_stand_ins(session, house, me, draft):
    made = await grids.order_grid(session, me, draft.id, GridAsk("stand_ins", "scenes"))
    assert (len(made.cells), made.grid.down, made.grid.title) == (12, ["Shore", "Night"], "Stand-ins by Scenes")
    assert made.cells[8].personas == ["standin:onyx"]
    assert made.cells[8].look["backdrop"] == "rooftop"
    assert (made.cells[8].scene_id, made.cells[8].stand_in) == ("night", "onyx")
    assert made.grid.across[1] == "Azur, tan, older, slight"
    assert made.cells[1].alt == "Shore, Azur"


async def test_another_face_stands_in_every_cell(session, house, me, draft):
    made = await grids.order_grid(session, me, draft.id, GridAsk("film", stand_in="verde"))
    assert {(each.personas[0], each.stand_in) for each in made.cells} == {("standin:verde", "verde")}


async def test_a_strip_shows_a_hidden_knob(session, house, me, draft):
    made = await grids.order_grid(session, me, draft.id, GridAsk("tint", across_values=("#101213", "#f2b705")))
    assert [each.look["accent"] for each in made.cells] == ["#101213", "#f2b705"]
    assert made.grid.down == []


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (GridAsk("nothing"), "no such knob"),
        (GridAsk("hour", "hour"), "something else"),
        (GridAsk("near", "scenes"), "no such knob"),
        (GridAsk("hour", scene_id="attic"), "no such scene"),
        (GridAsk("stand_ins", across_values=("bob",)), "Choose of"),
        (GridAsk("film", stand_in="bob"), "Choose of"),
        (GridAsk("hour", across_values=(99,)), "goes from 16 to 21"),
        (GridAsk("hour", "light", across_values=tuple(16 + n / 4 for n in range(8))), "more than 36"),
    ],
)
async def test_what_cannot_be_laid_out_is_refused(session, house, me, draft, ask, words):
    with pytest.raises(BadInput, match=words):
        await grids.order_grid(session, me, draft.id, ask)


async def test_a_draft_with_broken_knobs_makes_none_and_a_missing_cover_is_no_hindrance(session, house, me):
    broken = copy.deepcopy(DOCUMENT)
    del broken["cover"]
    fine = await service.create_draft(session, me, Start(document=copy.deepcopy(broken)))
    assert (await grids.order_grid(session, me, fine.id, GridAsk("film"))).cells
    broken["knobs"][0]["max"] = 3
    draft = await service.create_draft(session, me, Start(document=broken))
    with pytest.raises(BadInput, match="in order first") as refused:
        await grids.order_grid(session, me, draft.id, GridAsk("film"))
    assert refused.value.problems[0].field == "knobs[0].max"


async def test_only_what_failed_is_made_again(session, house, me, draft):
    made = await grids.order_grid(session, me, draft.id, GridAsk("film"))
    house.drafts.raises = ProviderError("The lamp broke.")
    await grids.draw_cells(made.grid.id)
    found = await grids.find_grid(session, me, made.grid.id)
    assert (found.failed, found.cells[0].error) == (2, "The lamp broke.")
    house.drafts.raises = None
    found.cells[1].status, found.cells[1].error = "done", ""
    session.add(found.cells[1])
    await session.flush()
    before = len(house.drafts.orders)
    again = await grids.retry_grid(session, me, made.grid.id)
    assert (again.waiting, again.done) == (1, 1)
    await grids.draw_cells(made.grid.id)
    assert len(house.drafts.orders) == before  # a run draws its own cells alone
    await grids.draw_cells(made.grid.id, 2)
    assert len(house.drafts.orders) == before + 1
    assert (await grids.find_grid(session, me, made.grid.id)).done == 2
    with pytest.raises(NothingToRetry):
        await grids.retry_grid(session, me, made.grid.id)


async def test_one_cell_is_made_again_and_the_others_stay_as_they_are(session, house, me, draft):
    made = await grids.order_grid(session, me, draft.id, GridAsk("film", "haze"))
    house.drafts.raises = InvalidOrder("backdrop", "moon", "one of studio, beach")
    await grids.draw_cells(made.grid.id)
    house.drafts.raises = None
    again = await grids.retry_grid(session, me, made.grid.id, [2, 9])
    assert [each.number for each in again.cells if each.status == "waiting"] == [2]
    await grids.draw_cells(made.grid.id, again.cells[2].attempt)
    found = await grids.find_grid(session, me, made.grid.id)
    assert (found.done, found.failed) == (1, 3)
    assert found.cells[0].error == "backdrop must be one of studio, beach."
    with pytest.raises(NothingToRetry):
        await grids.retry_grid(session, me, made.grid.id, [2])


async def test_others_find_nothing(session, house, me, draft):
    made = await grids.order_grid(session, me, draft.id, GridAsk("film"))
    other = await new_user(session)
    for act in (
        grids.find_grid(session, other, made.grid.id),
        grids.retry_grid(session, other, made.grid.id),
        grids.order_grid(session, other, draft.id, GridAsk("film")),
        grids.read_cell(session, other, made.grid.id, 0),
    ):
        with pytest.raises(NotFound):
            await act
    with pytest.raises(NotFound):
        await grids.read_cell(session, me, made.grid.id, 0)
