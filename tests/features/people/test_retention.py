"""Photos go when their time is over and not before, whatever happens meanwhile; likenesses and frames stay."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from pexit_app.core import clock, db
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput
from pexit_app.core.models import Receipt
from pexit_app.features.people import cards, learning, queries, retention, service, workflows
from pexit_app.features.people.models import LikenessStatus, Photo, Retention
from tests.features.people.support import Killed, add_photos, fresh, order_training, person_with_photos, photo

DAYS = st.integers(-60, 0)
START = now()


def day(number: int):
    return START + timedelta(days=number)


def due(choice, photos, ready=(), training=()):
    """due_at() of photos added, and trainings ended or begun, on these days."""
    likenesses = [SimpleNamespace(status=LikenessStatus.READY, finished_at=day(each)) for each in ready]
    likenesses += [SimpleNamespace(status=LikenessStatus.TRAINING, finished_at=None) for _ in training]
    return retention.due_at(
        SimpleNamespace(retention=choice), [SimpleNamespace(created_at=day(each)) for each in photos], likenesses
    )


@given(st.lists(DAYS, min_size=1), st.lists(DAYS))
def test_thirty_days_after_the_last_photo_or_training(photos, ready):
    assert due(Retention.DAYS_30, photos, ready) == day(max([*photos, *ready]) + 30)


@given(st.lists(DAYS), st.lists(DAYS))
def test_kept_is_kept_and_none_never_goes(photos, ready):
    assert due(Retention.KEEP, photos, ready) is None
    assert due(Retention.DAYS_30, [], ready) is None


@pytest.mark.parametrize(
    ("photos", "ready", "expected"),
    [([-5, -3], [-3], -3), ([-5], [-3, -1], -1), ([-5, -1], [-3], 29), ([-5], [], 25)],
)
def test_after_training_is_at_once_where_all_were_learnt_from(photos, ready, expected):
    """Photos that came later wait for the next training, and not longer than any others."""
    assert due(Retention.AFTER_TRAINING, photos, ready) == day(expected)


def test_the_timer_in_words():
    def said(choice, photos, ready=(), is_training=False):
        return cards.timer_line(choice, due(choice, photos, ready), is_training=is_training)

    assert said(Retention.KEEP, [0]) == "They stay until you delete them."
    assert said(Retention.DAYS_30, [-29]).endswith(", in 1 day.")
    assert said(Retention.DAYS_30, [0]).endswith(", in 30 days.")
    assert said(Retention.DAYS_30, [-31]) == "They are deleted within the hour."
    assert said(Retention.DAYS_30, [-31], is_training=True) == "They are deleted 30 days after the training has ended."
    assert said(Retention.AFTER_TRAINING, [-3]).startswith("They are deleted when a training has ended, or on ")
    assert said(Retention.DAYS_30, []) == ""


async def choose(me, person, choice):
    async with db.transaction() as session:
        return await service.change_person(session, me, person.id, retention=choice)


async def clean_up(monkeypatch) -> None:
    monkeypatch.setattr(retention, "_looked_at", None)
    await retention.erase_all_due()


async def photos_of(person) -> list[Photo]:
    async with db.transaction() as session:
        return list((await session.exec(select(Photo).where(Photo.person_id == person.id))).all())


async def trained(me, person):
    likeness = await order_training(me, person.id)
    await learning.learn(likeness.id)
    return await fresh(likeness)


async def test_the_default_is_thirty_days_and_the_date_is_told(me, house, monkeypatch):
    person, _ = await person_with_photos(me)
    likeness = await trained(me, person)
    async with db.transaction() as session:
        card = await queries.person_card(session, await fresh(person))
    assert (card.retention, card.photos_due_at) == (Retention.DAYS_30, likeness.finished_at + timedelta(days=30))
    with clock.moved(days=29, hours=23):
        await clean_up(monkeypatch)
        assert len(await photos_of(person)) == 5
    with clock.moved(days=30, minutes=1):
        await clean_up(monkeypatch)
    assert await photos_of(person) == []
    assert not [key for key in house.store.objects if key.startswith("photos/")]
    assert (await fresh(likeness)).status == "ready" and house.store.of(likeness)
    async with db.transaction() as session:
        receipt = (await session.exec(select(Receipt).where(Receipt.user_id == me.user_id))).one()
    told = receipt.document["receipt"]
    assert told["subject"] == {"kind": "photos", "id": str(person.id)}
    assert sum(each["kind"] == "photo" for each in told["erased"]) == 5


async def test_a_new_photo_starts_the_clock_anew_and_kept_ones_stay(me, house, monkeypatch):
    person, _ = await person_with_photos(me)
    kept, _ = await person_with_photos(me, name="Bo")
    await choose(me, kept, "keep")
    with clock.moved(days=20):
        await add_photos(me, person.id, photo(77))
    with clock.moved(days=31):
        await clean_up(monkeypatch)
        assert (len(await photos_of(person)), len(await photos_of(kept))) == (6, 5)
    with clock.moved(days=51):
        await clean_up(monkeypatch)
        assert (len(await photos_of(person)), len(await photos_of(kept))) == (0, 5)


async def test_after_a_training_they_go_with_its_end(me, house):
    person, _ = await person_with_photos(me)
    await choose(me, person, "after_training")
    likeness = await order_training(me, person.id)
    await learning.learn(likeness.id)
    await workflows._erase_learnt(likeness.id)
    assert await photos_of(person) == [] and (await fresh(likeness)).status == "ready"


async def test_what_trains_keeps_its_photos(me, house, monkeypatch):
    person, _ = await person_with_photos(me)
    await order_training(me, person.id)
    with clock.moved(days=40):
        await clean_up(monkeypatch)
        assert len(await photos_of(person)) == 5
        assert await retention.erase_due(me.user_id, person.id) == 0


async def test_what_died_in_the_middle_is_gone_on_with(me, house, monkeypatch):
    await person_with_photos(me)

    async def killed(prefixes) -> None:
        raise Killed

    with clock.moved(days=31):
        with monkeypatch.context() as patched:
            patched.setattr(retention.objects, "discard_now", killed)
            with pytest.raises(Killed):
                await clean_up(patched)
        await retention.objects.discard_objects()
        assert not house.store.objects
        async with db.transaction() as session:
            told = (await session.exec(select(Receipt.document))).one()["receipt"]["erased"]
    assert sum(each["kind"] == "object" for each in told) == 10


async def test_another_choice_is_refused_by_name(me, house):
    person, _ = await person_with_photos(me)
    with pytest.raises(BadInput) as refused:
        await choose(me, person, "for ever")
    assert [each.field for each in refused.value.problems] == ["retention"]
