"""People: added, changed, deleted with everything that is theirs; versions of a likeness chosen and deleted."""

from uuid import uuid4

import pytest
from sqlmodel import select

from pexit_app.core import db, objects
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.models import Discarded, Event
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import learning, service
from pexit_app.features.people.errors import LikenessNotReady, TooManyPeople
from pexit_app.features.people.models import Person
from pexit_app.features.people.service import MAX_PEOPLE
from tests.features.people.support import add_person, fresh, new_person, order_training, person_with_photos


async def tell(verb, *args, **named):
    async with db.transaction() as session:
        return await verb(session, *args, **named)


async def trained(me, person):
    likeness = await order_training(me, person.id)
    await learning.learn(likeness.id)
    return await fresh(likeness)


@pytest.mark.parametrize(
    ("name", "kept"), [("Ann", "Ann"), ("  Ann \n Lee ", "Ann Lee"), ("n" * 100, "n" * 100), ("A\x00nn\x1b", "A nn")]
)
async def test_a_name_is_one_line(session, me, name, kept):
    assert (await add_person(session, me, name)).name == kept


@pytest.mark.parametrize("name", ["", "  ", "\x00", "n" * 101])
async def test_a_name_that_is_none_is_refused(session, me, name):
    with pytest.raises(BadInput) as refused:
        await add_person(session, me, name)
    assert refused.value.problems[0].field == "name"


async def test_kinds_and_relationships_are_checked(session, me):
    for field, more in (("kind", {"kind": "robot"}), ("relationship", {"relationship": "r" * 101})):
        with pytest.raises(BadInput) as refused:
            await add_person(session, me, **more)
        assert refused.value.problems[0].field == field
    assert (await add_person(session, me, relationship="r" * 100)).relationship == "r" * 100


async def test_fifty_people_and_not_one_more(session, me, other):
    session.add_all(Person(user_id=me.user_id, name=f"{n}") for n in range(MAX_PEOPLE - 1))
    await session.flush()
    last = await add_person(session, me)
    with pytest.raises(TooManyPeople):
        await add_person(session, me)
    await add_person(session, other)
    await service.delete_person(session, me, last.id)
    await add_person(session, me)


async def test_changing_one_thing_leaves_the_other(me, other):
    person = await new_person(me, "Ann", relationship="sister")
    await tell(service.change_person, me, person.id, name="Anna")
    changed = await tell(service.change_person, me, person.id, relationship="")
    assert (changed.name, changed.relationship) == ("Anna", "")
    with pytest.raises(NotFound):
        await tell(service.change_person, other, person.id, name="Mine")


async def test_a_deleted_person_leaves_nothing_but_frames_and_the_proof(house, me):
    person, taken = await person_with_photos(me)
    likeness = await trained(me, person)
    kept, _ = await person_with_photos(me, name="Bob")
    prefixes = await tell(service.delete_person, me, person.id)
    assert len(prefixes) == len(taken) + 1
    await objects.discard_now(prefixes)
    assert [await fresh(each) for each in (person, likeness, *taken)] == [None] * 7
    assert len(house.store.objects) == 10, "another person's bytes went too, or some stayed"
    assert await tell(objects.orphans) == []
    assert (await fresh(kept)).name == "Bob"
    async with db.transaction() as session:
        told = (await session.exec(select(Event.data).where(Event.kind == "person.deleted"))).all()
        assert told == [{"person_id": str(person.id)}]
        assert len((await session.exec(select(Discarded))).all()) == len(prefixes)


async def test_a_deletion_stops_what_trains(me):
    person, _ = await person_with_photos(me)
    likeness = await order_training(me, person.id)
    await tell(service.delete_person, me, person.id)
    job = await tell(jobs.find_job, me, likeness.job_id)
    assert (job.status, job.canceled, await fresh(likeness)) == ("canceled", 1, None)


async def test_only_a_training_that_learns_from_the_photo_is_stopped(me):
    person, taken = await person_with_photos(me, 6)
    likeness = await order_training(me, person.id, photo_ids=tuple(each.id for each in taken[:5]))
    await tell(service.delete_photo, me, taken[5].id)
    assert (await fresh(likeness)).status == "training"
    await tell(service.delete_photo, me, taken[0].id)
    assert (await fresh(likeness)).status == "canceled"


async def test_versions_are_chosen_and_the_newest_steps_in(house, me):
    person, _ = await person_with_photos(me)
    one, two, three = [await trained(me, person) for _ in range(3)]
    assert [one.version, two.version, three.version] == [1, 2, 3]
    assert (await fresh(person)).likeness_id == three.id
    await tell(service.choose_likeness, me, one.id)
    assert (await fresh(person)).likeness_id == one.id
    await objects.discard_now(await tell(service.delete_likeness, me, one.id))
    assert (await fresh(person)).likeness_id == three.id
    await tell(service.delete_likeness, me, two.id)
    assert (await fresh(person)).likeness_id == three.id
    await tell(service.delete_likeness, me, three.id)
    assert (await fresh(person)).likeness_id is None
    assert (await trained(me, person)).version == 4, "a version's number was given again"
    assert house.store.of(one) == set()


async def test_only_a_ready_version_is_chosen(me):
    person, _ = await person_with_photos(me)
    likeness = await order_training(me, person.id)
    with pytest.raises(LikenessNotReady):
        await tell(service.choose_likeness, me, likeness.id)
    await tell(service.delete_likeness, me, likeness.id)
    assert (await tell(jobs.find_job, me, likeness.job_id)).status == "canceled"


async def test_another_users_things_are_not_there(me, other):
    person, (photo, *_) = await person_with_photos(other)
    likeness = await trained(other, person)
    asked = [
        (service.find_person, person.id),
        (service.delete_person, person.id),
        (service.withdraw_consent, person.id),
        (service.find_photo, photo.id),
        (service.delete_photo, photo.id),
        (service.find_likeness, likeness.id),
        (service.choose_likeness, likeness.id),
        (service.delete_likeness, likeness.id),
    ]
    for verb, row_id in asked:
        for unknown in (row_id, uuid4()):
            with pytest.raises(NotFound):
                await tell(verb, me, unknown)
    assert (await fresh(person)).likeness_id == likeness.id
