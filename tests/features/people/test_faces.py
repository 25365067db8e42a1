"""Who can be cast, and the persona of one photo."""

from uuid import uuid4

import pytest

from pexit_app.core import db
from pexit_app.core.errors import NotFound, Unavailable
from pexit_app.core.ports import ProviderError
from pexit_app.features.people import consent, faces, learning, service
from pexit_app.features.people.errors import ConsentRequired
from pexit_app.features.people.models import likeness_key, photo_key
from tests.features.people.support import (
    add_photos,
    fresh,
    new_person,
    order_training,
    person_with_photos,
    photo,
)


async def find(me, face_id):
    async with db.transaction() as session:
        return await faces.find_face(session, me, face_id)


async def listed(me):
    async with db.transaction() as session:
        return await faces.list_faces(session, me)


async def trained(me, person, **more):
    likeness = await order_training(me, person.id, **more)
    await learning.learn(likeness.id)
    return likeness


async def test_a_ready_likeness_and_an_accepted_photo_are_faces(me):
    person, (first, *_) = await person_with_photos(me)
    likeness = await trained(me, person, trigger_word="ANN_1")
    face = await find(me, likeness.id)
    assert (face.kind, face.persona, face.words) == ("likeness", likeness_key(likeness.id), "ANN_1 person")
    face = await find(me, first.id)
    assert (face.kind, face.persona, face.words) == ("photo", photo_key(first.id, "persona.npz"), "a person")
    assert (face.person_id, face.label) == (person.id, "Ann")


async def test_what_is_not_usable_is_not_there(me, other):
    person, (theirs, *_) = await person_with_photos(other)
    their_likeness = await trained(other, person)
    mine, _ = await person_with_photos(me)
    (bad,) = (await add_photos(me, mine.id, photo(90, refuse=["blurred"]))).photos
    training = await order_training(me, mine.id)
    for face_id in (uuid4(), mine.id, bad.id, training.id, theirs.id, their_likeness.id):
        with pytest.raises(NotFound):
            await find(me, face_id)


async def test_consent_must_stand(me):
    person, (one, *_) = await person_with_photos(me)
    async with db.transaction() as session:
        await consent.withdraw(session, person.id)
    with pytest.raises(ConsentRequired):
        await find(me, one.id)
    assert await listed(me) == []


async def test_one_face_a_person_the_chosen_the_newest_or_the_best_photo(me):
    chosen, _ = await person_with_photos(me, name="Chosen")
    first, _ = await trained(me, chosen), await trained(me, chosen)
    async with db.transaction() as session:
        await service.choose_likeness(session, me, first.id)
    newest, _ = await person_with_photos(me, name="Newest")
    likeness = await trained(me, newest)
    async with db.transaction() as session:
        row = await service.find_person(session, me, newest.id)
        row.likeness_id = uuid4()  # dangling
    pictured = await new_person(me, "Pictured")
    wanted = photo(3, sharpness=70.0)
    shots = (photo(1, pose="left", sharpness=99.0), photo(2, sharpness=60.0), wanted, photo(4, refuse=["blurred"]))
    taken = (await add_photos(me, pictured.id, *shots)).photos
    await new_person(me, "Nobody yet")
    pet = await new_person(me, "Rex", agreed=False, kind="pet")
    (rex,) = (await add_photos(me, pet.id, photo(9))).photos
    found = [(each.label, each.id) for each in await listed(me)]
    assert found == [("Chosen", first.id), ("Newest", likeness.id), ("Pictured", taken[2].id), ("Rex", rex.id)]
    assert (await listed(me))[-1].words == "a pet"


async def test_a_persona_of_one_photo_is_made_once(house, me):
    _, (one, *_) = await person_with_photos(me)
    face = await find(me, one.id)
    for _ in range(2):
        await faces.ensure_persona(face)
    assert house.gate.personas == [b"photo " + photo(0)]
    assert house.store.of(one) == {"photo.jpg", "thumb.jpg", "persona.npz"}
    assert (await fresh(one)).persona_at is not None


async def test_one_that_cannot_be_made_says_why_and_may_be_tried_again(house, me):
    _, (one, *_) = await person_with_photos(me)
    face = await find(me, one.id)
    house.gate.persona_error = ProviderError("The face is cut off.")
    with pytest.raises(Unavailable, match="cut off"):
        await faces.ensure_persona(face)
    house.gate.persona_error = None
    await faces.ensure_persona(face)
    assert "persona.npz" in house.store.of(one)


async def test_a_likeness_needs_nothing(house, me):
    person, _ = await person_with_photos(me)
    await faces.ensure_persona(await find(me, (await trained(me, person)).id))
    assert house.gate.personas == []
