"""Two patches written for one document: whichever comes first, both are kept, or they clash."""

import copy
import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pexit_app.core.errors import BadInput
from pexit_app.features.builder import guard
from pexit_app.features.builder.patch import Step, difference, is_same, read, record, taken, value_at
from pexit_app.features.builder.rebase import rebase

PACK = {
    "title": "Open water",
    "cast": [{"id": "you"}],
    "scenes": [
        {"id": "a", "title": "A", "knobs": [{"id": "k", "default": 1}, {"id": "l", "default": 2}]},
        {"id": "b", "title": "B", "knobs": []},
        {"id": "c", "title": "C", "knobs": [{"id": "m", "default": 3}]},
    ],
}
FRESH = iter(range(10**9))


def places(node: Any, path: str = "") -> list[str]:
    found = [path]
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, each in items:
        found += places(each, f"{path}/{key}")
    return found


@st.composite
def patches(draw: st.DrawFn, document: Any, most: int = 4) -> list[dict[str, Any]]:
    """Operations that fit, each after the ones before it."""
    made = []
    for _ in range(draw(st.integers(1, most))):
        spots = [each for each in places(document) if each]
        spot = draw(st.sampled_from(spots)) if spots else "/new"
        kind = draw(st.sampled_from(["replace", "add", "remove", "move", "insert", "copy", "new"]))
        value: Any = draw(st.sampled_from([0, True, "x", {"title": "T"}, [1]])) if draw(st.booleans()) else next(FRESH)
        parent, _, last = spot.rpartition("/")
        op = {
            "replace": {"op": "replace", "path": spot, "value": value},
            "add": {"op": "add", "path": spot, "value": value},
            "remove": {"op": "remove", "path": spot},
            "insert": {"op": "add", "path": f"{spot}/0", "value": value},
            "move": {
                "op": "move",
                "from": spot,
                "path": f"{parent}/{draw(st.integers(0, 3)) if last.isdigit() else 'n'}",
            },
            "copy": {"op": "copy", "from": spot, "path": f"{parent}/{'-' if last.isdigit() else 'copied'}"},
            "new": {"op": "add", "path": f"{spot}/extra", "value": value},
        }[kind]
        try:
            _, document = read(document, [op])
        except BadInput:
            continue
        made.append(op)
    return made


def after(document: Any, steps: Any) -> Any:
    for step in steps:
        if step.kind == "drop" and value_at(document, step.path, None) is None:
            continue  # both removed it
        document = taken(document, step)
    return document


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_patch_does_what_rfc_6902_says_and_its_inverse_undoes_it(data: st.DataObject) -> None:
    patch = data.draw(patches(PACK, most=6))
    before = copy.deepcopy(PACK)
    steps, document = read(PACK, patch)
    assert document == jsonpatch.apply_patch(PACK, patch)
    kept = record(PACK, steps)
    assert before == PACK
    assert is_same(kept.document, document)
    stored = [
        json.loads(json.dumps(each)) for each in (kept.patch, kept.inverse)
    ]  # jsonpatch writes into shared values
    assert is_same(jsonpatch.apply_patch(PACK, stored[0]), document)
    assert is_same(jsonpatch.apply_patch(document, stored[1]), PACK)
    assert is_same(after(PACK, difference(PACK, document)), document)


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_both_orders_lead_to_one_document(data: st.DataObject) -> None:
    mine, my_document = read(PACK, data.draw(patches(PACK)))
    theirs, their_document = read(PACK, data.draw(patches(PACK)))
    both = rebase(mine, theirs)
    if not both.clashes:
        assert is_same(after(their_document, both.mine), after(my_document, both.theirs))


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_nobody_overwrites_a_field_the_other_wrote(data: st.DataObject) -> None:
    """Every value that they put is still there after mine, wherever it went."""
    mine, _ = read(PACK, data.draw(patches(PACK)))
    spot = data.draw(st.sampled_from([each for each in places(PACK) if each.endswith(("title", "default", "id"))]))
    theirs, their_document = read(PACK, [{"op": "replace", "path": spot, "value": "THEIRS"}])
    both = rebase(mine, theirs)
    if not both.clashes:
        assert "THEIRS" in str(after(their_document, both.mine))
    else:
        assert all(clash.theirs.value == "THEIRS" for clash in both.clashes)


def change(*ops: dict[str, Any]) -> list[Step]:
    return read(PACK, ops)[0]


def put(path: str, value: Any = "mine") -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def test_a_field_is_followed_while_scenes_come_go_and_move() -> None:
    theirs = change(
        {"op": "add", "path": "/scenes/0", "value": {}},
        {"op": "remove", "path": "/scenes/2"},
        {"op": "move", "from": "/scenes/2", "path": "/scenes/0"},
    )
    [moved] = rebase(change(put("/scenes/2/title")), theirs).mine
    assert moved.path == ("scenes", 0, "title")


@pytest.mark.parametrize(
    ("mine", "theirs", "clashes"),
    [
        (put("/title"), put("/title", "other"), True),
        (put("/title", "same"), put("/title", "same"), False),
        (put("/scenes/0/title"), put("/scenes/0/id", "z"), False),
        (put("/scenes/0/title"), {"op": "remove", "path": "/scenes/0"}, True),
        ({"op": "remove", "path": "/scenes/0"}, put("/scenes/0/title"), True),
        ({"op": "remove", "path": "/scenes/0"}, {"op": "remove", "path": "/scenes/0"}, False),
        ({"op": "remove", "path": "/scenes/0"}, {"op": "add", "path": "/scenes/0/knobs/0", "value": 1}, True),
        (put("/scenes", []), {"op": "add", "path": "/scenes/-", "value": 1}, True),
        ({"op": "add", "path": "/scenes/-", "value": 1}, {"op": "add", "path": "/scenes/-", "value": 1}, False),
        (
            {"op": "move", "from": "/scenes/0", "path": "/scenes/2"},
            {"op": "move", "from": "/scenes/1", "path": "/scenes/0"},
            True,
        ),
        ({"op": "move", "from": "/scenes/0", "path": "/scenes/2"}, {"op": "remove", "path": "/scenes/0"}, True),
        ({"op": "move", "from": "/scenes/0", "path": "/scenes/2"}, put("/scenes/0/title"), False),
        ({"op": "test", "path": "/title", "value": "Open water"}, put("/title"), True),
        ({"op": "add", "path": "/tagline", "value": 1}, {"op": "add", "path": "/tagline", "value": 2}, True),
        ({"op": "add", "path": "/tagline", "value": 1}, {"op": "add", "path": "/tagline", "value": True}, True),
        (put("", {}), put("/title"), True),
    ],
)
def test_what_clashes(mine: dict[str, Any], theirs: dict[str, Any], clashes: bool) -> None:
    assert bool(rebase(change(mine), change(theirs)).clashes) is clashes
    if mine["op"] != "test":
        assert bool(rebase(change(theirs), change(mine)).clashes) is clashes


def test_who_agreed_and_then_changed_their_mind_is_not_silent() -> None:
    theirs = change(put("/title", "one"), put("/title", "two"))
    assert rebase(change(put("/title", "one")), theirs).clashes
    assert rebase(theirs, change(put("/title", "one"))).clashes


@pytest.mark.parametrize(
    ("op", "field"),
    [
        ({"op": "remove", "path": "/nothing"}, "ops[0].path"),
        ({"op": "remove", "path": ""}, "ops[0].path"),
        ({"op": "replace", "path": "/scenes/3", "value": 1}, "ops[0].path"),
        ({"op": "add", "path": "/scenes/4", "value": 1}, "ops[0].path"),
        ({"op": "add", "path": "/scenes/01", "value": 1}, "ops[0].path"),
        ({"op": "add", "path": "/scenes/-1", "value": 1}, "ops[0].path"),
        ({"op": "add", "path": "/scenes/-/title", "value": 1}, "ops[0].path"),
        ({"op": "add", "path": "/title/x", "value": 1}, "ops[0].path"),
        ({"op": "add", "path": "/a~2b", "value": 1}, "ops[0].path"),
        ({"op": "move", "from": "/nothing", "path": "/a"}, "ops[0].from"),
        ({"op": "move", "from": "/scenes", "path": "/scenes/0"}, "ops[0].path"),
        ({"op": "test", "path": "/title", "value": "other"}, "ops[0].path"),
    ],
)
def test_what_does_not_fit_is_named(op: dict[str, Any], field: str) -> None:
    guard.check_patch([op])
    with pytest.raises(BadInput) as refused:
        read(PACK, [op])
    assert refused.value.problems[0].field == field


def test_names_with_slashes_and_tildes() -> None:
    steps, document = read({}, [{"op": "add", "path": "/a~1b~0c", "value": 1}])
    assert document == {"a/b~c": 1}
    assert record({}, steps).patch == [{"op": "add", "path": "/a~1b~0c", "value": 1}]


def test_what_became_no_list_clashes_and_nothing_more() -> None:
    mine, _ = read(PACK, [{"op": "add", "path": "/cast/0", "value": 1}])
    theirs, _ = read(PACK, [put("/cast", {"title": "T"}), put("/cast/title", 2)])
    assert rebase(mine, theirs).clashes
    assert rebase(theirs, mine).clashes


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_limits_of_a_change_on_both_sides() -> None:
    op = put("/title")
    guard.check_patch([op] * guard.MAX_OPS)
    guard.check_patch([put("/title", deep(guard.MAX_DEPTH - 1))])
    guard.check_patch([put("/title", guard.MAX_NUMBER)])
    guard.check_patch([put("/" + "x" * (guard.MAX_POINTER_CHARS - 1))])
    guard.check_patch([put("/title", "x" * (guard.MAX_DOCUMENT_BYTES - 2))])
    for bad in (
        [],
        "ops",
        [op] * (guard.MAX_OPS + 1),
        [{"op": "increment", "path": ""}],
        [{"op": "add", "path": "/a"}],
        [{"op": "move", "path": "/a"}],
        [put("title")],
        [put("/" + "x" * guard.MAX_POINTER_CHARS)],
        [put("/title", deep(guard.MAX_DEPTH))],
        [put("/title", float("nan"))],
        [put("/title", guard.MAX_NUMBER * 2)],
        [put("/title", "a\0b")],
        [put("/title", {"\ud800": 1})],
        [put("/a\0")],
        [put("/title", "x" * (guard.MAX_DOCUMENT_BYTES - 1))],
        [put("/title", "x" * (guard.MAX_DOCUMENT_BYTES // 2)), put("/title", "y" * (guard.MAX_DOCUMENT_BYTES // 2))],
    ):
        with pytest.raises(BadInput):
            guard.check_patch(bad)


def test_copies_of_copies_are_refused_before_they_fill_the_memory() -> None:
    ops = [{"op": "copy", "from": "/a", "path": "/a/-"}] * guard.MAX_OPS
    with pytest.raises(BadInput, match="copies too much"):
        read({"a": ["x"]}, ops)


def test_limits_of_a_document_on_both_sides() -> None:
    room = guard.MAX_DOCUMENT_BYTES - guard.size_of({"a": ""})
    guard.check_document({"a": "x" * room})
    guard.check_document({"a": deep(guard.MAX_DEPTH - 2)})
    for bad in ({"a": "x" * (room + 1)}, {"a": deep(guard.MAX_DEPTH - 1)}, [], None):
        with pytest.raises(BadInput):
            guard.check_document(bad)
