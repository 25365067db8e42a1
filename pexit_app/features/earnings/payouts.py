"""Weekly payouts, from so much dust on. The intent is written and the dust set aside before the provider is asked, under a
key that is told to it: what is asked again is paid once, and what it says twice is heard once.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, events, log, settings
from pexit_app.core.cashier_ports import PayoutBank, Transferred, TransferState
from pexit_app.core.clock import now
from pexit_app.core.errors import PexitError
from pexit_app.core.ports import AnswerLost, ProviderError
from pexit_app.features.earnings import accounts
from pexit_app.features.earnings.models import Payee, Payout, PayoutState
from pexit_app.features.wallet import earnings as book

UNDER_WAY = (PayoutState.OPEN, PayoutState.SENT)
MONDAY = 0
NOTE = "Pexit: what your packs earned"
logger = log.get("earnings")


def week_of(at: datetime) -> str:
    """`2026-W48`, by ISO, UTC."""
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}"


async def payable(session: AsyncSession) -> list[Payee]:
    """Creators with an account and enough earned, who have no payout under way and had none this week."""
    rich = await book.with_earned(session, settings.load().payout_dust)
    week = col(Payout.key).endswith(f":{week_of(now())}")
    busy = select(Payout.user_id).where(week | col(Payout.state).in_(UNDER_WAY))
    query = select(Payee).where(col(Payee.user_id).in_(rich), Payee.account != "", col(Payee.user_id).not_in(busy))
    return list((await session.exec(query.order_by(col(Payee.user_id)))).all())


async def open_payout(session: AsyncSession, user_id: UUID) -> Payout | None:
    """This week's, of all that is earned: once, however often it is asked for. None: too little, or it was made."""
    query = select(Payee).where(Payee.user_id == user_id).with_for_update()
    payee = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if payee is None or payee.standing != "ready":
        return None
    mine = (await book.lock_earnings(session, [user_id]))[user_id]
    if mine.earned < settings.load().payout_dust:
        return None
    row = Payout(user_id=user_id, key=f"payout:{user_id}:{week_of(now())}", dust=mine.earned, account=payee.account)
    new = insert(Payout).values(**row.model_dump()).on_conflict_do_nothing().returning(Payout)
    made: Payout | None = (await session.exec(new)).scalars().first()
    if made is not None:
        memo = {"payout_id": str(made.id)}
        await book.payout(session, user_id, made.dust, key=f"{made.key}:out", reason="On its way to you", memo=memo)
    return made


async def send(bank: PayoutBank, payout_id: UUID) -> None:
    """Asks the provider for it, or what came of it. What nobody knows stays open, for the next time."""
    async with db.transaction() as session:
        payout = await session.get(Payout, payout_id)
    if payout is None or payout.is_over:
        return
    try:
        outcome = await _asked(bank, payout)
    except (AnswerLost, ProviderError):
        logger.warning("nobody knows whether the payout was taken; it is looked for", payout_id=str(payout_id))
        return
    if outcome is not None:
        async with db.transaction() as session:
            await note_outcome(session, payout_id, outcome)


async def _asked(bank: PayoutBank, payout: Payout) -> Transferred | None:
    """Only a refusal of the transfer itself is a failure: one that cannot be looked for may have been paid. Raises
    ProviderError, AnswerLost."""
    known = await bank.find_transfer(payout.key)
    if known is not None or payout.state != PayoutState.OPEN:
        return known
    try:
        return await bank.transfer(payout.account, payout.dust, key=payout.key, note=NOTE)
    except ProviderError as error:
        return Transferred("", TransferState.FAILED, str(error))


async def note_outcome(session: AsyncSession, payout_id: UUID, outcome: Transferred) -> Payout | None:
    """As the provider says, however often. A failed one can be paid out again, and says why. None: there is none."""
    if (whose := await session.scalar(select(col(Payout.user_id)).where(col(Payout.id) == payout_id))) is None:
        return None
    await events.take_turn(session, whose)  # before any row, as whoever moves dust does
    query = select(Payout).where(Payout.id == payout_id).with_for_update()
    payout = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if payout is None or payout.is_over:
        return payout
    payout.reference = outcome.id or payout.reference
    memo = {"payout_id": str(payout.id)}
    if outcome.state == TransferState.PAID:
        payout.state, payout.ended_at = PayoutState.PAID, now()
        key = f"{payout.key}:paid"
        await book.paid_out(session, payout.user_id, payout.dust, key=key, reason="Paid out", memo=memo)
    elif outcome.state == TransferState.FAILED:
        payout.state, payout.ended_at = PayoutState.FAILED, now()
        payout.reason = outcome.reason[:300] or "The bank gave no reason."
        key = f"{payout.key}:back"
        reason = f"Payout failed: {payout.reason}"[:200]
        await book.payout_failed(session, payout.user_id, payout.dust, key=key, reason=reason, memo=memo)
    else:
        payout.state = PayoutState.SENT
    session.add(payout)
    await session.flush()
    await _tell(session, payout)
    return payout


async def _tell(session: AsyncSession, payout: Payout) -> None:
    data = {"payout_id": str(payout.id), "dust": payout.dust, "reason": payout.reason}
    await events.emit(session, payout.user_id, f"payout.{payout.state}", data)


async def pay_out(bank: PayoutBank, user_id: UUID) -> Payout | None:
    """Opens this week's and asks for it, once the account is ready. None: there is nothing to pay."""
    await accounts.look_at(bank, user_id)  # ready since, or not any more
    async with db.transaction() as session:
        payout = await open_payout(session, user_id)
    if payout is not None:
        await send(bank, payout.id)
    return payout


async def pay_all(bank: PayoutBank, *, is_any_day: bool = False) -> int:
    """On Mondays, UTC: everybody who is due; how many payouts were opened."""
    if not is_any_day and now().weekday() != MONDAY:
        return 0
    async with db.transaction() as session:
        users = [payee.user_id for payee in await payable(session)]
    count = 0
    for user_id in users:
        try:
            count += await pay_out(bank, user_id) is not None
        except PexitError:
            logger.exception("a creator was not paid out", user_id=str(user_id))
    return count


async def follow_up(bank: PayoutBank) -> None:
    """What is under way: what a crash left unasked, and what the provider has not ended yet."""
    async with db.transaction() as session:
        query = select(Payout.id).where(col(Payout.state).in_(UNDER_WAY)).order_by(col(Payout.created_at))
        found = (await session.exec(query)).all()
    for payout_id in found:
        await send(bank, payout_id)


async def list_open(session: AsyncSession) -> list[Payout]:
    """Those under way and those of the last 30 days, for the operator, newest first."""
    recent = col(Payout.created_at) > now() - timedelta(days=30)
    query = select(Payout).where(recent | col(Payout.state).in_(UNDER_WAY))
    return list((await session.exec(query.order_by(col(Payout.created_at).desc()))).all())


async def reconcile(session: AsyncSession) -> list[str]:
    """What is on its way is payouts under way, to the dust: problems as sentences."""
    query = select(Payout).where(col(Payout.state).in_(UNDER_WAY))
    wanted = {row.user_id: row.dust for row in (await session.exec(query)).all()}
    users = set(wanted) | set((await session.exec(select(Payee.user_id))).all())
    problems = []
    for user_id in sorted(users):
        there = (await book.read(session, user_id)).payout
        if there != wanted.get(user_id, 0):
            problems.append(
                f"Creator {user_id} has {there} dust on its way in the ledger, but payouts of {wanted.get(user_id, 0)}."
            )
    return problems
