"""What is kept of a user's drafts of packs, with everything that ever happened to them."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, objects, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.builder.models import (
    DraftCell,
    DraftGrid,
    KnobProof,
    PackChange,
    PackDraft,
    PackMove,
    RestorePoint,
)
from pexit_app.features.builder.shelf import prefix_of

OF_A_DRAFT = (PackChange, PackMove, RestorePoint, KnobProof, DraftGrid)


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    """A draft takes along what happened to it."""
    mine = select(PackDraft.id).where(PackDraft.user_id == erasure.user_id)
    for draft_id in (await session.exec(mine)).all():
        objects.discard(session, prefix_of(draft_id), erasure.id)
    grids = select(DraftGrid.id).where(col(DraftGrid.draft_id).in_(mine))
    await erasing.note_rows(session, erasure.id, DraftCell, col(DraftCell.grid_id).in_(grids))
    for table in OF_A_DRAFT:
        await erasing.note_rows(session, erasure.id, table, col(table.draft_id).in_(mine))  # type: ignore[attr-defined]
    await erasing.erase_rows(session, erasure.id, PackDraft, PackDraft.user_id == erasure.user_id)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    entries = []
    for draft in (await session.exec(select(PackDraft).where(PackDraft.user_id == user_id))).all():
        folder = f"drafts/{personal.word(draft.title)}-{str(draft.id)[:8]}"
        points = await personal.rows(session, RestorePoint, RestorePoint.draft_id == draft.id)
        entries.append(Entry(f"{folder}/draft.json", {**draft.model_dump(mode="json"), "restore_points": points}))
        entries.append(Entry(f"{folder}/pictures/", prefix=prefix_of(draft.id)))
    return entries


TABLES = frozenset(str(table.__tablename__) for table in (PackDraft, *OF_A_DRAFT, DraftCell))
personal.keeps(Keeper("drafts", TABLES, erase, export))
