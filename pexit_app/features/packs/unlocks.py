"""Who has unlocked which pack. A pack with an unlock price asks each user for it once: its dust is held with the order,
spent when the first frame is delivered, and given back when none is. What was paid for stays: later versions and other
prices ask nothing more, and to its creator a pack is never locked.

Everything here that writes does so in the user's turn (core.events), so that of two orders at once exactly one unlocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.clock import now
from pexit_app.features.packs.asking import asking
from pexit_app.features.packs.models import Pack, PackUnlock, PackVersion
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.service import Transfer

__all__ = [
    "Asked",
    "PackUnlock",
    "asked",
    "give_back",
    "hold",
    "lock_again",
    "of_job",
    "of_user",
    "opened_by",
    "paid_by",
    "paid_key",
    "pay",
    "pending",
    "reconcile",
]

OPEN = "unlock:"  # begins the key of every hold made here


@dataclass(frozen=True, slots=True)
class Asked:
    """`is_due`: `dust` is to be held with the next order, be it 0 for once. `pending_id`: an order under way holds it
    already."""

    dust: int = 0
    pending_id: UUID | None = None
    is_due: bool = False


async def asked(session: AsyncSession, user_id: UUID, version: PackVersion, pack: Pack) -> Asked:
    """What frames of `version` of `pack` take to unlock now. It counts as it is in the user's turn."""
    if not int(version.definition.get("unlock_dust", 0)) or pack.owner_id == user_id:
        return Asked()
    found = await of_user(session, user_id, pack.id)
    if found is None:
        return Asked(asking(pack, version).unlock_dust, is_due=True)
    return Asked() if found.paid_at else Asked(pending_id=found.id)


async def of_user(session: AsyncSession, user_id: UUID, pack_id: UUID) -> PackUnlock | None:
    """Paid, or under way."""
    query = select(PackUnlock).where(PackUnlock.user_id == user_id, PackUnlock.pack_id == pack_id)
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def hold(session: AsyncSession, user_id: UUID, version: PackVersion, dust: int, job_id: UUID) -> PackUnlock:
    """Sets the dust aside that asked() told, less what is taken off, for the order `job_id`. Raises NotEnoughDust."""
    row = PackUnlock(user_id=user_id, pack_id=version.pack_id, job_id=job_id, dust=dust)
    memo = {"job_id": str(job_id), "unlock": str(version.pack_id), "title": version.definition["title"]}
    await wallet.hold(session, user_id, dust, key=row.hold_key, memo=memo)
    session.add(row)
    await session.flush()
    return row


async def pay(session: AsyncSession, row: PackUnlock) -> Transfer:
    """A frame was delivered: the pack is the user's for good. `row` is pending."""
    transfer = await wallet.unlock(session, row.hold_key, row.dust, key=paid_key(row), memo={})
    row.paid_at = now()
    session.add(row)
    await session.flush()
    await events.emit(session, row.user_id, "pack.unlocked", {"pack_id": str(row.pack_id), "dust": row.dust})
    return transfer


def paid_key(row: PackUnlock) -> str:
    """Of the ledger's transfer that paid it."""
    return f"{row.hold_key}:paid"


async def paid_by(session: AsyncSession, user_id: UUID, unlock_id: UUID) -> PackUnlock | None:
    """In the user's turn; None for one that is not paid."""
    row = await session.get(PackUnlock, unlock_id, populate_existing=True)
    return row if row is not None and row.user_id == user_id and row.paid_at is not None else None


async def lock_again(session: AsyncSession, row: PackUnlock) -> None:
    """Its dust went back: the pack asks for it anew."""
    await session.delete(row)
    await session.flush()


async def give_back(session: AsyncSession, user_id: UUID, unlock_id: UUID) -> None:
    """Nothing was delivered: the pack is as locked as before. Paid or given back before: nothing."""
    if (row := await pending(session, user_id, unlock_id)) is None:
        return
    await wallet.release(session, row.hold_key, None, key=f"{row.hold_key}:back", reason="No frame was delivered")
    await session.delete(row)
    await session.flush()


async def pending(session: AsyncSession, user_id: UUID, unlock_id: UUID) -> PackUnlock | None:
    """In the user's turn; None for one that was paid or given back before."""
    await events.take_turn(session, user_id)
    query = select(PackUnlock).where(PackUnlock.id == unlock_id, col(PackUnlock.paid_at).is_(None))
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def opened_by(session: AsyncSession, user_id: UUID | None, packs: Sequence[Pack]) -> set[UUID]:
    """The ids of those that ask this user (None: nobody known) for no unlock price: paid before, free, or their own."""
    free = {pack.id for pack in packs if not pack.unlock_dust or (user_id is not None and pack.owner_id == user_id)}
    locked = [pack.id for pack in packs if pack.id not in free]
    if user_id is None or not locked:
        return free
    paid = select(PackUnlock.pack_id).where(PackUnlock.user_id == user_id, col(PackUnlock.paid_at).is_not(None))
    return free | set((await session.exec(paid.where(col(PackUnlock.pack_id).in_(locked)))).all())


async def of_job(session: AsyncSession, job_id: UUID) -> PackUnlock | None:
    """What was agreed to with this order, unless it was given back."""
    query = select(PackUnlock).where(PackUnlock.job_id == job_id)
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def reconcile(session: AsyncSession) -> list[str]:
    """Dust held for unlocks is unlocks under way, to the dust: problems as sentences."""
    rows = (await session.exec(select(PackUnlock).where(col(PackUnlock.paid_at).is_(None)))).all()
    wanted = {row.hold_key: row.dust for row in rows}
    held = {key: dust for key, dust in await wallet.open_holds(session) if key.startswith(OPEN)}
    return [
        f"{key}: {held.get(key, 0)} dust is held in the ledger, {wanted.get(key, 0)} for an unlock under way."
        for key in sorted(held.keys() | wanted.keys())
        if held.get(key, 0) != wanted.get(key, 0)
    ]
