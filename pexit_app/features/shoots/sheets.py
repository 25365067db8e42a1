"""What a shoot's page reads: its frames, where the open ones stand in line, its latest job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.features.jobs.service import Job
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import unlocks
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.unlocks import PackUnlock
from pexit_app.features.shoots import cards, filters, queries, service
from pexit_app.features.shoots.cards import OpenFrame, Roll, ShootCard, Wait
from pexit_app.features.shoots.models import OPEN, Frame, FrameStatus, Mark, Shoot, on_sheet
from pexit_app.features.shoots.queries import Queue

PAGE = 48  # frames of a sheet that are shown at once: the newest
HISTORY = 24  # frames in the studio's strip
PREVIEW = 6  # frames of a shoot in the list of sheets


@dataclass(frozen=True, slots=True)
class Sheet:
    """`frames` are the newest `PAGE` by number of those the filter shows; `earlier` is how many came before them.
    `counts` by status and `latest`, the newest `HISTORY`, are of all."""

    shoot: Shoot
    roll: Roll
    frames: Sequence[Frame]
    earlier: int
    queue: Queue
    counts: Mapping[str, int]
    job: Job | None
    unlock: PackUnlock | None  # agreed to with that job
    latest: Sequence[Frame]
    ringed: int  # of those that are done

    @property
    def zip_hrefs(self) -> tuple[str, str]:
        """Of all frames and of the ringed ones; empty while there are none."""
        href = f"/api/v1/shoots/{self.shoot.id}/zip"
        return href if self.counts.get(FrameStatus.DONE) else "", f"{href}?mark=ring" if self.ringed else ""

    @property
    def is_running(self) -> bool:
        return any(self.counts.get(status) for status in OPEN)

    def wait_of(self, frame: Frame) -> Wait:
        return Wait(self.queue.ahead.get(frame.id, 0), self.queue.eta_s(frame))

    @property
    def progress(self) -> int:
        """0-100, measured: of all frames of the latest job."""
        return self.job.progress if self.job is not None else 0


async def read_roll(session: AsyncSession, version_id: UUID) -> Roll:
    version = await packs.version_of(session, version_id)
    return Roll(PackDefinition.model_validate(version.definition), version.number)


async def read_sheet(
    session: AsyncSession, actor: Actor, shoot_id: UUID, most: int = PAGE, show: str = filters.ALL
) -> Sheet:
    """`show` as in filters.py. Raises NotFound, also for another user's shoot."""
    shoot = await service.find_shoot(session, actor, shoot_id)
    mine = Frame.shoot_id == shoot.id, on_sheet()
    by_status = select(Frame.status, func.count()).where(*mine).group_by(col(Frame.status))
    counts = {str(status): count for status, count in (await session.exec(by_status)).all()}
    latest = await _newest(session, *mine, most=HISTORY)
    if show == filters.ALL:
        frames, total = latest if most == HISTORY else await _newest(session, *mine, most=most), sum(counts.values())
    else:
        shown = *mine, filters.shown(show)
        frames = await _newest(session, *shown, most=most)
        total = (await session.exec(select(func.count()).select_from(Frame).where(*shown))).one()
    is_ringed = Frame.status == FrameStatus.DONE, Frame.mark == Mark.RING
    ringed = (await session.exec(select(func.count()).select_from(Frame).where(*mine, *is_ringed))).one()
    last = select(Job).where(Job.subject_id == shoot.id, Job.user_id == actor.user_id)
    job = (await session.exec(last.order_by(col(Job.created_at).desc()).limit(1))).first()
    unlock = await unlocks.of_job(session, job.id) if job is not None else None
    roll = await read_roll(session, shoot.pack_version_id)
    queue = await queries.queue_of(session, list({frame.id: frame for frame in [*frames, *latest]}.values()))
    return Sheet(shoot, roll, frames, total - len(frames), queue, counts, job, unlock, latest, ringed)


async def _newest(session: AsyncSession, *where: Any, most: int) -> list[Frame]:
    query = select(Frame).where(*where).order_by(col(Frame.position).desc()).limit(most)
    return list((await session.exec(query)).all())[::-1]


async def read_frame(session: AsyncSession, actor: Actor, frame_id: UUID) -> OpenFrame:
    """One frame with its recipe. Raises NotFound, NotReady for one in the trash."""
    frame = service.check_on_sheet(await service.find_frame(session, actor, frame_id))
    shoot = await service.find_shoot(session, actor, frame.shoot_id)
    roll = await read_roll(session, shoot.pack_version_id)
    parent = await session.get(Frame, frame.parent_frame_id) if frame.parent_frame_id else None
    parent = parent if parent is not None and parent.is_in_sight else None
    queue = await queries.queue_of(session, [frame])
    return cards.open_frame(roll, frame, Wait(queue.ahead.get(frame.id, 0), queue.eta_s(frame)), parent)


async def open_jobs(session: AsyncSession, actor: Actor, shoot_id: UUID) -> Sequence[Job]:
    query = select(Job).where(Job.subject_id == shoot_id, Job.user_id == actor.user_id)
    return (await session.exec(query.where(col(Job.completed_at).is_(None)).order_by(col(Job.created_at)))).all()


async def shoot_card(session: AsyncSession, actor: Actor, shoot: Shoot) -> ShootCard:
    """A shoot in the list: its ringed frames first, then the newest."""
    sheet = await read_sheet(session, actor, shoot.id, PREVIEW)
    done = sorted(sheet.frames, key=lambda frame: (frame.status != FrameStatus.DONE, frame.mark != "ring"))
    zip_href, ringed_href = sheet.zip_hrefs
    return ShootCard(
        id=str(shoot.id),
        href=f"/studio/{shoot.pack_slug}?shoot={shoot.id}",
        title=shoot.title,
        line=cards.count_words(sheet.counts),
        when=f"{shoot.created_at:%d %b %Y, %H:%M}",
        frames=[cards.frame_card(sheet.roll, frame, sheet.wait_of(frame)) for frame in done],
        zip_href=zip_href,
        ringed_href=ringed_href,
        is_running=sheet.is_running,
    )
