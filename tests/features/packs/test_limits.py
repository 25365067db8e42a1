"""How much a pack may hold, on both sides of every limit; and that the builder's page has the same limits."""

import re
from typing import Any

import pytest

from pexit_app.core.errors import BadInput
from pexit_app.core.settings import ROOT
from pexit_app.features.builder import blank, bundle, guard
from pexit_app.features.builder.bundle import Bundle
from pexit_app.features.builder.yaml_text import yaml_text
from pexit_app.features.packs import definition, rules
from pexit_app.features.packs.compose import checked, compose, extremes
from pexit_app.features.packs.definition import MAX_KNOBS, MAX_SCENES, PackDefinition, TextKnob
from pexit_app.features.packs.document import parse
from tests.features.packs.samples import large


def told(document: dict[str, Any]) -> list[str]:
    try:
        parse(yaml_text(document))
    except BadInput as error:
        return [each.field for each in error.problems]
    return []


def test_forty_scenes_and_sixty_knobs_and_not_one_more() -> None:
    assert (MAX_SCENES, MAX_KNOBS) == (40, 60)
    full = large(MAX_SCENES, MAX_KNOBS)
    assert told(full) == []
    guard.check_document(full)
    assert bundle.read(bundle.write(Bundle(full))).document == full
    assert told(large(MAX_SCENES + 1, MAX_KNOBS)) == ["scenes"]
    assert told(large(1, MAX_KNOBS + 1)) == ["knobs"]


def test_a_scene_offers_sixty_knobs_those_of_the_pack_included() -> None:
    typed = large(1, MAX_KNOBS)
    typed["scenes"][0]["knobs"] = [typed["knobs"].pop()]
    assert rules.check(PackDefinition.model_validate(typed)) == []
    more = blank.knobs()[-1] | {"id": "more", "visible_if": {"set": ["v7"]}}
    typed["scenes"][0]["knobs"].append(more)
    typed["scenes"][0]["prompt"] += ", {more}"
    [problem] = rules.check(PackDefinition.model_validate(typed))
    assert problem.path == ("scenes", 0, "knobs")
    assert (problem.value, problem.limit) == (MAX_KNOBS + 1, MAX_KNOBS)


def test_the_page_has_the_limits_of_the_format() -> None:
    source = (ROOT / "pexit_app/features/builder/workbench_limits.js").read_text()
    page = {
        name: int(value.replace("_", "")) for name, value in re.findall(r"export const (MOST_\w+) = ([\d_]+);", source)
    }
    assert page == {
        "MOST_SCENES": definition.MAX_SCENES,
        "MOST_KNOBS": definition.MAX_KNOBS,
        "MOST_SAMPLES": definition.MAX_SAMPLES,
        "MOST_OPTIONS": definition.MAX_OPTIONS,
        "MOST_BANDS": definition.MAX_BANDS,
        "MOST_SEES": definition.MAX_SEES,
        "MOST_KEYWORDS": definition.MAX_KEYWORDS,
        "MOST_LETTERS": definition.MAX_TEXT_CHARS,
        "MOST_WORDS": definition.MAX_TEXT_WORDS,
    }


def text_knob(**fields: Any) -> TextKnob:
    sees = [{"any": ["rain", "storm", "hail"], "sets": {"clouds": 1}}]
    plain = {"id": "weather", "type": "text", "label": "Weather", "words": "{text}", "sees": sees}
    return TextKnob.model_validate(plain | fields)


@pytest.mark.parametrize(
    ("typed", "is_taken"),
    [
        ("rain and hail", True),
        ("rain, hail and snow", False),
        ("Fog", False),
        ("a fog", False),
        ("foggy", True),
        ("", True),
    ],
)
def test_a_text_takes_so_many_words_and_refuses_some(typed: str, is_taken: bool) -> None:
    knob = text_knob(max_words=3, refuses=["FOG"])
    if is_taken:
        assert checked(knob, typed) == typed
        return
    with pytest.raises(BadInput) as refused:
        checked(knob, typed)
    assert refused.value.problems[0].field == "knobs.weather"


def test_what_a_text_is_tried_with_is_what_it_takes() -> None:
    knob = text_knob(max_words=2)
    assert extremes(knob) == ["", "rain storm"]
    assert [checked(knob, each) for each in extremes(knob)] == ["", "rain storm"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"refuses": ["Rain"]}, ("sees", 0, "any", 0)),
        ({"max_words": 1, "sees": [{"any": ["half-light"], "sets": {"clouds": 1}}]}, ("sees", 0, "any", 0)),
        ({"max_words": 1, "default": "rain storm"}, ("default",)),
        ({"refuses": ["snow"], "default": "Snow"}, ("default",)),
    ],
)
def test_a_text_does_not_break_its_own_rules(fields: dict[str, Any], path: tuple[Any, ...]) -> None:
    pack = large(1, 5)
    pack["knobs"].append(text_knob().model_dump(exclude_none=True) | fields)
    pack["scenes"][0]["prompt"] += ", {weather}"
    found = {each.path for each in rules.check(PackDefinition.model_validate(pack))}
    assert found == {("knobs", 5, *path)}


def test_a_reference_is_no_picture_of_the_shop() -> None:
    pack = large(2, 5)
    pack["scenes"][0]["reference"] = "ref-1"
    assert rules.check(PackDefinition.model_validate(pack)) == []
    pack["scenes"][0]["reference"] = "scene-1"
    [problem] = rules.check(PackDefinition.model_validate(pack))
    assert problem.path == ("scenes", 0, "reference")


def test_what_a_pack_does_not_say_leaves_its_hash_alone() -> None:
    plain = PackDefinition.model_validate(large(1, 5))
    said = {"seed_policy", "reference", "max_words", "refuses"}
    assert not said & set(plain.as_json()["scenes"][0])
    assert compose(plain, "scene-0", {}).seed == 0
