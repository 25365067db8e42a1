"""What creators earn: pending, then earned, then on its way to their bank, then gone. Lines of a book of their own beside
the wallet's, with the same keys and the same rules.

earn() is called in the transaction in which the buyer's dust is settled, after that. It takes no turn of the creator, so
it writes no event: whoever wants the creator to hear of it notifies their topic (core.events.notify).
Locks: a creator's earnings come after the house (ledger.py). A transaction that moves several creators' earnings in
several calls locks them first, in one lock_earnings().
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.wallet import ledger
from pexit_app.features.wallet.errors import EarningsExceeded
from pexit_app.features.wallet.models import EARNINGS, Account, AccountKind, Transfer, TransferKind
from pexit_app.features.wallet.service import check_dust

BOOK = (AccountKind.EARNED_PENDING, AccountKind.EARNED, AccountKind.PAYOUT, AccountKind.EARNED_DEBT)


@dataclass(frozen=True, slots=True)
class Earnings:
    """A creator's balances, in dust. `debt` is 0 or less: what a reversed earning could not take back; the next earnings
    pay it off."""

    user_id: UUID
    ids: Mapping[AccountKind, UUID]
    pending: int = 0
    earned: int = 0
    payout: int = 0
    debt: int = 0


def buyer_owes(source: Any) -> ColumnElement[bool]:
    """Of rows with the key of a buyer's payment: whether that buyer owes dust, because the money for it went back."""
    query = select(Transfer.id).join(Account, col(Account.user_id) == col(Transfer.user_id))
    in_debt = col(Account.kind) == AccountKind.DEBT, col(Account.balance) < 0
    return query.where(col(Transfer.key) == source, *in_debt).exists()


async def read(session: AsyncSession, user_id: UUID) -> Earnings:
    """As they are, unlocked; all 0 for who never earned."""
    query = select(col(Account.kind), col(Account.id), col(Account.balance))
    query = query.where(col(Account.user_id) == user_id, col(Account.kind).in_(BOOK))
    return _earnings(user_id, list(await session.exec(query)))


def _earnings(user_id: UUID, rows: list[tuple[str, UUID, int]]) -> Earnings:
    balances = {kind: balance for kind, _, balance in rows}
    ids = {AccountKind(kind): account_id for kind, account_id, _ in rows}
    return Earnings(user_id, ids, *(balances.get(kind, 0) for kind in BOOK))


async def lock_earnings(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, Earnings]:
    """Locks these creators' earnings until the transaction ends, by user; opens those that are missing."""
    found = {}
    for user_id in sorted(set(user_ids)):
        query = select(col(Account.kind), col(Account.id), col(Account.balance))
        query = query.where(col(Account.user_id) == user_id, col(Account.kind).in_(BOOK))
        query = query.order_by(col(Account.kind)).with_for_update()
        rows = list(await session.exec(query))
        if len(rows) != len(BOOK):
            await ledger.open_accounts(session, user_id, BOOK, shard=0)
            rows = list(await session.exec(query))
        found[user_id] = _earnings(user_id, rows)
    return found


async def statement(session: AsyncSession, user_id: UUID, cursor: str | None, limit: int) -> Slice[Transfer]:
    """The creator's lines, newest first. Raises BadInput."""
    mine = select(Transfer).where(Transfer.user_id == user_id, col(Transfer.kind).in_(EARNINGS))
    return await newest_first(session, mine, Transfer, cursor, limit)


async def earn(
    session: AsyncSession, creator_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """A share of what was just settled: from the house's revenue to the creator's pending earnings, a debt of theirs paid
    off first. Raises KeyReused, BadInput."""
    check_dust(dust)
    house = await ledger.lock_house(session)
    mine, first = await _begin(session, TransferKind.EARN, creator_id, dust, key)
    if first is not None:
        return first
    owed = min(dust, -mine.debt)
    amounts = {
        house[AccountKind.REVENUE]: -dust,
        mine.ids[AccountKind.EARNED_DEBT]: owed,
        mine.ids[AccountKind.EARNED_PENDING]: dust - owed,
    }
    return await _post(session, mine, TransferKind.EARN, dust, key, reason, memo, amounts, owed=owed)


async def earn_back(
    session: AsyncSession,
    creator_id: UUID,
    dust: int,
    *,
    key: str,
    reason: str,
    memo: dict[str, Any],
    is_matured: bool = False,
) -> Transfer:
    """The reversal of an earning, back to the house's revenue: from what is pending, then from what is earned, or the other
    way round if it has matured; what was paid out already becomes a debt. Raises KeyReused, BadInput."""
    check_dust(dust)
    house = await ledger.lock_house(session)
    mine, first = await _begin(session, TransferKind.EARN_BACK, creator_id, dust, key)
    if first is not None:
        return first
    first_earned = min(dust, mine.earned) if is_matured else 0
    pending = min(dust - first_earned, mine.pending)
    earned = first_earned or min(dust - pending, mine.earned)
    owed = dust - pending - earned
    amounts = {
        house[AccountKind.REVENUE]: dust,
        mine.ids[AccountKind.EARNED_PENDING]: -pending,
        mine.ids[AccountKind.EARNED]: -earned,
        mine.ids[AccountKind.EARNED_DEBT]: -owed,
    }
    return await _post(session, mine, TransferKind.EARN_BACK, dust, key, reason, memo, amounts, owed=owed)


async def mature(
    session: AsyncSession, creator_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """Pending earnings can be paid out from now on. Raises EarningsExceeded, KeyReused, BadInput."""
    return await _within(session, TransferKind.MATURE, creator_id, dust, key, reason, memo)


async def payout(
    session: AsyncSession, creator_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """Earned dust is set aside for a payout: commit this before the provider is asked. Raises EarningsExceeded,
    KeyReused, BadInput."""
    return await _within(session, TransferKind.PAYOUT, creator_id, dust, key, reason, memo)


async def payout_failed(
    session: AsyncSession, creator_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """The payout surely did not arrive: it can be paid out again. Raises EarningsExceeded, KeyReused, BadInput."""
    return await _within(session, TransferKind.PAYOUT_FAILED, creator_id, dust, key, reason, memo)


async def paid_out(
    session: AsyncSession, creator_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """The money left for the creator's bank: from the payout to the house's cash. Raises EarningsExceeded, KeyReused,
    BadInput."""
    check_dust(dust)
    house = await ledger.lock_house(session)
    mine, first = await _begin(session, TransferKind.PAID_OUT, creator_id, dust, key)
    if first is not None:
        return first
    _check_enough(mine.payout, dust, key)
    amounts = {mine.ids[AccountKind.PAYOUT]: -dust, house[AccountKind.CASH]: dust}
    return await _post(session, mine, TransferKind.PAID_OUT, dust, key, reason, memo, amounts)


WITHIN = {
    TransferKind.MATURE: (AccountKind.EARNED_PENDING, AccountKind.EARNED),
    TransferKind.PAYOUT: (AccountKind.EARNED, AccountKind.PAYOUT),
    TransferKind.PAYOUT_FAILED: (AccountKind.PAYOUT, AccountKind.EARNED),
}


async def _within(
    session: AsyncSession,
    kind: TransferKind,
    creator_id: UUID,
    dust: int,
    key: str,
    reason: str,
    memo: dict[str, Any],
) -> Transfer:
    check_dust(dust)
    mine, first = await _begin(session, kind, creator_id, dust, key)
    if first is not None:
        return first
    source, target = WITHIN[kind]
    balances = dict(zip(BOOK, (mine.pending, mine.earned, mine.payout, mine.debt), strict=True))
    _check_enough(balances[source], dust, key)
    amounts = {mine.ids[source]: -dust, mine.ids[target]: dust}
    return await _post(session, mine, kind, dust, key, reason, memo, amounts)


async def _begin(
    session: AsyncSession, kind: TransferKind, creator_id: UUID, dust: int, key: str
) -> tuple[Earnings, Transfer | None]:
    """The locked earnings, and the transfer that already has this key."""
    mine = (await lock_earnings(session, [creator_id]))[creator_id]
    return mine, await ledger.find(session, key, kind, creator_id, dust)


def _check_enough(there: int, dust: int, key: str) -> None:
    if dust > there:
        raise EarningsExceeded(f"{key} needs {dust} dust, and there are {there}.")


async def _post(
    session: AsyncSession,
    mine: Earnings,
    kind: TransferKind,
    dust: int,
    key: str,
    reason: str,
    memo: dict[str, Any],
    amounts: Mapping[UUID, int],
    owed: int = 0,
) -> Transfer:
    claims = (AccountKind.EARNED_PENDING, AccountKind.EARNED)
    row = {
        "key": key,
        "kind": kind,
        "user_id": mine.user_id,
        "dust": dust,
        "granted": 0,
        "bought": 0,
        "owed": owed,
        "balance_after": mine.pending + mine.earned + sum(amounts.get(mine.ids[each], 0) for each in claims),
        "hold_key": None,
        "reason": reason,
        "memo": memo,
    }
    return await ledger.write(session, row, amounts)


async def lines(session: AsyncSession, user_id: UUID, since: datetime, until: datetime) -> list[Transfer]:
    """The creator's lines from `since` on and before `until`, in their order."""
    mine = Transfer.user_id == user_id, col(Transfer.kind).in_(EARNINGS)
    query = select(Transfer).where(*mine, col(Transfer.created_at) >= since, col(Transfer.created_at) < until)
    return list((await session.exec(query.order_by(col(Transfer.created_at), col(Transfer.id)))).all())


async def balance_at(session: AsyncSession, user_id: UUID, at: datetime) -> int:
    """Pending and earned together just before `at`, as the line before it says."""
    mine = Transfer.user_id == user_id, col(Transfer.kind).in_(EARNINGS), col(Transfer.created_at) < at
    query = select(Transfer.balance_after).where(*mine)
    query = query.order_by(col(Transfer.created_at).desc(), col(Transfer.id).desc()).limit(1)
    return (await session.exec(query)).first() or 0


async def with_earned(session: AsyncSession, least_dust: int) -> list[UUID]:
    """Creators who can be paid out that much, by id."""
    query = select(Account.user_id).where(Account.kind == AccountKind.EARNED, col(Account.balance) >= least_dust)
    return [user_id for user_id in await session.exec(query.order_by(col(Account.user_id))) if user_id is not None]
