"""Frames that may stand for a pack: what a user rendered with it, and nobody's face in it."""

from uuid import UUID

from sqlalchemy import cast, func
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.ports import Kind
from pexit_app.features.shoots.models import Frame, FrameStatus, Mark, Shoot, on_sheet
from pexit_app.features.shoots.worded import has_face

MOST = 60
__all__ = ["Frame", "frames_of_pack", "has_face", "has_picture"]


async def frames_of_pack(session: AsyncSession, actor: Actor, slug: str) -> list[tuple[Frame, UUID]]:
    """Finished frames on the user's sheets of this pack, each with the pack version it was made with: at most MOST, the
    ringed first, then the newest. Those changed by words or by hand are not what the pack makes, and are left out."""
    is_cast = func.jsonb_path_exists(col(Frame.cast), cast("$.* ? (@ != null)", JSONPATH))
    has_model = func.jsonb_path_exists(col(Frame.weights), cast('$[*].url ? (@ != "" && @ != null)', JSONPATH))
    query = select(Frame, Shoot.pack_version_id).join(Shoot, col(Shoot.id) == col(Frame.shoot_id))
    query = query.where(Shoot.pack_slug == slug, Frame.user_id == actor.user_id, on_sheet(), ~is_cast, ~has_model)
    query = query.where(Frame.status == FrameStatus.DONE, Frame.kind == Kind.GENERATE, Frame.mark != Mark.REJECT)
    order = (col(Frame.mark) == Mark.RING).desc(), col(Frame.created_at).desc(), col(Frame.position).desc()
    return [(frame, version) for frame, version in (await session.exec(query.order_by(*order).limit(MOST))).all()]


def has_picture(frame: Frame) -> bool:
    """Whether it is finished, and not in the trash."""
    return frame.status == FrameStatus.DONE and frame.trashed_at is None
