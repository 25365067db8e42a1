"""Durable work: frames get places, are developed, and nothing stays open for ever.

One workflow a frame and attempt, not one a job: frames end one by one, retry alone and are recovered alone after a crash,
and a stopped job leaves no loop behind that would have to notice. The frame's row is the checkpoint (developing.py), so
the workflow has no steps of its own: DBOS only sees to it that it runs again after a crash, under our id, until it
returned once.
"""

import asyncio
import contextvars
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, hooks, log, objects, workflows
from pexit_app.core.clock import now
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.routing import following
from pexit_app.features.shoots import (
    bills,
    developing,
    hashing,
    hiding,  # noqa: F401  (registers its hook and sweep)
    personal,  # noqa: F401  (registers what is kept of users)
    taken_down,
    transitions,
    trash,
)
from pexit_app.features.shoots.models import OPEN, Frame, FrameStatus
from pexit_app.features.shoots.service import KIND
from pexit_app.features.shoots.transitions import Claim

RENDER = "render_frame"
UNSTARTED = timedelta(seconds=5)
logger = log.get("shoots")
_dispatches: set[asyncio.Task[None]] = set()
_watching_since: datetime | None = None


@workflows.workflow(RENDER)
async def render_frame(frame_id: str, attempt: int, user_id: str) -> None:
    """Develops one frame, then lets the user's next ones take the place that became free."""
    with log.bound(frame_id=frame_id):
        await developing.develop_frame(UUID(frame_id), attempt)
    _dispatch_soon(UUID(user_id))


def _dispatch_soon(user_id: UUID) -> None:
    """Outside of this workflow: in it, DBOS would take the started ones for steps to be replayed. What is lost by a crash
    here is started by the sweep."""
    task = asyncio.get_running_loop().create_task(_dispatch_or_log(user_id), context=contextvars.Context())
    _dispatches.add(task)
    task.add_done_callback(_dispatches.discard)


async def _dispatch_or_log(user_id: UUID) -> None:
    try:
        await dispatch(user_id)
    except Exception:
        logger.exception("frames not started; the sweep will", user_id=str(user_id))


async def dispatch(user_id: UUID) -> None:
    """Call after every commit that asked for frames or stopped some: gives free places, starts the work."""
    async with db.transaction() as session:
        claims = await transitions.claim_frames(session, user_id)
    await _start(claims)


async def _start(claims: list[Claim]) -> None:
    for claim in claims:
        arguments = str(claim.frame_id), claim.attempt, str(claim.user_id)
        await workflows.start(RENDER, claim.workflow_id, *arguments)


jobs.owns(KIND, transitions.stop_job, dispatch)


@workflows.sweep
async def start_waiting_frames() -> None:
    """What was committed and never started: a crash between the commit and the start."""
    async with db.transaction() as session:
        waiting = Frame.status == FrameStatus.WAITING
        query = select(Frame.user_id).where(waiting, col(Frame.slot_at).is_(None)).distinct()
        user_ids = (await session.exec(query)).all()
        unstarted = select(Frame).where(waiting, col(Frame.news_at).is_(None), col(Frame.slot_at) < now() - UNSTARTED)
        claims = [Claim.of(frame) for frame in (await session.exec(unstarted)).all()]
    await _start(claims)
    for user_id in user_ids:
        await dispatch(user_id)


@workflows.sweep
async def fail_silent_frames() -> None:
    """The watchdog. Time during which nobody was here to listen does not count."""
    global _watching_since
    _watching_since = _watching_since or now()
    patience = following.patience
    spare_s = 2 * patience.lost_s  # the frame's own run gives up first
    async with db.transaction() as session:
        silent = await transitions.silent_frames(
            session, _watching_since, patience.queued_s + spare_s, patience.running_s + spare_s
        )
    for claim in silent:
        async with db.transaction() as session:
            reason = "Nothing was heard of it for too long."
            await transitions.fail_frame(session, claim.frame_id, claim.attempt, reason, FailureType.TIMEOUT)


@workflows.sweep
async def hash_old_frames() -> None:
    """What frames look like that were made before this was noted, some at a time; once that is done, nothing."""
    await hashing.hash_some()


@workflows.sweep
async def purge_trash() -> None:
    """Frames that have lain in the trash for seven days go for good."""
    async with db.transaction() as session:
        user_ids = await trash.users_to_purge(session)
    for user_id in user_ids:
        await trash.purge(user_id)


async def existing_frames(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these frames exist: the owners of what is stored in `frames/`."""
    return set((await session.exec(select(Frame.id).where(col(Frame.id).in_(ids)))).all())


async def stop_frames_with(session: AsyncSession, user_id: UUID, face_ids: Collection[UUID]) -> None:
    """What waits or develops with one of these faces is stopped, its dust given back. All jobs are locked before the
    first dust moves: that takes the user's turn, which the runs of other frames wait for with their job in hand."""
    gone = {str(face_id) for face_id in face_ids}
    open_frames = select(Frame).where(Frame.user_id == user_id, col(Frame.status).in_(OPEN))
    frames = [each for each in (await session.exec(open_frames)).all() if gone & set(each.cast.values())]
    for job_id in sorted({frame.job_id for frame in frames}):
        await jobs.lock_job(session, job_id)
    for frame in sorted(frames, key=lambda each: each.id):
        await transitions.lock_frame(session, frame.id)
    await bills.take_turns_of(session, user_id, frames)
    for frame in frames:
        await transitions.stop_frame(session, frame.id)


hooks.on_faces_gone(stop_frames_with)


async def done_frames(session: AsyncSession) -> set[UUID]:
    return set((await session.exec(select(Frame.id).where(Frame.status == FrameStatus.DONE))).all())


objects.owns("frames", existing_frames, done_frames)
objects.owns("taken_down", taken_down.existing, taken_down.all_frames)
