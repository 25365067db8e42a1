"""reconcile() finds each thing that can go wrong. Each test breaks one thing behind the service's back."""

from uuid import uuid4

import pytest
from sqlalchemy import insert, text, update
from sqlmodel import col, select

from pexit_app.features.wallet import service
from pexit_app.features.wallet.models import Account, AccountKind, Entry, Hold, Transfer
from tests.features.wallet.support import wallet_of


@pytest.fixture
async def user(session):
    user = await wallet_of(session, granted=5, bought=5)
    await service.hold(session, user, 7, key="h")
    await service.settle(session, "h", 2, key="s", memo={})
    assert await service.reconcile(session) == []
    return user


async def account(session, user, kind):
    return await session.scalar(select(Account.id).where(Account.user_id == user, Account.kind == kind))


async def add(session, user, kind, dust):
    mine = (col(Account.user_id) == user) & (col(Account.kind) == kind)
    await session.exec(update(Account).where(mine).values(balance=col(Account.balance) + dust))


def assert_told(problems, *sentences):
    for sentence in sentences:
        assert sentence in problems, f"{sentence!r} is not among {problems}"


async def test_open_holds_are_those_with_dust_left(session, user):
    await service.hold(session, user, 3, key="used up")
    await service.settle(session, "used up", 3, key="all", memo={})
    await service.hold(session, user, 0, key="free")
    mine = [each for each in await service.open_holds(session) if each[0] in ("h", "used up", "free")]
    assert mine == [("h", 5)]


async def test_a_balance_that_is_not_the_sum_of_its_entries(session, user):
    await add(session, user, AccountKind.BOUGHT, 1)
    assert_told(
        await service.reconcile(session),
        f"The account bought of user {user} shows 4 dust, but its entries sum to 3.",
        "All accounts together hold 1 dust instead of 0.",
        f"User {user} can spend 4 dust, but the statement comes to 3 and ends at 3.",
    )


async def test_an_account_below_zero(session, user):
    await session.exec(text("ALTER TABLE account DROP CONSTRAINT ck_account_balance"))
    await add(session, user, AccountKind.GRANTED, -1)
    assert_told(await service.reconcile(session), f"The account granted of user {user} is below zero: -1 dust.")


async def test_held_dust_that_no_hold_explains(session, user):
    await add(session, user, AccountKind.HELD, 2)
    assert_told(await service.reconcile(session), f"User {user} has 7 dust held, but the open holds come to 5.")


async def test_a_hold_that_forgot_what_was_taken(session, user):
    await session.exec(update(Hold).where(col(Hold.key) == "h").values(granted_left=5))
    assert_told(
        await service.reconcile(session),
        "Of hold h (5 granted and 2 bought dust) 2 granted and 0 bought were settled or released:"
        " not what it is short of.",
    )


async def another_transfer(session, user, **values):
    row = {"id": uuid4(), "key": "x", "user_id": user, "granted": 0, "bought": 0, "balance_after": 3, "memo": {}}
    await session.exec(insert(Transfer).values({**row, **values}))
    return row["id"]


async def test_a_transfer_whose_entries_do_not_sum_to_zero(session, user):
    transfer = await another_transfer(session, user, kind="settle", hold_key="h", dust=0)
    held = await account(session, user, AccountKind.HELD)
    await session.exec(insert(Entry).values(id=uuid4(), transfer_id=transfer, account_id=held, amount=1))
    assert_told(
        await service.reconcile(session),
        "The entries of transfer x sum to 1 dust instead of 0.",
        "Transfer x says 0 dust, but its entries move 1.",
    )


async def test_a_transfer_without_entries_that_takes_more_than_was_held(session, user):
    await another_transfer(session, user, kind="settle", hold_key="h", dust=6, granted=6)
    assert_told(
        await service.reconcile(session),
        "Transfer x says 6 dust, but its entries move 0.",
        "Of hold h (5 granted and 2 bought dust) 8 granted and 0 bought were settled or released: more than was held.",
    )
