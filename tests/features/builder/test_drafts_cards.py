"""What the list of drafts says of one: its strip, its counts, where it stands."""

import copy
from datetime import timedelta
from uuid import uuid4

from pexit_app.core.clock import now
from pexit_app.features.builder.drafts_cards import UNDRAWN, draft_card
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.packs.service import Pack
from tests.features.builder.test_checks import DOCUMENT


def draft(**fields: object) -> PackDraft:
    start = {"user_id": uuid4(), "title": "Sea", "slug": "sea", "document": copy.deepcopy(DOCUMENT)}
    return PackDraft(**(start | {"head_change_id": uuid4()} | fields))


def test_each_scene_is_a_frame_that_is_drawn_as_it_is_now() -> None:
    made = draft()
    made.document["scenes"][1]["look"] = "dark"
    card = draft_card(made, 7, None, now())
    shore, night = card.film.frames
    assert (shore.number, shore.seed, shore.src) == (
        "1", "Shore", f"/api/v1/builder/drafts/{made.id}/sights/change-7.jpg?scene=shore",
    )  # fmt: skip
    assert (night.number, night.state, night.headline, night.src) == ("1A", "empty", UNDRAWN, "")
    assert (card.line, card.state) == ("2 scenes, 7 knobs", "Not published yet")


def test_a_long_reel_is_cut_and_a_broken_one_is_empty() -> None:
    made = draft()
    made.document["scenes"] = [{**DOCUMENT["scenes"][0], "id": f"s-{number}"} for number in range(9)]
    card = draft_card(made, 1, None, now())
    assert (len(card.film.frames), card.film.words) == (6, ["3 more"])
    assert draft_card(draft(document={"scenes": "none"}), 1, None, now()).film.frames == []


def test_where_it_stands_is_said_in_words() -> None:
    at = now()
    pack = Pack(slug="sea", title="Sea", tagline="", code="SEA", ink="teal", creator_name="", category="", style="",
                live_number=2, is_unlisted=True)  # fmt: skip
    soon = draft_card(draft(publish_at=at + timedelta(minutes=59)), 1, None, at)
    assert soon.state == "Not published yet, the first goes out within the hour"
    later = draft_card(draft(publish_at=at + timedelta(hours=49)), 1, pack, at)
    assert later.state == "Version 2 is live, off the storefront, the next goes out in 2 days"
    assert draft_card(draft(publish_trouble="Why."), 1, pack, at).trouble == "Why."
