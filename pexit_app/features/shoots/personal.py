"""What is kept of a user's shoots: frames, their recipes, and what was saved."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, objects, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.routing import withdrawals
from pexit_app.features.shoots import archive, queries
from pexit_app.features.shoots.models import (
    OPEN,
    Frame,
    FrameShare,
    FrameStatus,
    Grid,
    Recipe,
    Shoot,
    prefix_of,
    taken_down_prefix_of,
)


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    """Nothing waits or develops any more; what lies in the trash or is hidden goes too. Frames of testers forget who paid
    for them, once there is nothing to pay."""
    paid = update(Frame).where(col(Frame.payer_id) == erasure.user_id, col(Frame.status).not_in(OPEN))
    await session.exec(paid.values(payer_id=None, payer_dust=0))
    query = select(Frame.id, Frame.status).where(Frame.user_id == erasure.user_id)
    statuses = dict((await session.exec(query)).all())
    for frame_id, status in statuses.items():
        objects.discard(session, prefix_of(frame_id), erasure.id)
        if status == FrameStatus.TAKEN_DOWN:
            objects.discard(session, taken_down_prefix_of(frame_id), erasure.id)
    await withdrawals.forget_orders(session, erasure.id, "frame", list(statuses))
    for table in (FrameShare, Frame, Grid, Recipe, Shoot):
        await erasing.erase_rows(session, erasure.id, table, table.user_id == erasure.user_id)  # type: ignore[attr-defined]


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    """Every frame but those that somebody in them wants hidden: its pictures, and beside them its recipe."""
    entries = [
        Entry("recipes.json", await personal.rows(session, Recipe, Recipe.user_id == user_id)),
        Entry(
            "links.json", await personal.rows(session, FrameShare, FrameShare.user_id == user_id, but=["token_hash"])
        ),
        Entry("grids.json", await personal.rows(session, Grid, Grid.user_id == user_id)),
    ]
    shoots = (await session.exec(select(Shoot).where(Shoot.user_id == user_id).order_by(col(Shoot.created_at)))).all()
    for shoot in shoots:
        folder = f"frames/{archive.word(shoot.title)}-{str(shoot.id)[:8]}"
        entries.append(Entry(f"{folder}/shoot.json", shoot.model_dump(mode="json")))
        seen = Frame.shoot_id == shoot.id, col(Frame.hidden_at).is_(None)
        for frame in (await session.exec(select(Frame).where(*seen).order_by(col(Frame.position)))).all():
            name = archive.file_name(shoot.title, frame, "json").removesuffix(".json")
            told = queries.recipe_in(shoot, frame).model_dump(mode="json")
            entries.append(Entry(f"{folder}/{name}/recipe.json", told))
            if frame.status == FrameStatus.DONE:
                entries.append(Entry(f"{folder}/{name}/", prefix=prefix_of(frame.id)))
    return entries


TABLES = frozenset(str(table.__tablename__) for table in (FrameShare, Frame, Grid, Recipe, Shoot))
personal.keeps(Keeper("shoots", TABLES, erase, export))
