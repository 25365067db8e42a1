"""What a finished frame's panel offers, how an edit is told, and how long words are kept short."""

from uuid import uuid4

import pytest

from pexit_app.core.ports import Kind
from pexit_app.features.shoots import cards, edit_cards
from pexit_app.features.shoots.edits import Offer
from pexit_app.features.shoots.models import OWN, Frame

OFFERS = [Offer(Kind.EDIT, 6), Offer(Kind.FILL, 7), Offer(Kind.UPSCALE, 4)]


def frame(**more: object) -> Frame:
    told = {"width": 1024, "height": 1280, "knobs": {}, "seed": 1, "scene_id": "free", "output_format": "png"}
    return Frame(id=uuid4(), shoot_id=uuid4(), **(told | more))


def test_a_large_frame_is_not_offered_to_be_enlarged() -> None:
    small = edit_cards.offer_cards(frame(), OFFERS)
    assert [(each["kind"], each["dust"]) for each in small] == [("edit", 6), ("fill", 7), ("upscale", 4)]
    assert "2,048 × 2,560 px" in small[-1]["note"]
    assert [each["kind"] for each in edit_cards.offer_cards(frame(width=2048, height=2560), OFFERS)] == ["edit", "fill"]
    assert edit_cards.offer_cards(frame(), []) == []


@pytest.mark.parametrize(
    ("kind", "prompt", "said"),
    [
        (Kind.EDIT, "rain\ninstead of  sun", "changed: rain instead of sun"),
        (Kind.FILL, "a hat", "mended: a hat"),
        (Kind.UPSCALE, "", "enlarged to 1,024 × 1,280 px"),
        (Kind.GENERATE, "a portrait", ""),
    ],
)
def test_an_edit_is_told_in_a_line(kind: Kind, prompt: str, said: str) -> None:
    assert edit_cards.in_words(frame(kind=kind, prompt=prompt)) == said


def test_long_words_are_cut_in_lines_and_in_addresses() -> None:
    assert len(edit_cards.shortened("word " * 500)) <= edit_cards.SAID_CHARS
    address = cards.draft_href("your-words", 1, frame(knobs={"words": "é" * 2000, "grain": 0.5}))
    assert len(address) < 4000
    assert "grain" in address


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("It broke.", "It broke. It costs nothing."),
        ("It broke", "It broke. It costs nothing."),
        (
            "It was kept back. It costs nothing; try other words.",
            "It was kept back. It costs nothing; try other words.",
        ),
    ],
)
def test_that_it_costs_nothing_is_said_once(reason: str, said: str) -> None:
    assert edit_cards.for_nothing(reason) == said


def test_who_rendered_it() -> None:
    told = [edit_cards.rendered_by(frame(provider=provider)) for provider in (OWN, "gpu", "fal")]
    assert told == ["in the darkroom", "by a GPU", "by a GPU, fal"]


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "1 s"), (8, "8 s"), (38, "40 s"), (89, "90 s"), (170, "3 min")])
def test_a_wait_is_told_no_finer_than_it_is_known(seconds: float, said: str) -> None:
    assert cards.soon(seconds) == said
