"""Checks while typing: the field by its path, the remedy in words, errors and warnings apart, whatever was typed."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.features.builder import shape
from pexit_app.features.builder.checks import problems
from pexit_app.features.packs import rules
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.yaml_source import read
from pexit_app.providers.darkroom import parameters
from pexit_app.providers.darkroom.persona import STANDINS
from tests.features.builder.packs_strategy import documents
from tests.features.packs.samples import GOOD

DOCUMENT = read(GOOD).value | {"description": "A place by the sea and a roof above it, both after dark."}


def changed(*path: str | int, value: Any = None, gone: bool = False) -> dict[str, Any]:
    made: Any = copy.deepcopy(DOCUMENT)
    inner = made
    for part in path[:-1]:
        inner = inner[part]
    if gone:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return made


def told(document: Any, pointer: str) -> list[str]:
    found = problems(document, check_look=parameters.parse, stand_ins=STANDINS)
    return [each.message for each in found if each.pointer == pointer]


def test_a_pack_in_order_has_none() -> None:
    assert problems(DOCUMENT, check_look=parameters.parse, stand_ins=STANDINS) == []


CASES: list[tuple[tuple[str | int, ...], Any, str, str]] = [
    (("title",), "x" * 46, "/title", "46 characters; 40 fit. Take out 6"),
    (("slug",), "Open Water", "/slug", "small letters, digits and single hyphens"),
    (("code",), "Op", "/code", "three capital letters"),
    (("category",), "sea", "/category", "Choose one of outdoors"),
    (("price_dust",), -1, "/price_dust", "at least 0"),
    (("price_dust",), "free", "/price_dust", "must be a whole number"),
    (("tagline",), "   ", "/tagline", "nothing but spaces"),
    (("scenes",), [], "/scenes", "no scene yet"),
    (("scenes", 0, "prompt"), "{person} {hours}", "/scenes/0/prompt", "did you mean {hour}"),
    (("scenes", 0, "prompt"), "{person} {hour", "/scenes/0/prompt", "Type { to insert"),
    (("scenes", 0, "prompt"), "a beach {hour} {film} {haze} {tint} {weather} {light}", "/scenes/0/prompt", "{person}"),
    (("scenes", 0, "look"), {"backdrop": "moon"}, "/scenes/0/look/backdrop", "one of studio"),
    (("scenes", 0, "stand_ins"), ["bob"], "/scenes/0/stand_ins/0", "no stand-in bob"),
    (("scenes", 1, "title"), "shore ", "/scenes/1/title", "earlier scene has this title"),
    (("knobs", 0, "min"), "four", "/knobs/0/min", "must be a number"),
    (("knobs", 0, "min"), 22, "/knobs/0/max", "must be more than min"),
    (("knobs", 0, "default"), 99, "/knobs/0/default", "must be within"),
    (("knobs", 0, "sets"), {"hour": [16, 99]}, "/knobs/0/sets/hour/1", "from 5 to 22"),
    (("knobs", 0, "words", 0, "say"), "", "/knobs/0/words/0/say", "adds no words"),
    (("knobs", 1, "options", 0, "words"), " ", "/knobs/1/options/0/words", "adds no words"),
    (("knobs", 1, "options", 0, "label"), "W" * 40, "/knobs/1/options/0/label", "cut off"),
    (("knobs", 1, "type"), "dial", "/knobs/1/type", "Choose one of slider"),
    (("knobs", 3, "label"), "Weather", "/knobs/4/label", "earlier knob has this label"),
    (("knobs", 2, "label"), "WMWMWMWMWMWMWMWMWMWMWMWMWMWMWM", "/knobs/2/label", "cut off"),
    (("title",), "Donaudampfschifffahrtsgesellschaft", "/title", "wider than a phone"),
    (("price_dust",), 40, "/price_dust", "A frame costs 41 dust"),
    (("unlock_dust",), 10_001, "/unlock_dust", "at most"),
    (("unlock_dust",), 25, "/unlock_dust", "The first frame costs 26 dust"),
    (("description",), "Short.", "/description", "a little more"),
    (("tagline",), "n.u.d.e at dawn", "/tagline", "(nude) is not rendered"),
    (("made_up",), 1, "/made_up", "no such field"),
]


@pytest.mark.parametrize(("path", "value", "pointer", "words"), CASES)
def test_the_field_is_named_and_the_remedy_said(path: Any, value: Any, pointer: str, words: str) -> None:
    found = told(changed(*path, value=value), pointer)
    assert any(words in each for each in found), found


def test_what_somebody_new_can_pay_is_no_problem() -> None:
    assert told(changed("unlock_dust", value=24), "/unlock_dust") == []


@pytest.mark.parametrize("name", ["title", "cover", "samples", "scenes", "cast", "aspect"])
def test_what_is_missing_is_said_once_and_the_rest_is_still_judged(name: str) -> None:
    broken = changed(name, gone=True)
    assert len(told(broken, f"/{name}")) == 1
    if name in ("title", "cover", "samples"):
        broken["knobs"][0]["max"] = 3
        assert told(broken, "/knobs/0/max") == ["This must be more than min, 16."]


def test_a_half_made_knob_does_not_hide_an_unknown_one_in_a_template() -> None:
    broken = changed("knobs", 0, "min", gone=True)
    broken["scenes"][0]["prompt"] = broken["scenes"][0]["prompt"].replace("{film}", "{flim}")
    found = told(broken, "/scenes/0/prompt")
    assert found == [
        "There is no knob {flim}: did you mean {film}.",
        "The knob film is never named; say where {film} goes.",
    ]


def test_errors_come_first_and_warnings_stop_nothing() -> None:
    broken = changed("price_dust", value=40)
    broken["code"] = "?"
    assert [(each.pointer, each.severity) for each in problems(broken)] == [
        ("/code", "error"),
        ("/price_dust", "warning"),
    ]


def test_the_place_is_said_in_words() -> None:
    broken = changed("scenes", 1, "knobs", 0, "options", 1, "label", value="")
    [problem] = problems(broken)
    assert problem.place == "Scene Night, knob How close, option 2, label"
    assert problem.field == "scenes[1].knobs[0].options[1].label"


def test_every_pattern_of_the_format_has_a_sentence() -> None:
    def patterns(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["pattern"]} if isinstance(value.get("pattern"), str) else set()
            return own.union(*(patterns(each) for each in value.values()))
        return set().union(*(patterns(each) for each in value)) if isinstance(value, list) else set()

    assert patterns(PackDefinition.model_json_schema()) == set(shape._PATTERNS)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_nothing_that_can_be_typed_breaks_the_checks(data: st.DataObject) -> None:
    broken = copy.deepcopy(DOCUMENT)
    inner: Any = broken
    for _ in range(data.draw(st.integers(0, 5))):
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner))) if isinstance(inner, list) else []
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()):
            inner[key] = data.draw(_json)
            break
        inner = inner[key]
    for each in problems(broken, check_look=parameters.parse, stand_ins=STANDINS):
        assert each.message.endswith(".")
        assert each.message[0].isupper() or not each.message[0].isalpha()
        assert "\n" not in each.place


@given(documents())
def test_generated_packs_are_in_order(document: dict[str, Any]) -> None:
    assert rules.check(PackDefinition.model_validate(document)) == []


def test_words_that_are_not_rendered_are_told_where_they_stand() -> None:
    said = told(changed("scenes", 0, "prompt", value="{person} n.u-d.e"), "/scenes/0/prompt")
    assert any(each.startswith("“n.u-d.e” (nude) is not rendered.") for each in said)
    assert "real people" in told(changed("slug", value="nude-beach"), "/slug")[0]
    assert told(changed("scenes", 0, "negative", value="text, clothes"), "/scenes/0/negative") != []
    assert told(changed("scenes", 0, "negative", value="text, nude"), "/scenes/0/negative") == []


def test_words_of_one_scene_and_of_the_pack_go_together() -> None:
    document = changed("scenes", 0, "title", value="Schoolgirl")
    document["scenes"][1]["title"] = "Seductive"  # another scene is another picture
    assert not [each for each in problems(document) if "do not go together" in each.message]
    document["knobs"][0]["hint"] = "Seductive"
    [refused] = [each for each in problems(document) if "do not go together" in each.message]
    assert (refused.pointer, refused.value) == ("/knobs/0/hint", "Seductive")
