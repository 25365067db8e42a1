"""Every handler that a live page can call, as everybody who may come. Anybody may call any of them, at any address, with
anything: the cells are made from what Reflex itself has registered."""

import typing
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from reflex.state import BaseState
from reflex_base.registry import RegistrationContext
from reflex_base.utils import format

import pexit_app.pexit_app  # noqa: F401  (registers every state)
from pexit_app.core import deps, policy, workflows
from pexit_app.core.security import sha256
from pexit_app.features.builder.drafts_state import BuilderState
from pexit_app.features.identity.state import BROKEN, AppState
from pexit_app.features.people import workflows as people_work
from pexit_app.web import payloads, rates
from pexit_app.web.payloads import EventGuard
from pexit_app.web.sockets import CALLER
from tests.attack.world import World, end_all_sessions, open_house, open_shop, rows_but_of, settle_in, undone
from tests.features.shoots.support import PACK
from tests.features.shoots.test_studio_state import settings_of

PACKAGE = "pexit_app"
FORM = {
    "name": "New",
    "notes": "",
    "title": "Other",
    "q": "",
    "kind": "person",
    "adult": "on",
    "basis": "own",
    "use-frames": "on",
}
# What an argument is, by its name: words as they are, `{name}` of whoever it is about.
MEANT = {
    "message_id": "",
    "what": "{photo}",
    "other_id": "{other_frame}",
    "face_id": "{likeness}",
    "slug": PACK,
    "role": "you",
    "scene": "shore",
    "knob": "film",
    "word": "all",
    "which": "all",
    "count": "2",
    "value": '"warm"',
    "values": settings_of(),
    "form": FORM,
}
# Where the usual one would not do, and what has to be pressed before.
INSTEAD = {
    "PersonState.stop_training": {"likeness_id": "{open_training}"},
    "ShootState.retry": {"frame_id": "{failed_frame}"},
    "TrashState.restore": {"frame_id": "{trashed_frame}"},
    "TrashState.delete": {"frame_id": "{trashed_frame}"},
    "RecipesState.choose_pack": {"slug": PACK},
}
BEFORE: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "PersonState.take_question_back": [("ask_by_link", {"form": FORM})],
    "ShootState.save_recipe": [("ask_save", {"frame_id": "{frame}"})],
    "ShootState.undo_delete": [("delete", {"frame_id": "{other_frame}"})],
    "ShootState.compare_with": [("compare", {"frame_id": "{frame}"})],
    "ShootState.request_frames": [("settle", {"values": settings_of()})],
    "ShootState.appeal": [
        ("settle", {"values": settings_of(scenes=[{"id": "shore", "knobs": {"weather": "beheaded"}}])})
    ],
    "ShootState.choose_axis": [("settle", {"values": settings_of()}), ("choose_scope", {"scope": "strip"})],
    "ShootState.turn_value": [("settle", {"values": settings_of()}), ("strip_of", {"knob": "film"})],
    "ShootState.retry_grid": [("open_grid", {"grid_id": "{grid}"})],
    "RecipesState.change": [("edit", {"recipe_id": "{recipe}"})],
    "RecipesState.choose_pack": [("open_apply", {"recipe_id": "{recipe}"})],
    "RecipesState.choose_scene": [("open_apply", {"recipe_id": "{recipe}"})],
    "RecipesState.choose_person": [("open_apply", {"recipe_id": "{recipe}"})],
    "SheetsState.rename": [("ask_rename", {"shoot_id": "{shoot}"})],
    "SheetsState.undo_delete": [("delete", {"shoot_id": "{shoot}"})],
}
PATHS = {
    "PersonState": "/people/{person}",
    "DraftState": "/builder/{draft}",
    "PackState": f"/p/{PACK}",
    "ShootState": f"/studio/{PACK}?shoot={{shoot}}&grid={{grid}}&cast={{likeness}}",
}
# Nothing there to say: what these would change is not there in this world.
IDLE = {"PersonState.train", "PersonState.train_here"}


@dataclass(frozen=True)
class Cell:
    state: type[BaseState]
    handler: str
    fn: Any

    @property
    def name(self) -> str:
        return f"{self.state.__name__}.{self.handler}"

    @property
    def policy(self) -> policy.Policy:
        return policy.of(self.fn)

    @property
    def chosen(self) -> set[str]:
        """Arguments that cannot be any text."""
        hints = typing.get_type_hints(self.fn)
        return {name for name, hint in hints.items() if hint is bool or typing.get_origin(hint) is Literal}

    def payload(self, about: World) -> dict[str, Any]:
        hints = {name: hint for name, hint in typing.get_type_hints(self.fn).items() if name != "return"}
        return {name: _filled(self._meant(name, hint), about) for name, hint in hints.items()}

    def _meant(self, name: str, hint: Any) -> Any:
        if name in INSTEAD.get(self.name, {}):
            return INSTEAD[self.name][name]
        if typing.get_origin(hint) is Literal:
            return typing.get_args(hint)[-1]
        if hint is bool:
            return True
        return MEANT.get(name, f"{{{name.removesuffix('_id')}}}")


def _filled(given: Any, world: World) -> Any:
    if isinstance(given, dict):
        return {name: _filled(each, world) for name, each in given.items()}
    return given.format(**world.ids) if isinstance(given, str) and not given.startswith('{"') else given


def cells() -> Iterator[Cell]:
    for name in payloads.handlers(PACKAGE):
        found = RegistrationContext.get().event_handlers[name]
        yield Cell(found.states[0], name.rpartition(".")[2], found.handler.fn)


class Tab:
    """A tab with `cookie` at the page of `state` that is about `world`."""

    def __init__(self, state: type[BaseState], cookie: str, about: World) -> None:
        path = PATHS.get(state.__name__, "/people").format(**about.ids)
        root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
        headers = {"cookie": cookie, "origin": "http://here", CALLER: sha256(cookie)}
        root.router = RouterData.from_router_data({"headers": headers, "pathname": path, "asPath": path})
        self.state: Any = root.get_substate(state.get_full_name().split("."))
        self.root = root

    async def call(self, handler: str, payload: dict[str, Any]) -> None:
        found = type(self.state).event_handlers[handler]
        EventGuard(PACKAGE).shape_of(f"{type(self.state).get_full_name()}.{handler}").model_validate(payload)  # type: ignore[union-attr]
        await found.fn(Locked(self.state) if found.is_background else self.state, **payload)

    @property
    def said(self) -> list[str]:
        return [each.text for each in self.state.messages]

    @property
    def shown(self) -> str:
        """All that the browser would be told."""
        return format.json_dumps(self.root.dict())


class Locked:
    """What a background handler gets: the state, to be opened with `async with`."""

    def __init__(self, state: BaseState) -> None:
        object.__setattr__(self, "_behind", state)

    async def __aenter__(self) -> "Locked":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._behind, name, value)


@dataclass
class Place:
    connection: Any
    ann: World
    bo: World
    wrong: list[str] = field(default_factory=list)

    async def press(self, cell: Cell, about: World, cookie: str, stranger: World | None = None) -> Tab:
        """Opens the page, presses what comes before, and the handler itself; undoes it. `stranger`: whose things may
        have changed, and nobody else's."""
        before = await rows_but_of(self.connection, stranger) if stranger else set()
        async with undone(self.connection):
            tab = Tab(cell.state, cookie, about)
            if cell.handler != "load" and "load" in cell.state.event_handlers:
                await tab.call("load", {})
            for handler, payload in BEFORE.get(cell.name, []):
                await tab.call(handler, _filled(payload, about))
            tab.state.messages = []
            await tab.call(cell.handler, cell.payload(about))
            shown = tab.shown
            if stranger and (gone := before - await rows_but_of(self.connection, stranger)):
                self.wrong.append(f"{cell.name} changed {sorted(gone)[:2]}")
        if stranger:
            sent = f"{cell.payload(about)} {BEFORE.get(cell.name, [])} {PATHS.get(cell.state.__name__)}"
            named = {each for name, each in about.ids.items() if each in sent or f"{{{name}}}" in sent}
            if leaks := [each for each in about.secrets(named) if each in shown]:
                self.wrong.append(f"{cell.name} told {leaks}")
        return tab


@pytest.fixture
async def place(session, connection, monkeypatch) -> AsyncIterator[Place]:
    async def nothing(*_: object) -> None:
        """No work is started."""

    monkeypatch.setattr(workflows, "start", nothing)
    monkeypatch.setattr(people_work, "start_training", nothing)
    open_house()
    await open_shop(session)
    ann, bo = await settle_in(session, "ann"), await settle_in(session, "bo")
    yield Place(connection, ann, bo)
    deps.use(None)


@pytest.fixture
def at(monkeypatch):
    """`at(world)`: the addresses name that one's things."""

    def go(world: World) -> None:
        for name, value in (("slug", PACK), ("person_id", world.ids["person"]), ("draft_id", world.ids["draft"])):
            monkeypatch.setattr(AppState, name, value, raising=False)

    return go


async def test_the_owner_can_press_everything(place, at):
    at(place.ann)
    for cell in cells():
        tab = await place.press(cell, place.ann, place.ann.cookie)
        bad = [each.text for each in tab.state.messages if each.kind == "bad"]
        if (bad and cell.name not in IDLE) or tab.state.leave_to or BROKEN in bad:
            place.wrong.append(f"{cell.name}: {bad} {tab.state.leave_to}")
        if place.ann.cookie.partition("=")[2] in tab.shown:
            place.wrong.append(f"{cell.name} told the browser its own secret")
    assert place.wrong == [], "\n".join(place.wrong)


@pytest.mark.parametrize("who", ["nobody", "ended"])
async def test_without_a_session_every_page_leads_to_sign_in(place, at, session, who):
    at(place.ann)
    cookie = {"nobody": "", "ended": place.ann.cookie}[who]
    if who == "ended":
        await end_all_sessions(session, place.ann)
    for cell in cells():
        tab = await place.press(cell, place.ann, cookie, stranger=place.bo)
        is_sent_away = tab.state.leave_to.startswith("/login?next=")
        if cell.policy.who != "anybody" and not is_sent_away:
            place.wrong.append(f"{cell.name} let {who} in")
    assert place.wrong == [], "\n".join(place.wrong)


async def test_another_user_reaches_nothing_of_hers(place, at):
    at(place.ann)
    for cell in cells():
        tab = await place.press(cell, place.ann, place.bo.cookie, stranger=place.bo)
        if BROKEN in tab.said or tab.state.leave_to:
            place.wrong.append(f"{cell.name}: {tab.said} {tab.state.leave_to}")
    assert place.wrong == [], "\n".join(place.wrong)


async def test_nothing_breaks_whatever_is_pressed(place, at):
    """On a page that was never opened, in any order, with words that mean nothing."""
    at(place.bo)
    for cell in cells():
        kept = {name: each for name, each in cell.payload(place.bo).items() if name in cell.chosen}
        for junk in ("", "nope", "9" * 40):
            payload = {name: {"name": junk} if name == "form" else junk for name in cell.payload(place.bo)} | kept
            async with undone(place.connection):
                tab = Tab(cell.state, place.bo.cookie, place.bo)
                await tab.call(cell.handler, payload)
            if BROKEN in tab.said:
                place.wrong.append(f"{cell.name} broke at {junk!r}")
    assert place.wrong == [], "\n".join(place.wrong)


async def test_a_session_presses_so_often_and_is_told(place, monkeypatch):
    monkeypatch.setitem(rates.PER_MINUTE, ("event", ""), 3)
    tab, other = (Tab(AppState, each.cookie, each) for each in (place.ann, place.bo))
    for _ in range(5):
        await tab.call("close_message", {"message_id": ""})
    assert [text.partition(" Wait")[0] for text in tab.said] == ["That was more than 3 presses in a minute."]
    await other.call("greet", {})
    assert other.said == []


async def test_pages_and_programs_spend_from_one_limit(place, at, monkeypatch):
    at(place.ann)
    monkeypatch.setitem(rates.PER_MINUTE, ("spend", "starter"), 2)
    await rates.hit("spend", str(place.ann.actor.user_id), "starter")  # over REST
    tab = Tab(BuilderState, place.ann.cookie, place.ann)
    async with undone(place.connection):
        for _ in range(2):
            await tab.call("start_blank", {})
    assert [text.partition(" Wait")[0] for text in tab.said] == ["That was more than 2 requests in a minute."]
