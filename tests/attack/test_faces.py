"""Two users at once: nobody's face is reached by another, by id, by cast, or by bending a picture's link."""

from uuid import uuid4

import pytest

from pexit_app.core.clock import after
from pexit_app.providers import disk
from tests.attack.test_bodies import refusal
from tests.features.shoots.friends import Friend, befriend
from tests.features.shoots.support import PACK, new_user

CASTS = [
    ("/api/v1/drafts", {"scene": "shore", "size": 256}),
    ("/api/v1/quotes", {"scene": "shore"}),
    ("/api/v1/shoots", {}),
    ("/api/lora/generate", {"scene": "shore"}),
]


@pytest.fixture
async def anns(session, api) -> Friend:
    return await befriend(session, await new_user(session))


@pytest.mark.parametrize(
    ("path", "body", "how"),
    [
        (path, body, how)
        for path, body in CASTS
        for how in ("likeness_id", "photo_id", "cast")
        if how == "cast" or path != "/api/v1/shoots"  # which takes a cast alone
    ],
)
async def test_nobody_casts_anothers_face(anns, me, path, body, how):
    face = str(anns.photo.id if how == "photo_id" else anns.likeness.id)
    chosen = {"cast": {"you": face}} if how == "cast" else {how: face}
    refusal(await me.post(path, json={"pack": PACK, **body, **chosen}), 404)


async def test_nobody_learns_from_anothers_photos(anns, me):
    refusal(await me.post("/api/lora/train", json={"person_id": str(anns.person.id)}), 404)
    answer = await me.post("/api/lora/train", json={"images": [str(anns.photo.id)]})
    assert answer.status_code in (404, 422)


def test_a_pictures_link_is_for_one_picture_until_it_expires():
    key, other = f"photos/{uuid4()}/photo.jpg", f"photos/{uuid4()}/photo.jpg"
    until = int(after(minutes=5).timestamp())
    signed = disk.signature_of(key, "image/jpeg", until, "")
    assert disk.is_valid(key, "image/jpeg", until, "", signed)
    assert not disk.is_valid(other, "image/jpeg", until, "", signed)
    assert not disk.is_valid(key, "text/html", until, "", signed)
    assert not disk.is_valid(key, "image/jpeg", until + 600, "", signed)
    past = int(after(seconds=-1).timestamp())
    assert not disk.is_valid(key, "image/jpeg", past, "", disk.signature_of(key, "image/jpeg", past, ""))
    assert len(signed) * 6 >= 256  # bits: nobody guesses it
