"""Wallets for tests. Until something sells dust, bought dust comes from here."""

from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.wallet import ledger, service
from pexit_app.features.wallet.ledger import Split
from pexit_app.features.wallet.models import AccountKind, TransferKind


async def buy(session: AsyncSession, user_id: UUID, dust: int, key: str) -> None:
    wallet = await ledger.lock_wallet(session, user_id)
    house = await ledger.lock_house(session)
    amounts = {house[AccountKind.GRANTS_ISSUE]: -dust, wallet.ids[AccountKind.BOUGHT]: dust}
    await ledger.post(session, wallet, amounts, key=key, kind=TransferKind.GRANT, split=Split(0, dust))


async def wallet_of(session: AsyncSession, granted: int, bought: int = 0) -> UUID:
    """A new user's wallet."""
    user_id = uuid4()
    await service.open_wallet(session, user_id, granted)
    if bought:
        await buy(session, user_id, bought, f"bought:{user_id}")
    return user_id
