"""Links by which anybody may look at one frame, or at a sheet: made by its owner, for some days, ended at any time.

A link shows what is there when it is opened. What lies in the trash or is gone is not there, and of a sheet not what was
rejected; nobody who has answered by a link is shown, as they never agreed to that. A face that may be used no more ends
every link that shows it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, events, hooks, security
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import service as packs
from pexit_app.features.people import faces
from pexit_app.features.shoots import service
from pexit_app.features.shoots.errors import NotReady, ShareOver, TooManyShares
from pexit_app.features.shoots.models import Frame, FrameShare, FrameStatus, Mark, Shoot, on_sheet

Days = Literal[1, 7, 30]
MAX_RUNNING = 100  # of one user
MOST_SHOWN = 200  # frames of a sheet


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link shows now. `slug` is empty where the pack is not shown any more."""

    share: FrameShare
    title: str
    creator: str
    code: str
    slug: str
    frames: Sequence[Frame]


async def share_frame(session: AsyncSession, actor: Actor, frame_id: UUID, days: int) -> tuple[FrameShare, str]:
    """The second value is the link's secret, which is not kept. Raises NotFound, NotReady, UseNotAgreed, BadInput,
    TooManyShares."""
    frame = await service.find_frame(session, actor, frame_id)
    await faces.check_shown(session, frame.face_ids)
    if frame.status != FrameStatus.DONE or frame.trashed_at is not None:
        raise NotReady("Only a finished frame can be shown to others.")
    return await _share(session, actor, frame.shoot_id, frame.id, days)


async def share_sheet(session: AsyncSession, actor: Actor, shoot_id: UUID, days: int) -> tuple[FrameShare, str]:
    """Likewise, of a shoot as it is whenever somebody looks. Raises NotFound, BadInput, TooManyShares."""
    shoot = await service.find_shoot(session, actor, shoot_id)
    return await _share(session, actor, shoot.id, None, days)


async def _share(
    session: AsyncSession, actor: Actor, shoot_id: UUID, frame_id: UUID | None, days: int
) -> tuple[FrameShare, str]:
    if days not in get_args(Days):
        raise BadInput.of(
            "days", f"A link holds for {' or '.join(map(str, get_args(Days)))} days.", days, get_args(Days)
        )
    await events.take_turn(session, actor.user_id)
    mine = FrameShare.user_id == actor.user_id, col(FrameShare.expires_at) > clock.now()
    running = (await session.exec(select(func.count()).select_from(FrameShare).where(*mine))).one()
    if running >= MAX_RUNNING:
        message = f"{MAX_RUNNING} links of yours are open, and that is the most. End one first."
        raise TooManyShares(message, {"limit": MAX_RUNNING})
    token = security.secret_token()
    share = FrameShare(
        user_id=actor.user_id,
        shoot_id=shoot_id,
        frame_id=frame_id,
        token_hash=security.sha256(token),
        expires_at=clock.now() + timedelta(days=days),
    )
    session.add(share)
    await session.flush()
    return share, token


async def list_shares(session: AsyncSession, actor: Actor, shoot_id: UUID | None = None) -> Sequence[FrameShare]:
    """Those that are open, newest first; of one shoot if it is named."""
    query = select(FrameShare).where(FrameShare.user_id == actor.user_id, col(FrameShare.expires_at) > clock.now())
    if shoot_id is not None:
        query = query.where(FrameShare.shoot_id == shoot_id)
    return (await session.exec(query.order_by(col(FrameShare.created_at).desc()))).all()


async def end_share(session: AsyncSession, actor: Actor, share_id: UUID) -> None:
    """It opens nothing any more, at once. Raises NotFound, also for another's."""
    mine = FrameShare.id == share_id, FrameShare.user_id == actor.user_id
    ended = delete(FrameShare).where(*mine).returning(col(FrameShare.id))  # type: ignore[arg-type]
    if (await session.exec(ended)).first() is None:
        raise NotFound("There is no such link of yours.")


async def look(session: AsyncSession, token: str) -> Shared:
    """Raises NotFound, also where what it showed is gone; ShareOver when its time is up."""
    found = await session.exec(select(FrameShare).where(FrameShare.token_hash == security.sha256(token)))
    if (share := found.first()) is None:
        raise NotFound("This link opens nothing.")
    if share.expires_at <= clock.now():
        raise ShareOver("The time of this link is up.")
    frames = await _frames(session, share)
    if not frames:
        raise NotFound("What this link showed is not there any more.")
    shoot = await session.get(Shoot, share.shoot_id)
    assert shoot is not None, "a link goes with its shoot"
    version = await packs.version_of(session, shoot.pack_version_id)
    told = version.definition
    try:
        slug = (await packs.find_pack(session, shoot.pack_slug)).pack.slug
    except NotFound:
        slug = ""
    return Shared(share, told["title"], told["creator"], told["code"], slug, frames)


async def frames_behind(session: AsyncSession, token: str) -> list[UUID]:
    """What a link shows, for slices above that have a reason to take it down; nothing, where it shows nothing."""
    found = await session.exec(select(FrameShare).where(FrameShare.token_hash == security.sha256(token)))
    share = found.first()
    return [frame.id for frame in await _frames(session, share)] if share is not None else []


async def _frames(session: AsyncSession, share: FrameShare) -> Sequence[Frame]:
    query = select(Frame).where(Frame.shoot_id == share.shoot_id, Frame.status == FrameStatus.DONE, on_sheet())
    if share.frame_id is not None:
        query = query.where(Frame.id == share.frame_id)
    else:
        query = query.where(Frame.mark != Mark.REJECT)
    found = (await session.exec(query.order_by(col(Frame.position)).limit(MOST_SHOWN))).all()
    private = await faces.kept_private(session, {face_id for frame in found for face_id in frame.face_ids})
    return [frame for frame in found if private.isdisjoint(frame.face_ids)]


@hooks.on_faces_gone
async def end_with_faces(session: AsyncSession, user_id: UUID, ids: Collection[UUID]) -> None:
    """A link that shows any of these faces is ended, a sheet's too."""
    gone = {str(each) for each in ids}
    query = select(FrameShare.id, Frame.cast).join(Frame, col(Frame.shoot_id) == FrameShare.shoot_id)
    query = query.where(FrameShare.user_id == user_id)
    query = query.where(col(FrameShare.frame_id).is_(None) | (col(FrameShare.frame_id) == Frame.id))
    ended = {share_id for share_id, cast in (await session.exec(query)).all() if gone & set(cast.values())}
    await session.exec(delete(FrameShare).where(col(FrameShare.id).in_(ended)))
