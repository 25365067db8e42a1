"""Grant, hold, settle, release: what moves, what is refused, and what a repeated key does."""

from uuid import uuid4

import pytest
from sqlalchemy import func, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.models import Event
from pexit_app.features.wallet import service
from pexit_app.features.wallet.errors import HoldExceeded, KeyReused, NotEnoughDust, RefundExceeded
from pexit_app.features.wallet.models import Account, AccountKind, Entry, Hold, Transfer
from tests.features.wallet.support import buy, wallet_of


def numbers(card):
    return card.granted, card.bought, card.held


async def test_a_new_wallet_holds_the_welcome_grant_once(session):
    user = uuid4()
    await service.open_wallet(session, user, 25)
    await service.open_wallet(session, user, 25)
    card = await service.card(session, user)
    assert (card.balance, card.held, card.granted, card.bought) == (25, 0, 25, 0)
    assert card.caps.model_dump() == {"daily_dust": None, "run_dust": None}
    assert len((await service.statement(session, user, None, 10)).rows) == 1


async def test_who_has_no_wallet_is_told_so(session):
    for call in (
        service.card(session, uuid4()),
        service.grant(session, uuid4(), 1, key="g", reason=""),
        service.hold(session, uuid4(), 1, key="h"),
        service.settle(session, "nothing", 1, key="s", memo={}),
        service.release(session, "nothing", None, key="r", reason=""),
    ):
        with pytest.raises(NotFound):
            await call


async def test_granted_dust_is_spent_before_bought_and_given_back_after_it(session):
    user = await wallet_of(session, granted=3, bought=5)
    held = await service.hold(session, user, 6, key="job")
    assert (held.granted, held.bought, held.balance_after) == (3, 3, 2)
    assert numbers(await service.card(session, user)) == (0, 2, 6)
    settled = await service.settle(session, "job", 2, key="frame 1", memo={})
    assert (settled.granted, settled.bought) == (2, 0)
    part = await service.release(session, "job", 1, key="frame 2", reason="failed")
    assert (part.granted, part.bought) == (0, 1)
    rest = await service.release(session, "job", None, key="rest", reason="stopped")
    assert (rest.dust, rest.granted, rest.bought) == (3, 1, 2)
    assert numbers(await service.card(session, user)) == (1, 5, 0)
    assert await service.reconcile(session) == []


async def test_too_little_dust_says_how_much_is_missing_and_moves_nothing(session):
    user = await wallet_of(session, granted=3, bought=4)
    with pytest.raises(NotEnoughDust) as raised:
        await service.hold(session, user, 10, key="job")
    assert raised.value.status == 402
    assert raised.value.details == {"missing_dust": 3, "balance": 7, "needed": 10}
    assert numbers(await service.card(session, user)) == (3, 4, 0)
    assert (await service.hold(session, user, 7, key="job")).dust == 7  # the key was not used up


async def test_the_same_key_returns_the_first_transfer_and_moves_nothing(session):
    user = await wallet_of(session, granted=4)

    async def all_of_it() -> list[Transfer]:
        return [
            await service.grant(session, user, 2, key="g", reason="gift"),
            await service.hold(session, user, 6, key="h"),
            await service.settle(session, "h", 4, key="s", memo={"frame_id": "1"}),
            await service.release(session, "h", None, key="r", reason="rest"),
        ]

    first, again = await all_of_it(), await all_of_it()
    assert [each.id for each in first] == [each.id for each in again]
    assert (await service.release(session, "h", 2, key="r", reason="rest")).id == first[3].id
    assert numbers(await service.card(session, user)) == (2, 0, 0)
    told = await session.scalar(select(func.count()).select_from(Event).where(Event.user_id == user))
    assert told == 5  # one for each transfer, the welcome included


async def test_a_key_that_means_something_else_is_refused(session):
    user, other = await wallet_of(session, granted=9), await wallet_of(session, granted=9)
    await service.hold(session, user, 4, key="h")
    await service.hold(session, user, 1, key="h2")
    await service.settle(session, "h", 1, key="s", memo={})
    for call in (
        service.hold(session, user, 5, key="h"),
        service.hold(session, other, 4, key="h"),
        service.grant(session, user, 4, key="h", reason=""),
        service.settle(session, "h", 2, key="s", memo={}),
        service.settle(session, "h2", 1, key="s", memo={}),
        service.release(session, "h", 1, key="s", reason=""),
    ):
        with pytest.raises(KeyReused):
            await call
    assert numbers(await service.card(session, user)) == (4, 0, 4)
    assert await service.reconcile(session) == []


async def test_no_more_than_was_held_can_be_settled_or_released(session):
    user = await wallet_of(session, granted=5)
    await service.hold(session, user, 5, key="h")
    await service.settle(session, "h", 3, key="s", memo={})
    with pytest.raises(HoldExceeded):
        await service.settle(session, "h", 3, key="s2", memo={})
    with pytest.raises(HoldExceeded):
        await service.release(session, "h", 3, key="r", reason="")
    await service.release(session, "h", None, key="r", reason="")
    assert (await service.release(session, "h", None, key="r2", reason="")).dust == 0
    assert numbers(await service.card(session, user)) == (2, 0, 0)


async def test_what_is_free_takes_the_same_path(session):
    user = await wallet_of(session, granted=0)
    await service.hold(session, user, 0, key="h", memo={"job_id": "j"})
    await service.settle(session, "h", 0, key="s", memo={"frame_id": "f"})
    await service.release(session, "h", None, key="r", reason="")
    rows = (await service.statement(session, user, None, 10)).rows
    assert [(row.kind, row.dust, row.balance_after) for row in rows] == [
        ("release", 0, 0),
        ("settle", 0, 0),
        ("hold", 0, 0),
        ("grant", 0, 0),
    ]
    assert rows[1].memo == {"job_id": "j", "frame_id": "f"}
    assert "h" not in dict(await service.open_holds(session))
    assert await service.reconcile(session) == []


async def test_dust_below_zero_or_beyond_reason_is_refused(session):
    user = await wallet_of(session, granted=5)
    await service.hold(session, user, 5, key="h")
    for dust in (-1, service.MAX_DUST + 1):
        for call in (
            service.grant(session, user, dust, key="x", reason=""),
            service.hold(session, user, dust, key="x"),
            service.settle(session, "h", dust, key="x", memo={}),
            service.release(session, "h", dust, key="x", reason=""),
        ):
            with pytest.raises(BadInput):
                await call


async def test_an_operator_grants_within_limits_and_says_why(session):
    user = await wallet_of(session, granted=0)
    for dust, reason in ((0, "why"), (service.MAX_GRANT_DUST + 1, "why"), (5, " "), (5, "x" * 201)):
        with pytest.raises(BadInput):
            await service.grant_by_operator(session, user, dust, reason, "op")
    row = await service.grant_by_operator(session, user, 5, " sorry ", "op")
    assert (row.kind, row.dust, row.reason) == ("grant", 5, "sorry")


async def test_spent_dust_comes_back_bought_first_and_never_more_than_was_spent(session):
    user = await wallet_of(session, granted=2, bought=5)
    await service.hold(session, user, 6, key="h")
    await service.settle(session, "h", 5, key="s", memo={})
    first = await service.refund(session, "h", 4, key="r", reason="It was not you in it")
    assert (first.granted, first.bought, first.hold_key) == (1, 3, "h")
    with pytest.raises(RefundExceeded):
        await service.refund(session, "h", 2, key="r2", reason="")
    await service.refund(session, "h", 1, key="r3", reason="")
    assert numbers(await service.card(session, user)) == (2, 4, 1)
    assert await service.reconcile(session) == []


async def test_a_payment_comes_back_as_the_dust_it_was_paid_with(session):
    """Granted dust never becomes bought, whichever of a job's parts is refunded."""
    user = await wallet_of(session, granted=3, bought=5)
    await service.hold(session, user, 6, key="h")
    await service.settle(session, "h", 3, key="one", memo={})
    await service.settle(session, "h", 3, key="two", memo={})
    first = await service.refund(session, "h", 3, key="one:refund", reason="", payment="one")
    assert (first.granted, first.bought) == (3, 0)
    with pytest.raises(RefundExceeded):
        await service.refund(session, "h", 4, key="two:refund", reason="", payment="two")
    second = await service.refund(session, "h", 3, key="two:refund", reason="", payment="two")
    assert (second.granted, second.bought) == (0, 3)
    assert numbers(await service.card(session, user)) == (3, 5, 0)


async def test_every_transfer_tells_the_users_stream(session):
    user = await wallet_of(session, granted=5, bought=2)
    await service.hold(session, user, 6, key="h")
    event = (await session.exec(select(Event).where(Event.user_id == user).order_by(col(Event.id).desc()))).first()
    assert (event.kind, event.data) == ("wallet", {"balance": 1, "granted": 0, "bought": 1, "held": 6})


async def test_the_database_itself_refuses_what_the_service_would_never_do(session):
    user = await wallet_of(session, granted=5)
    await service.hold(session, user, 2, key="h")
    account = await session.scalar(select(Account.id).where(Account.user_id == user, Account.kind == AccountKind.HELD))
    transfer = await session.scalar(select(Transfer.id).where(Transfer.key == "h"))
    for statement in (
        update(Account).where(col(Account.id) == account).values(balance=-1),
        update(Hold).where(col(Hold.key) == "h").values(granted_left=-1),
        update(Hold).where(col(Hold.key) == "h").values(granted_left=3),
        update(Transfer).where(col(Transfer.key) == "h").values(dust=3),
        text("DELETE FROM entry"),
        text("UPDATE entry SET amount = amount + 1"),
    ):
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.exec(statement)
    assert numbers(await service.card(session, user)) == (3, 0, 2)
    await session.exec(insert(Entry).values(id=uuid4(), transfer_id=transfer, account_id=account, amount=1))
    with pytest.raises(IntegrityError, match="do not sum to zero"):
        await session.exec(text("SET CONSTRAINTS ALL IMMEDIATE"))


async def test_bought_dust_is_counted_apart(session):
    user = await wallet_of(session, granted=1)
    await buy(session, user, 7, "p")
    assert numbers(await service.card(session, user)) == (1, 7, 0)
