"""The live draft goes on while other things are half typed, and the table of looks names what the renderer takes."""

import pytest

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.builder import blank, live, looks
from pexit_app.providers.darkroom import parameters
from pexit_app.providers.darkroom.persona import STANDINS


def document() -> dict:
    return blank.document("A pack", "a-pack", "Somebody")


def test_the_rest_may_be_half_typed() -> None:
    typed = document()
    scene = typed["scenes"][0]["id"]
    whole = live.compose_scene(typed, scene, {})
    typed["scenes"][0]["title"] = typed["knobs"][0]["label"] = ""
    typed |= {"title": "", "slug": "Not a slug", "price_dust": -1, "cover": None}
    typed["scenes"].append({"id": "later", "title": "Half of a scene"})
    assert live.compose_scene(typed, scene, {}) == whole


def test_what_is_in_the_way_is_named_where_it_stands() -> None:
    typed = document()
    typed["scenes"].insert(0, {"id": "first", "title": "First"})
    typed["scenes"][1]["seed"] = "seven"
    with pytest.raises(BadInput) as told:
        live.compose_scene(typed, typed["scenes"][1]["id"], {})
    assert "scenes[1].seed" in {each.field for each in told.value.problems}


def test_an_unknown_knob_in_the_words_is_named() -> None:
    typed = document()
    typed["scenes"][0]["prompt"] += " {nothing}"
    with pytest.raises(BadInput, match="nothing"):
        live.compose_scene(typed, typed["scenes"][0]["id"], {})


@pytest.mark.parametrize("typed", [{}, {"scenes": None}, {"scenes": [None, 3]}, {"scenes": {"id": "a"}}])
def test_no_scene(typed: dict) -> None:
    with pytest.raises(NotFound):
        live.compose_scene(typed, "a", {})


def test_the_table_of_looks_is_the_darkrooms() -> None:
    ours = {each.name: each for each in looks.SETTINGS}
    assert set(ours) == set(parameters.BY_NAME)
    for name, theirs in parameters.BY_NAME.items():
        assert ours[name].kind == theirs.kind
        assert ours[name].default == theirs.default
        if theirs.kind == "choice":
            assert [value for value, _ in ours[name].options] == list(theirs.options)
            assert len(ours[name].words) == len(theirs.options)
        if theirs.kind == "number":
            assert (ours[name].low, ours[name].high) == (theirs.low, theirs.high)
            assert len(ours[name].words) == 3


def test_every_stand_in_can_be_chosen() -> None:
    assert [name for name, _, _ in looks.STAND_INS] == sorted(STANDINS)
