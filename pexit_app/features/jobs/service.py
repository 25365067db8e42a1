"""The life of a job, and the dust that is held for it. The slice that owns a kind of job does the work and calls in here
from the transaction that changes its own rows, so that the work, the money and the story told are one.

Locks in one order: the job's row, then the owner's rows, then the wallet (see wallet/ledger.py), then events.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.jobs.errors import JobOver
from pexit_app.features.jobs.models import FailureType, Job, JobStatus
from pexit_app.features.wallet import service as wallet

__all__ = [
    "FailureType",
    "Job",
    "JobStatus",
    "after_cancel",
    "cancel_job",
    "cancel_jobs",
    "count_part",
    "end_if_over",
    "find_job",
    "list_jobs",
    "lock_job",
    "lock_job_of",
    "mark_processing",
    "note_progress",
    "open_job",
    "open_jobs",
    "owns",
    "reconcile_holds",
    "release",
    "settle",
]

Outcome = Literal["delivered", "failed", "canceled"]
Canceler = Callable[[AsyncSession, Job], Awaitable[None]]
AfterCancel = Callable[[UUID], Awaitable[None]]
_cancelers: dict[str, Canceler] = {}
_after_cancel: dict[str, AfterCancel] = {}


def owns(kind: str, cancel: Canceler, after_cancel: AfterCancel) -> None:
    """The slice that does jobs of `kind` says how one is stopped: `cancel` inside the transaction, with the job locked
    and not over; `after_cancel(user_id)` when that is committed."""
    _cancelers[kind], _after_cancel[kind] = cancel, after_cancel


async def open_job(
    session: AsyncSession, user_id: UUID, kind: str, *, subject_id: UUID, total: int, dust: int, memo: dict[str, Any]
) -> Job:
    """A queued job of `total` parts with `dust` held for it. Raises NotEnoughDust."""
    job = Job(user_id=user_id, kind=kind, subject_id=subject_id, total=total, held_dust=dust)
    session.add(job)
    await session.flush()
    await wallet.hold(session, user_id, dust, key=job.hold_key, memo={"job_id": str(job.id), **memo})
    await _tell(session, job)
    return job


async def lock_job(session: AsyncSession, job_id: UUID) -> Job:
    """The job as it is now, locked until the transaction ends. Raises NotFound."""
    if (job := await _locked(session, col(Job.id) == job_id)) is None:
        raise NotFound("There is no such job.")
    return job


async def lock_job_of(session: AsyncSession, job_id: SelectOfScalar[UUID]) -> Job | None:
    """The same in one statement for whoever has to read the id first: `job_id` gives one row or none."""
    return await _locked(session, col(Job.id) == job_id.scalar_subquery())


async def _locked(session: AsyncSession, which: ColumnElement[bool]) -> Job | None:
    query = select(Job).where(which).with_for_update(key_share=True)
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def mark_processing(session: AsyncSession, job: Job) -> None:
    """The first part has begun."""
    if job.status == JobStatus.QUEUED:
        job.status, job.started_at = JobStatus.PROCESSING, now()
        session.add(job)
        await _tell(session, job)


def note_progress(job: Job, parts_progress: int) -> None:
    """`parts_progress`: the measured progress (0-100) of all parts added up. Never goes back."""
    if not job.is_over:
        job.progress = max(job.progress, min(100, parts_progress // job.total))


async def settle(session: AsyncSession, job: Job, dust: int, *, key: str, memo: dict[str, Any]) -> None:
    """A part was delivered: its dust is spent."""
    await wallet.settle(session, job.hold_key, dust, key=key, memo=memo)
    job.held_dust -= dust
    job.charge_dust += dust
    session.add(job)


async def release(session: AsyncSession, job: Job, dust: int, *, key: str, reason: str, memo: dict[str, Any]) -> None:
    """A part will not be delivered: its dust goes back. Nothing held, nothing written."""
    if dust:
        await wallet.release(session, job.hold_key, dust, key=key, reason=reason, memo=memo)
        job.held_dust -= dust
        session.add(job)


def count_part(
    session: AsyncSession, job: Job, outcome: Outcome, *, error: str = "", failure_type: FailureType | None = None
) -> None:
    """One part has ended, its dust settled or released. Tell its story, then call end_if_over()."""
    assert job.parts_left > 0, f"{job.hold_key}: more parts ended than there are"
    setattr(job, outcome, getattr(job, outcome) + 1)
    if outcome == "failed":
        job.error, job.failure_type = error[:500], failure_type or FailureType.SYSTEM
    note_progress(job, 100 * (job.total - job.parts_left))
    session.add(job)


async def end_if_over(session: AsyncSession, job: Job) -> None:
    """The last part ends the job: canceled when it was stopped, otherwise completed when anything was delivered, failed
    when nothing came of it."""
    if job.parts_left:
        return
    if job.held_dust:
        await wallet.release(session, job.hold_key, None, key=f"{job.hold_key}:rest", reason="Not needed")
        job.held_dust = 0
    is_all_canceled = job.canceled == job.total
    if job.stopped_at is not None or is_all_canceled:
        job.status, job.failure_type = JobStatus.CANCELED, FailureType.CANCELED
    elif job.delivered:
        job.status, job.progress, job.failure_type, job.error = JobStatus.COMPLETED, 100, None, ""
    else:
        job.status = JobStatus.FAILED
    job.completed_at = now()
    session.add(job)
    await _tell(session, job)


async def _tell(session: AsyncSession, job: Job) -> None:
    name = "started" if job.status == JobStatus.PROCESSING else job.status
    data = {
        "job_id": str(job.id),
        "kind": job.kind,
        "subject_id": str(job.subject_id) if job.subject_id else None,
        "status": str(job.status),
        "progress": job.progress,
        "total": job.total,
        "delivered": job.delivered,
        "failed": job.failed,
        "canceled": job.canceled,
        "charge_dust": job.charge_dust,
        "error": job.error,
    }
    await events.emit(session, job.user_id, f"job.{name}", data, job.id)


async def find_job(session: AsyncSession, actor: Actor, job_id: UUID) -> Job:
    """Raises NotFound, also for another user's."""
    job = await session.get(Job, job_id, populate_existing=True)
    if job is None or job.user_id != actor.user_id:
        raise NotFound("There is no such job.")
    return job


async def list_jobs(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Slice[Job]:
    query = select(Job).where(Job.user_id == actor.user_id)
    return await newest_first(session, query, Job, cursor, limit)


async def open_jobs(session: AsyncSession, user_id: UUID) -> Sequence[UUID]:
    """Ids of the user's jobs that are not over."""
    query = select(Job.id).where(Job.user_id == user_id, col(Job.completed_at).is_(None)).order_by(col(Job.id))
    return (await session.exec(query)).all()


async def cancel_job(session: AsyncSession, actor: Actor, job_id: UUID) -> Job:
    """Keeps what is done, stops the rest and gives its dust back at once. A canceled job stays so; call after_cancel()
    when this is committed. Raises NotFound, JobOver when it had completed or failed before."""
    await find_job(session, actor, job_id)
    job = await lock_job(session, job_id)
    if job.status == JobStatus.CANCELED:
        return job
    if job.is_over:
        raise JobOver(f"This job is {job.status} already.", {"status": str(job.status)})
    job.stopped_at = now()
    await _cancelers[job.kind](session, job)
    assert job.is_over, f"{job.hold_key}: stopping left parts open"
    return job


async def cancel_jobs(session: AsyncSession, actor: Actor, job_ids: Collection[UUID]) -> list[Job]:
    """The same for several; those that are over are left out. All are locked before the first dust moves, which takes
    the user's turn. Raises NotFound."""
    for job_id in job_ids:
        await find_job(session, actor, job_id)
    locked = [await lock_job(session, job_id) for job_id in sorted(job_ids)]
    return [await cancel_job(session, actor, job.id) for job in locked if not job.is_over]


async def after_cancel(job: Job) -> None:
    await _after_cancel[job.kind](job.user_id)


async def reconcile_holds(session: AsyncSession) -> list[str]:
    """Held dust is open work, to the dust: problems as sentences."""
    open_jobs = (await session.exec(select(Job).where(col(Job.completed_at).is_(None)))).all()
    work = {job.hold_key: job.held_dust for job in open_jobs if job.held_dust}
    held = {key: dust for key, dust in await wallet.open_holds(session) if key.startswith("job:")}
    return [
        f"{key}: {held.get(key, 0)} dust is held in the ledger, {work.get(key, 0)} for open work."
        for key in sorted(held.keys() | work.keys())
        if held.get(key, 0) != work.get(key, 0)
    ]
