"""Which sheet and which frame a line of the ledger is about, for the wallet's page."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.hooks import LineLink
from pexit_app.features.shoots.models import Frame, FrameStatus, Shoot


async def line_links(
    session: AsyncSession, user_id: UUID, memos: Sequence[Mapping[str, Any]]
) -> Mapping[int, LineLink]:
    """A line that names no shoot, such as an unlock's, is about the one of its order."""
    shoots = await _shoots_of_jobs(session, user_id, {str(memo["job_id"]) for memo in memos if "job_id" in memo})
    named = {
        place: str(memo.get("shoot_id") or shoots.get(str(memo.get("job_id")), "")) for place, memo in enumerate(memos)
    }
    ids = [UUID(each) for each in set(named.values()) if each]
    query = select(Shoot.id, Shoot.pack_slug).where(Shoot.user_id == user_id, col(Shoot.id).in_(ids))
    slugs = {str(shoot_id): slug for shoot_id, slug in (await session.exec(query)).all()} if ids else {}
    thumbs = await _thumbs(session, user_id, {str(memo["frame_id"]) for memo in memos if memo.get("frame_id")})
    return {
        place: LineLink(f"/studio/{slugs[shoot]}?shoot={shoot}", thumbs.get(str(memos[place].get("frame_id")), ""))
        for place, shoot in named.items()
        if shoot in slugs
    }


async def _shoots_of_jobs(session: AsyncSession, user_id: UUID, job_ids: set[str]) -> dict[str, str]:
    if not job_ids:
        return {}
    query = select(Frame.job_id, Frame.shoot_id).where(Frame.user_id == user_id)
    rows = await session.exec(query.where(col(Frame.job_id).in_([UUID(each) for each in job_ids])).distinct())
    return {str(job_id): str(shoot_id) for job_id, shoot_id in rows}


async def _thumbs(session: AsyncSession, user_id: UUID, frame_ids: set[str]) -> dict[str, str]:
    if not frame_ids:
        return {}
    query = select(Frame.id).where(Frame.user_id == user_id, Frame.status == FrameStatus.DONE)
    query = query.where(col(Frame.id).in_([UUID(each) for each in frame_ids]), col(Frame.trashed_at).is_(None))
    return {str(each): f"/api/v1/frames/{each}/image?variant=thumb" for each in (await session.exec(query)).all()}
