"""A likeness that a GPU service learns beside the darkroom, by a trainer that does as it is told."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pexit_app.core import db, deps
from pexit_app.core.errors import BadInput
from pexit_app.core.ports import Failure, ProviderError, ProviderState, ProviderUpdate, RemoteCopy, Trained
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import faces, learning, proof, service, training, transitions
from pexit_app.features.people.models import likeness_key
from pexit_app.features.people.training import TrainingAsk
from pexit_app.features.routing import submissions, withdrawals
from pexit_app.features.routing.table import ROUTES
from pexit_app.features.wallet import service as wallet
from tests.features.people.support import FakeTrainer, Killed, fresh, order_training, person_with_photos
from tests.features.shoots.support import FakeImages

PHOTOS_GONE = RemoteCopy("photos", "files/1", deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
DUST = ROUTES["train"].dust
WHOLE = {"persona.npz", "weights.safetensors", *(proof.part_of(n) for n in range(1, len(proof.LOOKS) + 1))}


class FakeGpu(FakeTrainer):
    """Trains LoRAs; `kept` are the models it keeps."""

    name = "fal"

    def __init__(self, folder: Path) -> None:
        super().__init__(is_repeatable=False)
        self.folder, self.kept = folder, {"me/likenesses:1"}
        self.deletes_fail = 0

    async def fetch(self, provider_id: str) -> Trained:
        await super().fetch(provider_id)
        folder = self.folder / f"fetched-{len(self.fetched)}"
        folder.mkdir()
        (folder / "weights.safetensors").write_bytes(b"weights")
        return Trained(weights=folder / "weights.safetensors", handle="me/likenesses:1", copies=(PHOTOS_GONE,))

    async def delete_model(self, handle: str) -> None:
        if self.deletes_fail:
            self.deletes_fail -= 1
            raise ProviderError("Not now.")
        self.kept.discard(handle)


@pytest.fixture
def gpu(house, tmp_path) -> FakeGpu:
    return rent(tmp_path)


def rent(tmp_path: Path) -> FakeGpu:
    """From now on a GPU service is configured."""
    made, renders = FakeGpu(tmp_path), FakeImages(is_repeatable=False)
    renders.name = "fal"
    deps.use(replace(deps.get(), gpu_trainers={"fal": made}, gpu_images={"fal": renders}))
    return made


@pytest.fixture
async def likeness(me, gpu):
    async with db.transaction() as session:
        await wallet.grant(session, me.user_id, 1000, key=f"test:{me.user_id}", reason="for a test")
    person, _ = await person_with_photos(me)
    return await order_training(me, person.id)


async def purse(me) -> tuple[int, int]:
    async with db.transaction() as session:
        card = await wallet.card(session, me.user_id)
    return card.balance, card.held


async def test_a_gpu_learns_beside_the_darkroom(house, me, gpu, likeness):
    before, held = await purse(me)
    assert held == DUST
    await learning.learn(likeness.id)
    row = await fresh(likeness)
    assert (row.status, row.provider, row.weights_home, row.weights_handle) == ("ready", "fal", "fal", "me/likenesses:1")
    assert row.remote_copies == [
        {"what": "photos", "where": "files/1", "expires_at": None, "deleted_at": "2026-01-01T00:00:00+00:00"}
    ]
    assert house.store.of(likeness) == WHOLE
    assert await purse(me) == (before, 0)
    assert list(gpu.folder.iterdir()) == [], "fetched weights lie about"
    assert len(gpu.forgotten) == len(gpu.submitted) == 1
    (order,) = gpu.orders.values()
    assert (order.subject, len(order.boxes)) == ("person", len(order.photos))


async def test_the_proof_sheet_is_rendered_by_the_gpu_with_the_weights(house, me, gpu, likeness):
    await learning.learn(likeness.id)
    orders = list(deps.get().gpu_images["fal"].orders.values())
    assert len(orders) == len(proof.LOOKS) and not house.images.orders
    assert {each.weights[0].key for each in orders} == {likeness_key(likeness.id, "weights.safetensors")}
    async with db.transaction() as session:
        face = await faces.find_face(session, me, likeness.id)
    assert face.weights is not None and face.weights.handle == "me/likenesses:1"


async def test_progress_grows_over_both_trainings(house, me, gpu, likeness, monkeypatch):
    seen, note = [], transitions.note_update

    async def noted(session, likeness_id, update, share):
        is_wanted = await note(session, likeness_id, update, share)
        seen.append((await session.get(type(likeness), likeness_id)).progress)
        return is_wanted

    monkeypatch.setattr(transitions, "note_update", noted)
    await learning.learn(likeness.id)
    assert seen == sorted(seen) and seen[-1] > transitions.PERSONA_PERCENT


@pytest.mark.parametrize("where", ["dies_before", "dies_after"])
@pytest.mark.parametrize("part", ["persona.npz", "weights.safetensors"])
async def test_a_run_cut_off_anywhere_pays_the_gpu_once(house, me, gpu, likeness, where, part):
    setattr(house.store, where, part)
    with pytest.raises(Killed):
        await learning.learn(likeness.id)
    await learning.learn(likeness.id)
    assert (await fresh(likeness)).status == "ready"
    assert len(gpu.submitted) == 1, "paid twice"
    assert house.store.of(likeness) == WHOLE


async def test_a_lost_answer_is_not_paid_twice(house, me, gpu, likeness):
    before, _ = await purse(me)
    gpu.course.lost = 1
    await learning.learn(likeness.id)
    row = await fresh(likeness)
    assert (row.status, len(gpu.submitted)) == ("failed", 1)
    assert await purse(me) == (before + DUST, 0)
    assert house.store.of(likeness) == set()
    async with db.transaction() as session:
        handed = await submissions.find(session, learning.train_reference(likeness.id))
    assert handed is not None and handed.outcome == "lost"


@pytest.mark.parametrize(
    ("failure", "kind"), [(Failure.WITHHELD, "validation"), (Failure.INVALID, "validation"), (Failure.SYSTEM, "system")]
)
async def test_what_the_gpu_says_is_said(house, me, gpu, likeness, failure, kind):
    before, _ = await purse(me)
    gpu.course.last = ProviderUpdate(ProviderState.FAILED, error="These photos are kept back.", failure=failure)
    await learning.learn(likeness.id)
    async with db.transaction() as session:
        job = await jobs.find_job(session, me, likeness.job_id)
    assert (job.status, job.failure_type, job.error) == ("failed", kind, "These photos are kept back.")
    assert await purse(me) == (before + DUST, 0)


async def test_the_darkroom_alone_can_be_asked_for(house, me, gpu):
    before, _ = await purse(me)
    person, _ = await person_with_photos(me)
    async with db.transaction() as session:
        likeness = await training.request_training(session, me, TrainingAsk(person.id, trainer="darkroom"))
    await learning.learn(likeness.id)
    assert ((await fresh(likeness)).status, gpu.submitted) == ("ready", [])
    assert await purse(me) == (before, 0)


async def test_without_a_gpu_none_can_be_asked_for(house, me):
    person, _ = await person_with_photos(me)
    async with db.transaction() as session:
        with pytest.raises(BadInput, match="trained here by: darkroom"):
            await training.request_training(session, me, TrainingAsk(person.id, trainer="gpu"))


@pytest.mark.parametrize("verb", ["delete_likeness", "delete_person", "withdraw_consent"])
async def test_what_the_provider_keeps_goes_with_the_likeness(house, me, gpu, likeness, verb):
    await learning.learn(likeness.id)
    gpu.deletes_fail = 1
    whose = likeness.id if verb == "delete_likeness" else likeness.person_id
    async with db.transaction() as session:
        await getattr(service, verb)(session, me, whose)
    await withdrawals.delete_withdrawn()
    assert gpu.kept, "it was the provider that said no"
    await withdrawals.delete_withdrawn()
    assert gpu.kept == set()
    gpu.kept = {"me/likenesses:1"}
    await withdrawals.delete_withdrawn()
    assert gpu.kept, "it was deleted already, and asked for again"


async def test_a_stopped_training_is_called_off_at_the_gpu(house, me, gpu, likeness, monkeypatch):
    gpu.course.is_silent = True
    follow = gpu.follow

    async def stopping(provider_id):
        async for update in follow(provider_id):
            yield update
            if update.progress > 50:
                async with db.transaction() as session:
                    await jobs.cancel_job(session, me, likeness.job_id)

    monkeypatch.setattr(gpu, "follow", stopping)
    await learning.learn(likeness.id)
    assert (await fresh(likeness)).status == "canceled"
    assert gpu.canceled == set(gpu.orders)
    assert house.store.of(likeness) == set()
