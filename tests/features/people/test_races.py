"""Two connections that want the same thing at the same moment. Everything commits."""

import asyncio

import pytest
from sqlmodel import select

from pexit_app.core import db, objects
from pexit_app.core.errors import NotFound, PexitError
from pexit_app.core.ports import ProviderState, ProviderUpdate
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.models import Job
from pexit_app.features.people import faces, photos, service, training, transitions
from pexit_app.features.people.errors import AlreadyTraining, JustStarted, TooManyPeople, TooManyPhotos
from pexit_app.features.people.models import Person, Photo
from tests.features.people.support import (
    add_person,
    add_photos,
    fresh,
    new_person,
    new_user,
    order_training,
    person_with_photos,
    photo,
)

ROUNDS = 4
pytestmark = pytest.mark.usefixtures("house", "live_db")


async def tell(verb, *args, **named):
    async with db.transaction() as session:
        return await verb(session, *args, **named)


async def both(*runs) -> list:
    """What each came to; a refusal counts as an answer, anything else is a fault."""
    found = await asyncio.gather(*runs, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, PexitError):
            raise each
    return found


@pytest.fixture
async def me(live_db, house):
    made = await tell(new_user)
    yield made
    async with db.transaction() as session:  # leave nothing open behind for tests that look at everybody's work
        still = select(Job).where(Job.user_id == made.user_id, Job.completed_at.is_(None))
        for job in (await session.exec(still)).all():
            await jobs.cancel_job(session, made, job.id)


async def photos_of(person) -> list[Photo]:
    return await tell(photos.list_photos, person.id)


async def test_the_same_file_in_two_uploads_is_one_photo(house, me):
    for _ in range(ROUNDS):
        person = await new_person(me)
        found = await both(*(add_photos(me, person.id, photo(1), photo(2)) for _ in range(4)))
        assert {tuple(each.id for each in added.photos) for added in found} == {
            tuple(each.id for each in await photos_of(person))
        }
        assert len(await photos_of(person)) == 2
        kept = {str(each.id) for each in await photos_of(person)}
        stored = {key.split("/")[1] for key in house.store.objects}
        house.store.objects.clear()
        assert stored == kept, "the bytes of the upload that came second stayed"


async def test_of_two_twins_at_once_one_counts(me):
    for _ in range(ROUNDS):
        person = await new_person(me)
        await both(*(add_photos(me, person.id, photo(n, twin="x")) for n in range(3)))
        assert sorted(each.verdict for each in await photos_of(person)) == ["accepted", "rejected", "rejected"]


async def test_limits_hold_when_many_come_at_once(house, me, monkeypatch):
    monkeypatch.setattr(photos, "MAX_PHOTOS", 3)
    monkeypatch.setattr(service, "MAX_PEOPLE", 3)
    person = await new_person(me)
    found = await both(*(add_photos(me, person.id, photo(n)) for n in range(6)))
    assert sum(len(each.photos) for each in found) == len(await photos_of(person)) == 3
    assert {each.code for added in found for each in added.refused} == {TooManyPhotos.code}
    assert len(house.store.objects) == 6
    found = await both(*(tell(add_person, me) for _ in range(6)))
    assert sum(isinstance(each, TooManyPeople) for each in found) == 4
    async with db.transaction() as session:
        assert len((await session.exec(select(Person).where(Person.user_id == me.user_id))).all()) == 3


async def test_two_trainings_of_one_person_are_one(me):
    for _ in range(ROUNDS):
        person, _ = await person_with_photos(me)
        found = await both(*(order_training(me, person.id) for _ in range(3)))
        assert sum(isinstance(each, AlreadyTraining) for each in found) == 2
        assert len(await tell(transitions.trainings_of, person.id)) == 1
        await tell(service.delete_person, me, person.id)


async def test_three_trainings_of_a_user_are_three_however_they_come(me):
    people = [(await person_with_photos(me, name=f"{n}"))[0] for n in range(5)]
    await both(*(order_training(me, each.id) for each in people))
    assert sum([len(await tell(transitions.trainings_of, each.id)) for each in people]) == training.MAX_TRAININGS


async def test_deleting_while_a_training_is_ordered_leaves_no_training(me):
    for _ in range(ROUNDS):
        person, taken = await person_with_photos(me)
        ordered, deleted, picture = await both(
            order_training(me, person.id),
            tell(service.delete_person, me, person.id),
            tell(service.delete_photo, me, taken[0].id),
        )
        if isinstance(deleted, JustStarted):
            await tell(service.delete_person, me, person.id)
        assert await fresh(person) is None
        assert not isinstance(picture, AlreadyTraining)
        if not isinstance(ordered, PexitError):
            assert (await tell(jobs.find_job, me, ordered.job_id)).status == "canceled"


async def test_a_training_that_ends_while_its_person_is_deleted_ends_one_way(me):
    for _ in range(ROUNDS):
        person, _ = await person_with_photos(me)
        likeness = await order_training(me, person.id)
        news = ProviderUpdate(ProviderState.RUNNING, 50, "photo 1 of 5: found")
        await both(
            tell(transitions.note_update, likeness.id, news, range(100)),
            tell(transitions.finish_training, likeness.id),
            tell(jobs.cancel_job, me, likeness.job_id),
            tell(service.delete_person, me, person.id),
        )
        job = await tell(jobs.find_job, me, likeness.job_id)
        assert (await fresh(person), await fresh(likeness)) == (None, None)
        assert job.status in ("completed", "canceled")


async def test_choosing_and_finishing_and_deleting_do_not_wait_for_each_other(me):
    for _ in range(ROUNDS):
        person, _ = await person_with_photos(me)
        first = await order_training(me, person.id)
        await tell(transitions.finish_training, first.id)
        second = await order_training(me, person.id)
        await both(
            tell(service.choose_likeness, me, first.id),
            tell(transitions.finish_training, second.id),
            tell(service.delete_likeness, me, first.id),
            add_photos(me, person.id, photo(77)),
        )
        assert await fresh(first) is None
        assert (await fresh(person)).likeness_id == second.id


async def test_a_persona_of_one_photo_is_made_once_for_all_who_wait(house, me):
    _, (one, *_) = await person_with_photos(me)
    face = await tell(faces.find_face, me, one.id)
    house.gate.open.clear()
    waiting = [asyncio.create_task(faces.ensure_persona(face)) for _ in range(4)]
    impatient = asyncio.create_task(faces.ensure_persona(face))
    while not house.gate.personas:
        await asyncio.sleep(0)
    impatient.cancel()
    house.gate.open.set()
    await asyncio.gather(*waiting)
    await faces.ensure_persona(face)
    assert len(house.gate.personas) == 1
    assert house.store.of(one) == {"photo.jpg", "thumb.jpg", "persona.npz"}
    assert (await fresh(one)).persona_at is not None


async def test_a_photo_deleted_meanwhile_leaves_no_persona(house, me):
    _, (one, *_) = await person_with_photos(me)
    face = await tell(faces.find_face, me, one.id)
    house.gate.open.clear()
    making = asyncio.create_task(faces.ensure_persona(face))
    while not house.gate.personas:
        await asyncio.sleep(0)
    async with db.transaction() as session:
        prefixes = await service.delete_photo(session, me, one.id)
    await objects.discard_now(prefixes)
    house.gate.open.set()
    with pytest.raises(NotFound):
        await making
    assert house.store.of(one) == set()
    with pytest.raises(NotFound):
        await faces.ensure_persona(face)
