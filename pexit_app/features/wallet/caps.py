"""The user's own limits: how much dust may go in a day (UTC), and in one order. hold() asks here; what is given back the
same day counts no more. A limit can be lifted at once, by the person, never by a key."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.features.wallet.errors import CapReached
from pexit_app.features.wallet.models import Cap, Transfer, TransferKind
from pexit_app.features.wallet.schemas import Caps

MAX_CAP_DUST = 1_000_000
BACK = (TransferKind.RELEASE, TransferKind.REFUND)


async def read(session: AsyncSession, user_id: UUID) -> Caps:
    query = select(Cap.daily_dust, Cap.run_dust).where(Cap.user_id == user_id)
    found = (await session.exec(query)).first()
    return Caps(daily_dust=found[0], run_dust=found[1]) if found else Caps()


async def change(session: AsyncSession, actor: Actor, daily_dust: int | None, run_dust: int | None) -> Caps:
    """None: no limit. Raises BadInput."""
    for name, dust in (("daily_dust", daily_dust), ("run_dust", run_dust)):
        if dust is not None and not 1 <= dust <= MAX_CAP_DUST:
            message = f"A limit is 1 to {MAX_CAP_DUST:,} dust. Leave it empty for none."
            raise BadInput.of(name, message, dust, MAX_CAP_DUST)
    await events.take_turn(session, actor.user_id)
    values = {"daily_dust": daily_dust, "run_dust": run_dust}
    new = insert(Cap).values(id=uuid4(), user_id=actor.user_id, **values)
    await session.exec(new.on_conflict_do_update(index_elements=[col(Cap.user_id)], set_=values))
    return Caps(daily_dust=daily_dust, run_dust=run_dust)


async def check(session: AsyncSession, user_id: UUID, dust: int) -> None:
    """Before so much is held, in the user's turn. Raises CapReached."""
    caps = await read(session, user_id)
    if caps.run_dust is not None and dust > caps.run_dust:
        raise CapReached.of_run(caps.run_dust, dust)
    if caps.daily_dust is not None and dust:
        spent = await spent_today(session, user_id)
        if spent + dust > caps.daily_dust:
            raise CapReached.of_day(caps.daily_dust, spent, dust)


async def room(session: AsyncSession, user_id: UUID) -> int | None:
    """How much one order may take now; None: no limit."""
    caps = await read(session, user_id)
    limits = [caps.run_dust] if caps.run_dust is not None else []
    if caps.daily_dust is not None:
        limits.append(max(0, caps.daily_dust - await spent_today(session, user_id)))
    return min(limits, default=None)


async def spent_today(session: AsyncSession, user_id: UUID) -> int:
    """Held since midnight UTC, less what came back of it."""
    since = today()
    mine = (col(Transfer.user_id) == user_id) & (col(Transfer.created_at) >= since)
    held = select(func.coalesce(func.sum(Transfer.dust), 0)).where(mine, Transfer.kind == TransferKind.HOLD)
    hold = aliased(Transfer)
    back = select(func.coalesce(func.sum(Transfer.dust), 0)).join(hold, col(hold.key) == col(Transfer.hold_key))
    back = back.where(mine, col(Transfer.kind).in_(BACK), col(hold.created_at) >= since)
    return int((await session.exec(held)).one()) - int((await session.exec(back)).one())


def today() -> datetime:
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
