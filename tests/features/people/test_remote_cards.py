"""What a GPU service holds of somebody, in words."""

from datetime import timedelta

from pexit_app.core.clock import now
from pexit_app.features.people import remote_cards
from pexit_app.features.people.models import Likeness


def copies(*told: dict[str, object]) -> list[str]:
    return remote_cards.copy_lines(Likeness(weights_home="fal", remote_copies=list(told)))


def test_each_kind_of_copy_has_a_sentence_that_says_until_when() -> None:
    later, before = (now() + timedelta(days=1)).isoformat(), (now() - timedelta(days=1)).isoformat()
    photos, gone, over, weights = copies(
        {"what": "photos", "where": "https://x", "expires_at": later, "deleted_at": None},
        {"what": "photos", "where": "https://y", "expires_at": later, "deleted_at": before},
        {"what": "photos", "where": "https://z", "expires_at": before, "deleted_at": None},
        {"what": "weights", "where": "owner/model", "expires_at": None, "deleted_at": None},
    )
    assert photos.startswith("At fal the copies of your photos expire on ")
    assert gone.startswith("At fal the copies of your photos were deleted on ")
    assert over.startswith("At fal the copies of your photos expired on ")
    assert weights == "At fal its own copy of the likeness stays until you delete this likeness."


def test_what_is_said_twice_is_said_once_and_nothing_left_this_machine_says_nothing() -> None:
    same = {"what": "photos", "where": "a", "expires_at": now().isoformat()}
    assert len(copies(same, {**same, "where": "b"})) == 1
    assert copies() == []
