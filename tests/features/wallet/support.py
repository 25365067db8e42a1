"""Wallets for tests."""

from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.wallet import money, service


async def buy(session: AsyncSession, user_id: UUID, dust: int, key: str) -> None:
    await money.purchase(session, user_id, dust, key=key, reason="", memo={})


async def wallet_of(session: AsyncSession, granted: int, bought: int = 0) -> UUID:
    """A new user's wallet."""
    user_id = uuid4()
    await service.open_wallet(session, user_id, granted)
    if bought:
        await buy(session, user_id, bought, f"bought:{user_id}")
    return user_id
