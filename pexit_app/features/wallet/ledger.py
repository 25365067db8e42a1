"""How dust moves: locks, keys, entries, balances. service.py decides what moves.

Locks are always taken in this order, so that no two transactions can wait for each other:
1. the user's turn (events.take_turn) and the rows of the wallet, by kind;
2. the hold that is settled or released;
3. the rows of one house shard, by kind. A transaction keeps to the one shard that its own number chooses;
4. creators' earnings, by user (earnings.py).
A transaction moves one user's dust. One that moves several users' calls lock_wallets() for all of them first.
Rows of a job belong before the wallet: lock the job, then move dust, then emit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, BigInteger, Text, Update, Uuid, bindparam, cast, column, func, insert, update
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.errors import NotFound
from pexit_app.features.wallet.errors import HoldExceeded, KeyReused
from pexit_app.features.wallet.models import HOUSE, Account, AccountKind, Entry, Hold, Transfer, TransferKind

WALLET = (AccountKind.GRANTED, AccountKind.BOUGHT, AccountKind.HELD, AccountKind.DEBT)
SHARDS = 8


@dataclass(frozen=True, slots=True)
class Split:
    """An amount of a user's dust, by where it came from. `owed`: what makes a debt, or is paid off one."""

    granted: int
    bought: int
    owed: int = 0

    @property
    def dust(self) -> int:
        return self.granted + self.bought + self.owed


@dataclass(frozen=True, slots=True)
class Wallet:
    """A user's locked accounts: ids and balances, in dust. `debt` is 0 or less."""

    user_id: UUID
    ids: Mapping[AccountKind, UUID]
    granted: int
    bought: int
    held: int
    debt: int

    @property
    def balance(self) -> int:
        """What the user can spend."""
        return self.granted + self.bought

    def split_in(self, granted: int, bought: int) -> Split:
        """What comes in pays a debt off first, with the bought part of it: granted dust is a gift."""
        owed = min(bought, -self.debt)
        return Split(granted, bought - owed, owed)

    def added(self, split: Split, sign: int = 1) -> dict[UUID, int]:
        """The amounts of a transfer that adds `split` to the wallet, or takes it from there (`sign` -1)."""
        parts = (
            (AccountKind.GRANTED, split.granted),
            (AccountKind.BOUGHT, split.bought),
            (AccountKind.DEBT, split.owed),
        )
        return {self.ids[kind]: sign * dust for kind, dust in parts}


async def open_accounts(
    session: AsyncSession, user_id: UUID | None, kinds: tuple[AccountKind, ...], shard: int
) -> None:
    """Makes those that are missing, at 0."""
    rows = [{"id": uuid4(), "user_id": user_id, "kind": kind, "shard": shard, "balance": 0} for kind in sorted(kinds)]
    await session.exec(insert_or_skip(Account).values(rows).on_conflict_do_nothing())


async def lock_wallet(session: AsyncSession, user_id: UUID) -> Wallet:
    """Locks the user's wallet until the transaction ends. Raises NotFound."""
    await events.take_turn(session, user_id)
    query = select(col(Account.kind), col(Account.id), col(Account.balance))
    query = query.where(col(Account.user_id) == user_id, col(Account.kind).in_(WALLET))
    rows = (await session.exec(query.order_by(col(Account.kind)).with_for_update())).all()
    if len(rows) != len(WALLET):
        raise NotFound("There is no such wallet.")
    ids = {AccountKind(kind): account_id for kind, account_id, _ in rows}
    balances = {kind: balance for kind, _, balance in rows}
    return Wallet(user_id, ids, *(balances[kind] for kind in WALLET))


async def lock_wallets(session: AsyncSession, user_ids: list[UUID]) -> None:
    """For a transaction that moves dust of several users: call it first, once. Raises NotFound."""
    for user_id in sorted(set(user_ids)):
        await lock_wallet(session, user_id)


async def lock_house(session: AsyncSession) -> dict[AccountKind, UUID]:
    """Locks the transaction's shard of the house's accounts. Transactions that run side by side have numbers side by
    side, so they seldom meet in one shard."""
    number = cast(cast(func.pg_current_xact_id(), Text), BigInteger)
    shard = number % SHARDS
    query = select(col(Account.kind), col(Account.id)).where(
        col(Account.user_id).is_(None), col(Account.shard) == shard
    )
    query = query.order_by(col(Account.kind)).with_for_update()
    rows = (await session.exec(query)).all()
    if len(rows) != len(HOUSE):
        await open_accounts(session, None, HOUSE, await session.scalar(select(shard)) or 0)
        rows = (await session.exec(query)).all()
    return {AccountKind(kind): account_id for kind, account_id in rows}


async def find(
    session: AsyncSession, key: str, kind: TransferKind, user_id: UUID, dust: int | None, hold_key: str | None = None
) -> Transfer | None:
    """The transfer that already has this key; None when the key is free. `dust` None fits any amount. Raises KeyReused
    when the transfer is another one."""
    found = (await session.exec(select(Transfer).where(col(Transfer.key) == key))).first()
    if found is None:
        return None
    asked = (kind, user_id, found.dust if dust is None else dust, hold_key)
    if (found.kind, found.user_id, found.dust, found.hold_key) != asked:
        raise KeyReused(f"The key {key} names a {found.kind} of {found.dust} dust, and came again for a {kind}.")
    return found


async def post(
    session: AsyncSession,
    wallet: Wallet,
    amounts: Mapping[UUID, int],
    *,
    key: str,
    kind: TransferKind,
    split: Split,
    hold_key: str | None = None,
    reason: str = "",
    memo: dict[str, Any] | None = None,
) -> Transfer:
    """Writes the transfer and its entries, moves the balances, tells the user's stream. `amounts` are signed dust by
    account id and sum to zero; the wallet is locked and the key was looked up. Raises KeyReused."""
    moved = {kind: amounts.get(account_id, 0) for kind, account_id in wallet.ids.items()}
    after: dict[str, int] = {kind: getattr(wallet, kind) + moved[kind] for kind in WALLET if kind != AccountKind.DEBT}
    balance = after[AccountKind.GRANTED] + after[AccountKind.BOUGHT]
    row = {
        "key": key,
        "kind": kind,
        "user_id": wallet.user_id,
        "dust": split.dust,
        "granted": split.granted,
        "bought": split.bought,
        "owed": split.owed,
        "balance_after": balance,
        "hold_key": hold_key,
        "reason": reason,
        "memo": memo or {},
    }
    transfer = await write(session, row, amounts)
    await events.emit(session, wallet.user_id, "wallet", {"balance": balance, **after})
    return transfer


async def write(session: AsyncSession, row: Mapping[str, Any], amounts: Mapping[UUID, int]) -> Transfer:
    """The transfer's `row`, its entries, the balances. The accounts are locked and the key was looked up. Raises
    KeyReused."""
    assert sum(amounts.values()) == 0, f"{row['key']}: {amounts} do not sum to zero"
    at = func.clock_timestamp()  # under the lock: a user's transfers are in the order of their times
    values = {"id": uuid4(), **row, "created_at": at, "updated_at": at}
    new = insert_or_skip(Transfer).values(values).on_conflict_do_nothing().returning(Transfer)
    transfer: Transfer | None = (await session.exec(new)).scalars().first()
    if transfer is None:  # the key is taken, and not by this user: find() looked under this user's lock
        raise KeyReused(f"The key {row['key']} names a transfer of somebody else.")
    if changes := {account_id: amount for account_id, amount in amounts.items() if amount}:
        await _move(session, transfer.id, changes)
    return transfer


def _moving() -> Update:
    """Entries and balances in one statement, of `transfer_id`, `account_ids` and `amounts` (two arrays of one length)."""
    lists = bindparam("account_ids", type_=ARRAY(Uuid)), bindparam("amounts", type_=ARRAY(BigInteger))
    delta = func.unnest(*lists).table_valued(column("account_id", Uuid), column("amount", BigInteger)).render_derived()
    transfer_id = bindparam("transfer_id", type_=Uuid)
    rows = select(func.gen_random_uuid(), transfer_id, delta.c.account_id, delta.c.amount)
    names = ["id", "transfer_id", "account_id", "amount"]
    entries = insert(Entry).from_select(names, rows, include_defaults=False).cte("entries")
    new = {"balance": col(Account.balance) + delta.c.amount, "updated_at": func.now()}
    return update(Account).where(col(Account.id) == delta.c.account_id).values(new).add_cte(entries)


MOVE = _moving()  # built once: it is the longest statement of the hottest path


async def _move(session: AsyncSession, transfer_id: UUID, changes: Mapping[UUID, int]) -> None:
    values = {"transfer_id": transfer_id, "account_ids": list(changes), "amounts": list(changes.values())}
    await session.exec(MOVE, params=values, execution_options={"synchronize_session": False})


async def open_hold(session: AsyncSession, user_id: UUID, key: str, split: Split) -> None:
    """Remembers where the held dust came from."""
    parts = {"granted": split.granted, "bought": split.bought}
    left = {f"{name}_left": dust for name, dust in parts.items()}
    await session.exec(insert(Hold).values(id=uuid4(), key=key, user_id=user_id, **parts, **left))


async def holder(session: AsyncSession, hold_key: str) -> UUID:
    """Whose hold this is. Raises NotFound."""
    user_id = await session.scalar(select(col(Hold.user_id)).where(col(Hold.key) == hold_key))
    if user_id is None:
        raise NotFound(f"Nothing was ever held under {hold_key}.")
    return user_id


async def lock_hold(session: AsyncSession, hold_key: str, dust: int) -> tuple[Split, dict[str, Any]]:
    """What is left of it, and its memo. Raises HoldExceeded when that is less than `dust`."""
    query = select(col(Hold.granted_left), col(Hold.bought_left), col(Transfer.memo))
    query = query.join(Transfer, col(Transfer.key) == col(Hold.key)).where(col(Hold.key) == hold_key)
    granted, bought, memo = (await session.exec(query.with_for_update(of=Hold))).one()
    left = Split(granted, bought)
    if dust > left.dust:
        raise HoldExceeded(f"{hold_key} still holds {left.dust} dust, not {dust}.")
    return left, memo


async def take(session: AsyncSession, hold_key: str, split: Split) -> None:
    """That much is no longer left of the locked hold."""
    left = {
        "granted_left": col(Hold.granted_left) - split.granted,
        "bought_left": col(Hold.bought_left) - split.bought,
    }
    await session.exec(
        update(Hold).where(col(Hold.key) == hold_key).values(left), execution_options={"synchronize_session": False}
    )


async def take_words_out(session: AsyncSession, memo: Mapping[str, str], names: Sequence[str]) -> None:
    """Of every transfer whose memo has all of `memo`, whoever's it is, `names` go: the one change that the guard of these
    rows lets through, for somebody who must not be known any more (the migration that made it so says how)."""
    less = col(Transfer.memo).op("-")(array(names))
    words = update(Transfer).where(col(Transfer.memo).contains(dict(memo))).values(memo=less)
    await session.exec(words.execution_options(synchronize_session=False))


SPENDS = (TransferKind.SETTLE, TransferKind.UNLOCK)


async def spent(session: AsyncSession, hold_key: str, payment: str = "") -> Split:
    """Under this hold, less what was refunded; or by this one payment under it."""
    sums = [
        func.coalesce(func.sum(part).filter(col(Transfer.kind).in_(kinds)), 0)
        for part in (col(Transfer.granted), col(Transfer.bought) + col(Transfer.owed))
        for kinds in (SPENDS, (TransferKind.REFUND,))
    ]
    query = sql_select(*sums).where(col(Transfer.hold_key) == hold_key)
    if payment:
        query = query.where(col(Transfer.key) == payment)
    row = (await (await session.connection()).execute(query)).one()
    granted, granted_back, bought, bought_back = map(int, row)
    return Split(granted - granted_back, bought - bought_back)
