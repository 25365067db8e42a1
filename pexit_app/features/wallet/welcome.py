"""What a new account brings with it. Importing this registers it; identity, below, never hears of wallets."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import hooks, settings
from pexit_app.features.wallet import service

hooks.on_balance(service.balance)


@hooks.on_user_created
async def open_wallet(session: AsyncSession, user_id: UUID) -> None:
    await service.open_wallet(session, user_id, settings.load().welcome_dust)
