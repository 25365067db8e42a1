"""pack.yaml: every mistake is found, named by field and line, all in one go."""

import pytest

from pexit_app.core.errors import BadInput
from pexit_app.features.packs.document import parse
from tests.features.packs.samples import GOOD


def problems(text: str) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        parse(text)
    found: dict[str, str] = {}
    for each in caught.value.problems:
        found[each.field] = f"{found[each.field]} {each.message}" if each.field in found else each.message
    return found


def broken(old: str, new: str) -> dict[str, str]:
    assert old in GOOD
    return problems(GOOD.replace(old, new, 1))


def line_of(text: str) -> int:
    return GOOD[: GOOD.index(text)].count("\n") + 1


def test_the_sample_is_in_order() -> None:
    pack = parse(GOOD)
    assert [scene.id for scene in pack.scenes] == ["shore", "night"]
    assert parse(GOOD.encode()) == pack


def test_a_definition_survives_the_database() -> None:
    pack = parse(GOOD)
    assert type(pack).model_validate(pack.as_json()) == pack


@pytest.mark.parametrize("field", ["price_dust", "unlock_dust"])
def test_a_price_goes_from_nothing_to_ten_thousand(field: str) -> None:
    for dust in (0, 10_000):
        pack = parse(f"{GOOD}{field}: {dust}\n")
        assert getattr(pack, field) == dust
        assert type(pack).model_validate(pack.as_json()) == pack
    for wrong in (-1, 10_001, 1.5, "true"):
        assert list(problems(f"{GOOD}{field}: {wrong}\n")) == [field]


def test_what_is_not_said_of_a_price_keeps_the_contents_hash() -> None:
    assert "unlock_dust" not in parse(GOOD).as_json()
    assert parse(f"{GOOD}unlock_dust: 0\n").as_json() == parse(GOOD).as_json()


def test_all_mistakes_are_told_at_once() -> None:
    text = GOOD.replace("code: TST", "code: test").replace("seed: 8", "seed: -1").replace("max: 21", "max: later", 1)
    found = problems(text + "colour: red\n")
    assert set(found) == {"code", "scenes[1].seed", "knobs.hour.max", "colour"}
    assert found["knobs.hour.max"].startswith(f"line {line_of('max: 21')}: must be a number")


def test_a_missing_field_is_named_with_the_line_above_it() -> None:
    found = broken("    title: Night\n", "")
    assert found == {"scenes[1].title": f"line {line_of('- id: night')}: is missing."}


def test_a_repeated_field_and_a_wrong_one_come_together() -> None:
    assert set(broken("title: Test pack", "title: One\ntitle: Two\nink: green")) == {"title", "ink"}


def test_a_knob_is_named_by_its_id_and_a_value_by_what_it_may_be() -> None:
    found = broken("says: clock", "says: 5")
    assert list(found) == ["knobs.hour.says"]
    assert "'number', 'percent' or 'clock'" in found["knobs.hour.says"]
    assert "or must be a list" in found["knobs.hour.says"]
    assert "options" in next(iter(broken("        type: picture\n", "        type: choice\n")))


@pytest.mark.parametrize("text", ["", "[]", "7", "just words"])
def test_a_pack_has_fields(text: str) -> None:
    assert list(problems(text)) == ["file"]


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("  - id: night", "  - id: shore", "scenes[1].id", "earlier scene"),
        ("  - id: film", "  - id: hour", "knobs.hour.id", "earlier knob"),
        ("      - id: near", "      - id: film", "scenes[1].knobs.film.id", "earlier knob"),
        ("  - id: film", "  - id: person", "knobs.person.id", "meaning of its own"),
        ("    max: 21", "    max: 16", "knobs.hour.max", "more than min"),
        ("step: 0.25", "step: 0.3", "knobs.hour.step", "evenly"),
        ("default: 17.5", "default: 22", "knobs.hour.default", "within 16 to 21"),
        ("default: 17.5", "default: 17.6", "knobs.hour.default", "steps of 0.25"),
        ("{to: 21, say: night}", "{to: 17, say: night}", "knobs.hour.words[1].to", "more than the band before"),
        ("{to: 21, say: night}", "{to: 20, say: night}", "knobs.hour.words[1].to", "end at max"),
        ("{to: 18, say", "{to: 15, say", "knobs.hour.words[0].to", "before min"),
        ("hour: [16, 21]", "hour: [16, 16]", "knobs.hour.sets.hour", "does nothing"),
        ("says: clock", "says: [Late]", "knobs.hour.says", "two labels"),
        ("default: warm", "default: cold", "knobs.film.default", "one of warm, silver"),
        ("value: silver", "value: warm", "knobs.film.options[1].value", "twice"),
        ("the haze {colour}", "the haze", "knobs.tint.words", "{colour}"),
        ("the haze {colour}", "at {hour} {colour}", "knobs.tint.words", "{hour} is unknown"),
        ("the weather {text}", "the weather", "knobs.weather.words", "{text}"),
        ("visible_if: {haze: [true]}", "visible_if: {haze: [maybe]}", "knobs.tint.visible_if.haze", "values of haze"),
        ("visible_if: {haze: [true]}", "visible_if: {hour: [x]}", "knobs.tint.visible_if.hour", "earlier choice"),
        ("visible_if: {haze: [true]}", "visible_if: {light: [x]}", "knobs.tint.visible_if.light", "earlier choice"),
        ("{film}, {haze}, {tint}, {weather}, {light}\"", "{film}\"", "scenes[0].prompt", "never used"),
        ("{person} on a beach", "{people} on a beach", "scenes[0].prompt", "{people} is unknown"),
        ("{person} on a beach", "somebody on a beach", "scenes[0].prompt", "{person}"),
        ("{person} on a beach", "{person.__class__} on a beach", "scenes[0].prompt", "plain name"),
        ("{person} on a beach", "{person} {on a beach", "scenes[0].prompt", "a lone {"),
        ("defaults: {hour: 20", "defaults: {hour: 22", "scenes[1].defaults.hour", "16 to 21"),
        ("defaults: {hour: 20", "defaults: {hour: 20.1", "scenes[1].defaults.hour", "step"),
        ("defaults: {hour: 20", "defaults: {year: 20", "scenes[1].defaults.year", "no such pack-wide knob"),
        ("defaults: {hour: 20", "defaults: {near: half", "scenes[1].defaults.near", "another default"),
        ("sets: {light_side: [-1, 1], light", "sets: {hour: [17, 18], light", "scenes[0].knobs", "both set"),
        ("cover: {name: cover", "cover: {name: front", "cover.name", "must be cover"),
        ("{name: night, scene: night", "{name: cover, scene: night", "samples[0].name", "earlier picture"),
        ("{name: night, scene: night", "{name: night, scene: day", "samples[0].scene", "one of shore, night"),
        ("knobs: {hour: 20.5}", "knobs: {hour: 25}", "samples[0].knobs.hour", "16 to 21"),
        ("{name: night, scene: night", "{name: night, scene: shore", "scenes[1]", "no picture"),
        ("picture: night}", "picture: noon}", "scenes[1].knobs.near.options[1].picture", "no picture noon"),
        ("words: close,", "words: waist up,", "scenes[1].knobs.near.words", "say the same"),
        ("{framing: close}", "{framing: half}", "scenes[1].knobs.near.sets", "look the same"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named(old: str, new: str, field: str, message: str) -> None:
    found = broken(old, new)
    assert field in found, found
    assert message in found[field]
    assert found[field].startswith("line ")


def test_a_scene_needs_five_knobs_in_sight() -> None:
    """haze is off, so the tint of the haze does not count."""
    start, end = GOOD.index("  - id: weather"), GOOD.index("  - id: light")
    found = problems((GOOD[:start] + GOOD[end:]).replace("{weather}, ", ""))
    assert set(found) == {"scenes[0]"}
    assert "shows 4 knobs" in found["scenes[0]"]


def test_a_knob_may_refine_the_switch_that_shows_it() -> None:
    text = GOOD.replace("sets: {bloom: 0.9}", 'sets: {accent: "#101213"}').replace(
        "sets: {bloom: 0.1}", 'sets: {accent: ""}'
    )
    assert parse(text)
