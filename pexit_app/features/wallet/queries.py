"""Reading a wallet."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.errors import NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.wallet.ledger import WALLET
from pexit_app.features.wallet.models import EARNINGS, Account, Transfer
from pexit_app.features.wallet.schemas import WalletCard


async def card(session: AsyncSession, user_id: UUID) -> WalletCard:
    """Raises NotFound."""
    query = select(col(Account.kind), col(Account.balance))
    query = query.where(col(Account.user_id) == user_id, col(Account.kind).in_(WALLET))
    balances = dict((await session.exec(query)).all())
    if len(balances) != len(WALLET):
        raise NotFound("There is no such wallet.")
    debt = balances.pop("debt")
    return WalletCard(balance=balances["granted"] + balances["bought"], owed=-debt, **balances)


async def balance(session: AsyncSession, user_id: UUID) -> int:
    """Spendable dust. Raises NotFound."""
    return (await card(session, user_id)).balance


async def statement(session: AsyncSession, user_id: UUID, cursor: str | None, limit: int) -> Slice[Transfer]:
    """The user's transfers, newest first. Raises BadInput."""
    mine = select(Transfer).where(Transfer.user_id == user_id, col(Transfer.kind).not_in(EARNINGS))
    return await newest_first(session, mine, Transfer, cursor, limit)
