"""What goes wrong around a training that a GPU service was paid for: nothing of it is thrown away without need, and nothing
of a person stays with a provider that nobody knows of."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from pexit_app.core import db, deps
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import Failure, ProviderState, ProviderUpdate, StoreFull
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import learning, proof, transitions
from pexit_app.features.people.transitions import WEIGHTS
from pexit_app.features.routing.models import Submission, Withdrawn
from tests.features.people.support import Killed, fresh, new_user, order_training, person_with_photos
from tests.features.people.test_learning_rented import WHOLE, rent
from tests.features.shoots.support import Script

HANDLE = ("fal", "me/likenesses:1")
PROOFS = len(proof.LOOKS)
WITHHELD = ProviderUpdate(ProviderState.FAILED, error="Kept back.", failure=Failure.WITHHELD)


@pytest.fixture
async def me(session, house):
    return await new_user(session, dust=500)


@pytest.fixture
def gpu(house, tmp_path):
    return rent(tmp_path)


@pytest.fixture
async def likeness(me, gpu):
    person, _ = await person_with_photos(me)
    return await order_training(me, person.id)


async def rows(model) -> list:
    async with db.transaction() as session:
        return list((await session.exec(select(model), execution_options={"populate_existing": True})).all())


async def withdrawn() -> set[tuple[str, str]]:
    return {(row.provider, row.handle) for row in await rows(Withdrawn)}


async def outcomes() -> dict[str, str]:
    return {row.reference.rpartition(":")[2]: row.outcome for row in await rows(Submission)}


def away() -> OperationalError:
    return OperationalError("select", {}, Exception("the connection is gone"))


@pytest.mark.parametrize("script", [Script(last=WITHHELD), Script(last=None)], ids=["withheld", "lost"])
async def test_a_proof_that_the_gpu_cannot_make_is_made_by_the_darkroom(house, me, gpu, likeness, script):
    renders = deps.get().gpu_images["fal"]
    renders.scripts[proof.order_of(2, "", "", None).seed] = script
    await learning.learn(likeness.id)
    assert (await fresh(likeness)).status == "ready"
    assert house.store.of(likeness) == WHOLE
    assert len(house.images.orders) == 1
    assert set((await outcomes()).values()) == {"done", "failed"}


async def test_a_proof_that_nobody_can_make_ends_it_and_the_provider_keeps_no_model(house, me, gpu, likeness):
    failed = Script(last=ProviderUpdate(ProviderState.FAILED, error="Broke."))
    for renders in (deps.get().gpu_images["fal"], house.images):
        renders.default = lambda: failed
    await learning.learn(likeness.id)
    assert ((await fresh(likeness)).status, house.store.of(likeness)) == ("failed", set())
    assert await withdrawn() == {HANDLE}
    assert "" not in (await outcomes()).values()


@pytest.mark.parametrize("name", ["note_proof", "note_heard", "finish_training"])
async def test_while_the_database_is_away_no_proof_is_called_off(house, me, gpu, likeness, monkeypatch, name):
    plain, troubles = getattr(transitions, name), [away()]

    async def hiccup(*args):
        if troubles:
            raise troubles.pop()
        return await plain(*args)

    monkeypatch.setattr(transitions, name, hiccup)
    await learning.learn(likeness.id)
    assert ((await fresh(likeness)).status, troubles) == ("ready", [])
    assert len(deps.get().gpu_images["fal"].submitted) == PROOFS
    assert set((await outcomes()).values()) == {"done"}


@pytest.mark.parametrize("part", ["proof-2.jpg", WEIGHTS])
async def test_a_run_cut_off_after_storing_leaves_no_order_open(house, me, gpu, likeness, monkeypatch, part):
    put_file = house.store.put_file

    async def dying(key, path, media_type):
        await put_file(key, path, media_type)
        if key.endswith(part):
            monkeypatch.undo()
            raise Killed

    if part == WEIGHTS:
        monkeypatch.setattr(house.store, "put_file", dying)
    else:
        house.store.dies_after = part
    with pytest.raises(Killed):
        await learning.learn(likeness.id)
    house.store.revive()
    await learning.learn(likeness.id)
    assert (await fresh(likeness)).status == "ready"
    assert len(gpu.submitted) == 1
    assert "" not in (await outcomes()).values()


async def test_a_model_of_a_training_that_was_stopped_while_it_was_stored_is_withdrawn(house, me, gpu, likeness):
    put_file = house.store.put_file

    async def stopping(key, path, media_type):
        await put_file(key, path, media_type)
        async with db.transaction() as session:
            await jobs.cancel_job(session, me, likeness.job_id)

    house.store.put_file = stopping
    await learning.learn(likeness.id)
    assert ((await fresh(likeness)).status, house.store.of(likeness)) == ("canceled", set())
    assert await withdrawn() == {HANDLE}


@pytest.mark.parametrize("error", [StoreFull("Full."), Unavailable("The store is away."), RuntimeError("unforeseen")])
async def test_a_model_that_could_not_be_stored_is_withdrawn(house, me, gpu, likeness, error):
    async def full(key, path, media_type):
        raise error

    house.store.put_file = full
    await learning.learn(likeness.id)
    assert ((await fresh(likeness)).status, house.store.of(likeness)) == ("failed", set())
    assert await withdrawn() == {HANDLE}
    assert "" not in (await outcomes()).values()
