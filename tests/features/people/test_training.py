"""Ordering a training: of whom, from which photos, how many at once, for how much."""

from uuid import uuid4

import pytest

from pexit_app.core import db
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import learning, training
from pexit_app.features.people.errors import (
    AlreadyTraining,
    ConsentRequired,
    TooFewPhotos,
    TooManyTrainings,
)
from pexit_app.features.people.training import TrainingAsk
from pexit_app.features.wallet import prices
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.errors import NotEnoughDust
from tests.features.people.support import (
    add_photos,
    fresh,
    new_person,
    new_user,
    order_training,
    person_with_photos,
    photo,
)


async def job_of(me, likeness):
    async with db.transaction() as session:
        return await jobs.find_job(session, me, likeness.job_id)


async def set_price(dust: int) -> None:
    async with db.transaction() as session:
        await prices.set_price(session, training.ACTION, dust)


async def test_a_training_is_a_job_and_a_version(me):
    person, taken = await person_with_photos(me)
    likeness = await order_training(me, person.id, trigger_word="ANN", steps=1500)
    assert (likeness.version, likeness.status, likeness.trigger_word, likeness.steps) == (1, "training", "ANN", 1500)
    assert likeness.photo_ids == [str(each.id) for each in taken]
    job = await job_of(me, likeness)
    assert (job.kind, job.status, job.total, job.subject_id) == ("training", "queued", 1, likeness.id)
    assert (await fresh(person)).next_version == 2


async def test_refused_photos_are_not_learned_from(me):
    person, taken = await person_with_photos(me)
    bad = await add_photos(me, person.id, photo(90, refuse=["blurred"]))
    everything = tuple(each.id for each in (*taken, *bad.photos))
    likeness = await order_training(me, person.id, photo_ids=everything)
    assert likeness.photo_ids == [str(each.id) for each in taken]


async def test_four_photos_are_too_few_and_five_are_enough(me):
    person, _ = await person_with_photos(me, 4)
    await add_photos(me, person.id, photo(90, refuse=["blurred"]))
    with pytest.raises(TooFewPhotos) as refused:
        await order_training(me, person.id)
    assert (refused.value.problems[0].value, refused.value.problems[0].limit) == (4, 5)
    await add_photos(me, person.id, photo(91))
    await order_training(me, person.id)


async def test_some_photos_of_one_person(me):
    person, taken = await person_with_photos(me, 7)
    ids = tuple(each.id for each in taken[1:6])
    likeness = await order_training(me, None, photo_ids=ids)
    assert (likeness.person_id, likeness.photo_ids) == (person.id, [str(each) for each in ids])


async def test_photos_of_two_people_are_no_likeness(me):
    _, anns = await person_with_photos(me)
    bob, bobs = await person_with_photos(me, name="Bob")
    for person_id, ids in ((None, (*anns, *bobs)), (bob.id, anns)):
        with pytest.raises(BadInput) as refused:
            await order_training(me, person_id, photo_ids=tuple(each.id for each in ids))
        assert refused.value.problems[0].field == "images"


async def test_nobody_named_is_nobody(me):
    with pytest.raises(BadInput) as refused:
        await order_training(me, None)
    assert refused.value.problems[0].field == "person_id"


async def test_another_users_are_not_there(me, other):
    person, theirs = await person_with_photos(other)
    mine, own = await person_with_photos(me)
    asks = (
        TrainingAsk(person.id),
        TrainingAsk(uuid4()),
        TrainingAsk(None, (theirs[0].id,)),
        TrainingAsk(mine.id, (own[0].id, theirs[0].id)),
    )
    for ask in asks:
        with pytest.raises(NotFound):
            async with db.transaction() as session:
                await training.request_training(session, me, ask)


@pytest.mark.parametrize("word", ["T", "T" * 21, "T K", "TÖK", "TOK\n", ""])
async def test_trigger_words_are_checked(me, word):
    with pytest.raises(BadInput) as refused:
        await order_training(me, uuid4(), trigger_word=word)
    assert refused.value.problems[0].field == "config.trigger_word"


async def test_the_bounds_of_trigger_words_and_steps():
    for word, steps in (("TK", 100), ("T" * 20, 4000), ("A_1", 1000)):
        training.check_config(word, steps)
    for steps, limit in ((99, 100), (4001, 4000)):
        with pytest.raises(BadInput) as refused:
            training.check_config("TOK", steps)
        assert (refused.value.problems[0].field, refused.value.problems[0].limit) == ("config.steps", limit)


async def test_without_consent_nothing_is_ordered(me):
    person = await new_person(me, agreed=False)
    with pytest.raises(ConsentRequired):
        await order_training(me, person.id)


async def test_one_at_a_time_of_a_person_and_three_of_a_user(me, other):
    people = [(await person_with_photos(me, name=f"{n}"))[0] for n in range(4)]
    first = await order_training(me, people[0].id)
    with pytest.raises(AlreadyTraining) as refused:
        await order_training(me, people[0].id)
    assert refused.value.details["job_id"] == str(first.job_id)
    for person in people[1:3]:
        await order_training(me, person.id)
    with pytest.raises(TooManyTrainings):
        await order_training(me, people[3].id)
    theirs, _ = await person_with_photos(other)
    await order_training(other, theirs.id)
    await learning.learn(first.id)
    await order_training(me, people[3].id)


async def test_it_is_free_unless_the_operator_says_otherwise(session, house):
    poor, rich = await new_user(session, dust=9), await new_user(session, dust=10)
    await set_price(10)
    person, _ = await person_with_photos(poor)
    with pytest.raises(NotEnoughDust):
        await order_training(poor, person.id)
    person, _ = await person_with_photos(rich)
    likeness = await order_training(rich, person.id)
    card = await wallet.card(session, rich.user_id)
    assert (card.balance, card.held) == (0, 10)
    await learning.learn(likeness.id)
    card = await wallet.card(session, rich.user_id)
    assert (card.balance, card.held, (await job_of(rich, likeness)).charge_dust) == (0, 0, 10)
