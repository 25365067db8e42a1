"""A training from its order to the proof sheet, by a trainer that does as it is told: what comes of it, how it fails, and
that a run which was cut off anywhere is simply run again."""

import contextlib
from dataclasses import replace

import pytest
from sqlmodel import col, select

from pexit_app.core import db, deps, objects
from pexit_app.core.models import Event
from pexit_app.core.ports import Busy, ProviderError, ProviderState, ProviderUpdate
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import learning, proof, service, training, transitions
from pexit_app.features.people.models import likeness_key, photo_key
from pexit_app.features.routing import following
from pexit_app.features.wallet import prices
from pexit_app.features.wallet import service as wallet
from pexit_app.providers.darkroom.parameters import parse
from tests.features.people.support import (
    PARTS,
    PROOFS,
    Killed,
    fresh,
    open_house,
    order_training,
    person_with_photos,
)
from tests.features.shoots.support import Script

PRICE = 7
WHOLE = {"persona.npz", *(proof.part_of(n) for n in range(1, PROOFS + 1))}


@pytest.fixture
async def likeness(me):
    """Ordered, and paid for: dust moves."""
    async with db.transaction() as session:
        await prices.set_price(session, training.ACTION, PRICE)
    person, _ = await person_with_photos(me)
    return await order_training(me, person.id)


async def end_of(me, likeness):
    """(likeness, job, spendable dust, held dust) as they are now."""
    async with db.transaction() as session:
        card = await wallet.card(session, me.user_id)
        job = await jobs.find_job(session, me, likeness.job_id)
    return await fresh(likeness), job, card.balance, card.held


async def told(likeness) -> list[tuple[str, dict]]:
    async with db.transaction() as session:
        query = select(Event).where(Event.job_id == likeness.job_id).order_by(col(Event.seq))
        return [(each.kind, each.data) for each in (await session.exec(query)).all()]


async def is_well(house, me, likeness) -> None:
    row, job, balance, held = await end_of(me, likeness)
    assert (row.status, row.progress, row.error, job.status) == ("ready", 100, "", "completed")
    assert (job.charge_dust, balance, held) == (PRICE, 100 - PRICE, 0)
    assert house.store.of(likeness) == WHOLE
    async with db.transaction() as session:
        person = await service.find_person(session, me, row.person_id)
        assert person.likeness_id == likeness.id
        assert await objects.orphans(session) == []


async def is_failed(house, me, likeness, error: str, failure_type: str = "system") -> None:
    row, job, balance, held = await end_of(me, likeness)
    assert (row.status, job.status, job.failure_type) == ("failed", "failed", failure_type)
    assert error in row.error
    assert (balance, held, house.store.of(likeness)) == (100, 0, set())


async def test_photos_become_a_likeness_with_a_proof_sheet(house, me, likeness):
    await learning.learn(likeness.id)
    await is_well(house, me, likeness)
    row = await fresh(likeness)
    assert (row.proof_count, row.provider, row.weights_home) == (PROOFS, "darkroom", "")
    (order,) = house.trainer.orders.values()
    assert order.photos == tuple(photo_key(each) for each in row.photo_ids)
    assert (order.trigger_word, order.steps) == ("TOK", 1000)
    assert len(house.trainer.forgotten) == 1 and len(house.images.forgotten) == PROOFS
    assert await house.store.get(likeness_key(likeness.id)) == b"persona file"


async def test_every_photo_and_stage_is_told_once_and_in_order(house, me, likeness):
    await learning.learn(likeness.id)
    stages = [data["stage"] for kind, data in await told(likeness) if kind == "training.stage"]
    wanted = [f"photo {n} of 5: {what}" for n in range(1, 6) for what in ("found", "cut out")]
    assert stages == [*wanted, "proof sheet", *(f"proof sheet: {n} of {PROOFS}" for n in range(1, PROOFS + 1))]
    progress = [data["progress"] for _, data in await told(likeness)]
    assert progress == sorted(progress) and progress[-1] == 100
    kinds = [kind for kind, _ in await told(likeness) if kind != "training.stage"]
    assert kinds == ["job.queued", "job.started", "likeness.ready", "job.completed"]


async def test_the_proof_sheet_shows_this_person_in_six_looks(house, me, likeness):
    await learning.learn(likeness.id)
    orders = list(house.images.orders.values())
    assert {order.personas for order in orders} == {(likeness_key(likeness.id),)}
    assert {order.seed for order in orders} == {each.seed for each in proof.LOOKS}
    assert all("TOK person" in order.prompt for order in orders)
    assert {(order.width, order.height, order.output_format) for order in orders} == {(512, 640, "jpeg")}


def test_the_darkroom_knows_the_looks() -> None:
    assert len({repr(parse(each.look)) for each in proof.LOOKS}) == PROOFS


@pytest.mark.parametrize("where", ["dies_before", "dies_after"])
@pytest.mark.parametrize("part", ["persona.npz", "proof-1.jpg", "proof-3.jpg", "proof-6.jpg"])
async def test_a_run_cut_off_anywhere_is_run_again(house, me, likeness, where, part):
    setattr(house.store, where, part)
    with pytest.raises(Killed):
        await learning.learn(likeness.id)
    assert (await fresh(likeness)).status == "training"
    later = open_house(house.store)  # a new process: its trainer and renderer have never heard of those orders
    await learning.learn(likeness.id)
    await is_well(later, me, likeness)
    is_trained = (where, part) != ("dies_before", "persona.npz")
    assert len(later.trainer.submitted) == (0 if is_trained else 1), "trained twice"
    assert len(house.store.puts) == 10 + PARTS, "something was stored twice"


@pytest.mark.parametrize(
    "verb", ["begin_training", "note_update", "note_trained", "note_proof", "finish_training"]
)
@pytest.mark.parametrize("is_after", [False, True])
async def test_a_run_cut_off_beside_any_transaction_is_run_again(house, me, likeness, monkeypatch, verb, is_after):
    if is_after:
        _die_after(verb, monkeypatch)
    else:
        monkeypatch.setattr(transitions, verb, _die)
    with pytest.raises(Killed):
        await learning.learn(likeness.id)
    monkeypatch.undo()
    monkeypatch.setattr(following, "patience", following.Patience(pause_s=0.0, tries=3, told_s=0.0))
    later = open_house(house.store)
    await learning.learn(likeness.id)
    await is_well(later, me, likeness)


async def _die(*args, **named):
    raise Killed


def _die_after(verb, monkeypatch) -> None:
    """Kills the process after the commit of the first transaction in which `verb` ran."""
    real, transaction, ran = getattr(transitions, verb), db.transaction, []

    async def noted(*args, **named):
        ran.append(verb)
        return await real(*args, **named)

    @contextlib.asynccontextmanager
    async def dying():
        before = len(ran)
        async with transaction() as session:
            yield session
        if len(ran) > before:
            raise Killed

    monkeypatch.setattr(transitions, verb, noted)
    monkeypatch.setattr(db, "transaction", dying)


async def test_a_restarted_trainer_is_asked_anew(house, me, likeness):
    house.trainer.course.forgets = 1
    await learning.learn(likeness.id)
    await is_well(house, me, likeness)
    assert len(house.trainer.submitted) == 2


async def test_an_answer_that_got_lost_is_asked_for_again_where_that_is_free(house, me, likeness):
    house.trainer.course.lost = 1
    await learning.learn(likeness.id)
    await is_well(house, me, likeness)


async def test_a_busy_trainer_is_asked_again(house, me, likeness):
    house.trainer.course.refusals = [Busy("later")] * 2
    await learning.learn(likeness.id)
    await is_well(house, me, likeness)


async def test_refusals_say_why_and_cost_nothing(house, me, likeness):
    house.trainer.course.refusals = [ProviderError("These photos show no face.")]
    await learning.learn(likeness.id)
    await is_failed(house, me, likeness, "no face")
    assert ("training.failed", "These photos show no face.") in [(k, d.get("error")) for k, d in await told(likeness)]


async def test_a_training_that_fails_says_why(house, me, likeness):
    house.trainer.course.last = ProviderUpdate(ProviderState.FAILED, 50, error="It ran out of memory.")
    await learning.learn(likeness.id)
    await is_failed(house, me, likeness, "out of memory")


async def test_silence_ends_it(house, me, likeness, impatient):
    house.trainer.course.is_silent = True
    await learning.learn(likeness.id)
    await is_failed(house, me, likeness, "too long", "timeout")


async def test_a_fault_of_ours_fails_it_and_tells_nothing_of_it(house, me, likeness):
    async def broken(provider_id):
        raise KeyError("secret")

    house.trainer.fetch = broken
    await learning.learn(likeness.id)
    await is_failed(house, me, likeness, "our side")


async def test_a_proof_that_the_renderer_lost_is_ordered_again(house, me, likeness):
    house.images.scripts = {proof.LOOKS[2].seed: Script(forgets=1)}
    await learning.learn(likeness.id)
    await is_well(house, me, likeness)


async def test_a_likeness_that_cannot_be_rendered_fails(house, me, likeness):
    last = ProviderUpdate(ProviderState.FAILED, error="This face cannot be turned.")
    house.images.scripts = {proof.LOOKS[3].seed: Script(last=last)}
    await learning.learn(likeness.id)
    await is_failed(house, me, likeness, "cannot be turned")
    ended = house.images.canceled | set(house.images.forgotten)
    lost = {each for each, order in house.images.orders.items() if order.seed == proof.LOOKS[3].seed}
    assert set(house.images.orders) - ended <= lost, "proofs that nobody wants any more go on"


async def test_stopped_before_it_ran_nothing_is_handed_over(house, me, likeness):
    async with db.transaction() as session:
        await jobs.cancel_job(session, me, likeness.job_id)
    await learning.learn(likeness.id)
    row, job, balance, held = await end_of(me, likeness)
    assert (row.status, job.status, balance, held) == ("canceled", "canceled", 100, 0)
    assert (house.trainer.submitted, house.store.of(likeness)) == ([], set())


@pytest.mark.parametrize("part", ["persona.npz", "proof-2.jpg", "proof-6.jpg"])
async def test_stopped_while_it_stores_leaves_no_bytes(house, me, likeness, part):
    put = house.store.put

    async def stopping(key, content, media_type):
        await put(key, content, media_type)
        if key.endswith(part):
            async with db.transaction() as session:
                await jobs.cancel_job(session, me, likeness.job_id)

    house.store.put = stopping
    await learning.learn(likeness.id)
    assert (await fresh(likeness)).status == "canceled"
    assert house.store.of(likeness) == set()
    assert house.trainer.forgotten, "the trainer was not told"
    assert house.images.canceled | set(house.images.forgotten) == set(house.images.orders)


@pytest.mark.parametrize("part", ["persona.npz", "proof-6.jpg"])
async def test_deleted_while_it_stores_leaves_no_bytes(house, me, likeness, part):
    put = house.store.put

    async def deleting(key, content, media_type):
        if key.endswith(part):
            async with db.transaction() as session:
                prefixes = await service.delete_person(session, me, likeness.person_id)
            await objects.discard_now(prefixes)
        await put(key, content, media_type)

    house.store.put = deleting
    await learning.learn(likeness.id)
    assert house.store.objects == {}
    async with db.transaction() as session:
        assert (await jobs.find_job(session, me, likeness.job_id)).status == "canceled"


async def test_news_after_the_end_changes_nothing(house, me, likeness):
    await learning.learn(likeness.id)
    before = len(await told(likeness))
    update = ProviderUpdate(ProviderState.RUNNING, 10, "late")
    async with db.transaction() as session:
        assert not await transitions.note_update(session, likeness.id, update, range(100))
        assert not await transitions.note_trained(session, likeness.id)
        assert not await transitions.note_weights(session, likeness.id, "fal", "", ())
        assert not await transitions.note_proof(session, likeness.id, 1)
        assert not await transitions.finish_training(session, likeness.id)
        assert not await transitions.fail_training(session, likeness.id, "late", jobs.FailureType.SYSTEM)
        assert not await transitions.stop_training(session, likeness.id)
        assert not await transitions.begin_training(session, likeness.id, "fake")
    await learning.learn(likeness.id)
    assert len(await told(likeness)) == before
    await is_well(house, me, likeness)


async def test_without_a_trainer_it_fails_and_says_so(me, likeness):
    house = open_house()
    deps.use(replace(deps.get(), trainer=None))
    await learning.learn(likeness.id)
    await is_failed(house, me, likeness, "nobody who trains")
