"""Does it all add up? Every rule of the ledger, read again from its rows."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.wallet.models import Account, AccountKind, Entry, Hold, Transfer
from pexit_app.features.wallet.schemas import SIGNS


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
    query = query.where(col(Account.balance) < 0, col(Account.kind) != AccountKind.GRANTS_ISSUE)
    return [
        f"{_name(row.user_id, row.kind, row.shard)} is below zero: {row.balance} dust."
        for row in await connection.execute(query)
    ]


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
    """What was held is what was settled, released, and is left; each part by itself."""
    used = aliased(Transfer)
    granted, bought = (func.coalesce(func.sum(part), 0) for part in (col(used.granted), col(used.bought)))
    query = select(col(Hold.key), col(Hold.granted), col(Hold.bought), granted.label("g"), bought.label("b"))
    query = query.outerjoin(used, col(used.hold_key) == col(Hold.key)).group_by(col(Hold.id))
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


async def _statements_replay(connection: AsyncConnection) -> list[str]:
    """A user's lines, added up, are the balance, which is also what the newest line says."""
    signed = case({kind.value: sign for kind, sign in SIGNS.items()}, value=col(Transfer.kind)) * col(Transfer.dust)
    lines = select(col(Transfer.user_id), func.sum(signed).label("dust")).group_by(col(Transfer.user_id)).subquery()
    newest = (
        select(col(Transfer.user_id), col(Transfer.balance_after))
        .ext(distinct_on(col(Transfer.user_id)))
        .order_by(col(Transfer.user_id), col(Transfer.created_at).desc(), col(Transfer.id).desc())
        .subquery()
    )
    spendable = (AccountKind.GRANTED, AccountKind.BOUGHT)
    total = func.sum(col(Account.balance)).label("dust")
    wallets = select(col(Account.user_id), total).where(col(Account.kind).in_(spendable))
    wallet = wallets.group_by(col(Account.user_id)).subquery()
    query = select(wallet.c.user_id, wallet.c.dust, lines.c.dust.label("lines"), newest.c.balance_after.label("newest"))
    query = query.join(lines, lines.c.user_id == wallet.c.user_id).join(newest, newest.c.user_id == wallet.c.user_id)
    query = query.where((lines.c.dust != wallet.c.dust) | (newest.c.balance_after != wallet.c.dust))
    return [
        f"User {row.user_id} can spend {row.dust} dust, but the statement comes to {row.lines} and ends at {row.newest}."
        for row in await connection.execute(query)
    ]


CHECKS: tuple[Callable[[AsyncConnection], Awaitable[list[str]]], ...] = (
    _balances_are_sums,
    _all_is_zero,
    _none_is_below_zero,
    _held_is_open_holds,
    _transfers_sum_to_zero,
    _entries_are_their_transfer,
    _holds_add_up,
    _statements_replay,
)
