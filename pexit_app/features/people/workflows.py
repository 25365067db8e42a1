"""Durable work: a likeness is trained, and nothing trains for ever.

One workflow a training; its row is the checkpoint (learning.py), so the workflow has no steps of its own: DBOS only sees
to it that it runs again after a crash, under our id, until it returned once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, log, objects, workflows
from pexit_app.core.clock import now
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.people import (
    handshakes,  # noqa: F401  (registers its sweeps)
    learning,
    personal,  # noqa: F401  (registers what is kept of users)
    retention,
    transitions,
)
from pexit_app.features.people.models import Likeness, LikenessStatus, Photo
from pexit_app.features.routing import following

TRAIN = "train_likeness"
UNSTARTED = timedelta(seconds=5)
_watching_since: datetime | None = None


@workflows.workflow(TRAIN)
async def train_likeness(likeness_id: str) -> None:
    with log.bound(likeness_id=likeness_id):
        await learning.learn(UUID(likeness_id))
        await _erase_learnt(UUID(likeness_id))


async def _erase_learnt(likeness_id: UUID) -> None:
    """Photos that were wanted for this training only go now; the sweep sees to it if this is never reached."""
    async with db.transaction() as session:
        likeness = await session.get(Likeness, likeness_id)
    if likeness is not None and likeness.status == LikenessStatus.READY:
        await retention.erase_due(likeness.user_id, likeness.person_id)


async def start_training(likeness: Likeness) -> None:
    """Call after the commit that ordered it. Twice is one run."""
    await workflows.start(TRAIN, likeness.workflow_id, str(likeness.id))


async def _after_cancel(user_id: UUID) -> None:
    """Nothing waits for the place that became free; the stopped run hears of it by itself."""


jobs.owns(transitions.KIND, transitions.stop_job, _after_cancel)


@workflows.sweep
async def start_unstarted_trainings() -> None:
    """What was committed and never started: a crash between the commit and the start."""
    async with db.transaction() as session:
        unstarted = await transitions.unstarted_trainings(session, now() - UNSTARTED)
    for likeness in unstarted:
        await start_training(likeness)


@workflows.sweep
async def fail_silent_trainings() -> None:
    """The watchdog. Time during which nobody was here to listen does not count."""
    global _watching_since
    _watching_since = _watching_since or now()
    patience = following.patience
    spare_s = 2 * patience.lost_s  # the training's own run gives up first
    async with db.transaction() as session:
        silent = await transitions.silent_trainings(
            session, _watching_since, patience.queued_s + spare_s, patience.running_s + spare_s
        )
    for likeness_id in silent:
        async with db.transaction() as session:
            reason = "Nothing was heard of it for too long."
            await transitions.fail_training(session, likeness_id, reason, FailureType.TIMEOUT)


async def existing_photos(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """The owners of what is stored in `photos/`."""
    return set((await session.exec(select(Photo.id).where(col(Photo.id).in_(ids)))).all())


async def existing_likenesses(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """The owners of what is stored in `likenesses/`."""
    return set((await session.exec(select(Likeness.id).where(col(Likeness.id).in_(ids)))).all())


async def kept_photos(session: AsyncSession) -> set[UUID]:
    return set((await session.exec(select(Photo.id))).all())


async def ready_likenesses(session: AsyncSession) -> set[UUID]:
    ready = select(Likeness.id).where(Likeness.status == LikenessStatus.READY)
    return set((await session.exec(ready)).all())


objects.owns("photos", existing_photos, kept_photos)
objects.owns("likenesses", existing_likenesses, ready_likenesses)
