"""What an errand is, and what comes of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db
from pexit_app.core.ports import Provider, ProviderError, ProviderUpdate
from pexit_app.features.routing import submissions
from pexit_app.features.routing.service import Choice

OrderT = TypeVar("OrderT")
ProductT = TypeVar("ProductT")
MadeT = TypeVar("MadeT")


@dataclass(frozen=True, slots=True)
class Errand(Generic[OrderT, ProductT]):
    """`reference` is ours and unique to this attempt. `choices` are asked in order; either all are rented, or there is one
    that may be asked twice. `begin` runs in the transaction of the intent, `note` in that of each update worth telling,
    `is_wanted` when `topic` was woken: each says False when nobody wants the work any more, which ends it everywhere.
    `off` says so too, once it is set. `who` and `what` stand in sentences: "The renderer lost this frame."
    """

    reference: str
    user_id: UUID
    order: OrderT
    choices: Sequence[Choice]
    providers: Mapping[str, Provider[OrderT, ProductT]]
    begin: Callable[[AsyncSession, Choice], Awaitable[bool]]
    note: Callable[[AsyncSession, ProviderUpdate], Awaitable[bool]]
    is_wanted: Callable[[AsyncSession], Awaitable[bool]]
    topic: str
    off: asyncio.Event | None = None
    who: str = "renderer"
    what: str = "frame"


@dataclass(frozen=True, slots=True)
class Delivery(Generic[ProductT]):
    """What was made. Call end() in the transaction that makes use of it, and forget() when that is committed."""

    product: ProductT
    choice: Choice
    provider_id: str
    reference: str
    provider_forgets: Callable[[str], Awaitable[None]]
    is_rented: bool

    async def end(self, session: AsyncSession) -> None:
        if self.is_rented:
            await submissions.end(session, self.reference, "done")

    async def forget(self) -> None:
        """The provider may drop its copy."""
        await self.provider_forgets(self.provider_id)


class Writing:
    """The transactions of one run. Who calls the run off does it `between` them: to cut one in the middle costs the
    database a connection."""

    def __init__(self) -> None:
        self.between = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self.between, db.transaction() as session:
            yield session


class Trip(Protocol[MadeT]):
    """One run of an errand."""

    writing: Writing

    async def go(self) -> "Delivery[MadeT] | None":
        """None: nobody wants it any more."""
        ...

    def cut_off(self) -> None:
        """The process stops: nothing is called off."""
        ...

    async def call_off(self) -> None:
        """Tells whoever works on it that nobody wants it any more."""
        ...


def provider_of(errand: Errand[OrderT, ProductT], name: str) -> Provider[OrderT, ProductT]:
    """Raises ProviderError."""
    found = errand.providers.get(name)
    if found is None:
        raise nobody(errand)
    return found


def nobody(errand: Errand[OrderT, ProductT]) -> ProviderError:
    """To be raised where nobody can be asked."""
    return ProviderError(f"There is no {errand.who} for this {errand.what} just now.")


async def call_off(provider: Provider[OrderT, ProductT], provider_id: str) -> None:
    with contextlib.suppress(ProviderError):
        await provider.cancel(provider_id)
    await forget(provider, provider_id)


async def forget(provider: Provider[OrderT, ProductT], provider_id: str) -> None:
    """What was uploaded for it is not needed there any more."""
    with contextlib.suppress(ProviderError):
        await provider.forget(provider_id)
