"""The ledger against a plain Python model: any order of operations, keys used twice, everything checked after each step.

One run of the machine is one transaction, rolled back at its end; `is_committing` commits after each step instead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db
from pexit_app.features.wallet import ledger, money, service
from pexit_app.features.wallet.errors import HoldExceeded, KeyReused, NotEnoughDust, RefundExceeded
from pexit_app.features.wallet.models import Transfer

USERS = 2
MORE = st.integers(0, 4)  # small: what there is runs out all the time, and most holds take from both kinds
PICK = st.integers(0, 2**16)

LOOK = text(
    """
SELECT (SELECT sum(balance) FROM account),
       array_agg(ARRAY[granted, bought, held, -debt, open, statement]::bigint[] ORDER BY place)
FROM (
  SELECT array_position(cast(:users AS uuid[]), user_id) AS place,
         sum(balance) FILTER (WHERE kind = 'granted') AS granted,
         sum(balance) FILTER (WHERE kind = 'bought') AS bought,
         sum(balance) FILTER (WHERE kind = 'held') AS held,
         sum(balance) FILTER (WHERE kind = 'debt') AS debt,
         (SELECT coalesce(sum(granted_left + bought_left), 0) FROM hold
            WHERE hold.user_id = account.user_id AND granted_left + bought_left > 0) AS open,
         (SELECT sum((dust - owed) * CASE WHEN kind IN ('hold', 'refund_purchase', 'dispute') THEN -1
                                          WHEN kind IN ('settle', 'unlock', 'dispute_lost') THEN 0 ELSE 1 END)
            FROM transfer WHERE transfer.user_id = account.user_id) AS statement
  FROM account WHERE user_id = ANY(:users) GROUP BY user_id
) AS wallet
"""
)


@dataclass
class Stage:
    """A database connection that synchronous code can use, and how many operations it saw."""

    runner: asyncio.Runner
    engine: AsyncEngine
    is_committing: bool
    operations: int = 0

    def run(self, coroutine: Awaitable[Any]) -> Any:
        return self.runner.get_loop().run_until_complete(coroutine)


@contextmanager
def stage(url: str, is_committing: bool) -> Iterator[Stage]:
    with asyncio.Runner() as runner:
        made = Stage(runner, create_async_engine(db.sqlalchemy_url(url)), is_committing)
        try:
            yield made
        finally:
            made.run(made.engine.dispose())


Parts = dict[str, int]


@dataclass
class Hold:
    user: int
    granted: int
    bought: int
    spent_granted: int = 0
    spent_bought: int = 0

    @property
    def dust(self) -> int:
        return self.granted + self.bought

    @property
    def spent(self) -> int:
        return self.spent_granted + self.spent_bought


@dataclass
class Model:
    """What the ledger should say, without keys, entries or locks. `given` is what was a gift, `paid` the dust whose money
    the cashier has, `contested` waits for the bank."""

    granted: list[int] = field(default_factory=lambda: [0] * USERS)
    bought: list[int] = field(default_factory=lambda: [0] * USERS)
    debt: list[int] = field(default_factory=lambda: [0] * USERS)
    given: list[int] = field(default_factory=lambda: [0] * USERS)
    paid: list[int] = field(default_factory=lambda: [0] * USERS)
    contested: list[int] = field(default_factory=lambda: [0] * USERS)
    holds: dict[str, Hold] = field(default_factory=dict)

    def balance(self, user: int) -> int:
        return self.granted[user] + self.bought[user]

    def hold(self, key: str, user: int, dust: int) -> tuple[int, int]:
        granted = min(dust, self.granted[user])
        self.granted[user] -= granted
        self.bought[user] -= dust - granted
        self.holds[key] = Hold(user, granted, dust - granted)
        return granted, dust - granted

    def settle(self, key: str, dust: int) -> tuple[int, int]:
        hold = self.holds[key]
        granted = min(dust, hold.granted)
        hold.granted -= granted
        hold.bought -= dust - granted
        hold.spent_granted += granted
        hold.spent_bought += dust - granted
        return granted, dust - granted

    def come(self, user: int, granted: int, bought: int) -> Parts:
        """Into the wallet, what is owed first."""
        owed = min(bought, self.debt[user])
        self.debt[user] -= owed
        self.granted[user] += granted
        self.bought[user] += bought - owed
        return {"granted": granted, "bought": bought - owed, "owed": owed}

    def go(self, user: int, dust: int) -> Parts:
        """Back to the cashier or to the bank, with its money."""
        bought = min(dust, self.bought[user])
        self.bought[user] -= bought
        self.debt[user] += dust - bought
        self.paid[user] -= dust
        return {"granted": 0, "bought": bought, "owed": dust - bought}

    def refund(self, key: str, dust: int) -> Parts:
        hold = self.holds[key]
        bought = min(dust, hold.spent_bought)
        hold.spent_bought -= bought
        hold.spent_granted -= dust - bought
        return self.come(hold.user, dust - bought, bought)

    def release(self, key: str, dust: int | None) -> Parts:
        hold = self.holds[key]
        back = hold.dust if dust is None else dust
        bought = min(back, hold.bought)
        hold.bought -= bought
        hold.granted -= back - bought
        return self.come(hold.user, back - bought, bought)

    def picture(self) -> list[list[int]]:
        held = [sum(hold.dust for hold in self.holds.values() if hold.user == user) for user in range(USERS)]
        return [
            [self.granted[user], self.bought[user], held[user], self.debt[user], held[user], self.balance(user)]
            for user in range(USERS)
        ]

    def profit(self, user: int, granted: int, bought: int, held: int, debt: int) -> int:
        """What somebody has and has had, beyond what was given to them and what they paid for."""
        spent = sum(hold.spent for hold in self.holds.values() if hold.user == user)
        return granted + bought + held - debt + spent - self.given[user] - self.paid[user]


def _up_to_one_too_many(pick: int, dust: int) -> int:
    return pick % (dust + 2)


Verb = Callable[..., Awaitable[Transfer]]


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self, on: Stage) -> None:
        super().__init__()
        self.on = on
        self.model = Model()
        self.users: list[UUID] = [uuid4() for _ in range(USERS)]
        self.done: list[tuple[Verb, int | None, str, UUID]] = []  # a verb that takes dust and key, and its transfer
        self.spent: list[tuple[str, str, int, str]] = []  # hold, kind, dust and key of each settle and unlock
        self.session = AsyncSession(on.engine, expire_on_commit=False)

    @initialize(welcome=MORE)
    def open(self, welcome: int) -> None:
        self.on.run(ledger.lock_house(self.session))
        for user, user_id in enumerate(self.users):
            self.on.run(service.open_wallet(self.session, user_id, welcome))
            self.model.granted[user] = self.model.given[user] = welcome
        if not self.on.is_committing:  # two users in one transaction
            self.on.run(ledger.lock_wallets(self.session, self.users))

    def _next_key(self) -> str:
        return f"{len(self.done)}:{self.users[0]}"

    def _do(self, verb: Verb, dust: int | None, **expected: Any) -> None:
        key = self._next_key()
        transfer = self.on.run(verb(dust, key))
        for name, value in expected.items():
            assert getattr(transfer, name) == value, f"{key}: {name} is {getattr(transfer, name)}, not {value}"
        self.done.append((verb, dust, key, transfer.id))

    def _grant(self, user: int) -> Verb:
        return lambda dust, key: service.grant(self.session, self.users[user], dust, key=key, reason="gift")

    def _hold(self, user: int) -> Verb:
        return lambda dust, key: service.hold(self.session, self.users[user], dust, key=key)

    def _settle(self, hold_key: str) -> Verb:
        return lambda dust, key: service.settle(self.session, hold_key, dust, key=key, memo={})

    def _unlock(self, hold_key: str) -> Verb:
        return lambda dust, key: service.unlock(self.session, hold_key, dust, key=key, memo={})

    def _release(self, hold_key: str) -> Verb:
        return lambda dust, key: service.release(self.session, hold_key, dust, key=key, reason="rest")

    def _refund(self, hold_key: str) -> Verb:
        return lambda dust, key: service.refund(self.session, hold_key, dust, key=key, reason="after all")

    def _promo(self, user: int) -> Verb:
        return lambda dust, key: service.grant_promo(self.session, self.users[user], dust, key=key, reason="", memo={})

    def _money(self, verb: Callable[..., Awaitable[Transfer]], user: int) -> Verb:
        return lambda dust, key: verb(self.session, self.users[user], dust, key=key, reason="", memo={})

    def _some_hold(self, pick: int) -> str:
        """Recent ones more often: they still hold something."""
        keys = list(self.model.holds)
        return keys[-1 - pick % min(len(keys), 5)]

    @rule(user=st.integers(0, USERS - 1), dust=MORE)
    def grant(self, user: int, dust: int) -> None:
        self._do(self._grant(user), dust, kind="grant", granted=dust, bought=0)
        self._given(user, dust)

    @rule(user=st.integers(0, USERS - 1), dust=MORE)
    def promo(self, user: int, dust: int) -> None:
        self._do(self._promo(user), dust, kind="promo", granted=dust, bought=0)
        self._given(user, dust)

    def _given(self, user: int, dust: int) -> None:
        self.model.granted[user] += dust
        self.model.given[user] += dust

    @rule(user=st.integers(0, USERS - 1), dust=MORE)
    def buy(self, user: int, dust: int) -> None:
        self.model.paid[user] += dust
        self._do(self._money(money.purchase, user), dust, kind="purchase", **self.model.come(user, 0, dust))

    @rule(user=st.integers(0, USERS - 1), pick=PICK, is_contested=st.booleans())
    def money_goes(self, user: int, pick: int, is_contested: bool) -> None:
        """Refunded, or waiting for the bank's word: up to all that was paid, however much of it is spent."""
        dust = pick % (self.model.paid[user] + 1)
        verb = money.dispute if is_contested else money.refund_purchase
        self.model.contested[user] += dust if is_contested else 0
        self._do(self._money(verb, user), dust, **self.model.go(user, dust))

    @rule(user=st.integers(0, USERS - 1), pick=PICK, is_won=st.booleans())
    def bank_decides(self, user: int, pick: int, is_won: bool) -> None:
        dust = pick % (self.model.contested[user] + 1)
        self.model.contested[user] -= dust
        if not is_won:
            self._do(self._money(money.dispute_lost, user), dust, bought=dust, owed=0)
            return
        self.model.paid[user] += dust
        self._do(self._money(money.dispute_won, user), dust, **self.model.come(user, 0, dust))

    @precondition(lambda self: self.model.holds)
    @rule(which=PICK, pick=PICK)
    def refund(self, which: int, pick: int) -> None:
        hold_key = self._some_hold(which)
        dust = _up_to_one_too_many(pick, spent := self.model.holds[hold_key].spent)
        if dust > spent:
            with pytest.raises(RefundExceeded):
                self._do(self._refund(hold_key), dust)
            return
        self._do(self._refund(hold_key), dust, **self.model.refund(hold_key, dust))

    @rule(user=st.integers(0, USERS - 1), dust=MORE, which=PICK)
    def crash(self, user: int, dust: int, which: int) -> None:
        """In the middle of it: as if it had never begun, and its key is free."""
        verbs = [self._grant(user), self._money(money.purchase, user), self._money(money.refund_purchase, user)]
        if dust <= self.model.balance(user):
            verbs.append(self._hold(user))
        self.on.run(self._undone(verbs[which % len(verbs)], dust, self._next_key()))

    async def _undone(self, verb: Verb, dust: int, key: str) -> None:
        savepoint = await self.session.begin_nested()
        await verb(dust, key)
        await savepoint.rollback()

    @rule(user=st.integers(0, USERS - 1), pick=PICK)
    def hold(self, user: int, pick: int) -> None:
        balance = self.model.balance(user)
        dust = _up_to_one_too_many(pick, balance)
        if dust > balance:
            with pytest.raises(NotEnoughDust) as raised:
                self._do(self._hold(user), dust)
            assert raised.value.details == {"missing_dust": dust - balance, "balance": balance, "needed": dust}
            return
        granted, bought = self.model.hold(self._next_key(), user, dust)
        self._do(self._hold(user), dust, granted=granted, bought=bought, balance_after=balance - dust)

    @precondition(lambda self: self.model.holds)
    @rule(which=PICK, pick=PICK)
    def settle(self, which: int, pick: int) -> None:
        self._spend(self._settle, "settle", which, pick)

    @precondition(lambda self: self.model.holds)
    @rule(which=PICK, pick=PICK)
    def unlock(self, which: int, pick: int) -> None:
        self._spend(self._unlock, "unlock", which, pick)

    def _spend(self, verb_of: Callable[[str], Verb], kind: str, which: int, pick: int) -> None:
        hold_key = self._some_hold(which)
        dust = _up_to_one_too_many(pick, self.model.holds[hold_key].dust)
        if dust > self.model.holds[hold_key].dust:
            with pytest.raises(HoldExceeded):
                self._do(verb_of(hold_key), dust)
            return
        granted, bought = self.model.settle(hold_key, dust)
        self.spent.append((hold_key, kind, dust, self._next_key()))
        self._do(verb_of(hold_key), dust, kind=kind, granted=granted, bought=bought)

    @precondition(lambda self: self.model.holds)
    @rule(which=PICK, pick=st.none() | PICK)
    def release(self, which: int, pick: int | None) -> None:
        hold_key = self._some_hold(which)
        dust = None if pick is None else _up_to_one_too_many(pick, self.model.holds[hold_key].dust)
        if (dust or 0) > self.model.holds[hold_key].dust:
            with pytest.raises(HoldExceeded):
                self._do(self._release(hold_key), dust)
            return
        self._do(self._release(hold_key), dust, **self.model.release(hold_key, dust))

    @precondition(lambda self: self.done)
    @rule(pick=PICK)
    def replay(self, pick: int) -> None:
        verb, dust, key, first = self.done[pick % len(self.done)]
        assert self.on.run(verb(dust, key)).id == first

    @precondition(lambda self: self.spent)
    @rule(pick=PICK)
    def settle_under_the_key_of_an_unlock(self, pick: int) -> None:
        """And the other way round."""
        hold_key, kind, dust, key = self.spent[pick % len(self.spent)]
        verb = self._settle(hold_key) if kind == "unlock" else self._unlock(hold_key)
        with pytest.raises(KeyReused):
            self.on.run(verb(dust, key))

    @precondition(lambda self: self.done)
    @rule(pick=PICK, more=st.integers(1, 3))
    def reuse_key(self, pick: int, more: int) -> None:
        verb, dust, key, _ = self.done[pick % len(self.done)]
        if dust is not None:
            with pytest.raises(KeyReused):
                self.on.run(verb(dust + more, key))

    @invariant()
    def adds_up(self) -> None:
        self.on.operations += 1
        if self.on.is_committing:
            self.on.run(self.session.commit())
        row = self.on.run(self.session.exec(LOOK, params={"users": self.users})).one()
        total, wallets = row
        assert not total, f"all accounts sum to {total}"
        assert (wallets or []) == (self.model.picture() if wallets else [])
        for user, (granted, bought, held, debt, *_) in enumerate(wallets or []):
            assert self.model.profit(user, granted, bought, held, debt) == 0

    def teardown(self) -> None:
        try:
            if self.done:
                self.on.run(self.session.exec(text("SET CONSTRAINTS ALL IMMEDIATE")))
                assert self.on.run(service.reconcile(self.session)) == []
        finally:
            self.on.run(self.session.rollback())
            self.on.run(self.session.close())


def machine(on: Stage) -> Callable[[], LedgerMachine]:
    return partial(LedgerMachine, on)
