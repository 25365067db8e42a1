"""The life of a training: running, then exactly one of ready, failed, canceled.

Each transition locks the job and the likeness, looks whether it still trains, and does nothing when it does not: a
workflow may run a step again, a trainer may say a thing twice. Locks in one order: the job, its likeness, the user's turn
(which wallet and events take too); whoever holds the turn owns the rows of the user's people and photos.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.clock import now
from pexit_app.core.ports import ProviderState, ProviderUpdate, RemoteCopy, TrainingOrder, Weights
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import FailureType, Job
from pexit_app.features.people import proof
from pexit_app.features.people.models import (
    OWN,
    Likeness,
    LikenessStatus,
    Person,
    Photo,
    likeness_key,
    photo_key,
)

KIND = "training"
PROOF_STAGE = "proof sheet"
WEIGHTS = "weights.safetensors"
PERSONA_PERCENT = 15  # of the whole is our own persona where a GPU trains as well
TRAINED_PERCENT = 70  # of the whole are the trainings; the rest is the proof sheet
_TRAINS = Likeness.status == LikenessStatus.TRAINING


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the run of a training has to know. `who` is what a prompt calls the person."""

    likeness_id: UUID
    user_id: UUID
    order: TrainingOrder
    who: str
    is_rented: bool
    weights: Weights | None  # already stored

    @property
    def is_trained(self) -> bool:
        return self.weights is not None or not self.is_rented

    @property
    def reference(self) -> str:
        return reference_of(self.likeness_id)


def reference_of(likeness_id: UUID) -> str:
    """Our own id; its orders add a word each: `likeness:<id>:train`, `likeness:<id>:proof-1`."""
    return f"likeness:{likeness_id}"


def likeness_topic(likeness_id: UUID) -> str:
    """Woken when it may not be wanted any more."""
    return f"likeness:{likeness_id}"


def words_of(kind: str, trigger_word: str = "") -> str:
    """What a prompt calls somebody: "TOK person", or "a pet" without a trained word."""
    return f"{trigger_word or 'a'} {kind}"


async def lock_likeness(session: AsyncSession, likeness_id: UUID) -> Likeness | None:
    query = select(Likeness).where(Likeness.id == likeness_id).with_for_update()
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def _lock_training(session: AsyncSession, likeness_id: UUID) -> tuple[Job, Likeness] | None:
    job_id = (await session.exec(select(Likeness.job_id).where(Likeness.id == likeness_id))).first()
    if job_id is None:
        return None
    job = await jobs.lock_job(session, job_id)
    likeness = await lock_likeness(session, likeness_id)
    if likeness is None or likeness.status != LikenessStatus.TRAINING:
        return None
    return job, likeness


async def find_ticket(session: AsyncSession, likeness_id: UUID) -> Ticket | None:
    """None when nobody wants it any more."""
    likeness = await session.get(Likeness, likeness_id, populate_existing=True)
    if likeness is None or likeness.status != LikenessStatus.TRAINING:
        return None
    kind = (await session.exec(select(Person.kind).where(Person.id == likeness.person_id))).one()
    ids = [UUID(each) for each in likeness.photo_ids]
    readings = dict((await session.exec(select(Photo.id, Photo.reading).where(col(Photo.id).in_(ids)))).all())
    order = TrainingOrder(
        tuple(photo_key(each) for each in ids),
        likeness.trigger_word,
        likeness.steps,
        kind,
        tuple(_box(readings.get(each, {})) for each in ids),
    )
    who = words_of(kind, likeness.trigger_word)
    return Ticket(likeness.id, likeness.user_id, order, who, likeness.is_rented, weights_of(likeness))


def _box(reading: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    box = reading.get("face_box")
    return (float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None


def weights_of(likeness: Likeness) -> Weights | None:
    """Of a likeness that a GPU has learnt; None for one that only the darkroom knows."""
    if not likeness.weights_home:
        return None
    key = likeness_key(likeness.id, WEIGHTS)
    return Weights(key=key, home=likeness.weights_home, handle=likeness.weights_handle)


async def begin_training(session: AsyncSession, likeness_id: UUID, provider: str, model: str = "") -> bool:
    """It is about to be handed over to `provider`. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    job, likeness = found
    likeness.started_at = likeness.started_at or now()
    likeness.news_at = now()
    if provider != OWN:
        likeness.provider, likeness.model = provider, model[:200]
    session.add(likeness)
    await jobs.mark_processing(session, job)
    return True


async def is_wanted(session: AsyncSession, likeness_id: UUID) -> bool:
    likeness = await session.get(Likeness, likeness_id, populate_existing=True)
    return likeness is not None and likeness.status == LikenessStatus.TRAINING


async def note_update(session: AsyncSession, likeness_id: UUID, update: ProviderUpdate, share: range) -> bool:
    """Progress as the trainer measured it, `share` of the whole; one event for each photo and stage. What was told before,
    or goes back, changes nothing. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    job, likeness = found
    likeness.news_at, likeness.log_line = now(), update.log[:200] or likeness.log_line
    is_moved = likeness.queue_ahead != update.queue_position
    likeness.queue_ahead = update.queue_position
    session.add(likeness)
    progress = share.start + max(0, min(100, update.progress)) * len(share) // 100
    if update.state != ProviderState.RUNNING or progress < likeness.progress:
        if is_moved or (update.state == ProviderState.QUEUED and update.stage not in ("", likeness.stage)):
            await _advance(session, job, likeness, update.stage, likeness.progress)
        return True
    await _advance(session, job, likeness, update.stage, progress)
    return True


def persona_share(is_rented: bool) -> range:
    return range(PERSONA_PERCENT if is_rented else TRAINED_PERCENT)


def weights_share() -> range:
    return range(PERSONA_PERCENT, TRAINED_PERCENT)


async def note_weights(
    session: AsyncSession, likeness_id: UUID, home: str, handle: str, copies: Sequence[RemoteCopy]
) -> bool:
    """The LoRA that `home` trained is stored. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    _, likeness = found
    likeness.weights_home, likeness.weights_handle = home, handle[:200]
    likeness.remote_copies = [_as_json(each) for each in copies]
    session.add(likeness)
    return True


def _as_json(copy: RemoteCopy) -> dict[str, Any]:
    told = asdict(copy)
    return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in told.items()}


async def note_trained(session: AsyncSession, likeness_id: UUID) -> bool:
    """All that is learnt is stored; the proof sheet comes next. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    job, likeness = found
    likeness.news_at, likeness.queue_ahead = now(), None
    session.add(likeness)
    await _advance(session, job, likeness, PROOF_STAGE, TRAINED_PERCENT)
    return True


async def note_heard(session: AsyncSession, likeness_id: UUID) -> bool:
    """Something of the proof sheet was heard of. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    _, likeness = found
    likeness.news_at = now()
    session.add(likeness)
    return True


async def note_proof(session: AsyncSession, likeness_id: UUID, count: int) -> bool:
    """`count` frames of the proof sheet are stored. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    job, likeness = found
    likeness.news_at, likeness.proof_count = now(), max(count, likeness.proof_count)
    session.add(likeness)
    progress = TRAINED_PERCENT + (99 - TRAINED_PERCENT) * likeness.proof_count // len(proof.LOOKS)
    await _advance(session, job, likeness, f"{PROOF_STAGE}: {likeness.proof_count} of {len(proof.LOOKS)}", progress)
    return True


async def _advance(session: AsyncSession, job: Job, likeness: Likeness, stage: str, progress: int) -> None:
    is_new_stage = stage != "" and stage[:60] != likeness.stage
    likeness.stage = stage[:60] or likeness.stage
    likeness.progress = max(likeness.progress, min(99, progress))
    jobs.note_progress(job, likeness.progress)
    session.add(job)
    if is_new_stage:
        await _tell(session, "training.stage", job, likeness)
    else:
        await session.flush()
        await events.notify(session, events.user_topic(likeness.user_id))


async def finish_training(session: AsyncSession, likeness_id: UUID) -> bool:
    """Everything is stored: ready, chosen as the person's likeness, and paid. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    job, likeness = found
    _close(likeness, LikenessStatus.READY)
    likeness.progress, likeness.proof_count = 100, len(proof.LOOKS)
    session.add(likeness)
    memo = {"job_id": str(job.id), "likeness_id": str(likeness.id), "version": likeness.version}
    await jobs.settle(session, job, job.held_dust, key=f"likeness:{likeness.id}", memo=memo)
    await events.take_turn(session, likeness.user_id)
    person = await session.get(Person, likeness.person_id, populate_existing=True)
    assert person is not None, "a person went and left a training behind"
    person.likeness_id = likeness.id
    session.add(person)
    jobs.count_part(session, job, "delivered")
    await _tell(session, "likeness.ready", job, likeness)
    await jobs.end_if_over(session, job)
    return True


async def fail_training(session: AsyncSession, likeness_id: UUID, error: str, failure_type: FailureType) -> bool:
    """It costs nothing; `error` says why, to the person who ordered it. False: it was over already."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    job, likeness = found
    _close(likeness, LikenessStatus.FAILED)
    likeness.error = error[:500] or "The trainer gave no reason."
    session.add(likeness)
    await _give_back(session, job, likeness, f"Training failed: {likeness.error}")
    jobs.count_part(session, job, "failed", error=likeness.error, failure_type=failure_type)
    await _tell(session, "training.failed", job, likeness)
    await jobs.end_if_over(session, job)
    return True


async def stop_training(session: AsyncSession, likeness_id: UUID) -> bool:
    """It is not wanted any more: its dust goes back at once, its run hears of it. False: it was over already."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    await _cancel(session, *found)
    return True


async def stop_job(session: AsyncSession, job: Job) -> None:
    """The same, asked for by the job, which is locked and not over."""
    query = select(Likeness).where(Likeness.job_id == job.id, _TRAINS).with_for_update()
    likeness = (await session.exec(query, execution_options={"populate_existing": True})).one()
    await _cancel(session, job, likeness)


async def _cancel(session: AsyncSession, job: Job, likeness: Likeness) -> None:
    _close(likeness, LikenessStatus.CANCELED)
    session.add(likeness)
    await _give_back(session, job, likeness, "The training was stopped")
    jobs.count_part(session, job, "canceled")
    await _tell(session, "training.canceled", job, likeness)
    await events.notify(session, likeness_topic(likeness.id))
    await jobs.end_if_over(session, job)


def _close(likeness: Likeness, status: LikenessStatus) -> None:
    likeness.status, likeness.stage, likeness.finished_at = status, "", now()


async def _give_back(session: AsyncSession, job: Job, likeness: Likeness, reason: str) -> None:
    memo = {"likeness_id": str(likeness.id), "version": likeness.version}
    key = f"likeness:{likeness.id}:back"
    await jobs.release(session, job, job.held_dust, key=key, reason=reason[:200], memo=memo)


async def _tell(session: AsyncSession, kind: str, job: Job, likeness: Likeness) -> None:
    data = {
        "job_id": str(job.id),
        "person_id": str(likeness.person_id),
        "likeness_id": str(likeness.id),
        "version": likeness.version,
        "status": str(likeness.status),
        "stage": likeness.stage,
        "progress": likeness.progress,
        "error": likeness.error,
    }
    await session.flush()
    await events.emit(session, likeness.user_id, kind, data, job.id)


async def trainings_of(session: AsyncSession, person_id: UUID) -> Sequence[Likeness]:
    """What trains of this person now: one at most."""
    query = select(Likeness).where(Likeness.person_id == person_id, _TRAINS)
    return (await session.exec(query, execution_options={"populate_existing": True})).all()


async def silent_trainings(session: AsyncSession, since: datetime, queued_s: float, running_s: float) -> Sequence[UUID]:
    """Trainings at work that were not heard of for that long; time before `since` does not count."""
    heard = func.greatest(func.coalesce(Likeness.news_at, Likeness.created_at), since)
    # Frames of a proof sheet wait in the same queue as everybody's; a rented trainer is watched by its own errand.
    waits = (col(Likeness.stage) == "") | col(Likeness.stage).startswith(PROOF_STAGE) | (Likeness.provider != OWN)
    found: list[UUID] = []
    for is_so, limit_s in ((waits, queued_s), (~waits, running_s)):
        query = select(Likeness.id).where(_TRAINS, is_so, heard < now() - timedelta(seconds=limit_s))
        found += (await session.exec(query)).all()
    return found


async def unstarted_trainings(session: AsyncSession, since: datetime) -> Sequence[Likeness]:
    """Committed before `since` and never begun."""
    query = select(Likeness).where(_TRAINS, col(Likeness.started_at).is_(None), col(Likeness.created_at) < since)
    return (await session.exec(query)).all()
