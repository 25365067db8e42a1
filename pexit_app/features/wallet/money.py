"""Dust for money: what a purchase brings, and what goes back when its money did.

A debt is what could not be taken back because it was spent, or is held. Whatever bought dust comes in later pays it off
first: another purchase, a release, a dispute that was won. So nothing is ever below zero, and nobody gains by asking for
their money back. Keys work as in service.py.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.wallet import ledger
from pexit_app.features.wallet.models import AccountKind, Transfer, TransferKind
from pexit_app.features.wallet.service import check_dust

KINDS = (
    TransferKind.PURCHASE,
    TransferKind.REFUND_PURCHASE,
    TransferKind.DISPUTE,
    TransferKind.DISPUTE_WON,
    TransferKind.DISPUTE_LOST,
)


async def purchase(
    session: AsyncSession, user_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """The cashier has the money. Raises NotFound, KeyReused, BadInput."""
    return await _come(session, TransferKind.PURCHASE, AccountKind.CASH, user_id, dust, key, reason, memo)


async def refund_purchase(
    session: AsyncSession, user_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """The cashier gave the money back. Raises NotFound, KeyReused, BadInput."""
    return await _go(session, TransferKind.REFUND_PURCHASE, AccountKind.CASH, user_id, dust, key, reason, memo)


async def dispute(
    session: AsyncSession, user_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """The cardholder contests the payment: its dust waits. Raises NotFound, KeyReused, BadInput."""
    return await _go(session, TransferKind.DISPUTE, AccountKind.DISPUTES, user_id, dust, key, reason, memo)


async def dispute_won(
    session: AsyncSession, user_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """The payment stands: what waited comes back. Raises NotFound, KeyReused, BadInput."""
    return await _come(session, TransferKind.DISPUTE_WON, AccountKind.DISPUTES, user_id, dust, key, reason, memo)


async def dispute_lost(
    session: AsyncSession, user_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """The money went back to the cardholder, and what waited with it: the wallet stays as it is. Raises NotFound,
    KeyReused, BadInput."""
    check_dust(dust)
    wallet = await ledger.lock_wallet(session, user_id)
    if (first := await ledger.find(session, key, TransferKind.DISPUTE_LOST, user_id, dust)) is not None:
        return first
    house = await ledger.lock_house(session)
    amounts = {house[AccountKind.DISPUTES]: -dust, house[AccountKind.CASH]: dust}
    split = ledger.Split(0, dust)
    return await ledger.post(
        session, wallet, amounts, key=key, kind=TransferKind.DISPUTE_LOST, split=split, reason=reason, memo=memo
    )


async def _come(
    session: AsyncSession,
    kind: TransferKind,
    source: AccountKind,
    user_id: UUID,
    dust: int,
    key: str,
    reason: str,
    memo: dict[str, Any],
) -> Transfer:
    check_dust(dust)
    wallet = await ledger.lock_wallet(session, user_id)
    if (first := await ledger.find(session, key, kind, user_id, dust)) is not None:
        return first
    house = await ledger.lock_house(session)
    amounts = wallet.added(split := wallet.split_in(0, dust))
    amounts[house[source]] = -dust
    return await ledger.post(session, wallet, amounts, key=key, kind=kind, split=split, reason=reason, memo=memo)


async def _go(
    session: AsyncSession,
    kind: TransferKind,
    target: AccountKind,
    user_id: UUID,
    dust: int,
    key: str,
    reason: str,
    memo: dict[str, Any],
) -> Transfer:
    """Bought dust as far as there is any; the rest is a debt."""
    check_dust(dust)
    wallet = await ledger.lock_wallet(session, user_id)
    if (first := await ledger.find(session, key, kind, user_id, dust)) is not None:
        return first
    house = await ledger.lock_house(session)
    bought = min(dust, wallet.bought)
    split = ledger.Split(0, bought, dust - bought)
    amounts = wallet.added(split, -1)
    amounts[house[target]] = dust
    return await ledger.post(session, wallet, amounts, key=key, kind=kind, split=split, reason=reason, memo=memo)


async def moved(session: AsyncSession) -> dict[TransferKind, int]:
    """All dust of all transfers of money, by kind."""
    query = select(col(Transfer.kind), func.sum(col(Transfer.dust))).where(col(Transfer.kind).in_(KINDS))
    found = dict((await session.exec(query.group_by(col(Transfer.kind)))).all())
    return {kind: int(found.get(kind, 0)) for kind in KINDS}
