"""Reading a wallet."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.wallet import caps
from pexit_app.features.wallet.ledger import WALLET
from pexit_app.features.wallet.models import EARNINGS, Account, Transfer, TransferKind
from pexit_app.features.wallet.schemas import WalletCard


async def card(session: AsyncSession, user_id: UUID) -> WalletCard:
    """Raises NotFound."""
    balances = await _balances(session, user_id)
    debt = balances.pop("debt")
    spendable = balances["granted"] + balances["bought"]
    return WalletCard(balance=spendable, owed=-debt, caps=await caps.read(session, user_id), **balances)


async def _balances(session: AsyncSession, user_id: UUID) -> dict[str, int]:
    query = select(col(Account.kind), col(Account.balance))
    query = query.where(col(Account.user_id) == user_id, col(Account.kind).in_(WALLET))
    balances = dict((await session.exec(query)).all())
    if len(balances) != len(WALLET):
        raise NotFound("There is no such wallet.")
    return balances


async def balance(session: AsyncSession, user_id: UUID) -> int:
    """Spendable dust. Raises NotFound."""
    balances = await _balances(session, user_id)
    return balances["granted"] + balances["bought"]


SHOWN: dict[str, tuple[TransferKind, ...]] = {
    "all": (),
    "in": (TransferKind.GRANT, TransferKind.PROMO, TransferKind.PURCHASE),
    "spent": (TransferKind.SETTLE, TransferKind.UNLOCK),
    "back": (TransferKind.RELEASE, TransferKind.REFUND, TransferKind.DISPUTE_WON),
    "taken": (TransferKind.REFUND_PURCHASE, TransferKind.DISPUTE, TransferKind.DISPUTE_LOST),
}


async def statement(
    session: AsyncSession, user_id: UUID, cursor: str | None, limit: int, show: str = "all"
) -> Slice[Transfer]:
    """The user's transfers, newest first; `show` is a key of SHOWN. Raises BadInput."""
    mine = select(Transfer).where(Transfer.user_id == user_id, col(Transfer.kind).not_in(EARNINGS))
    if show not in SHOWN:
        raise BadInput.of("show", f"Show {', '.join(SHOWN)}.", show[:40], list(SHOWN))
    if kinds := SHOWN[show]:
        mine = mine.where(col(Transfer.kind).in_(kinds))
    return await newest_first(session, mine, Transfer, cursor, limit)
