"""What a version changes, in words for users."""

from typing import Any

from hypothesis import given, settings

from pexit_app.features.builder.diffs import differences, in_words
from pexit_app.features.packs.definition import PackDefinition
from tests.features.builder.packs_strategy import documents, packs
from tests.features.builder.test_checks import DOCUMENT, changed

OLD = PackDefinition.model_validate(DOCUMENT)


def said(document: dict[str, Any]) -> list[str]:
    return [each.words for each in differences(OLD, PackDefinition.model_validate(document))]


def test_price_scenes_and_knobs_in_words() -> None:
    assert said(changed("price_dust", value=3)) == ["The creator's fee for a frame is now 3 dust, not nothing."]
    assert said(changed("unlock_dust", value=9)) == ["Unlocking the pack now costs 9 dust once, not nothing."]
    assert said(changed("scenes", 1, gone=True)) == ["The scene Night is gone."]
    assert said(changed("scenes", 0, "title", value="Beach")) == ["The scene Shore is now called Beach."]
    assert said(changed("knobs", 2, gone=True))[0] == "The knob Haze is gone."
    assert said(changed("knobs", 0, "default", value=18)) == ["The knob Later in the day now starts at 18:00."]
    assert said(changed("scenes", 1, "defaults", value={"hour": 21, "film": "silver"})) == [
        "In Night, Later in the day now starts at 21:00."
    ]


def test_a_longer_range_is_said_with_both() -> None:
    longer = changed("knobs", 0, "max", value=22)
    longer["knobs"][0]["sets"] = {"hour": [16, 22]}
    longer["knobs"][0]["words"][1]["to"] = 22
    assert said(longer) == ["The knob Later in the day now goes from 16:00 to 22:00, not from 16:00 to 21:00."]


def test_options_come_and_go() -> None:
    more = changed("knobs", 1, "options", 1, value={"value": "cold", "label": "Cold", "sets": {}, "words": "cold"})
    assert said(more)[:2] == ["The knob Film has more to choose from: Cold.", "The knob Film has no Silver any more."]


def test_order_is_a_difference_and_so_are_looks_and_words() -> None:
    turned = changed("scenes", value=[DOCUMENT["scenes"][1], DOCUMENT["scenes"][0]])
    assert said(turned) == ["The scenes come in another order."]
    assert said(changed("scenes", 0, "look", value={"backdrop": "road"})) == ["Shore is lit or set up anew."]
    assert said(changed("scenes", 0, "seed", value=9)) == ["Shore opens with another take."]
    assert differences(OLD, PackDefinition.model_validate(changed("scenes", 0, "seed", value=9)))[0].scene == "shore"


@settings(deadline=None, max_examples=25)
@given(packs(), packs())
def test_equal_packs_have_none_and_others_have_sentences(one: PackDefinition, other: PackDefinition) -> None:
    assert differences(one, one) == []
    found = differences(one, other)
    is_same = one == other.model_copy(update={"slug": one.slug})  # a pack keeps its address
    assert is_same or found
    assert all(each.words.endswith(".") for each in found)
    assert in_words(found).count("\n") == max(0, len(found) - 1) or any("\n" in each.words for each in found)


@settings(deadline=None, max_examples=30)
@given(documents())
def test_nothing_a_user_could_see_changes_silently(document: dict[str, Any]) -> None:
    old = PackDefinition.model_validate(document)
    for path, value in ((("title",), "Another"), (("price_dust",), 51), (("scenes", 0, "title"), "Else")):
        inner: Any = document
        for part in path[:-1]:
            inner = inner[part]
        before, inner[path[-1]] = inner[path[-1]], value
        assert differences(old, PackDefinition.model_validate(document)) or before == value
        inner[path[-1]] = before
