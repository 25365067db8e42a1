"""The life of a frame: waiting, developing, then exactly one of done, failed, canceled.

Workflows may run a step again and providers may say a thing twice, so each transition locks the job and the frame, looks
whether the frame is still open and still on the same attempt, and does nothing when it is not. Dust moves in the same
transaction, under a key of the frame's own.
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
from pexit_app.core.ports import ImageOrder, Kind, OutputFormat, ProviderState, ProviderUpdate, Weights
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import FailureType, Job
from pexit_app.features.shoots import bills
from pexit_app.features.shoots.models import OPEN, OWN, RENTED, Frame, FrameStatus

PLACES = 8  # frames of one user at the provider at once: another user's frame never waits behind 200


@dataclass(frozen=True, slots=True)
class Claim:
    """A frame that got a place, to be developed under `workflow_id`."""

    frame_id: UUID
    attempt: int
    workflow_id: str
    user_id: UUID

    @classmethod
    def of(cls, frame: Frame) -> "Claim":
        return cls(frame.id, frame.attempt, frame.workflow_id, frame.user_id)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the developer of a frame has to know."""

    frame_id: UUID
    user_id: UUID
    attempt: int
    order: ImageOrder
    is_rented: bool

    @property
    def reference(self) -> str:
        return reference_of(self.frame_id, self.attempt)


def reference_of(frame_id: UUID, attempt: int) -> str:
    """Our own id for the order, unique to this attempt."""
    return f"frame:{frame_id}:{attempt}"


def frame_topic(frame_id: UUID) -> str:
    """Woken when the frame may not be wanted any more."""
    return f"frame:{frame_id}"


async def lock_frame(session: AsyncSession, frame_id: UUID) -> Frame | None:
    query = select(Frame).where(Frame.id == frame_id).with_for_update()
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def _lock_open(session: AsyncSession, frame_id: UUID, attempt: int | None) -> tuple[Job, Frame] | None:
    """The frame and its job, or None when there is nothing left to do. `attempt` None: whichever runs."""
    job = await jobs.lock_job_of(session, select(Frame.job_id).where(Frame.id == frame_id))
    if job is None:
        return None
    frame = await lock_frame(session, frame_id)
    if frame is None or not frame.is_open or frame.job_id != job.id or attempt not in (None, frame.attempt):
        return None
    return job, frame


async def claim_frames(session: AsyncSession, user_id: UUID) -> list[Claim]:
    """Gives the user's free places to the frames that wait longest."""
    mine = Frame.user_id == user_id, col(Frame.status).in_(OPEN)
    unplaced = select(Frame.id).where(*mine, col(Frame.slot_at).is_(None)).limit(1)
    if (await session.exec(unplaced)).first() is None:
        return []
    await events.take_turn(session, user_id)
    count = select(func.count()).select_from(Frame).where(*mine, col(Frame.slot_at).is_not(None))
    free = PLACES - (await session.exec(count)).one()
    if free <= 0:
        return []
    query = select(Frame).where(*mine, col(Frame.slot_at).is_(None))
    query = query.order_by(col(Frame.created_at), col(Frame.position)).limit(free).with_for_update(skip_locked=True)
    frames = (await session.exec(query)).all()
    for frame in frames:
        frame.slot_at = now()
        session.add(frame)
    return [Claim.of(frame) for frame in frames]


async def find_ticket(session: AsyncSession, frame_id: UUID, attempt: int) -> Ticket | None:
    """None when nobody wants it any more."""
    frame = await session.get(Frame, frame_id, populate_existing=True)
    if frame is None or not frame.is_open or frame.attempt != attempt:
        return None
    return Ticket(frame.id, frame.user_id, attempt, _order(frame), frame.is_rented)


async def begin_frame(session: AsyncSession, frame_id: UUID, attempt: int, provider: str, model: str = "") -> bool:
    """It is about to be handed over to `provider`, whose work starts from nothing. False: nobody wants it any more."""
    if (found := await _lock_open(session, frame_id, attempt)) is None:
        return False
    job, frame = found
    frame.slot_at = frame.slot_at or now()
    frame.news_at, frame.provider, frame.model = now(), provider, model[:200]
    frame.status, frame.progress, frame.stage = FrameStatus.WAITING, 0, ""
    session.add(frame)
    await jobs.mark_processing(session, job)
    return True


def _order(frame: Frame) -> ImageOrder:
    output_format: OutputFormat = "jpeg" if frame.output_format == "jpeg" else "png"
    return ImageOrder(
        tuple(frame.personas),
        frame.look,
        frame.prompt,
        frame.negative,
        frame.seed,
        frame.width,
        frame.height,
        output_format,
        Kind(frame.kind),
        tuple(Weights(**each) for each in frame.weights),
        frame.source,
        frame.mask,
    )


async def is_wanted(session: AsyncSession, frame_id: UUID, attempt: int) -> bool:
    frame = await session.get(Frame, frame_id, populate_existing=True)
    return frame is not None and frame.is_open and frame.attempt == attempt


async def note_update(session: AsyncSession, frame_id: UUID, attempt: int, update: ProviderUpdate) -> bool:
    """Progress as the provider measured it; one event a stage. What was told before, or goes back, changes nothing.
    False: nobody wants it any more."""
    if (found := await _lock_open(session, frame_id, attempt)) is None:
        return False
    job, frame = found
    frame.news_at, frame.log_line = now(), update.log[:200] or frame.log_line
    is_moved = frame.queue_ahead != update.queue_position
    frame.queue_ahead = update.queue_position
    session.add(frame)
    if update.state != ProviderState.RUNNING or update.progress < frame.progress:
        if is_moved:
            await session.flush()
            await events.notify(session, events.user_topic(frame.user_id))
        return True
    is_new_stage = frame.status == FrameStatus.WAITING or (update.stage != "" and update.stage != frame.stage)
    frame.status, frame.stage = FrameStatus.DEVELOPING, update.stage[:40] or frame.stage
    frame.progress = max(0, min(99, update.progress))
    frame.started_at = frame.started_at or now()
    jobs.note_progress(job, await _progress_of(session, job))
    if is_new_stage:
        await _tell(session, "frame.stage", job, frame)
    else:
        await session.flush()
        await events.notify(session, events.user_topic(frame.user_id))
    return True


async def _progress_of(session: AsyncSession, job: Job) -> int:
    """Progress of all parts added up; a part that has ended counts 100."""
    await session.flush()
    query = select(func.coalesce(func.sum(Frame.progress), 0)).where(
        Frame.job_id == job.id, col(Frame.status).in_(OPEN)
    )
    return int((await session.exec(query)).one()) + 100 * (job.total - job.parts_left)


async def finish_frame(
    session: AsyncSession,
    frame_id: UUID,
    attempt: int,
    size_px: tuple[int, int] | None = None,
    phash: str | None = None,
) -> bool:
    """Its objects are stored, `size_px` wide and high (None: as ordered), looking like `phash`: delivered, and paid. False:
    nobody wants it any more."""
    if (found := await _lock_open(session, frame_id, attempt)) is None:
        return False
    job, frame = found
    await bills.take_turns_of(session, frame.user_id, [frame])
    memo = {"frame_id": str(frame.id), "shoot_id": str(frame.shoot_id), "number": frame.number}
    frame.started_at = frame.started_at or frame.slot_at
    _close(frame, FrameStatus.DONE)
    frame.progress, frame.charge_dust = 100, frame.price_dust
    frame.width, frame.height = size_px or (frame.width, frame.height)
    frame.phash = phash
    session.add(frame)
    await jobs.settle(session, job, frame.price_dust, key=f"frame:{frame.id}", memo={"job_id": str(job.id), **memo})
    await bills.delivered(session, frame)
    jobs.count_part(session, job, "delivered")
    await _tell(session, "frame.done", job, frame)
    await jobs.end_if_over(session, job)
    return True


async def fail_frame(
    session: AsyncSession, frame_id: UUID, attempt: int, error: str, failure_type: FailureType
) -> bool:
    """It costs nothing; `error` says why, to the person who ordered it. False: it was over already."""
    if (found := await _lock_open(session, frame_id, attempt)) is None:
        return False
    job, frame = found
    await bills.take_turns_of(session, frame.user_id, [frame])
    _close(frame, FrameStatus.FAILED)
    frame.error, frame.failure_type = error[:500] or "The provider gave no reason.", failure_type
    session.add(frame)
    await _give_back(session, job, frame, f"Frame {frame.number} failed: {frame.error}")
    jobs.count_part(session, job, "failed", error=frame.error, failure_type=failure_type)
    await _tell(session, "frame.failed", job, frame)
    await jobs.end_if_over(session, job)
    return True


async def stop_frame(session: AsyncSession, frame_id: UUID) -> bool:
    """Its user does not want it any more. False: it was over already. Whoever stops several calls bills.take_turns_of()
    for all of them first."""
    if (found := await _lock_open(session, frame_id, None)) is None:
        return False
    job, frame = found
    await bills.take_turns_of(session, frame.user_id, [frame])
    await _cancel(session, job, frame)
    return True


async def stop_job(session: AsyncSession, job: Job) -> None:
    """Keeps what is done, stops what waits or develops, gives its dust back. The job is locked and not over."""
    query = select(Frame).where(Frame.job_id == job.id, col(Frame.status).in_(OPEN)).order_by(col(Frame.position))
    frames = (await session.exec(query.with_for_update(), execution_options={"populate_existing": True})).all()
    # Of the whole shoot, because several of its jobs may be stopped in this transaction.
    beside = select(Frame).where(Frame.shoot_id == job.subject_id, col(Frame.status).in_(OPEN))
    await bills.take_turns_of(session, job.user_id, (await session.exec(beside)).all())
    for frame in frames:
        await _cancel(session, job, frame)


async def _cancel(session: AsyncSession, job: Job, frame: Frame) -> None:
    _close(frame, FrameStatus.CANCELED)
    frame.failure_type = FailureType.CANCELED
    session.add(frame)
    await _give_back(session, job, frame, f"Frame {frame.number} was stopped")
    jobs.count_part(session, job, "canceled")
    await _tell(session, "frame.canceled", job, frame)
    await events.notify(session, frame_topic(frame.id))
    await jobs.end_if_over(session, job)


def _close(frame: Frame, status: FrameStatus) -> None:
    frame.status, frame.stage, frame.finished_at = status, "", now()


async def _give_back(session: AsyncSession, job: Job, frame: Frame, reason: str) -> None:
    memo = {"frame_id": str(frame.id), "shoot_id": str(frame.shoot_id), "number": frame.number}
    key = f"frame:{frame.id}:{frame.attempt}:back"
    await jobs.release(session, job, frame.price_dust, key=key, reason=reason[:200], memo=memo)
    await bills.undelivered(session, frame)


def reopen(frame: Frame, job_id: UUID) -> None:
    """A new attempt at a frame that ended without a picture; the frame is locked. bills.reserve() puts its price."""
    assert not frame.is_open and frame.status != FrameStatus.DONE
    frame.job_id, frame.attempt = job_id, frame.attempt + 1
    frame.status, frame.stage, frame.progress = FrameStatus.WAITING, "", 0
    frame.error, frame.failure_type, frame.model, frame.log_line, frame.queue_ahead = "", None, "", "", None
    frame.provider = RENTED if frame.is_rented else OWN
    frame.slot_at = frame.news_at = frame.started_at = frame.finished_at = None


async def _tell(session: AsyncSession, kind: str, job: Job, frame: Frame) -> None:
    data = {
        "job_id": str(job.id),
        "shoot_id": str(frame.shoot_id),
        "frame_id": str(frame.id),
        "number": frame.number,
        "status": str(frame.status),
        "stage": frame.stage,
        "progress": frame.progress,
        "job_progress": job.progress,
        "error": frame.error,
        "charge_dust": frame.charge_dust,
    }
    await events.emit(session, frame.user_id, kind, data, job.id)


async def silent_frames(
    session: AsyncSession, since: datetime, waiting_s: float, developing_s: float
) -> Sequence[Claim]:
    """Open frames at the provider that were not heard of for that long; time before `since` does not count."""
    heard = func.greatest(func.coalesce(Frame.news_at, Frame.slot_at), since)
    has_place = col(Frame.slot_at).is_not(None)
    found: list[Claim] = []
    for status, limit_s in ((FrameStatus.WAITING, waiting_s), (FrameStatus.DEVELOPING, developing_s)):
        query = select(Frame).where(Frame.status == status, has_place, heard < now() - timedelta(seconds=limit_s))
        found += [Claim.of(frame) for frame in (await session.exec(query)).all()]
    return found
