"""A tester's free frames: reserved with an order, counted when delivered, given back when not. The creator's dust pays for
their rendering: it is held by frame, under the key the order's slice gives.

Call all of it in the turns of the tester and of the creator (wallet.lock_wallets), so that no free frame is used twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, events
from pexit_app.features.identity import service as identity
from pexit_app.features.trials.models import Trial, TrialTester
from pexit_app.features.wallet import service as wallet


@dataclass(frozen=True, slots=True)
class Seat:
    """Of a tester in a running trial, with `left` free frames: at least one."""

    tester_id: UUID
    trial_id: UUID
    creator_id: UUID
    left: int


def is_running() -> ColumnElement[bool]:
    """Of a query for trials."""
    return col(Trial.ended_at).is_(None) & (col(Trial.expires_at) > clock.now())


async def seat_of(session: AsyncSession, user_id: UUID, pack_id: UUID) -> Seat | None:
    """Where this user renders frames of this pack for nothing."""
    return await _first(session, TrialTester.user_id == user_id, Trial.pack_id == pack_id)


async def seat(session: AsyncSession, tester_id: UUID) -> Seat | None:
    """The same seat as it is now; None when nothing is left of it."""
    return await _first(session, TrialTester.id == tester_id)


async def _first(session: AsyncSession, *where: Any) -> Seat | None:
    left = col(Trial.frames) - col(TrialTester.ordered)
    query = select(col(TrialTester.id), col(Trial.id), col(Trial.creator_id), left)
    query = query.join(Trial, col(Trial.id) == col(TrialTester.trial_id)).where(*where, is_running(), left > 0)
    found = (await session.exec(query.order_by(col(Trial.expires_at)).limit(1))).first()
    return Seat(*found) if found is not None else None


def paid_for(balance_dust: int, frames_dust: Sequence[int]) -> int:
    """How many of these frames, from the first, so much dust pays for."""
    count = 0
    for dust in frames_dust:
        balance_dust -= dust
        if balance_dust < 0:
            break
        count += 1
    return count


async def reserve(session: AsyncSession, seat: Seat, frames_dust: Mapping[str, int], title: str) -> None:
    """Takes a free frame for each hold key and holds its dust, which the creator has. `title` is the pack's."""
    row = await _row(session, seat.tester_id)
    assert row is not None and len(frames_dust) <= seat.left
    names = await identity.fairynames_of(session, [row.user_id])
    named = {"seat_id": str(row.id), "tester": names[row.user_id]}  # goes when the tester does, see personal.py
    memo = {"trial_id": str(seat.trial_id), "title": title, **named}
    for key, dust in frames_dust.items():
        await wallet.hold(session, seat.creator_id, dust, key=key, memo=memo)
    row.ordered += len(frames_dust)
    session.add(row)
    await session.flush()
    await _note_dry(session, seat.trial_id, is_dry=False)
    await _tell(session, seat.creator_id, row)


async def deliver(session: AsyncSession, tester_id: UUID, creator_id: UUID, key: str, dust: int) -> None:
    """The frame is there: the creator's held dust is spent."""
    await wallet.settle(session, key, dust, key=f"{key}:paid", memo={})
    if (row := await _row(session, tester_id)) is not None:
        row.delivered += 1
        row.paid_dust += dust
        session.add(row)
        await session.flush()
        await _tell(session, creator_id, row)


async def give_back(session: AsyncSession, tester_id: UUID, creator_id: UUID, key: str) -> None:
    """It will not be there: the tester has the free frame again, the creator the dust."""
    await wallet.release(session, key, None, key=f"{key}:back", reason="A tester's frame was not delivered")
    if (row := await _row(session, tester_id)) is not None:
        row.ordered -= 1
        session.add(row)
        await session.flush()
        await _tell(session, creator_id, row)


async def note_dry(session: AsyncSession, seat: Seat) -> None:
    """A tester was told that the creator's dust does not pay for the next frame: the creator hears of it, once."""
    await events.take_turn(session, seat.creator_id)
    if await _note_dry(session, seat.trial_id, is_dry=True):
        await events.emit(session, seat.creator_id, "trial.run_dry", {"trial_id": str(seat.trial_id)})


async def _note_dry(session: AsyncSession, trial_id: UUID, *, is_dry: bool) -> bool:
    """Whether that was news."""
    trial = await session.get(Trial, trial_id, populate_existing=True)
    if trial is None or (trial.dry_at is not None) == is_dry:
        return False
    trial.dry_at = clock.now() if is_dry else None
    session.add(trial)
    await session.flush()
    return True


async def _row(session: AsyncSession, tester_id: UUID) -> TrialTester | None:
    return await session.get(TrialTester, tester_id, populate_existing=True)


async def _tell(session: AsyncSession, creator_id: UUID, row: TrialTester) -> None:
    data = {"trial_id": str(row.trial_id), "ordered": row.ordered, "delivered": row.delivered}
    await events.emit(session, creator_id, "trial.used", data)
