"""Words: colour names, typed text, templates."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.features.packs import words
from pexit_app.features.packs.words import BadTemplate, check_template, clean, colour_name, fill, tidy


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("#000000", "black"),
        ("#101213", "charcoal"),
        ("#808080", "grey"),
        ("#ffffff", "white"),
        ("#ff0000", "vivid red"),
        ("#ffcccc", "pale pink"),
        ("#0e5f63", "deep teal"),
        ("#1d2f5e", "deep blue"),
        ("#f2b705", "vivid amber"),
        ("#00ff00", "vivid green"),
        ("#b0126b", "magenta"),
        ("#4b2e1e", "deep brown"),
        ("#d9cfe6", "pale indigo"),
    ],
)
def test_colours_have_the_names_people_use(code: str, name: str) -> None:
    assert colour_name(code) == name


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_has_a_name(value: int) -> None:
    assert re.fullmatch(r"[a-z-]+( [a-z]+){0,2}", colour_name(f"#{value:06x}"))


@given(st.text(max_size=200))
def test_typed_text_is_harmless_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert not set(cleaned) & set("{}<>[]()\\|`\n\r\t\0:")
    assert clean(cleaned) == cleaned


def test_typed_text_keeps_peoples_languages() -> None:
    assert clean("  Ärger\u202e im\nRegen, {hour}  ") == "Ärger im Regen, hour"
    assert clean("雨の夜") == "雨の夜"


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=20), min_size=3))
def test_what_is_put_in_is_not_read_as_a_template(values: dict[str, str]) -> None:
    tricky = {name: "{c}" + value for name, value in values.items()}
    assert fill("{a}", tricky) == tidy(tricky["a"])


@pytest.mark.parametrize(
    ("template", "values", "filled"),
    [
        ("{a}, {b}, {c}.", {"a": "sea", "b": "", "c": "sky"}, "sea, sky."),
        ("{a}, {b}, {c}.", {"a": "sea", "b": "", "c": ""}, "sea."),
        ("{a}, {b}, {c}", {"a": "", "b": "", "c": "sky"}, "sky"),
        ("one  {a} two", {"a": ""}, "one two"),
    ],
)
def test_empty_places_leave_no_commas(template: str, values: dict[str, str], filled: str) -> None:
    assert fill(template, {"a": "", "b": "", "c": "", **values}) == filled


@pytest.mark.parametrize(
    "template",
    ["{hour!r}", "{hour:>9}", "{hour.real}", "{hour[0]}", "{}", "{0}", "{HOUR}", "{ hour}", "{hour", "}", "{{"],
)
def test_a_template_is_names_in_braces_and_nothing_else(template: str) -> None:
    with pytest.raises(BadTemplate):
        check_template(template, {"hour"})


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(BadTemplate, match=r"\{year\} is unknown; there is \{hour\}, \{person\}"):
        check_template("{person} in {year}", {"hour", "person"})
    assert words.placeholders("{person} at {hour}, {person}") == ["person", "hour", "person"]
