"""Where two states look different: which pictures are worth drawing, whatever the documents are like."""

import copy
from typing import Any

from hypothesis import given, settings

from pexit_app.features.builder.sights import View, knob_sights, sights
from pexit_app.features.packs.definition import PackDefinition
from tests.features.builder.packs_strategy import packs
from tests.features.builder.test_checks import DOCUMENT, changed

OLD = PackDefinition.model_validate(DOCUMENT)


def told(document: dict[str, Any]) -> list[tuple[str, bool, bool]]:
    return [(each.title, each.before is not None, each.after is not None) for each in sights(DOCUMENT, document)]


def turned(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    found = knob_sights(OLD, PackDefinition.model_validate(document))
    return [(each.title, each.turned, dict(each.before.knobs), dict(each.after.knobs)) for each in found]


def test_only_scenes_that_look_different_are_seen() -> None:
    assert told(DOCUMENT) == []
    assert told(changed("title", value="Another")) == []
    assert told(changed("scenes", 0, "prompt", value="{person} elsewhere")) == []
    assert told(changed("scenes", 0, "look", value={"backdrop": "road"})) == [("Shore", True, True)]
    assert told(changed("scenes", 1, "seed", value=9)) == [("Night", True, True)]
    assert told(changed("scenes", 0, "defaults", value={"hour": 20})) == [("Shore", True, True)]


def test_a_scene_may_come_go_or_be_half_typed() -> None:
    more = copy.deepcopy(DOCUMENT)
    more["scenes"].append({**copy.deepcopy(DOCUMENT["scenes"][0]), "id": "dune", "title": "Dune"})
    assert told(more) == [("Dune", False, True)]
    assert told(changed("scenes", 1, gone=True)) == [("Night", True, False)]
    assert told(changed("scenes", 0, "look", value={"backdrop": 7})) == [("Shore", True, True)]
    assert told(changed("scenes", 0, "look", value="dark")) == [("Shore", True, False)]
    assert told({"scenes": "none"}) == [("Shore", True, False), ("Night", True, False)]


def test_another_cover_is_seen_and_comes_first() -> None:
    document = changed("cover", value={**DOCUMENT["cover"], "scene": "night", "seed": 5})
    document["scenes"][1]["seed"] = 9
    [cover, night] = sights(DOCUMENT, document)
    assert (cover.title, cover.after) == ("Cover", View("night", {}, 5))
    assert night.title == "Night"


def test_a_knob_that_reaches_elsewhere_is_seen_at_its_end() -> None:
    further = copy.deepcopy(DOCUMENT)
    further["knobs"][0] |= {"max": 22, "sets": {"hour": [16, 22]}}
    assert turned(further) == [("Shore", "Later in the day: 22:00", {"hour": 21}, {"hour": 22})]
    assert turned(changed("knobs", 0, "label", value="Later")) == []
    other = changed("knobs", 1, "options", 1, "sets", value={"grade": "faded"})
    assert turned(other) == [("Shore", "Film: Silver", {"film": "silver"}, {"film": "silver"})]


@settings(deadline=None, max_examples=20)
@given(packs(), packs())
def test_any_two_packs_can_be_compared(one: PackDefinition, other: PackDefinition) -> None:
    assert sights(one.as_json(), one.as_json()) == []
    assert knob_sights(one, one) == []
    for each in [*sights(one.as_json(), other.as_json()), *knob_sights(one, other)]:
        assert each.before or each.after
