"""Exploring in the studio: grids, the filter, families and comparisons, as their handlers show them."""

import pytest
from sqlmodel import select

from pexit_app.core import db
from pexit_app.features.shoots import transitions
from pexit_app.features.shoots.models import Frame
from tests.features.shoots.test_studio_state import Tab, cookie, cookie_of, settings_of, starts  # noqa: F401

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
async def tab(cookie, starts) -> Tab:  # noqa: F811
    made = Tab(cookie)
    await made.call("load")
    await made.call("settle", settings_of())
    return made


async def finish(frame_id: str) -> None:
    async with db.transaction() as session:
        frame = await session.get(Frame, frame_id)
        assert await transitions.begin_frame(session, frame.id, frame.attempt, "test")
        assert await transitions.finish_frame(session, frame.id, frame.attempt)


async def strip(tab: Tab) -> list:
    await tab.call("choose_scope", "strip")
    await tab.call("request_frames")
    await tab.call("load")
    return tab.state.grid.rows[0].cells


async def test_a_strip_is_priced_before_it_is_rendered(tab):
    await tab.call("choose_scope", "strip")
    state = tab.state
    assert (state.scope, state.ticket.title, state.ticket.total, state.press) == (
        "strip", "Test strip of 5", "5 dust", "Render 5 frames",
    )  # fmt: skip
    assert (state.grid_form.x.label, state.grid_form.line) == ("Later in the day", "5 exposures")
    assert [each.label for each in state.grid_form.x.chips if each.is_on][::4] == ["16:00", "21:00"]
    assert "weather" not in [each.value for each in state.grid_form.knobs]  # words cannot be spread
    await tab.call("request_frames")
    assert state.has_receipt
    await tab.call("load")
    assert (state.grid.title, state.grid.line) == ("Test strip: Later in the day", "0 of 5 done, 5 to come")
    assert state.kept["grid"] == state.grid.id


async def test_values_are_taken_in_and_out_and_too_few_cannot_be_paid(tab):
    await tab.call("choose_scope", "strip")
    await tab.call("turn_value", "x", "16")
    state = tab.state
    assert (state.can_pay, state.grid_form.line) == (False, "4 exposures")
    assert state.grid_form.problem == "Later in the day: give 5 to 7 values."
    await tab.call("request_frames")
    assert not state.has_receipt
    await tab.call("turn_value", "x", "16")
    assert (state.can_pay, state.grid_form.problem) == (True, "")
    await tab.call("choose_axis", "x", "film")
    assert (state.ticket.total, [each.is_on for each in state.grid_form.x.chips]) == ("2 dust", [True, True])
    await tab.call("turn_value", "x", "not json")
    assert tab.said == ["That is no value of this knob."]


async def test_a_grid_has_two_different_knobs(tab):
    await tab.call("choose_scope", "grid")
    state = tab.state
    assert (state.grid_form.x.knob, state.grid_form.y.knob, state.ticket.title) == ("hour", "film", "Grid of 6 cells")
    await tab.call("choose_axis", "x", "film")
    assert (state.grid_form.x.knob, state.grid_form.y.knob) == ("film", "hour")
    await tab.call("choose_axis", "y", "light")
    await tab.call("request_frames")
    await tab.call("load")
    assert (state.grid.heads, [row.label for row in state.grid.rows]) == (["Warm", "Silver"], ["-1.0", "0.0", "1.0"])


async def test_a_grid_is_there_in_another_tab_and_after_a_reload(tab, cookie):  # noqa: F811
    await strip(tab)
    other = Tab(cookie, f"?shoot={tab.state.shoot_id}&grid={tab.state.grid.id}")
    await other.call("load")
    assert other.state.grid == tab.state.grid
    plain = Tab(cookie, f"?shoot={tab.state.shoot_id}")
    await plain.call("load")
    assert plain.state.grid.id == ""
    await plain.call("open_grid", plain.state.grid_choices[0].value)
    assert plain.state.grid.id == tab.state.grid.id
    await plain.call("close_grid")
    assert plain.state.kept["grid"] == ""


async def test_anothers_grid_does_not_open(tab, session):
    await strip(tab)
    stranger = Tab(await cookie_of(session), f"?shoot={tab.state.shoot_id}&grid={tab.state.grid.id}")
    await stranger.call("load")
    await stranger.call("open_grid", tab.state.grid.id)
    assert (stranger.state.grid.id, stranger.state.shoot_id, stranger.state.grid_choices) == ("", "", [])


async def test_only_cells_without_a_picture_are_tried_again(tab, session):
    cells = await strip(tab)
    frame = await session.get(Frame, cells[2].id)
    await transitions.fail_frame(session, frame.id, 1, "It broke.", "system")
    await tab.call("load")
    assert (tab.state.grid.again, tab.state.grid.rows[0].cells[2].state) == ("Try 1 again, 1 dust", "failed")
    await tab.call("retry_grid")
    assert (tab.state.grid.again, tab.state.grid.rows[0].cells[2].state) == ("", "waiting")
    await tab.call("retry_grid")
    assert tab.said == ["No cell of this grid failed or was stopped."]


async def test_a_cells_values_go_on_the_bench(tab):
    cells = await strip(tab)
    await tab.call("open_frame", cells[4].id)
    assert tab.state.grid.rows[0].cells[4].is_here
    await tab.call("reopen", cells[4].id)
    put_on = tab.state.put_on
    assert (put_on["knobs"]["hour"], put_on["aspect"]) == (21, "4:5")


async def test_the_drafted_strip_can_be_rendered(tab):
    await tab.call("strip_of", "light")
    assert (tab.state.scope, tab.state.grid_form.x.knob, tab.state.ticket.total) == ("strip", "light", "5 dust")


async def test_the_filter_shows_what_it_says_and_stands_in_the_address(tab, session):
    await strip(tab)
    frames = (await session.exec(select(Frame).order_by(Frame.position))).all()
    await tab.call("mark", str(frames[0].id), "ring")
    await tab.call("mark", str(frames[1].id), "reject")
    await transitions.stop_frame(session, frames[2].id)
    shown = {}
    for word in ("all", "ringed", "kept", "failed", "scene:shore", "scene:night", "scene:nowhere", "nonsense"):
        await tab.call("filter_sheet", word)
        shown[tab.state.show] = [each.number for each in tab.state.frames]
    assert shown == {
        "all": ["1", "1A", "2", "2A", "3"],
        "ringed": ["1"],
        "kept": ["1", "2", "2A", "3"],
        "failed": ["2"],
        "scene:shore": ["1", "1A", "2", "2A", "3"],
        "scene:night": [],
    }
    await tab.call("filter_sheet", "ringed")
    assert (tab.state.kept["show"], len(tab.state.recent)) == ("ringed", 5)


async def test_a_filter_in_the_address_is_kept(tab, cookie):  # noqa: F811
    await strip(tab)
    other = Tab(cookie, f"?shoot={tab.state.shoot_id}&show=ringed")
    await other.call("load")
    assert (other.state.show, other.state.frames) == ("ringed", [])
    assert other.state.empty_line.startswith("No frame is ringed")


async def family(tab: Tab, session) -> tuple[str, str]:
    """A finished frame and its finished child, two hours later with another seed."""
    await tab.call("choose_scope", "scene")
    await tab.call("request_frames")
    await tab.call("load")
    parent = tab.state.frames[0].id
    await finish(parent)
    await tab.call("tweak", parent)
    later = {"id": "shore", "knobs": {"hour": 19.5}}
    await tab.call("settle", settings_of(scenes=[later], seed=9, turned=1))
    await tab.call("request_frames")
    await tab.call("load")
    child = tab.state.frames[1].id
    await finish(child)
    await tab.call("load")
    return parent, child


async def test_an_opened_frame_tells_where_it_comes_from(tab, session):
    _, child = await family(tab, session)
    await tab.call("open_frame", child)
    told = [(each.label, [(one.card.number, one.words) for one in each.frames]) for each in tab.state.family]
    assert told == [
        ("It began with", [("1", "")]),
        ("from which came", [("1A", "Later in the day: 17:30 → 19:30; other seed")]),
    ]
    await tab.call("close_frame")
    assert tab.state.family == []


async def test_a_frame_is_compared_with_its_parent_unless_another_is_chosen(tab, session):
    parent, child = await family(tab, session)
    await tab.call("compare", child)
    said = tab.state.comparison
    assert (said.one.id, said.other.id) == (parent, child)
    assert said.words == ["Later in the day: 17:30 → 19:30", "other seed"]
    await tab.call("compare_with", child)
    assert tab.said == ["Choose two different frames."]
    await tab.call("end_compare")
    assert (tab.state.comparison.id, tab.state.opened.id) == ("", child)
    await tab.call("compare", parent)
    assert tab.state.comparison.one.id == child  # the only other one


async def test_anothers_frames_are_neither_compared_nor_told_of(tab, session):
    _, child = await family(tab, session)
    stranger = Tab(await cookie_of(session))
    await stranger.call("load")
    for name, arguments in [("compare", (child,)), ("compare_with", (child,)), ("open_frame", (child,))]:
        await stranger.call(name, *arguments)
    assert (stranger.state.comparison.id, stranger.state.family, stranger.state.opened.id) == ("", [], "")


async def test_another_shape_changes_the_sides_and_nothing_else(tab, session):
    await tab.call("choose_scope", "scene")
    await tab.call("settle", settings_of(aspect="16:9"))
    await tab.call("request_frames")
    frame = (await session.exec(select(Frame))).one()
    assert (frame.width, frame.height, frame.seed, frame.knobs["hour"]) == (1472, 832, 7, 17.5)
    await finish(str(frame.id))
    await tab.call("tweak", str(frame.id))
    assert (tab.state.put_on["aspect"], tab.state.put_on["seed"]) == ("16:9", 7)
    await tab.call("settle", settings_of(aspect="nonsense"))
    assert tab.said == []


async def test_without_a_session_the_way_is_to_the_sign_in(session, cookie):  # noqa: F811
    anonymous = Tab("")
    for name, arguments in [
        ("choose_axis", ("x", "hour")), ("turn_value", ("x", "1")), ("strip_of", ("hour",)), ("open_grid", ("1",)),
        ("retry_grid", ()), ("filter_sheet", ("all",)), ("compare", ("1",)), ("compare_with", ("1",)),
    ]:  # fmt: skip
        anonymous.state.leave_to = ""
        await anonymous.call(name, *arguments)
        assert anonymous.state.leave_to.startswith("/login"), name
