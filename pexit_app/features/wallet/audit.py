"""Does it all add up? Every rule of the ledger, read again from its rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.wallet.models import (
    DEBTS,
    EARNINGS,
    HOUSE,
    Account,
    AccountKind,
    Entry,
    Hold,
    Transfer,
    TransferKind,
)
from pexit_app.features.wallet.schemas import SIGNS

EARNING_SIGNS = {
    TransferKind.EARN: 1,
    TransferKind.MATURE: 0,
    TransferKind.PAYOUT: -1,
    TransferKind.PAID_OUT: 0,
    TransferKind.PAYOUT_FAILED: 1,
    TransferKind.EARN_BACK: -1,
}
# What each transfer moves into (1) or out of (-1) the house's accounts.
HOUSE_SIGNS = {
    AccountKind.GRANTS_ISSUE: {TransferKind.GRANT: -1, TransferKind.PROMO: -1},
    AccountKind.CASH: {
        TransferKind.PURCHASE: -1,
        TransferKind.REFUND_PURCHASE: 1,
        TransferKind.DISPUTE_LOST: 1,
        TransferKind.PAID_OUT: 1,
    },
    AccountKind.DISPUTES: {TransferKind.DISPUTE: 1, TransferKind.DISPUTE_WON: -1, TransferKind.DISPUTE_LOST: -1},
    AccountKind.REVENUE: {
        TransferKind.SETTLE: 1,
        TransferKind.UNLOCK: 1,
        TransferKind.REFUND: -1,
        TransferKind.EARN: -1,
        TransferKind.EARN_BACK: 1,
    },
}


async def open_holds(session: AsyncSession) -> list[tuple[str, int]]:
    """(hold key, dust that is left) of every hold that is not used up, by key. Holds of 0 dust are never open."""
    left = col(Hold.granted_left) + col(Hold.bought_left)
    return list(await session.exec(select_rows(Hold.key, left).where(left > 0).order_by(Hold.key)))


async def reconcile(session: AsyncSession) -> list[str]:
    """A sentence for each thing that does not add up; none when all does. Reads every row: for the command line."""
    await session.flush()
    connection = await session.connection()
    return [problem for check in CHECKS for problem in await check(connection)]


def _name(user_id: UUID | None, kind: str, shard: int) -> str:
    return f"The account {kind} of user {user_id}" if user_id else f"The house's account {kind} {shard}"


async def _balances_are_sums(connection: AsyncConnection) -> list[str]:
    total = func.coalesce(func.sum(col(Entry.amount)), 0)
    query = select(
        col(Account.user_id), col(Account.kind), col(Account.shard), col(Account.balance), total.label("sum")
    )
    query = query.outerjoin(Entry, col(Entry.account_id) == col(Account.id)).group_by(col(Account.id))
    rows = await connection.execute(query.having(total != col(Account.balance)))
    return [
        f"{_name(row.user_id, row.kind, row.shard)} shows {row.balance} dust, but its entries sum to {row.sum}."
        for row in rows
    ]


async def _all_is_zero(connection: AsyncConnection) -> list[str]:
    total = await connection.scalar(select(func.coalesce(func.sum(col(Account.balance)), 0)))
    return [f"All accounts together hold {total} dust instead of 0."] if total else []


async def _none_is_below_zero(connection: AsyncConnection) -> list[str]:
    query = select(col(Account.user_id), col(Account.kind), col(Account.shard), col(Account.balance))
    below = (col(Account.balance) < 0) & col(Account.kind).not_in((*HOUSE, *DEBTS))
    above = (col(Account.balance) > 0) & col(Account.kind).in_(DEBTS)
    return [
        f"{_name(row.user_id, row.kind, row.shard)} is {'below' if row.balance < 0 else 'above'} zero:"
        f" {row.balance} dust."
        for row in await connection.execute(query.where(below | above))
    ]


async def _house_is_what_moved(connection: AsyncConnection) -> list[str]:
    """Of all shards together; also what can never be of one sign: no more is contested, or given, than there is."""
    total = func.sum(col(Account.balance))
    query = select(col(Account.kind), total).where(col(Account.user_id).is_(None)).group_by(col(Account.kind))
    shown = {kind: int(dust) for kind, dust in await connection.execute(query)}
    moved = select(col(Transfer.kind), func.sum(col(Transfer.dust))).group_by(col(Transfer.kind))
    dust_of = {kind: int(dust) for kind, dust in await connection.execute(moved)}
    problems = []
    for account, signs in HOUSE_SIGNS.items():
        wanted = sum(sign * dust_of.get(kind, 0) for kind, sign in signs.items())
        if (there := shown.get(account, 0)) != wanted:
            problems.append(f"The house's account {account} holds {there} dust, but the transfers come to {wanted}.")
    if (contested := shown.get(AccountKind.DISPUTES, 0)) < 0:
        problems.append(f"More disputes ended than began: {-contested} dust.")
    return problems


async def _held_is_open_holds(connection: AsyncConnection) -> list[str]:
    left = func.sum(col(Hold.granted_left) + col(Hold.bought_left)).label("dust")
    holds = select(col(Hold.user_id), left).group_by(col(Hold.user_id)).subquery()
    dust = func.coalesce(holds.c.dust, 0)
    query = select(col(Account.user_id), col(Account.balance), dust.label("open"))
    query = query.outerjoin(holds, holds.c.user_id == col(Account.user_id))
    query = query.where(col(Account.kind) == AccountKind.HELD, dust != col(Account.balance))
    return [
        f"User {row.user_id} has {row.balance} dust held, but the open holds come to {row.open}."
        for row in await connection.execute(query)
    ]


async def _transfers_sum_to_zero(connection: AsyncConnection) -> list[str]:
    total = func.sum(col(Entry.amount))
    query = select(col(Transfer.key), total.label("sum"))
    query = query.join(Entry, col(Entry.transfer_id) == col(Transfer.id)).group_by(col(Transfer.id)).having(total != 0)
    rows = await connection.execute(query)
    return [f"The entries of transfer {row.key} sum to {row.sum} dust instead of 0." for row in rows]


async def _entries_are_their_transfer(connection: AsyncConnection) -> list[str]:
    """A transfer moves exactly its dust: what its entries add somewhere is what it says."""
    moved = func.coalesce(func.sum(func.greatest(col(Entry.amount), 0)), 0)
    query = select(col(Transfer.key), col(Transfer.dust), moved.label("moved"))
    query = query.outerjoin(Entry, col(Entry.transfer_id) == col(Transfer.id)).group_by(col(Transfer.id))
    rows = await connection.execute(query.having(moved != col(Transfer.dust)))
    return [f"Transfer {row.key} says {row.dust} dust, but its entries move {row.moved}." for row in rows]


async def _holds_add_up(connection: AsyncConnection) -> list[str]:
    """What was held is what was settled, released, and is left; each part by itself. What was released to pay a debt was
    bought."""
    used = aliased(Transfer)
    parts = (col(used.granted), col(used.bought) + col(used.owed))
    granted, bought = (func.coalesce(func.sum(part), 0) for part in parts)
    query = select(col(Hold.key), col(Hold.granted), col(Hold.bought), granted.label("g"), bought.label("b"))
    is_used = (col(used.hold_key) == col(Hold.key)) & (col(used.kind) != TransferKind.REFUND)
    query = query.outerjoin(used, is_used).group_by(col(Hold.id))
    is_wrong = (col(Hold.granted) - col(Hold.granted_left) != granted) | (
        col(Hold.bought) - col(Hold.bought_left) != bought
    )
    problems = []
    for row in await connection.execute(query.having(is_wrong)):
        is_beyond = row.g > row.granted or row.b > row.bought
        what = "more than was held" if is_beyond else "not what it is short of"
        problems.append(
            f"Of hold {row.key} ({row.granted} granted and {row.bought} bought dust) {row.g} granted and {row.b} bought"
            f" were settled or released: {what}."
        )
    return problems


async def _refunds_were_spent(connection: AsyncConnection) -> list[str]:
    """Under each hold no more came back than was spent."""
    dust = col(Transfer.dust)
    spent = func.coalesce(func.sum(dust).filter(col(Transfer.kind).in_((TransferKind.SETTLE, TransferKind.UNLOCK))), 0)
    back = func.coalesce(func.sum(dust).filter(col(Transfer.kind) == TransferKind.REFUND), 0)
    query = select(col(Transfer.hold_key), spent.label("spent"), back.label("back")).group_by(col(Transfer.hold_key))
    query = query.where(col(Transfer.hold_key).is_not(None)).having(back > spent)
    return [
        f"Of hold {row.hold_key} {row.spent} dust were spent, but {row.back} refunded."
        for row in await connection.execute(query)
    ]


def _signed(signs: Mapping[TransferKind, int]) -> ColumnElement[int]:
    """What each transfer adds to its book."""
    sign = case({kind.value: sign for kind, sign in signs.items()}, value=col(Transfer.kind))
    return sign * (col(Transfer.dust) - col(Transfer.owed))


async def _statements_replay(connection: AsyncConnection) -> list[str]:
    """A user's lines, added up, are the balance, which is also what the newest line says."""
    spendable = (AccountKind.GRANTED, AccountKind.BOUGHT)
    return [
        f"User {row.user_id} can spend {row.dust} dust, but the statement comes to {row.lines} and ends at {row.newest}."
        for row in await _replay(connection, spendable, col(Transfer.kind).not_in(EARNINGS), _signed(SIGNS))
    ]


async def _earnings_replay(connection: AsyncConnection) -> list[str]:
    """So are a creator's lines what is pending and earned."""
    claims = (AccountKind.EARNED_PENDING, AccountKind.EARNED)
    return [
        f"Creator {row.user_id} has {row.dust} dust pending and earned, but the statement comes to {row.lines} and ends at"
        f" {row.newest}."
        for row in await _replay(connection, claims, col(Transfer.kind).in_(EARNINGS), _signed(EARNING_SIGNS))
    ]


async def _replay(
    connection: AsyncConnection, kinds: Sequence[AccountKind], is_line: ColumnElement[bool], signed: ColumnElement[int]
) -> Sequence[Any]:
    """The rows where the sum of these accounts, of the lines, and what the newest line says are not one."""
    sums = select(col(Transfer.user_id), func.sum(signed).label("dust")).where(is_line)
    lines = sums.group_by(col(Transfer.user_id)).subquery()
    newest = (
        select(col(Transfer.user_id), col(Transfer.balance_after))
        .ext(distinct_on(col(Transfer.user_id)))
        .where(is_line)
        .order_by(col(Transfer.user_id), col(Transfer.created_at).desc(), col(Transfer.id).desc())
        .subquery()
    )
    total = func.sum(col(Account.balance)).label("dust")
    wallets = select(col(Account.user_id), total).where(col(Account.kind).in_(kinds))
    wallet = wallets.group_by(col(Account.user_id)).subquery()
    query = select(wallet.c.user_id, wallet.c.dust, lines.c.dust.label("lines"), newest.c.balance_after.label("newest"))
    query = query.join(lines, lines.c.user_id == wallet.c.user_id).join(newest, newest.c.user_id == wallet.c.user_id)
    query = query.where((lines.c.dust != wallet.c.dust) | (newest.c.balance_after != wallet.c.dust))
    return (await connection.execute(query)).all()


CHECKS: tuple[Callable[[AsyncConnection], Awaitable[list[str]]], ...] = (
    _balances_are_sums,
    _all_is_zero,
    _none_is_below_zero,
    _house_is_what_moved,
    _held_is_open_holds,
    _transfers_sum_to_zero,
    _entries_are_their_transfer,
    _holds_add_up,
    _refunds_were_spent,
    _statements_replay,
    _earnings_replay,
)
