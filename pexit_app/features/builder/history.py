"""The history of a draft as a list: every change there ever was, the newest first, and where the draft stands in it."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.features.builder import timeline
from pexit_app.features.builder.conflicts import paths_of
from pexit_app.features.builder.models import PackChange
from pexit_app.features.builder.service import find_draft


@dataclass(frozen=True, slots=True)
class Entry:
    """`is_done`: the draft stands on it; otherwise it was undone, or left behind on another branch. `is_head`: undo
    begins here; `is_next`: redo leads here."""

    change: PackChange
    paths: list[str]
    parent_number: int | None
    is_done: bool
    is_head: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class HistoryPage:
    entries: list[Entry]
    next_cursor: str | None
    limit: int
    revision: int


async def list_changes(
    session: AsyncSession, actor: Actor, draft_id: UUID, cursor: str | None = None, limit: int = 50
) -> HistoryPage:
    """At most `limit` (1-100) changes older than the cursor's. Raises NotFound, BadInput."""
    if not 1 <= limit <= MAX_LIMIT:
        raise BadInput.of("limit", f"Ask for 1 to {MAX_LIMIT} at a time.", limit, MAX_LIMIT)
    draft = await find_draft(session, actor, draft_id)
    query = select(PackChange).where(PackChange.draft_id == draft_id)
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
            raise BadInput.of("cursor", "This cursor is not one of ours; start without it.", cursor[:80])
        query = query.where(PackChange.number < int(cursor))
    rows = list((await session.exec(query.order_by(col(PackChange.number).desc()).limit(limit + 1))).all())
    tree = await timeline.tree_of(session, draft_id)
    done = set(tree.line(draft.head_change_id))
    head = (await session.exec(select(PackChange).where(PackChange.id == draft.head_change_id))).one()
    entries = [
        Entry(
            change=change,
            paths=paths_of(change.patch),
            parent_number=tree.places[change.parent_change_id][0] if change.parent_change_id else None,
            is_done=change.id in done,
            is_head=change.id == head.id,
            is_next=change.id == head.redo_change_id,
        )
        for change in rows[:limit]
    ]
    next_cursor = str(entries[-1].change.number) if len(rows) > limit else None
    return HistoryPage(entries, next_cursor, limit, draft.revision)
