import math
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core.ports import InvalidOrder
from pexit_app.providers.darkroom.backdrops import PAINTERS
from pexit_app.providers.darkroom.parameters import BACKDROPS, BY_NAME, PARAMETERS, STYLES, Look, parse
from pexit_app.providers.darkroom.styles import PRINTERS

NUMBERS = [p for p in PARAMETERS if p.kind == "number"]
CHOICES = [p for p in PARAMETERS if p.kind == "choice"]


def test_the_table_lists_every_field_of_a_look_and_its_default() -> None:
    assert [p.name for p in PARAMETERS] == [f.name for f in fields(Look)]
    assert parse({}) == Look()
    assert parse({p.name: p.default for p in PARAMETERS}) == Look()


def test_every_backdrop_and_style_that_is_offered_can_be_painted() -> None:
    assert set(BACKDROPS) == set(PAINTERS)
    assert set(STYLES) == {"photo", *PRINTERS}


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda p: p.name)
@pytest.mark.parametrize("wrong", [True, "1", None, math.nan, math.inf, "low", "high"])
def test_a_number_that_is_none_or_outside_is_refused(parameter, wrong) -> None:
    value = {"low": parameter.low - 0.01, "high": parameter.high + 0.01}.get(wrong, wrong)
    with pytest.raises(InvalidOrder) as error:
        parse({parameter.name: value})
    assert error.value.field == parameter.name
    assert error.value.value is value
    assert f"{parameter.low:g} to {parameter.high:g}" in error.value.limit
    assert parameter.name in error.value.message


@pytest.mark.parametrize("parameter", CHOICES, ids=lambda p: p.name)
@pytest.mark.parametrize("wrong", ["", "Studio ", "nowhere", 3, None, True])
def test_a_choice_that_is_not_offered_is_refused(parameter, wrong) -> None:
    with pytest.raises(InvalidOrder) as error:
        parse({parameter.name: wrong})
    assert (error.value.field, error.value.value) == (parameter.name, wrong)
    assert all(option in error.value.limit for option in parameter.options)


@pytest.mark.parametrize("wrong", ["red", "#12345", "#1234567", "#12345g", "#123456\n", 7, None])
def test_a_colour_that_is_not_one_is_refused(wrong) -> None:
    with pytest.raises(InvalidOrder) as error:
        parse({"accent": wrong})
    assert error.value.field == "accent"


def test_an_unknown_parameter_is_refused_by_name() -> None:
    with pytest.raises(InvalidOrder) as error:
        parse({"backdrop": "studio", "sharpness": 1})
    assert error.value.field == "sharpness"


@given(
    st.fixed_dictionaries(
        {},
        optional={p.name: st.sampled_from(p.options) for p in CHOICES}
        | {p.name: st.floats(p.low, p.high) for p in NUMBERS}
        | {"accent": st.from_regex(r"\A#[0-9a-fA-F]{6}\Z") | st.just("")},
    )
)
def test_whatever_the_table_allows_is_taken_as_given(look) -> None:
    parsed = parse(look)
    assert all(getattr(parsed, name) == value for name, value in look.items())
    assert all(getattr(parsed, name) == p.default for name, p in BY_NAME.items() if name not in look)
