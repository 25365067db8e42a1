"""The studio's handlers: each asks the database who is calling, says in words what goes wrong, and shows what is true."""

import json
from uuid import uuid4

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from sqlmodel import select

from pexit_app.core import db, settings
from pexit_app.features.identity import service as identity
from pexit_app.features.shoots import workflows
from pexit_app.features.shoots.models import Frame
from pexit_app.features.shoots.orders import MAX_CHARS
from pexit_app.features.shoots.sheets_state import SheetsState
from pexit_app.features.shoots.state import ShootState
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import PACK, new_user, order, publish

pytestmark = pytest.mark.usefixtures("house")
SHORE = {"id": "shore", "knobs": {}}


def settings_of(**given) -> str:
    told = {
        "version": 1,
        "scene": "shore",
        "seed": None,
        "scenes": [SHORE, {"id": "night", "knobs": {}}],
        "turned": 0,
        **given,
    }
    return json.dumps(told)


class Tab:
    """A browser tab: its state, and the cookie its connection was made with."""

    def __init__(self, cookie: str, query: str = "", cls: type = ShootState) -> None:
        root = rx.State(_reflex_internal_init=True)
        path = f"/studio/{PACK}"
        root.router = RouterData.from_router_data(
            {"headers": {"cookie": cookie, "origin": "http://here"}, "pathname": path, "asPath": path + query}
        )
        self.state = root.get_substate(cls.get_full_name().split("."))

    async def call(self, name: str, *arguments):
        return await type(self.state).event_handlers[name].fn(self.state, *arguments)

    @property
    def said(self) -> list[str]:
        return [each.text for each in self.state.messages]


@pytest.fixture
def starts(monkeypatch) -> list:
    """Work is handed over, and not done."""
    users = []

    async def dispatch(user_id):
        users.append(user_id)

    monkeypatch.setattr(workflows, "dispatch", dispatch)
    return users


@pytest.fixture
async def cookie(session, monkeypatch) -> str:
    """Of a new user with 100 dust; the sample pack is live, and the tabs are at its studio."""
    await publish(session)
    monkeypatch.setattr(ShootState, "slug", PACK, raising=False)
    return await cookie_of(session)


async def cookie_of(session, dust: int = 100) -> str:
    user = await identity.user_of(session, f"{uuid4().hex}@example.com")
    _, secret = await identity.open_session(session, user, "test")
    await wallet.open_wallet(session, user.id, dust)
    return f"{settings.load().cookie_name}={secret}"


async def actor_of(session, cookie: str):
    return await identity.find_by_cookie(session, cookie)


async def opened(cookie: str, query: str = "") -> Tab:
    tab = Tab(cookie, query)
    await tab.call("load")
    await tab.call("settle", settings_of())
    return tab


async def test_a_bench_opens_with_the_whole_sheet_on_its_ticket(session, cookie):
    tab = await opened(cookie)
    assert tab.state.is_ready
    assert not tab.state.is_missing
    assert [scene["id"] for scene in tab.state.bench["scenes"]] == ["shore", "night"]
    assert (tab.state.press, tab.state.ticket.total, tab.state.can_pay) == ("Render 2 frames", "2 dust", True)
    assert tab.state.visitor.is_signed_in


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("settle", [settings_of()]),
        ("choose_scope", ["scene"]),
        ("choose_count", ["2"]),
        ("new_ticket", []),
        ("stop", []),
        ("open_frame", [str(uuid4())]),
        ("retry", [str(uuid4())]),
        ("vary", [str(uuid4())]),
        ("tweak", [str(uuid4())]),
        ("reopen", [str(uuid4())]),
        ("mark", [str(uuid4()), "ring"]),
        ("delete", [str(uuid4())]),
        ("undo_delete", []),
        ("show_earlier", []),
    ],
)
async def test_without_a_session_every_handler_sends_to_sign_in_and_back_here(cookie, starts, name, arguments):
    tab = Tab("", "?seed=7")
    await tab.call(name, *arguments)
    assert tab.state.leave_to == f"/login?next=%2Fstudio%2F{PACK}%3Fseed%3D7"
    assert starts == []


async def test_a_revoked_session_orders_nothing(session, cookie, starts):
    tab = await opened(cookie)
    me = await actor_of(session, cookie)
    await identity.end_session(session, me, me.session_id)
    await session.commit()
    await tab.call("request_frames")
    assert tab.state.leave_to.startswith("/login?next=")
    assert (await session.exec(select(Frame).where(Frame.user_id == me.user_id))).all() == []


async def test_the_red_button_orders_once_however_often_it_is_pressed(session, cookie, starts):
    tab = await opened(cookie)
    await tab.call("request_frames")
    await tab.call("request_frames")
    me = await actor_of(session, cookie)
    frames = (await session.exec(select(Frame).where(Frame.user_id == me.user_id).order_by(Frame.position))).all()
    assert [(frame.scene_id, frame.number) for frame in frames] == [("shore", "1"), ("night", "1A")]
    assert tab.state.has_receipt
    assert tab.state.shoot_id == str(frames[0].shoot_id)
    assert (await wallet.card(session, me.user_id)).held == 2
    assert starts == [me.user_id]


async def test_drafts_and_frames_have_the_same_seed(session, cookie, starts):
    tab = await opened(cookie)
    own = {scene["id"]: scene["seed"] for scene in tab.state.bench["scenes"]}
    await tab.call("request_frames")
    me = await actor_of(session, cookie)
    frames = (await session.exec(select(Frame).where(Frame.user_id == me.user_id))).all()
    assert {frame.scene_id: frame.seed for frame in frames} == own


async def test_turned_knobs_and_a_new_seed_are_what_is_rendered(session, cookie, starts):
    tab = await opened(cookie)
    await tab.call("choose_scope", "scene")
    await tab.call("choose_count", "3")
    await tab.call("settle", settings_of(seed=40, scenes=[{"id": "shore", "knobs": {"hour": 18.5}}], turned=1))
    assert tab.state.press == "Render 3 frames"
    await tab.call("request_frames")
    me = await actor_of(session, cookie)
    frames = (await session.exec(select(Frame).where(Frame.user_id == me.user_id).order_by(Frame.position))).all()
    assert [frame.seed for frame in frames] == [40, 41, 42]
    assert {frame.knobs["hour"] for frame in frames} == {18.5}


@pytest.mark.parametrize(
    "values",
    [
        "",
        "[]",
        "{}",
        "null",
        "x" * (MAX_CHARS + 1),
        settings_of(seed="7"),
        settings_of(seed=True),
        settings_of(scenes="shore"),
        settings_of(scenes=[{"id": "shore", "knobs": ["hour"]}]),
        settings_of(scenes=[{"id": "shore", "knobs": {"hour": "late"}}]),
        settings_of(scenes=[{"id": "nowhere", "knobs": {}}], scene="nowhere"),
    ],
)
async def test_settings_that_make_no_sense_are_told_and_change_nothing(cookie, values):
    tab = await opened(cookie)
    await tab.call("settle", values)
    assert len(tab.said) == 1
    assert tab.state.press == "Render 2 frames"


async def test_settings_of_another_version_are_not_priced(cookie):
    tab = await opened(cookie)
    await tab.call("choose_scope", "scene")
    await tab.call("settle", settings_of(version=2, scenes=[{"id": "gone", "knobs": {}}], scene="gone"))
    assert tab.said == []
    assert tab.state.press == "Render 1 frame"


async def test_too_little_dust_says_how_much_is_missing_and_orders_nothing(session, cookie, starts):
    tab = await opened(await cookie_of(session, dust=1))
    assert not tab.state.can_pay
    assert "1 dust are missing" in tab.state.ticket.after
    await tab.call("request_frames")
    assert not tab.state.has_receipt
    assert len(tab.said) == 1
    await tab.call("choose_scope", "scene")
    assert tab.state.can_pay


async def test_another_users_shoot_and_frames_are_not_there(session, cookie, starts):
    other = await new_user(session)
    theirs = await order(session, other, 5)
    tab = await opened(cookie, f"?shoot={theirs.shoot.id}")
    assert tab.state.shoot_id == ""
    assert tab.state.frames == []
    for name in ("vary", "tweak", "reopen", "delete", "retry"):
        await tab.call(name, str(theirs.frames[0].id))
    await tab.call("mark", str(theirs.frames[0].id), "ring")
    await tab.call("open_frame", str(theirs.frames[0].id))
    assert tab.state.opened.id == ""
    assert set(tab.said) == {"There is no such frame."}
    await session.refresh(theirs.frames[0])
    assert theirs.frames[0].mark == "none"


async def test_a_link_to_a_shoot_opens_its_sheet(session, cookie):
    me = await actor_of(session, cookie)
    done = await order(session, me, 5, 6)
    tab = await opened(cookie, f"?shoot={done.shoot.id}")
    assert [(card.number, card.state, card.headline) for card in tab.state.frames] == [
        ("1", "waiting", "Next"),
        ("1A", "waiting", "Waiting, 2nd in line"),
    ]
    assert tab.state.count_line == "2 waiting"
    assert tab.state.is_running


async def test_stop_gives_back_what_is_not_done(session, cookie, starts):
    me = await actor_of(session, cookie)
    done = await order(session, me, 5, 6)
    tab = await opened(cookie, f"?shoot={done.shoot.id}")
    await tab.call("stop")
    assert [card.state for card in tab.state.frames] == ["withheld", "withheld"]
    assert not tab.state.is_running
    assert (await wallet.card(session, me.user_id)).balance == 100
    assert tab.state.receipt.total == "0 dust"


async def test_a_tweak_puts_the_frames_settings_on_the_bench_and_makes_a_child(session, cookie, starts):
    me = await actor_of(session, cookie)
    first = (await order(session, me, 5)).frames[0]
    tab = await opened(cookie, f"?shoot={first.shoot_id}")
    await tab.call("tweak", str(first.id))
    assert (tab.state.put_on["scene"], tab.state.put_on["seed"]) == ("shore", 5)
    assert tab.state.put_on["knobs"] == first.knobs
    await tab.call("settle", settings_of(seed=5, scenes=[{"id": "shore", "knobs": {"hour": 18.5}}], turned=1))
    assert tab.state.ticket.title == "1 from frame 1"
    await tab.call("request_frames")
    query = select(Frame).where(Frame.parent_frame_id == first.id)
    child = (await session.exec(query)).one()
    assert (child.number, child.knobs["hour"], child.seed) == ("1A", 18.5, 5)


async def test_a_tweak_of_one_scene_is_not_the_parent_of_another(session, cookie, starts):
    me = await actor_of(session, cookie)
    first = (await order(session, me, 5)).frames[0]
    tab = await opened(cookie, f"?shoot={first.shoot_id}")
    await tab.call("tweak", str(first.id))
    await tab.call("settle", settings_of(scene="night"))
    assert tab.state.origin_number == ""


async def test_vary_prices_four_seeds_before_anything_is_spent(session, cookie, starts):
    me = await actor_of(session, cookie)
    first = (await order(session, me, 5)).frames[0]
    tab = await opened(cookie, f"?shoot={first.shoot_id}")
    await tab.call("vary", str(first.id))
    assert (tab.state.press, tab.state.ticket.title) == ("Render 4 frames", "4 like frame 1")
    assert (await wallet.card(session, me.user_id)).held == 1
    await tab.call("request_frames")
    children = (await session.exec(select(Frame).where(Frame.parent_frame_id == first.id))).all()
    assert len({child.seed for child in children} - {5}) == 4
    assert all(child.knobs == first.knobs for child in children)


async def test_a_mark_and_a_deletion_show_at_once(session, cookie, starts):
    me = await actor_of(session, cookie)
    done = await order(session, me, 5, 6)
    tab = await opened(cookie, f"?shoot={done.shoot.id}")
    await tab.call("mark", str(done.frames[0].id), "ring")
    assert [card.mark for card in tab.state.frames] == ["ring", "none"]
    await tab.call("open_frame", str(done.frames[0].id))
    assert tab.state.opened.card.number == "1"
    assert ("Later in the day", "17:30") in [(fact.label, fact.value) for fact in tab.state.opened.facts]
    await tab.call("delete", str(done.frames[0].id))
    assert [card.number for card in tab.state.frames] == ["1A"]
    assert tab.state.opened.id == ""
    await tab.call("open_frame", str(done.frames[0].id))
    assert tab.state.opened.id == "", "a frame in the trash is not opened"
    assert (tab.state.trashed.id, tab.state.trashed.number) == (str(done.frames[0].id), "1")
    await tab.call("undo_delete")
    assert [(card.number, card.mark) for card in tab.state.frames] == [("1", "ring"), ("1A", "none")]
    assert tab.state.trashed.id == ""


async def test_a_broken_handler_says_so_and_keeps_the_page(cookie, monkeypatch):
    tab = await opened(cookie)

    def broken():
        raise RuntimeError("no database today")

    monkeypatch.setattr(db, "transaction", broken)
    await tab.call("settle", settings_of(seed=3))
    assert tab.said == ["Something broke on our side. Nothing was charged."]
    assert tab.state.press == "Render 2 frames"


async def test_an_unknown_pack_is_missing(session, cookie, monkeypatch):
    monkeypatch.setattr(ShootState, "slug", "no-such-pack")
    tab = Tab(cookie)
    await tab.call("load")
    assert tab.state.is_ready
    assert tab.state.is_missing


async def test_the_list_of_sheets_shows_the_newest_first_and_only_ones_own(session, cookie):
    me = await actor_of(session, cookie)
    await order(session, await new_user(session), 5)
    first, second = await order(session, me, 5), await order(session, me, 6, 7)
    tab = Tab(cookie, cls=SheetsState)
    await tab.call("load")
    assert [card.id for card in tab.state.shoots] == [str(second.shoot.id), str(first.shoot.id)]
    assert tab.state.shoots[0].line == "2 waiting"
    assert tab.state.shoots[0].href == f"/studio/{PACK}?shoot={second.shoot.id}"
