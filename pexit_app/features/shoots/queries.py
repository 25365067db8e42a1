"""What is read about shoots and frames: pages of shoots, recipes, places in the queue, how long it will take."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import extract, func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.ports import Kind
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import Job
from pexit_app.features.routing import service as routing
from pexit_app.features.routing.service import Choice
from pexit_app.features.shoots import service
from pexit_app.features.shoots.models import OPEN, OWN, Frame, FrameStatus, Mark, Shoot, on_sheet
from pexit_app.features.shoots.schemas import Counts, FrameOut, RecipeOut

RUNS_KNOWN = 5  # before an ETA is told
RUNS_READ = 50


@dataclass(frozen=True, slots=True)
class Queue:
    """`ahead`: frames before each open one, by id. `typical_s`: the median frame's seconds in the darkroom, None while
    unknown; `gpu_s`: seconds left of each frame that a GPU service renders, by id, as our past runs of that model tell."""

    ahead: dict[UUID, int]
    typical_s: float | None
    at_once: int
    gpu_s: Mapping[UUID, int] = field(default_factory=dict)

    def eta_s(self, frame: Frame) -> int | None:
        """Seconds until the frame is there, if the renderer keeps its pace."""
        if frame.is_rented:
            return self.gpu_s.get(frame.id) if frame.is_open else None
        if self.typical_s is None or not frame.is_open:
            return None
        if frame.status == FrameStatus.DEVELOPING:
            return math.ceil(self.typical_s * (1 - frame.progress / 100))
        return math.ceil(self.typical_s * max(1.0, (self.ahead.get(frame.id, 0) + 1) / self.at_once))

    def latest_eta_s(self, frames: Sequence[Frame]) -> int | None:
        """Until the last of them is there."""
        known = [eta for frame in frames if (eta := self.eta_s(frame)) is not None]
        return max(known, default=None)

    def first_ahead(self, frames: Sequence[Frame]) -> int | None:
        """How many are before the first of them; None when none waits."""
        return min((self.ahead[each.id] for each in frames if each.id in self.ahead), default=None)

    def out(self, frame: Frame, origin: str) -> FrameOut:
        return FrameOut.of(frame, origin, self.ahead.get(frame.id), self.eta_s(frame))


async def queue_of(session: AsyncSession, frames: Sequence[Frame]) -> Queue:
    """Where these frames (of one user) stand, each in the line of its renderer. Frames at the provider go first, in the
    order they got their places; a user's others follow in their own order. A provider's own word on its line counts."""
    at_once = deps.get().images.capabilities().at_once
    still_open = [frame for frame in frames if frame.is_open]
    if not still_open:
        return Queue({}, None, at_once)
    is_open, has_place = col(Frame.status).in_(OPEN), col(Frame.slot_at).is_not(None)
    is_own = col(Frame.provider) == OWN
    ids = [frame.id for frame in still_open]
    order = col(Frame.slot_at), col(Frame.created_at), col(Frame.position)
    nth = func.row_number().over(partition_by=is_own, order_by=order).label("nth")
    placed = select(col(Frame.id), nth).where(is_open, has_place).subquery()
    ranks = await session.exec(select(placed.c.id, placed.c.nth).where(placed.c.id.in_(ids)))
    ahead = {frame_id: nth - 1 for frame_id, nth in ranks.all()}
    counts = select(is_own, func.count()).where(is_open, has_place).group_by(is_own)
    in_places: dict[bool, int] = dict((await session.exec(counts)).all())
    nth = (
        func.row_number().over(partition_by=is_own, order_by=(col(Frame.created_at), col(Frame.position))).label("nth")
    )
    mine = is_open, ~has_place, Frame.user_id == still_open[0].user_id
    waiting = select(col(Frame.id), nth).where(*mine).subquery()
    waits = dict((await session.exec(select(waiting.c.id, waiting.c.nth).where(waiting.c.id.in_(ids)))).all())
    for frame in still_open:
        if frame.id in waits:
            ahead[frame.id] = in_places.get(not frame.is_rented, 0) + waits[frame.id] - 1
        if frame.queue_ahead is not None:
            ahead[frame.id] = frame.queue_ahead
        if frame.status == FrameStatus.DEVELOPING:
            ahead[frame.id] = 0
    return Queue(ahead, await typical_s(session), at_once, await _gpu_s(session, still_open, ahead))


async def _gpu_s(session: AsyncSession, frames: Sequence[Frame], ahead: Mapping[UUID, int]) -> dict[UUID, int]:
    """Seconds left of those that a GPU service renders, by id. Who was not handed over yet goes to the first choice."""
    found: dict[UUID, int] = {}
    choices: dict[str, Sequence[Choice]] = {}
    runs_s: dict[Choice, float] = {}
    for frame in (each for each in frames if each.is_rented):
        if frame.kind not in choices:
            choices[frame.kind] = await routing.choices(session, Kind(frame.kind))
        known = choices[frame.kind]
        asked = (each for each in known if (each.provider, each.model) == (frame.provider, frame.model))
        if (choice := next(asked, next(iter(known), None))) is None:
            continue
        if choice not in runs_s:
            runs_s[choice] = await routing.expected_s(session, choice)
        left_s = routing.left_s(runs_s[choice], choice, frame.started_at, ahead.get(frame.id))
        found[frame.id] = math.ceil(left_s)
    return found


async def typical_s(session: AsyncSession) -> float | None:
    """The median seconds from begun to done of the darkroom's last 50 frames; None before there are 5."""
    took = extract("epoch", col(Frame.finished_at) - col(Frame.started_at)).label("took")
    done = Frame.status == FrameStatus.DONE, col(Frame.started_at).is_not(None), Frame.provider == OWN
    last = select(took).where(*done).order_by(col(Frame.finished_at).desc()).limit(RUNS_READ).subquery()
    query = select(func.count(), func.percentile_cont(0.5).within_group(last.c.took)).select_from(last)
    count, median = (await session.exec(query)).one()
    return float(median) if count >= RUNS_KNOWN else None


async def frames_of(session: AsyncSession, shoot_id: UUID) -> list[Frame]:
    """All frames of a shoot but those in the trash, in the order of their numbers."""
    query = select(Frame).where(Frame.shoot_id == shoot_id, on_sheet()).order_by(col(Frame.position))
    return list((await session.exec(query, execution_options={"populate_existing": True})).all())


async def find_generation(session: AsyncSession, actor: Actor, job_id: UUID) -> tuple[Job, list[Frame]]:
    """A job of frames, with those that were ordered in it or are tried again by it. Raises NotFound."""
    job = await jobs.find_job(session, actor, job_id)
    query = select(Frame).where((Frame.first_job_id == job_id) | (Frame.job_id == job_id), on_sheet())
    query = query.order_by(col(Frame.position))
    return job, list((await session.exec(query, execution_options={"populate_existing": True})).all())


async def counts_of(session: AsyncSession, shoots: Sequence[Shoot]) -> dict[UUID, Counts]:
    """By shoot id, for every one of `shoots`."""
    is_done, is_open = col(Frame.status) == FrameStatus.DONE, col(Frame.status).in_(OPEN)
    ids = [shoot.id for shoot in shoots]
    query = select(
        col(Frame.shoot_id),
        func.count(),
        func.count().filter(is_done),
        func.count().filter(is_open),
    )
    query = query.where(col(Frame.shoot_id).in_(ids), on_sheet()).group_by(col(Frame.shoot_id))
    covers = select(col(Frame.shoot_id), col(Frame.id)).where(col(Frame.shoot_id).in_(ids), is_done, on_sheet())
    covers = covers.where(Frame.mark != Mark.REJECT).ext(distinct_on(col(Frame.shoot_id)))
    covers = covers.order_by(col(Frame.shoot_id), (col(Frame.mark) == Mark.RING).desc(), col(Frame.position).desc())
    cover_of: dict[UUID, UUID] = dict((await session.exec(covers)).all())
    rings = select(col(Frame.shoot_id), func.count()).where(col(Frame.shoot_id).in_(ids), is_done, on_sheet())
    rings = rings.where(Frame.mark == Mark.RING).group_by(col(Frame.shoot_id))
    ringed: dict[UUID, int] = dict((await session.exec(rings)).all())
    counts = {
        shoot_id: Counts(
            total=total,
            done=done,
            open=still_open,
            ringed=ringed.get(shoot_id, 0),
            cover_id=cover_of.get(shoot_id),
        )
        for shoot_id, total, done, still_open in (await session.exec(query)).all()
    }
    return {shoot_id: counts.get(shoot_id, Counts()) for shoot_id in ids}


async def recipe_of(session: AsyncSession, actor: Actor, frame_id: UUID) -> RecipeOut:
    """Raises NotFound."""
    frame = await service.find_frame(session, actor, frame_id)
    return recipe_in(await service.find_shoot(session, actor, frame.shoot_id), frame)


def recipe_in(shoot: Shoot, frame: Frame) -> RecipeOut:
    return RecipeOut(
        **frame.model_dump(include=set(RecipeOut.model_fields)),
        frame_id=frame.id,
        pack=shoot.pack_slug,
        pack_version_id=shoot.pack_version_id,
        scene=frame.scene_id,
    )
