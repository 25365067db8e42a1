"""Files become photos: each judged on its own, the same one once, nothing left behind by a crash."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import col, select, update

from pexit_app.core import db, objects
from pexit_app.core.clock import now
from pexit_app.core.errors import NotFound, Unavailable
from pexit_app.core.models import Discarded, Event
from pexit_app.core.ports import Busy, ProviderError
from pexit_app.features.people import photos, service
from pexit_app.features.people.models import Photo, photo_key, photo_prefix
from pexit_app.features.people.photos import MAX_PHOTOS
from tests.features.people.support import Killed, add_photos, files, fresh, new_person, person_with_photos, photo


async def rows_of(person) -> list[Photo]:
    async with db.transaction() as session:
        return await photos.list_photos(session, person.id)


async def orphans() -> list[str]:
    async with db.transaction() as session:
        return await objects.orphans(session)


def verdicts(rows) -> list[tuple[str, list[str]]]:
    return [(each.verdict, [reason["code"] for reason in each.reasons]) for each in rows]


async def test_a_mixed_batch_keeps_the_good_and_names_the_bad(house, me):
    person = await new_person(me)
    batch = (photo(1), b"no picture", photo(2, refuse=["blurred"]), photo(3, bad="damaged"), photo(4, pose="left"))
    added = await add_photos(me, person.id, *batch)
    assert verdicts(added.photos) == [("accepted", []), ("rejected", ["blurred"]), ("accepted", [])]
    assert [(each.file, each.code) for each in added.refused] == [("1.jpg", "not_an_image"), ("3.jpg", "damaged")]
    assert [each.id for each in await rows_of(person)] == [each.id for each in added.photos]
    assert all(house.store.of(each) == {"photo.jpg", "thumb.jpg"} for each in added.photos)
    assert await house.store.get(photo_key(added.photos[0].id)) == b"photo " + photo(1)
    async with db.transaction() as session:
        query = select(Event.data).where(Event.user_id == me.user_id, Event.kind == "photo.added")
        told = await session.exec(query.order_by(col(Event.id)))
        assert [each["photo_id"] for each in told.all()] == [str(each.id) for each in added.photos]
        assert (await session.exec(select(Discarded))).all() == []


async def test_what_was_measured_is_kept(me):
    person = await new_person(me)
    (kept,) = (await add_photos(me, person.id, photo(1, pose="left", sharpness=61.5))).photos
    assert (kept.reading["pose"], kept.reading["sharpness"], kept.width, kept.height) == ("left", 61.5, 1500, 2000)
    assert kept.reading["prints"]["who"] == "me"


async def test_the_same_file_twice_is_one_photo(house, me):
    person = await new_person(me)
    first = await add_photos(me, person.id, photo(1), photo(1))
    again = await add_photos(me, person.id, photo(1), photo(2))
    assert [len(first.photos), len(again.photos), len(await rows_of(person))] == [1, 2, 2]
    assert again.photos[0].id == first.photos[0].id
    assert len(house.gate.inspected) == 2
    assert len(house.store.objects) == 4


async def test_a_bad_file_twice_is_named_twice(me):
    person = await new_person(me)
    added = await add_photos(me, person.id, b"?", b"?")
    assert [each.file for each in added.refused] == ["0.jpg", "1.jpg"]


async def test_the_same_file_of_two_people_is_two_photos(me):
    ann, bob = await new_person(me), await new_person(me, "Bob")
    assert (await add_photos(me, ann.id, photo(1))).photos[0].id != (await add_photos(me, bob.id, photo(1))).photos[
        0
    ].id


async def test_a_hint_does_not_refuse(me):
    person = await new_person(me)
    added = await add_photos(me, person.id, photo(1), photo(2, who="another"))
    assert verdicts(added.photos) == [("accepted", []), ("accepted", ["may_be_someone_else"])]


async def test_a_twin_is_refused_until_the_first_is_deleted(me):
    person = await new_person(me)
    one, two, three = (await add_photos(me, person.id, *(photo(n, twin="x") for n in range(3)))).photos
    assert verdicts([one, two, three]) == [("accepted", []), ("rejected", ["duplicate"]), ("rejected", ["duplicate"])]
    async with db.transaction() as session:
        await service.delete_photo(session, me, one.id)
    assert verdicts(await rows_of(person)) == [("accepted", []), ("rejected", ["duplicate"])]


async def test_one_refused_alone_is_not_let_in_by_a_deletion(me):
    person = await new_person(me)
    one, _ = (await add_photos(me, person.id, photo(1), photo(2, refuse=["too_dark"]))).photos
    async with db.transaction() as session:
        await service.delete_photo(session, me, one.id)
    assert verdicts(await rows_of(person)) == [("rejected", ["too_dark"])]


async def test_sixty_photos_and_not_one_more(house, me):
    person = await new_person(me)
    async with db.transaction() as session:
        (model,) = (await photos.add_photos(me, person.id, files(photo(0)))).photos
        values = model.model_dump(exclude={"id", "content_sha256"})
        session.add_all(Photo(**values, content_sha256=f"{n}") for n in range(MAX_PHOTOS - 2))
    added = await add_photos(me, person.id, photo(1), photo(2), photo(0))
    assert [len(added.photos), [each.code for each in added.refused]] == [2, ["too_many_photos"]]
    assert len(await rows_of(person)) == MAX_PHOTOS
    assert await orphans() == []
    async with db.transaction() as session:
        await service.delete_photo(session, me, model.id)
    assert len((await add_photos(me, person.id, photo(2))).photos) == 1


async def test_a_busy_gate_is_asked_again_and_then_the_file_is_given_back(house, me):
    person = await new_person(me)
    house.gate.raises = [Busy("later")] * (photos.BUSY_TRIES - 1)
    assert len((await add_photos(me, person.id, photo(1))).photos) == 1
    house.gate.raises = [Busy("later")] * photos.BUSY_TRIES
    assert [each.code for each in (await add_photos(me, person.id, photo(2))).refused] == ["busy"]
    house.gate.raises = [ProviderError("It took longer than 5 s.")]
    assert [each.message for each in (await add_photos(me, person.id, photo(2))).refused] == [
        "It took longer than 5 s."
    ]


async def test_a_name_is_cut_to_what_is_kept(me):
    person = await new_person(me)
    added = await photos.add_photos(me, person.id, [photos.file_of("n" * 300, photo(1))])
    assert added.photos[0].name == "n" * 120


async def test_another_users_person_is_not_there(me, other):
    person = await new_person(other)
    for who, person_id in ((me, person.id), (me, uuid4())):
        with pytest.raises(NotFound):
            await add_photos(who, person_id, photo(1))


@pytest.mark.parametrize("where", ["dies_before", "dies_after"])
@pytest.mark.parametrize("part", ["photo.jpg", "thumb.jpg"])
async def test_a_process_that_dies_while_storing_leaves_nothing(house, me, monkeypatch, where, part):
    person = await new_person(me)
    await add_photos(me, person.id, photo(1))

    async def nobody_is_left(prefixes):
        raise Killed

    monkeypatch.setattr(objects, "discard_now", nobody_is_left)
    setattr(house.store, where, part)
    with pytest.raises(Killed):
        await add_photos(me, person.id, photo(2), photo(3))
    monkeypatch.undo()
    kept = await rows_of(person)
    assert len(kept) == 1, "what was acknowledged is lost, or what was not is there"
    await objects.discard_objects()
    assert len(await orphans()) == (0 if (where, part) == ("dies_before", "photo.jpg") else 1), "swept while storing"
    async with db.transaction() as session:
        await session.exec(update(Discarded).values(created_at=now() - timedelta(seconds=1)))
    await objects.discard_objects()
    assert await orphans() == []
    assert house.store.of(kept[0]) == {"photo.jpg", "thumb.jpg"}
    assert len((await add_photos(me, person.id, photo(2))).photos) == 1


async def test_storing_that_took_too_long_is_not_written_down(house, me):
    """Else the sweep could take bytes whose row has just been written."""
    person = await new_person(me)
    put = house.store.put

    async def slow(key, content, media_type):
        await put(key, content, media_type)
        async with db.transaction() as session:
            await session.exec(update(Discarded).values(created_at=now() - timedelta(seconds=1)))

    house.store.put = slow
    with pytest.raises(Unavailable):
        await add_photos(me, person.id, photo(1))
    assert (await rows_of(person), house.store.objects) == ([], {})


async def test_deleting_one_takes_its_bytes(house, me):
    person, (one, *rest) = await person_with_photos(me)
    async with db.transaction() as session:
        prefixes = await service.delete_photo(session, me, one.id)
    assert prefixes == [photo_prefix(one.id)]
    await objects.discard_now(prefixes)
    assert (await fresh(one), house.store.of(one)) == (None, set())
    assert [each.id for each in await rows_of(person)] == [each.id for each in rest]
    async with db.transaction() as session:
        noted = await session.exec(select(Discarded.prefix).where(col(Discarded.prefix) == prefixes[0]))
        assert noted.all() == prefixes


async def test_another_users_photo_is_not_there(me, other):
    _, (theirs, *_) = await person_with_photos(other)
    with pytest.raises(NotFound):
        async with db.transaction() as session:
            await service.delete_photo(session, me, theirs.id)
    assert await fresh(theirs) is not None
