"""What the operator does with tickets, and what happens when nobody does anything."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import log, objects
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import service as packs
from pexit_app.features.shoots import taken_down
from pexit_app.features.takedowns.errors import TakedownClosed
from pexit_app.features.takedowns.models import (
    CONTACT_KEPT,
    MAX_WORDS_CHARS,
    MatchState,
    Takedown,
    TakedownEvent,
    TakedownMatch,
    prefix_of,
)
from pexit_app.features.takedowns.service import PEXIT, find_ticket, hidden_for_others, hide, matches_of, note

SHOWN_AT_ONCE = 100
logger = log.get("takedowns")


async def list_tickets(session: AsyncSession, *, is_all: bool = False) -> Sequence[Takedown]:
    """Those that are open, the one due first at the top; with `is_all` closed ones too."""
    query = select(Takedown).order_by(col(Takedown.closed_at).is_not(None), col(Takedown.due_at))
    query = query if is_all else query.where(col(Takedown.closed_at).is_(None))
    return (await session.exec(query.limit(SHOWN_AT_ONCE))).all()


async def trail(session: AsyncSession, takedown_id: UUID) -> Sequence[TakedownEvent]:
    """Oldest first."""
    query = select(TakedownEvent).where(TakedownEvent.takedown_id == takedown_id)
    return (await session.exec(query.order_by(col(TakedownEvent.created_at), col(TakedownEvent.id)))).all()


async def hide_frames(session: AsyncSession, number: str, frame_ids: Collection[UUID], by: str) -> int:
    """These frames, matched or not; without any, all that were matched and the pack that was named. How many things were
    hidden. Call service.move_frames() after the commit. Raises NotFound, TakedownClosed."""
    ticket = await _lock_open(session, number)
    known = {match.frame_id: match for match in await matches_of(session, ticket.id)}
    wanted = [await _match(session, ticket, known, frame_id, by) for frame_id in frame_ids] or list(known.values())
    count = await hide(session, ticket, wanted, by=by)
    if ticket.pack_slug and not frame_ids and await packs.set_shown(session, ticket.pack_slug, is_shown=False):
        note(session, ticket, "hidden", about=f"pack {ticket.pack_slug}", by=by)
        count += 1
    return count


async def _match(
    session: AsyncSession, ticket: Takedown, known: dict[UUID, TakedownMatch], frame_id: UUID, by: str
) -> TakedownMatch:
    if frame_id in known:
        return known[frame_id]
    if await taken_down.find_frame(session, frame_id) is None:
        raise NotFound(f"There is no frame {frame_id}.")
    match = TakedownMatch(takedown_id=ticket.id, frame_id=frame_id)
    session.add(match)
    note(session, ticket, "matched", about=f"frame {frame_id}", by=by, words="by hand")
    return match


async def restore_frames(session: AsyncSession, number: str, frame_ids: Collection[UUID], by: str, why: str) -> int:
    """These frames, or without any all of the ticket's and its pack. One that another ticket hides stays hidden. How many
    come back: frames when service.move_frames() is called after the commit. Raises NotFound, BadInput."""
    ticket, why = await _lock(session, number), _reason(why)
    matches = [each for each in await matches_of(session, ticket.id) if not frame_ids or each.frame_id in frame_ids]
    kept = await hidden_for_others(session, ticket.id, [each.frame_id for each in matches])
    shown = await taken_down.existing(session, [each.frame_id for each in matches if each.frame_id not in kept])
    for match in matches:
        match.state = MatchState.SHOWING if match.frame_id in shown else MatchState.SPARED
        session.add(match)
        if match.frame_id in shown:
            note(session, ticket, "restored", about=f"frame {match.frame_id}", by=by, words=why)
    count = len(shown)
    if ticket.pack_slug and not frame_ids and await packs.set_shown(session, ticket.pack_slug, is_shown=True):
        note(session, ticket, "restored", about=f"pack {ticket.pack_slug}", by=by, words=why)
        count += 1
    await session.flush()
    return count


async def close_ticket(session: AsyncSession, number: str, by: str, outcome: str) -> Takedown:
    """What is hidden stays so, what waits for a look is spared. The picture that was sent goes: call
    objects.discard_now() with prefix_of() after the commit. Raises NotFound, TakedownClosed, BadInput."""
    ticket = await _lock_open(session, number)
    ticket.outcome, ticket.closed_at = _reason(outcome), now()
    session.add(ticket)
    waiting = col(TakedownMatch.takedown_id) == ticket.id, col(TakedownMatch.state) == MatchState.PENDING
    await session.exec(update(TakedownMatch).where(*waiting).values(state=MatchState.SPARED))
    note(session, ticket, "closed", by=by, words=ticket.outcome)
    if ticket.phash:
        objects.discard(session, prefix_of(ticket.id))
    await session.flush()
    return ticket


def _reason(words: str) -> str:
    words = words.strip()
    if not 1 <= len(words) <= MAX_WORDS_CHARS:
        raise BadInput.of("why", f"Say why, in 1 to {MAX_WORDS_CHARS:,} characters.", len(words), MAX_WORDS_CHARS)
    return words


async def _lock(session: AsyncSession, number: str) -> Takedown:
    found = await find_ticket(session, number)
    query = select(Takedown).where(Takedown.id == found.id).with_for_update()
    return (await session.exec(query, execution_options={"populate_existing": True})).one()


async def _lock_open(session: AsyncSession, number: str) -> Takedown:
    ticket = await _lock(session, number)
    if ticket.closed_at is not None:
        raise TakedownClosed(f"{ticket.number} is closed.")
    return ticket


# ---------------------------------------------------------------------------------------------------------- by the clock
async def unreviewed(session: AsyncSession) -> Sequence[UUID]:
    """Tickets with something that looks very much alike and that nobody has judged within the hour."""
    return (await session.exec(select(TakedownMatch.takedown_id).where(*_unreviewed()).distinct())).all()


async def hide_unreviewed(session: AsyncSession, takedown_id: UUID) -> int:
    """What that is. One ticket a transaction, as it takes the turns of others. How many frames."""
    ticket = (await session.exec(select(Takedown).where(Takedown.id == takedown_id).with_for_update())).one()
    mine = TakedownMatch.takedown_id == takedown_id
    matches = (await session.exec(select(TakedownMatch).where(mine, *_unreviewed()).with_for_update())).all()
    return await hide(session, ticket, matches, by=PEXIT)


def _unreviewed() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(TakedownMatch.state) == MatchState.PENDING, col(TakedownMatch.hide_at) <= now()


async def tell_overdue(session: AsyncSession) -> list[str]:
    """Numbers of tickets whose 48 hours have passed undecided, each told once."""
    late = col(Takedown.closed_at).is_(None), col(Takedown.due_at) <= now(), col(Takedown.overdue_told_at).is_(None)
    tickets = (await session.exec(select(Takedown).where(*late).with_for_update(skip_locked=True))).all()
    for ticket in tickets:
        ticket.overdue_told_at = now()
        session.add(ticket)
        note(session, ticket, "overdue", by=PEXIT)
        logger.error("takedown overdue", number=ticket.number, due_at=ticket.due_at.isoformat())
    return [ticket.number for ticket in tickets]


async def forget_contacts(session: AsyncSession) -> None:
    """Who asked, and in which words, half a year after it was closed. What was done stays in the trail."""
    old = col(Takedown.closed_at) <= now() - CONTACT_KEPT, col(Takedown.email) != ""
    await session.exec(update(Takedown).where(*old).values(name="", email="", words="", address=""))
