"""Somebody who is paid by the order and does as told, an order that may be unwanted, and a way to cut its run off."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import select

from pexit_app.core import db, events
from pexit_app.core.ports import (
    Capabilities,
    Kind,
    NotTaken,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
)
from pexit_app.features.routing import errands, limits
from pexit_app.features.routing.errand import Delivery, Errand
from pexit_app.features.routing.following import Patience
from pexit_app.features.routing.models import Submission
from pexit_app.features.routing.service import Choice

RUNNING = ProviderState.RUNNING
WORK = (
    ProviderUpdate(ProviderState.QUEUED, queue_position=1),
    ProviderUpdate(RUNNING, 40, "painting"),
    ProviderUpdate(ProviderState.DONE, 100),
)
PRODUCT = b"made"
AWAY = NotTaken("Away.", is_outage=True)
SHORT = Patience(queued_s=5, running_s=5, lost_s=0.2, pause_s=0.001, tries=3, told_s=0.0)


async def nowhere(place: str) -> None:
    """Nothing happens at any place."""


@dataclass
class Vendor:
    """Paid by the order. `answers` are what the next submits come to: an exception (`takes`: after it was taken), else an
    id. `lists`: find() knows what was taken. `place` is told of every call."""

    name: str = "fal"
    answers: list[Exception] = field(default_factory=list)
    takes: bool = False
    lists: bool = False
    updates: tuple[ProviderUpdate, ...] = WORK
    fails: Exception | None = None
    is_silent: bool = False
    place: Callable[[str], Any] = nowhere
    asked: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)  # reference by id
    canceled: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        return Capabilities(frozenset({Kind.GENERATE}), False, True, 2048, 2)

    async def submit(self, order: str, reference: str, model: str = "") -> str:
        self.asked.append(reference)
        await self.place("asked")
        error = self.answers.pop(0) if self.answers else None
        if error is not None and not self.takes:
            raise error
        provider_id = f"{self.name}-{reference}-{len(self.taken)}"
        self.taken[provider_id] = reference
        await self.place("taken")
        if error is not None:
            raise error
        return provider_id

    async def find(self, order: str, reference: str, model: str, since: datetime) -> str | None:
        await self.place("listed")
        if not self.lists:
            return None
        return next((each for each, ours in self.taken.items() if ours == reference), None)

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        if provider_id not in self.taken:
            raise UnknownOrder("never heard of it")
        for update in self.updates:
            await self.place(f"followed {update.state}")
            yield update
        if self.is_silent:
            await asyncio.Event().wait()

    async def cancel(self, provider_id: str) -> None:
        self.canceled.append(provider_id)

    async def fetch(self, provider_id: str) -> bytes:
        await self.place("fetched")
        if self.fails is not None:
            raise self.fails
        return PRODUCT

    async def forget(self, provider_id: str) -> None:
        self.forgotten.append(provider_id)


@dataclass
class Want:
    """One order, and whether it is wanted. `stops_after`: it is not, once so many notes were written."""

    vendors: tuple[Vendor, ...]
    reference: str = field(default_factory=lambda: f"frame:{uuid4()}:1")
    is_wanted: bool = True
    off: asyncio.Event | None = None
    begun: list[str] = field(default_factory=list)
    notes: list[ProviderUpdate] = field(default_factory=list)
    timeout_s: int = 60
    expected_s: int = 30
    choices: tuple[Choice, ...] | None = None

    @property
    def topic(self) -> str:
        return f"wanted:{self.reference}"

    def errand(self) -> Errand[str, bytes]:
        async def begin(session: object, choice: Choice) -> bool:
            self.begun.append(choice.provider)
            return self.is_wanted

        async def note(session: object, update: ProviderUpdate) -> bool:
            self.notes.append(update)
            return self.is_wanted

        async def is_wanted(session: object) -> bool:
            return self.is_wanted

        choices = self.choices
        if choices is None:
            choices = tuple(
                Choice(Kind.GENERATE, each.name, "flux", 5, self.timeout_s, self.expected_s) for each in self.vendors
            )
        return Errand(
            reference=self.reference,
            user_id=uuid4(),
            order="a picture",
            choices=choices,
            providers={each.name: each for each in self.vendors},
            begin=begin,
            note=note,
            is_wanted=is_wanted,
            topic=self.topic,
            off=self.off,
        )

    async def run(self) -> Delivery[bytes] | None:
        return await errands.run(self.errand())

    async def row(self) -> Submission | None:
        async with db.transaction() as session:
            query = select(Submission).where(Submission.reference == self.reference)
            return (await session.exec(query, execution_options={"populate_existing": True})).first()

    async def outcome(self) -> str:
        row = await self.row()
        assert row is not None
        assert (row.outcome == "") == (row.ended_at is None)
        return row.outcome

    def stop(self) -> None:
        """Nobody wants it any more, and whoever waits is woken."""
        self.is_wanted = False
        for waker in list(events._wakers.get(self.topic, ())):
            waker.set()


async def accept(delivery: Delivery[bytes] | None) -> None:
    assert delivery is not None
    assert delivery.product == PRODUCT
    async with db.transaction() as session:
        await delivery.end(session)
    await delivery.forget()


def free(*vendors: Vendor) -> bool:
    """Whether every place at these was given back."""
    return all(limits.line_of(each.name, each.capabilities()).busy == 0 for each in vendors)


class Cut:
    """Cuts the run off at its n-th place (0: the first), as the end of a process does; None: never."""

    def __init__(self, at: int | None) -> None:
        self.at, self.passed = at, 0
        self.task: asyncio.Task[Any] | None = None

    async def place(self, name: str) -> None:
        self.passed += 1
        if self.at is not None and self.passed == self.at + 1:
            assert self.task is not None
            self.task.cancel()
            await asyncio.Event().wait()

    async def run(self, want: Want) -> Delivery[bytes] | None:
        """Raises CancelledError where it is cut off."""
        self.task = asyncio.create_task(want.run())
        return await self.task
