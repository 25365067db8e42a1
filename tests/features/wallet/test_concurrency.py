"""Many at once, on real connections that really commit."""

import asyncio
import random
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, events
from pexit_app.core.errors import PexitError
from pexit_app.core.models import Event
from pexit_app.features.wallet import ledger, service
from pexit_app.features.wallet.errors import HoldExceeded, KeyReused, NotEnoughDust
from pexit_app.features.wallet.models import Transfer
from tests.features.wallet.support import wallet_of

SPENDERS = 64
TASKS, TRANSACTIONS, STEPS = 16, 3, 3


@pytest.fixture
async def wide_db(live_db):
    """A connection for each spender, not one for every two."""
    engine = create_async_engine(db.sqlalchemy_url(live_db), pool_size=SPENDERS)
    db.use_sessions(async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False))
    yield live_db
    await engine.dispose()


async def new_wallet(granted: int, bought: int = 0) -> UUID:
    async with db.transaction() as session:
        return await wallet_of(session, granted, bought)


async def at_once(verbs):
    """Runs all `verbs` (of a session) in transactions that are all open before the first moves. Results or errors."""
    gate = asyncio.Barrier(len(verbs))

    async def one(verb):
        async with db.transaction() as session:
            await session.exec(select(1))
            await gate.wait()
            return await verb(session)

    return await asyncio.gather(*(one(verb) for verb in verbs), return_exceptions=True)


def tally(results):
    return Counter(type(result) for result in results)


async def assert_all_adds_up():
    async with db.transaction() as session:
        assert await service.reconcile(session) == []


async def numbers(user):
    async with db.transaction() as session:
        card = await service.card(session, user)
    return card.granted, card.bought, card.held


async def test_of_64_who_spend_the_last_dust_exactly_one_wins(wide_db):
    user = await new_wallet(granted=1, bought=2)
    keys = [f"{user}:{number}" for number in range(SPENDERS)]
    results = await at_once([lambda session, key=key: service.hold(session, user, 3, key=key) for key in keys])
    assert tally(results) == {Transfer: 1, NotEnoughDust: SPENDERS - 1}
    details = {"missing_dust": 3, "balance": 0, "needed": 3}
    assert all(result.details == details for result in results if isinstance(result, NotEnoughDust))
    assert await numbers(user) == (0, 0, 3)
    async with db.transaction() as session:
        mine = [dust for key, dust in await service.open_holds(session) if key in keys]
        told = await session.scalar(select(func.count()).select_from(Event).where(Event.user_id == user))
    assert mine == [3]
    assert told == 3  # welcome, bought, and the one hold
    await assert_all_adds_up()


async def test_one_key_used_by_many_moves_once(wide_db):
    user = await new_wallet(granted=100)
    results = await at_once([lambda session: service.hold(session, user, 3, key=f"{user}:h")] * 24)
    assert tally(results) == {Transfer: 24}
    assert len({result.id for result in results}) == 1
    assert await numbers(user) == (97, 0, 3)
    results = await at_once([lambda session: service.settle(session, f"{user}:h", 2, key=f"{user}:s", memo={})] * 24)
    assert len({result.id for result in results}) == 1
    assert await numbers(user) == (97, 0, 1)
    await assert_all_adds_up()


async def test_one_key_for_two_users_is_one_users(wide_db):
    users = [await new_wallet(granted=5) for _ in range(8)]
    key = f"{users[0]}:shared"
    results = await at_once([lambda session, user=user: service.hold(session, user, 5, key=key) for user in users])
    assert tally(results) == {Transfer: 1, KeyReused: 7}
    assert sorted([await numbers(user) for user in users]) == [(0, 0, 5)] + [(5, 0, 0)] * 7
    await assert_all_adds_up()


async def test_a_hold_is_never_overdrawn(wide_db):
    user = await new_wallet(granted=6, bought=6)
    async with db.transaction() as session:
        await service.hold(session, user, 12, key=f"{user}:h")
    verbs = [
        lambda session, number=number: service.settle(session, f"{user}:h", 2, key=f"{user}:s{number}", memo={})
        for number in range(8)
    ] + [
        lambda session, number=number: service.release(session, f"{user}:h", 2, key=f"{user}:r{number}", reason="")
        for number in range(8)
    ]
    results = await at_once(verbs)
    assert tally(results) == {Transfer: 6, HoldExceeded: 10}
    settled = sum(2 for result in results if isinstance(result, Transfer) and result.kind == "settle")
    granted_back = max(0, 6 - settled)
    assert await numbers(user) == (granted_back, 12 - settled - granted_back, 0)
    await assert_all_adds_up()


async def test_a_transaction_that_fails_leaves_nothing(live_db):
    user = await new_wallet(granted=5)

    async def hold_and_fail():
        async with db.transaction() as session:
            await service.hold(session, user, 5, key=f"{user}:h")
            raise LookupError

    with pytest.raises(LookupError):
        await hold_and_fail()
    assert await numbers(user) == (5, 0, 0)
    async with db.transaction() as session:
        assert (await service.hold(session, user, 5, key=f"{user}:h")).dust == 5
        assert len((await session.exec(select(Event.id).where(Event.user_id == user))).all()) == 2


async def test_users_do_not_wait_for_each_other_at_the_houses_account(live_db):
    first, second = await new_wallet(granted=0), await new_wallet(granted=0)
    async with db.transaction() as slow:
        await service.grant(slow, first, 5, key=f"{first}:g", reason="gift")
        async with asyncio.timeout(20), db.transaction() as session:
            await service.grant(session, second, 5, key=f"{second}:g", reason="gift")
    assert await numbers(first) == await numbers(second) == (5, 0, 0)


async def deadlocks() -> int:
    """As PostgreSQL counts them, up to now."""
    async with db.transaction() as session:
        await session.exec(text("SELECT pg_stat_force_next_flush()"))
        return await session.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


async def busy_life(users: list[UUID], hold_keys: list[tuple[UUID, str]], seed: int) -> None:
    """Transactions of several steps each, in any order of verbs; some of two users."""
    chance = random.Random(seed)
    for number in range(TRANSACTIONS):
        key = f"{seed}:{number}:{users[0]}"
        user, other = chance.sample(users, 2)
        try:
            async with db.transaction() as session:
                await one_transaction(
                    session, chance, [user, other] if chance.random() < 0.3 else [user], hold_keys, key
                )
        except PexitError:
            continue


async def one_transaction(session, chance, users, hold_keys, key):
    if len(users) > 1:
        await ledger.lock_wallets(session, users)
    for step in range(STEPS):
        user = chance.choice(users)
        _, hold_key = chance.choice([each for each in hold_keys if each[0] == user])
        step_key, dust = f"{key}:{step}", chance.randint(0, 3)
        match chance.randrange(5):
            case 0:
                await service.grant(session, user, dust, key=step_key, reason="")
            case 1:
                await service.hold(session, user, dust, key=step_key)
            case 2:
                await service.settle(session, hold_key, dust, key=step_key, memo={})
            case 3:
                await service.release(session, hold_key, dust, key=step_key, reason="")
            case 4:
                await events.emit(session, user, "notice", {})


async def test_many_users_and_holds_interleaved_never_deadlock(wide_db):
    users = [await new_wallet(granted=40, bought=40) for _ in range(5)]
    hold_keys = [(user, f"{user}:{number}") for user in users for number in range(3)]
    for user, key in hold_keys:
        async with db.transaction() as session:
            await service.hold(session, user, 20, key=key)
    before = await deadlocks()
    async with asyncio.timeout(240):
        await asyncio.gather(*(busy_life(users, hold_keys, seed) for seed in range(TASKS)))
    assert await deadlocks() == before
    await assert_all_adds_up()
