"""Knobs -> look and words: strict about what comes in, whole in what goes out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs.compose import checked, compose
from pexit_app.features.packs.definition import Slider
from pexit_app.features.packs.document import parse
from tests.features.packs.samples import GOOD, turned

PACK = parse(GOOD)
SHORE, NIGHT = PACK.scenes


def refused(knobs: dict[str, object], scene: str = "shore") -> list[str]:
    with pytest.raises(BadInput) as caught:
        compose(PACK, scene, knobs)
    json.dumps(caught.value.details, allow_nan=False)
    return [each.field for each in caught.value.problems]


def test_defaults_fill_what_is_not_turned() -> None:
    made = compose(PACK, "night", {"light": 0.5})
    assert made.knobs == {
        "hour": 20, "film": "silver", "haze": False, "tint": "#0e5f63", "weather": "", "light": 0.5, "near": "half",
    }  # fmt: skip
    assert made.look == {
        "backdrop": "rooftop", "lens": 0.2, "hour": 20, "grade": "silver", "grain": 0.6, "bloom": 0.1,
        "light_side": 0.5, "light_strength": 0.725, "framing": "half",
    }  # fmt: skip
    assert made.prompt == "a person on a roof, night, black and white, lit from the right, waist up."
    assert (made.negative, made.aspect, made.stand_ins, made.seed) == ("crowd", "4:5", ("alba",), 8)


def test_the_person_has_the_name_that_the_model_knows() -> None:
    assert compose(PACK, "shore", {}, people=["TOK woman"]).prompt.startswith("TOK woman on a beach")


def test_a_stored_definition_composes_the_same() -> None:
    assert compose(PACK.as_json(), "shore", {}) == compose(PACK, "shore", {})


def test_a_hidden_knob_keeps_its_value_and_does_nothing() -> None:
    hidden = compose(PACK, "shore", {"tint": "#c41f35"})
    assert hidden.knobs["tint"] == "#c41f35"
    assert "accent" not in hidden.look
    shown = compose(PACK, "shore", {"tint": "#C41F35", "haze": True})
    assert shown.look["accent"] == "#c41f35"
    assert "thick haze, the haze red," in shown.prompt


def test_typed_words_reach_both() -> None:
    made = compose(PACK, "shore", {"weather": "a Storm {person}\n coming"})
    assert made.look["clouds"] == 1
    assert "the weather a Storm person coming" in made.prompt


def test_sliders_settle_on_the_nearest_step() -> None:
    assert compose(PACK, "shore", {"hour": 17.61}).knobs["hour"] == 17.5
    assert compose(PACK, "shore", {"hour": 17.75 + 1e-9}).knobs["hour"] == 17.75
    assert json.dumps(compose(PACK, "shore", {"hour": 18.0}).knobs["hour"]) == "18"


def test_bands_end_where_they_say() -> None:
    assert "golden hour" in compose(PACK, "shore", {"hour": 18}).prompt
    assert "night" in compose(PACK, "shore", {"hour": 18.25}).prompt


@pytest.mark.parametrize(
    ("knobs", "fields"),
    [
        ({"year": 1999}, ["knobs.year"]),
        ({"near": "half"}, ["knobs.near"]),
        ({"hour": 15.99}, ["knobs.hour"]),
        ({"hour": 21.01}, ["knobs.hour"]),
        ({"hour": True}, ["knobs.hour"]),
        ({"hour": "17"}, ["knobs.hour"]),
        ({"hour": None}, ["knobs.hour"]),
        ({"hour": [17]}, ["knobs.hour"]),
        ({"hour": float("nan")}, ["knobs.hour"]),
        ({"hour": float("inf")}, ["knobs.hour"]),
        ({"hour": 10**400}, ["knobs.hour"]),
        ({"film": "gold"}, ["knobs.film"]),
        ({"film": ["warm"]}, ["knobs.film"]),
        ({"haze": 1}, ["knobs.haze"]),
        ({"haze": "true"}, ["knobs.haze"]),
        ({"tint": "teal"}, ["knobs.tint"]),
        ({"tint": "#12345"}, ["knobs.tint"]),
        ({"tint": "#12345g"}, ["knobs.tint"]),
        ({"weather": 5}, ["knobs.weather"]),
        ({"weather": "x" * 41}, ["knobs.weather"]),
        ({"hour": 99, "film": "gold", "year": 1}, ["knobs.year", "knobs.hour", "knobs.film"]),
    ],
)
def test_bad_knobs_are_named_all_of_them(knobs: dict[str, object], fields: list[str]) -> None:
    assert refused(knobs) == fields


def test_a_problem_carries_value_and_limit() -> None:
    with pytest.raises(BadInput) as caught:
        compose(PACK, "shore", {"hour": 25})
    assert caught.value.details == [
        {"field": "knobs.hour", "message": "Later in the day goes from 16 to 21.", "value": 25, "limit": [16, 21]}
    ]


def test_an_unknown_scene_is_not_found() -> None:
    with pytest.raises(NotFound):
        compose(PACK, "noon", {})


@given(st.data())
def test_completed_knobs_compose_to_the_same_frame(data: st.DataObject) -> None:
    scene = data.draw(st.sampled_from(PACK.scenes))
    made = compose(PACK, scene.id, data.draw(turned(PACK, scene)))
    assert compose(PACK, scene.id, made.knobs) == made
    assert compose(PACK, scene.id, json.loads(json.dumps(made.knobs))) == made
    assert not set("{}") & set(made.prompt)


@given(st.floats(-1, 1))
def test_a_settled_slider_is_within_half_a_step(value: float) -> None:
    knob = PACK.knobs[5]
    assert isinstance(knob, Slider)
    settled = checked(knob, value)
    assert isinstance(settled, int | float)
    assert abs(settled - value) <= knob.step / 2 + 1e-6
    assert checked(knob, settled) == settled


@given(st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.floats() | st.text(max_size=8), max_size=4))
def test_any_junk_is_composed_or_refused(knobs: dict[str, object]) -> None:
    try:
        compose(PACK, "shore", knobs)
    except BadInput as error:
        json.dumps(error.details, allow_nan=False)
