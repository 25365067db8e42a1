"""What is said to a live handler: refused unless somebody declared who may call it, and it fits."""

from typing import Any, Literal

import pytest
import reflex as rx
from reflex.state import StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

import pexit_app.pexit_app  # noqa: F401  (registers every state)
from pexit_app.core.policy import OPEN, allow
from pexit_app.web import payloads
from pexit_app.web.payloads import EventGuard, Form, Id, Value, Word, shape

GUARD = EventGuard("pexit_app")
STATE = "reflex___state____state"
APP = f"{STATE}.pexit_app___features___identity___state____app_state"
STUDIO = f"{APP}.pexit_app___features___shoots___state____shoot_state"
SHEETS = f"{APP}.pexit_app___features___shoots___sheets_state____sheets_state"


async def is_let_in(name: str, **payload: Any) -> bool:
    return await GUARD.preprocess(None, None, Event(name=name, payload=payload)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        (f"{STUDIO}.mark", {"frame_id": "x", "mark": "ring"}, True),
        (f"{STUDIO}.mark", {"frame_id": "x", "mark": "crown"}, False),
        (f"{STUDIO}.mark", {"frame_id": 5, "mark": "ring"}, False),
        (f"{STUDIO}.mark", {"frame_id": ["x"], "mark": "ring"}, False),
        (f"{STUDIO}.mark", {"frame_id": "x" * 41, "mark": "ring"}, False),
        (f"{STUDIO}.mark", {"frame_id": "x\0", "mark": "ring"}, False),
        (f"{STUDIO}.mark", {"frame_id": "\ud800", "mark": "ring"}, False),
        (f"{STUDIO}.mark", {"frame_id": "x"}, False),
        (f"{STUDIO}.mark", {"frame_id": "x", "mark": "ring", "session": 1}, False),
        (f"{STUDIO}.stop", {}, True),
        (f"{STUDIO}.stop", {"self": {}}, False),
        (f"{STUDIO}.settle", {"values": "x" * 20_000}, True),
        (f"{STUDIO}.settle", {"values": "x" * 20_001}, False),
        (f"{SHEETS}.rename", {"form": {"title": "a"}}, True),
        (f"{SHEETS}.rename", {"form": {"title": {"a": 1}}}, False),
        (f"{SHEETS}.rename", {"form": {"title": "a" * 5001}}, False),
        (f"{SHEETS}.rename", {"form": {str(n): "" for n in range(41)}}, False),
        (f"{SHEETS}.rename", {"form": [["title", "a"]]}, False),
        (f"{SHEETS}.rename", {"form": {"__reflex_form_data__": [["title", "a"], ["adult", True]]}}, True),
        (f"{SHEETS}.rename", {"form": {"__reflex_form_data__": [["title"]]}}, False),
        (f"{SHEETS}.rename", {"form": {"__reflex_form_data__": [["title", ["a"]]]}}, False),
        (f"{SHEETS}.rename", {"form": {"__reflex_form_data__": [[str(n), ""] for n in range(41)]}}, False),
        (f"{STATE}.hydrate_and_load", {"hashes": ["x"]}, True),
        (f"{STATE}.hydrate_and_load", {"hashes": ["x"] * 201}, False),
        (f"{STATE}.hydrate_and_load", {"vars": {f"{STUDIO}.shoot_id": "x"}}, False),
        (f"{STATE}.set_is_hydrated", {"value": True}, False),
    ],
)
async def test_only_what_fits_is_let_in(name: str, payload: dict[str, Any], expected: bool) -> None:
    assert await is_let_in(name, **payload) is expected


async def test_every_other_method_there_is_stays_closed() -> None:
    """Above all `setvar`, which every state inherits and which would set what the page was never asked about."""
    known = RegistrationContext.get().event_handlers
    ours = set(payloads.handlers("pexit_app"))
    assert {name for name in known if name.endswith(".setvar")}
    refused = {name for name in known if GUARD.shape_of(name) is None}
    assert refused == set(known) - ours - payloads.FRAMEWORK.keys()
    assert not [name for name in refused if await is_let_in(name)]
    assert payloads.FRAMEWORK.keys() <= set(known)


@pytest.mark.parametrize(
    ("hint", "is_bounded"),
    [
        (str, False),
        (list[str], False),
        (dict[str, Any], False),
        (Any, False),
        (Id | None, True),
        (str | None, False),
        (Literal["a"], True),
        (bool, True),
        (Word, True),
        (Value, True),
        (Form, True),
    ],
)
def test_an_argument_that_can_be_anything_stops_the_app(hint: Any, is_bounded: bool) -> None:
    async def handler(self: object, given: Any) -> None:
        """Of a page."""

    handler.__annotations__ = {"given": hint}
    if is_bounded:
        shape(handler)
    else:
        with pytest.raises(TypeError, match="bound given"):
            shape(handler)


def test_a_handler_without_a_policy_stops_the_app() -> None:
    with RegistrationContext():

        class Forgetful(rx.State):
            def leak(self) -> None:
                """No decorator: callable all the same."""

        with pytest.raises(TypeError, match="leak says not who may call it"):
            payloads.check_handlers("tests")
        Forgetful.event_handlers["leak"].fn.__dict__.update(allow(OPEN)(lambda: None).__dict__)
        payloads.check_handlers("tests")


async def test_a_refusal_is_no_error_for_the_page() -> None:
    answer = await GUARD.preprocess(None, None, Event(name=f"{STUDIO}.setvar", payload={}))  # type: ignore[arg-type]
    assert answer == StateUpdate()
