"""Earnings that have waited long enough: what was paid in bought dust can be paid out, what was paid in granted dust comes
into the creator's wallet as granted dust. So nothing that the house gives away becomes money. What somebody paid whose own
payment was contested or given back waits until they owe nothing: a stolen card pays nobody."""

from uuid import UUID, uuid4

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, log
from pexit_app.core.clock import now
from pexit_app.core.errors import PexitError
from pexit_app.features.earnings.models import Earning, EarningState
from pexit_app.features.wallet import earnings as book
from pexit_app.features.wallet import service as wallet

logger = log.get("earnings")
AT_ONCE = 500  # earnings of one creator in a transaction


def due() -> ColumnElement[bool]:
    is_old = (col(Earning.state) == EarningState.PENDING) & (col(Earning.matures_at) <= now())
    return is_old & ~book.buyer_owes(col(Earning.source))


async def waiting(session: AsyncSession) -> list[UUID]:
    """Creators of whom something is due."""
    return list((await session.exec(select(Earning.user_id).where(due()).distinct())).all())


async def mature(session: AsyncSession, user_id: UUID) -> int:
    """Those of one creator that are due, AT_ONCE at most; how many."""
    await wallet.lock_wallets(session, [user_id])
    query = select(Earning).where(Earning.user_id == user_id, due()).order_by(col(Earning.id)).limit(AT_ONCE)
    rows = (await session.exec(query.with_for_update(), execution_options={"populate_existing": True})).all()
    if not rows:
        return 0
    key = f"mature:{uuid4()}"
    gift = sum(row.gift_dust for row in rows)
    if gift:
        reason = "Earned in granted dust: it came into your wallet"
        memo = {"to_wallet": True}
        await book.earn_back(session, user_id, gift, key=f"{key}:gift", reason=reason, memo=memo)
        reason = "Earned with your packs, in granted dust"
        await wallet.grant(session, user_id, gift, key=f"{key}:grant", reason=reason)
    mine = (await book.lock_earnings(session, [user_id]))[user_id]
    # What was taken back of matured earnings may have come out of these.
    payable = min(sum(row.payable_dust for row in rows), mine.pending)
    memo_of = {"earnings": len(rows)}
    await book.mature(session, user_id, payable, key=key, reason="Can be paid out", memo=memo_of)
    for row in rows:
        row.state = EarningState.AVAILABLE
        session.add(row)
    await session.flush()
    return len(rows)


async def mature_due() -> None:
    """Of everybody, a creator a transaction."""
    async with db.transaction() as session:
        users = await waiting(session)
    for user_id in users:
        try:
            await _mature_all(user_id)
        except PexitError:
            logger.exception("earnings did not mature", user_id=str(user_id))


async def _mature_all(user_id: UUID) -> None:
    count = AT_ONCE
    while count == AT_ONCE:
        async with db.transaction() as session:
            count = await mature(session, user_id)
