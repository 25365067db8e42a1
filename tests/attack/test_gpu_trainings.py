"""What somebody dishonest can make a training cost us."""

from dataclasses import replace

import pytest

from pexit_app.core import db, deps
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import learning, training
from pexit_app.features.people.models import RENTED
from pexit_app.features.routing import waste
from pexit_app.features.routing.table import ROUTES
from pexit_app.features.wallet import service as wallet
from tests.features.people.conftest import *  # noqa: F403  (the small house of people)
from tests.features.people.support import fresh, order_training, person_with_photos
from tests.features.people.test_learning_rented import FakeGpu
from tests.features.shoots.support import FakeImages

DUST = ROUTES["train"].dust


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(waste, "TRAININGS", type(waste.TRAININGS)(1))
    waste.forget()
    yield
    waste.forget()


@pytest.fixture
def gpu(house, tmp_path) -> FakeGpu:
    made, renders = FakeGpu(tmp_path), FakeImages(is_repeatable=False)
    renders.name = "fal"
    deps.use(replace(deps.get(), gpu_trainers={"fal": made}, gpu_images={"fal": renders}))
    return made


async def rich(me) -> None:
    async with db.transaction() as session:
        await wallet.grant(session, me.user_id, 3000, key=f"test:{me.user_id}", reason="for a test")


@pytest.mark.parametrize(
    ("steps", "dust"), [(100, DUST), (1000, DUST), (1001, DUST + 1), (2000, 2 * DUST), (4000, 4 * DUST)]
)
async def test_more_steps_than_usual_cost_more_where_they_are_paid_for(me, gpu, steps, dust):
    async with db.transaction() as session:
        assert await training.priced(session, None, steps) == (RENTED, dust)
        assert (await training.priced(session, "darkroom", steps))[1] < DUST
    await rich(me)
    person, _ = await person_with_photos(me)
    await order_training(me, person.id, steps=steps)
    async with db.transaction() as session:
        assert (await wallet.card(session, me.user_id)).held == dust


async def test_trainings_that_are_stopped_at_the_proof_sheet_have_an_end(me, gpu, monkeypatch):
    """The vendor has made and billed all of it by then; stopping gives all dust back."""
    await rich(me)
    person, _ = await person_with_photos(me)
    print_proofs = learning._print_proofs

    for turn in range(2):
        likeness = await order_training(me, person.id)

        async def stopped(likeness_id, stored, likeness=likeness):
            async with db.transaction() as session:
                await jobs.cancel_job(session, me, likeness.job_id)
            return await print_proofs(likeness_id, stored)

        monkeypatch.setattr(learning, "_print_proofs", stopped)
        await learning.learn(likeness.id)
        assert (await fresh(likeness)).status == ("canceled" if turn == 0 else "failed")
    assert len(gpu.submitted) == 1
    async with db.transaction() as session:
        assert (await wallet.card(session, me.user_id)).held == 0
