"""The life of a training: running, then exactly one of ready, failed, canceled.

Each transition locks the job and the likeness, looks whether it still trains, and does nothing when it does not: a
workflow may run a step again, a trainer may say a thing twice. Locks in one order: the job, its likeness, the user's turn
(which wallet and events take too); whoever holds the turn owns the rows of the user's people and photos.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.clock import now
from pexit_app.core.ports import ProviderState, ProviderUpdate, TrainingOrder
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import FailureType, Job
from pexit_app.features.people import proof
from pexit_app.features.people.models import Likeness, LikenessStatus, Person, photo_key

KIND = "training"
PROOF_STAGE = "proof sheet"
TRAINED_PERCENT = 70  # of the whole is the training; the rest is the proof sheet
_TRAINS = Likeness.status == LikenessStatus.TRAINING


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the run of a training has to know. `was_tried`: an earlier run may have handed the order over already. `who` is
    what a prompt calls the person."""

    likeness_id: UUID
    order: TrainingOrder
    who: str
    provider_id: str | None
    was_tried: bool

    @property
    def reference(self) -> str:
        return f"likeness:{self.likeness_id}"


def likeness_topic(likeness_id: UUID) -> str:
    """Woken when its run has to look again: it is not wanted any more, or a webhook named its order."""
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


async def begin_training(session: AsyncSession, likeness_id: UUID, provider: str) -> Ticket | None:
    """Writes down that the order is about to be handed over; None when nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return None
    job, likeness = found
    was_tried = likeness.intent_at is not None
    likeness.intent_at = likeness.intent_at or now()
    likeness.started_at = likeness.started_at or now()
    likeness.news_at, likeness.provider = now(), provider
    session.add(likeness)
    await jobs.mark_processing(session, job)
    kind = (await session.exec(select(Person.kind).where(Person.id == likeness.person_id))).one()
    photos = tuple(photo_key(UUID(each)) for each in likeness.photo_ids)
    order = TrainingOrder(photos, likeness.trigger_word, likeness.steps)
    who = words_of(kind, likeness.trigger_word)
    return Ticket(likeness.id, order, who, likeness.provider_id, was_tried)


async def note_submission(session: AsyncSession, likeness_id: UUID, provider_id: str, *, is_anew: bool = False) -> bool:
    """The trainer has answered, by return (`is_anew`: its work starts from nothing) or by a webhook. False: nobody wants
    it any more, tell the trainer."""
    likeness = await lock_likeness(session, likeness_id)
    if likeness is None or likeness.status != LikenessStatus.TRAINING:
        return False
    if is_anew or likeness.provider_id != provider_id:
        likeness.provider_id, likeness.progress, likeness.stage = provider_id, 0, ""
    likeness.news_at = now()
    session.add(likeness)
    if not is_anew:
        await events.notify(session, likeness_topic(likeness.id))
    return True


async def note_update(session: AsyncSession, likeness_id: UUID, update: ProviderUpdate) -> bool:
    """Progress as the trainer measured it; one event for each photo and stage. What was told before, or goes back, changes
    nothing. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    job, likeness = found
    likeness.news_at = now()
    session.add(likeness)
    progress = max(0, min(100, update.progress)) * TRAINED_PERCENT // 100
    if update.state != ProviderState.RUNNING or progress < likeness.progress:
        return True
    await _advance(session, job, likeness, update.stage, progress)
    return True


async def note_trained(session: AsyncSession, likeness_id: UUID, weights_url: str) -> bool:
    """Before the persona is stored: where a diffusion model's weights are. False: nobody wants it any more."""
    if (found := await _lock_training(session, likeness_id)) is None:
        return False
    job, likeness = found
    likeness.news_at, likeness.weights_url = now(), weights_url[:2000]
    session.add(likeness)
    await _advance(session, job, likeness, PROOF_STAGE, TRAINED_PERCENT)
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
    # Frames of a proof sheet wait in the same queue as everybody's.
    waits = (col(Likeness.stage) == "") | col(Likeness.stage).startswith(PROOF_STAGE)
    found: list[UUID] = []
    for is_so, limit_s in ((waits, queued_s), (~waits, running_s)):
        query = select(Likeness.id).where(_TRAINS, is_so, heard < now() - timedelta(seconds=limit_s))
        found += (await session.exec(query)).all()
    return found


async def unstarted_trainings(session: AsyncSession, since: datetime) -> Sequence[Likeness]:
    """Committed before `since` and never begun."""
    query = select(Likeness).where(_TRAINS, col(Likeness.intent_at).is_(None), col(Likeness.created_at) < since)
    return (await session.exec(query)).all()
