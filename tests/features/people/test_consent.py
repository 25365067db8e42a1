"""Who agreed to which words, and that nothing is done without."""

import pytest
from sqlmodel import col, select

from pexit_app.core import db
from pexit_app.core.errors import BadInput
from pexit_app.features.people import consent, service
from pexit_app.features.people.consent import CURRENT, NOTICES, Attestation
from pexit_app.features.people.errors import ConsentRequired, NoticeOutdated
from pexit_app.features.people.models import Consent, Person, Photo
from tests.features.people.support import (
    AGREED,
    add_photos,
    fresh,
    new_person,
    order_training,
    person_with_photos,
    photo,
)

# A published text never changes: what was agreed to must stay what it was. A new wording is a new version.
PUBLISHED = {
    "2026-11": "c26bc372f1c29128adb55ed3ffa3ca3de72d2c5b5c2721037d671052def34d9b",
    "2026-12": "2db09c0f05030e38972839e4fb9dbca979d5ba36570593a9313355e0b6ff95b3",
}


def test_published_words_stay_as_they_were() -> None:
    assert {each.version: each.sha256 for each in NOTICES} == PUBLISHED


def test_the_notice_names_what_the_law_wants_named() -> None:
    for word in ("biometric", "18 years", "deleted", "released the photos", "outside renderer"):
        assert word in CURRENT.text


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (Attestation(False, True, CURRENT.version), ["consent.adult"]),
        (Attestation(True, False, CURRENT.version), ["consent.own_likeness"]),
        (Attestation(False, False, CURRENT.version), ["consent.adult", "consent.own_likeness"]),
        (Attestation(True, True, "2020-01"), ["consent.notice_version"]),
    ],
)
async def test_an_attestation_is_whole_or_refused(me, said, fields):
    person = await new_person(me, agreed=False)
    with pytest.raises(BadInput) as refused:
        async with db.transaction() as session:
            await service.give_consent(session, me, person.id, said)
    assert [each.field for each in refused.value.problems] == fields
    assert isinstance(refused.value, NoticeOutdated) == (fields == ["consent.notice_version"])


async def rows_of(person) -> list[Consent]:
    async with db.transaction() as session:
        query = select(Consent).where(Consent.person_id == person.id).order_by(col(Consent.created_at))
        return list((await session.exec(query)).all())


async def test_a_release_stands_beside_the_own_likeness_and_repeats_add_nothing(me):
    person = await new_person(me)
    release = Attestation(True, False, CURRENT.version, release=True)
    for said in (AGREED, AGREED, release, release):
        async with db.transaction() as session:
            await service.give_consent(session, me, person.id, said)
    rows = await rows_of(person)
    assert [each.basis for each in rows] == ["own", "release"]
    assert {each.text_sha256 for each in rows} == {CURRENT.sha256}


async def test_without_consent_no_photo_is_even_looked_at(house, me):
    person = await new_person(me, agreed=False)
    with pytest.raises(ConsentRequired) as refused:
        await add_photos(me, person.id, photo(1))
    assert refused.value.details == {"person_id": str(person.id), "notice_version": CURRENT.version}
    assert (house.gate.inspected, house.store.puts) == ([], [])


async def test_a_pet_needs_none(me):
    pet = await new_person(me, "Rex", agreed=False, kind="pet")
    assert len((await add_photos(me, pet.id, photo(1))).photos) == 1
    async with db.transaction() as session:
        assert await service.give_consent(session, me, pet.id, AGREED) is None


async def test_taking_it_back_stops_and_deletes_and_keeps_the_proof(house, me):
    person, taken = await person_with_photos(me)
    likeness = await order_training(me, person.id)
    async with db.transaction() as session:
        prefixes = await service.withdraw_consent(session, me, person.id)
    assert len(prefixes) == 6
    assert [await fresh(each) for each in (*taken, likeness)] == [None] * 6
    assert (await fresh(person)).name == "Ann"
    assert [each.withdrawn_at is None for each in await rows_of(person)] == [False]
    with pytest.raises(ConsentRequired):
        await add_photos(me, person.id, photo(1))
    async with db.transaction() as session:
        await service.give_consent(session, me, person.id, AGREED)
    assert len((await add_photos(me, person.id, photo(1))).photos) == 1


async def test_taken_back_while_a_photo_is_looked_at_nothing_is_stored(house, me):
    person = await new_person(me)
    inspect = house.gate.inspect

    async def slow(content):
        async with db.transaction() as session:
            await service.withdraw_consent(session, me, person.id)
        return await inspect(content)

    house.gate.inspect = slow
    with pytest.raises(ConsentRequired):
        await add_photos(me, person.id, photo(1))
    assert house.store.objects == {}


async def test_the_proof_outlives_the_person_without_name(me):
    person = await new_person(me)
    async with db.transaction() as session:
        await service.delete_person(session, me, person.id)
    rows = await rows_of(person)
    assert [each.withdrawn_at is not None for each in rows] == [True]
    assert "Ann" not in str(rows[0].model_dump())
    async with db.transaction() as session:
        assert await session.get(Person, person.id) is None
        assert (await session.exec(select(Photo).where(Photo.person_id == person.id))).all() == []
        assert await consent.standing(session, [person.id]) == {}
