"""A creator's account at the payment provider, through which they are paid out."""

from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.cashier_ports import PayoutBank
from pexit_app.core.errors import NotAllowed, Unavailable
from pexit_app.core.ports import ProviderError
from pexit_app.features.earnings.models import Payee
from pexit_app.features.earnings.sales import lock_payee
from pexit_app.features.identity import service as identity
from pexit_app.features.wallet import earnings as book


async def become_creator(session: AsyncSession, user_id: UUID) -> None:
    """In the transaction that makes somebody a creator: their earnings are open. Again: nothing."""
    await lock_payee(session, user_id)
    await book.lock_earnings(session, [user_id])


async def payee_of(session: AsyncSession, user_id: UUID) -> Payee | None:
    query = select(Payee).where(Payee.user_id == user_id)
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def start_onboarding(actor: Actor, *, return_url: str, refresh_url: str) -> str:
    """Where the creator says who they are and where their money goes. Raises NotAllowed for a starter, Unavailable."""
    async with db.transaction() as session:
        user = await identity.me(session, actor)
        if user.tier != "creator":
            raise NotAllowed("Become a creator first.")
        payee = await payee_of(session, actor.user_id)
    if (bank := deps.get().payouts) is None:
        raise Unavailable("Nobody is paid out here yet: the operator has set up no payment provider.")
    try:
        account = payee.account if payee else ""
        if not account:
            account = await bank.open_account(actor.user_id, user.email or "")
            await _keep(actor.user_id, account, "started", "")
        return await bank.onboarding_link(account, return_url=return_url, refresh_url=refresh_url)
    except ProviderError as error:
        raise Unavailable(f"The payment provider cannot be reached: {error} Try again later.") from None


async def look_at(bank: PayoutBank | None, user_id: UUID) -> None:
    """Asks the provider where the account stands, if there is one. What cannot be asked stays as it was."""
    async with db.transaction() as session:
        payee = await payee_of(session, user_id)
    if payee is None or not payee.account or bank is None:
        return
    try:
        found = await bank.account_status(payee.account)
    except ProviderError:
        return
    missing = ", ".join(found.needs)[:300]
    await _keep(user_id, payee.account, "ready" if found.can_be_paid else "started", missing)


async def _keep(user_id: UUID, account: str, standing: str, missing: str) -> None:
    async with db.transaction() as session:
        payee = await lock_payee(session, user_id)
        payee.account, payee.standing, payee.missing = account, standing, missing
        session.add(payee)
