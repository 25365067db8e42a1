"""An errand to a provider that is paid by the order: whoever was asked and may have taken it is not asked twice."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, NoReturn

from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, log
from pexit_app.core.errors import PexitError
from pexit_app.core.ports import (
    Busy,
    NotTaken,
    Provider,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
    Withheld,
)
from pexit_app.features.routing import breaker, following, limits, service, submissions, waste
from pexit_app.features.routing.errand import (
    Delivery,
    Errand,
    OrderT,
    ProductT,
    Writing,
    call_off,
    forget,
    nobody,
    provider_of,
)
from pexit_app.features.routing.errors import Avoided
from pexit_app.features.routing.following import Lost, Watchdog
from pexit_app.features.routing.service import Choice
from pexit_app.features.routing.submissions import Handed

IN_LINE = ProviderUpdate(ProviderState.QUEUED, stage="in line")
SKEW = timedelta(seconds=60)  # between the provider's clock and ours
MOST_PAUSE_S = 60.0
logger = log.get("errands")


@dataclass(slots=True)
class RentedTrip(Generic[OrderT, ProductT]):
    errand: Errand[OrderT, ProductT]
    provider: Provider[OrderT, ProductT] | None = None
    provider_id: str | None = None
    writing: Writing = field(default_factory=Writing)
    submitting: "asyncio.Task[str] | None" = None

    async def go(self) -> Delivery[ProductT] | None:
        try:
            return await self._go()
        except OperationalError:
            raise  # the next run goes on where the row says
        except TimeoutError:
            await self._tell(call_off)
            await self._close("failed", "Nothing was heard of it for too long.")
            raise
        except ProviderError as error:
            if isinstance(error, Withheld):
                await self._waste()
            await self._tell(forget)
            await self._close("failed", error.message)
            raise
        except Exception:
            await self._tell(call_off)
            await self._close("failed", "Something broke on our side.")
            raise

    def cut_off(self) -> None:
        """Whether an order that was just leaving has arrived is found out by the next run."""
        if self.submitting is not None:
            self.submitting.cancel()

    async def call_off(self) -> None:
        """Also an order that is just leaving, whose answer is waited for, and one whose answer was lost."""
        if self.provider_id is None:
            self.provider_id = await self._late_id()
        if self.provider is not None and self.provider_id is not None:
            await self._waste()
            await call_off(self.provider, self.provider_id)
            await self._name(self.provider.name, self.provider_id)
            await self._close("canceled")
            return
        handed = await self._close("canceled")
        if handed is not None and handed.provider_id is not None:  # a webhook has named it at the last moment
            self.provider_id = handed.provider_id
            await self._tell(call_off)

    async def _waste(self) -> None:
        """It was begun over there, and the user wants it no more or could not have it. What we call off ourselves is not
        the user's doing."""
        errand = self.errand
        if errand.choices and (errand.off is None or not errand.off.is_set()):
            await waste.note(errand.user_id, errand.choices[0].kind)

    async def _late_id(self) -> str | None:
        if self.submitting is not None:
            await asyncio.wait({self.submitting}, timeout=following.patience.lost_s)
            if self.submitting.done() and not self.submitting.cancelled() and not self.submitting.exception():
                return self.submitting.result()
        async with self.writing.transaction() as session:
            handed = await submissions.find(session, self.errand.reference)
        if self.provider is None or handed is None or not handed.provider or handed.outcome:
            return None
        return handed.provider_id or await self._listed(self.provider, handed)

    async def _go(self) -> Delivery[ProductT] | None:
        errand = self.errand
        async with self.writing.transaction() as session:
            handed = await submissions.find(session, errand.reference)
        if handed is not None and handed.outcome:
            self._say_again(handed)
        async with contextlib.AsyncExitStack() as place:
            if handed is None or not handed.provider:
                choice = await self._hand_over(place)
            else:
                choice = await self._choice_of(handed)
                self.provider, self.provider_id = provider_of(errand, choice.provider), handed.provider_id
                able = self.provider.capabilities()
                await place.enter_async_context(limits.place(choice.provider, able, is_there=True))
            if choice is None:
                return None
            if self.provider_id is None:
                await self._find_lost(choice)
            return await self._bring(choice)

    def _say_again(self, handed: Handed) -> NoReturn:
        """An earlier run had ended, and could not tell any more. Raises ProviderError, TimeoutError."""
        if handed.outcome == "lost":
            raise TimeoutError
        if handed.outcome == "failed":
            raise ProviderError(handed.message or "It failed without giving a reason.")
        raise ProviderError(f"The {self.errand.what} was called off.")

    async def _choice_of(self, handed: Handed) -> Choice:
        """As it was handed over, whatever the operator has changed since."""
        if self.errand.choices:
            like = self.errand.choices[0]
            return Choice(like.kind, handed.provider, handed.model, like.dust, like.timeout_s, like.expected_s)
        async with self.writing.transaction() as session:
            route = await service.find_route(session, handed.kind)
        return Choice(handed.kind, handed.provider, handed.model, route.dust, route.timeout_s, route.expected_s)

    async def _hand_over(self, place: contextlib.AsyncExitStack) -> Choice | None:
        """Whoever took it, or may have; None when nobody wants it any more. A primary that surely did not take it is
        followed by the backup; when all are busy or down, all are asked again after a while. Raises NotTaken, Declined."""
        if not self.errand.choices:
            raise nobody(self.errand)
        await waste.check(self.errand.user_id, self.errand.choices[0].kind)
        tries, refusals = following.patience.tries, list[NotTaken]()
        for turn in range(tries):
            refusals.clear()
            for choice in self.errand.choices:
                try:
                    is_last = choice is self.errand.choices[-1]
                    return choice if await self._ask(choice, place, insists=is_last) else None
                except NotTaken as error:
                    await place.aclose()
                    logger.warning(
                        "not taken", reference=self.errand.reference, provider=choice.provider, why=error.message
                    )
                    refusals.append(error)
            waits = [error for error in refusals if isinstance(error, Busy) or error.is_outage]
            if not waits or turn == tries - 1:
                break
            await self._note(IN_LINE)
            asked_s = min((error.retry_after_s for error in waits if error.retry_after_s is not None), default=0.0)
            await asyncio.sleep(min(MOST_PAUSE_S, max(asked_s, following.patience.pause_s * 2**turn)))
        raise refusals[0]

    async def _ask(self, choice: Choice, place: contextlib.AsyncExitStack, *, insists: bool) -> bool:
        """False: nobody wants it any more. The id stays unknown where the answer was lost. Raises NotTaken."""
        errand = self.errand
        self.provider = provider = provider_of(errand, choice.provider)
        if breaker.is_open(choice.provider) and not insists:
            raise Avoided(choice.provider)
        able = provider.capabilities()
        await place.enter_async_context(limits.place(choice.provider, able, user_id=errand.user_id, told=self._note))
        async with self.writing.transaction() as session:
            if not await errand.begin(session, choice):
                return False
            await submissions.intend(session, errand.reference, choice)
        try:
            async with breaker.guarded(choice.provider, insists=insists):
                self.submitting = asyncio.create_task(provider.submit(errand.order, errand.reference, choice.model))
                self.provider_id = await asyncio.shield(self.submitting)
        except NotTaken as error:
            message = error.message
            await self._surely(lambda session: submissions.refuse(session, errand.reference, message))
            raise
        except (ProviderError, PexitError):
            raise  # PexitError: our own store, which is read before anything is sent
        except Exception as error:
            logger.warning("answer lost", reference=errand.reference, provider=choice.provider, error=repr(error))
            return True
        await self._name(choice.provider, self.provider_id)
        return True

    async def _name(self, provider: str, provider_id: str) -> None:
        await self._surely(lambda session: submissions.name(session, self.errand.reference, provider, provider_id))

    async def _surely(self, write: Callable[[AsyncSession], Awaitable[object]]) -> None:
        """What must not be forgotten, as nobody else knows it: while the database is away it is tried again."""
        for turn in itertools.count():
            try:
                async with self.writing.transaction() as session:
                    await write(session)
                return
            except OperationalError:
                logger.warning("database away", reference=self.errand.reference, provider_id=self.provider_id)
                await asyncio.sleep(min(MOST_PAUSE_S, following.patience.pause_s * 2 ** min(turn, 10)))

    async def _find_lost(self, choice: Choice) -> None:
        """A webhook or the provider's listing may still name the order; both are looked at once more when the time is up.
        Raises TimeoutError when neither does."""
        errand, provider = self.errand, provider_of(self.errand, choice.provider)
        until = time.monotonic() + following.patience.lost_s
        with events.subscribe(submissions.topic(errand.reference)) as waker:
            async with self.writing.transaction() as session:
                await submissions.lose(session, errand.reference)
            while True:
                is_last = time.monotonic() >= until
                async with self.writing.transaction() as session:
                    handed = await submissions.find(session, errand.reference)
                assert handed is not None, "the intent is gone"
                self.provider_id = handed.provider_id or await self._listed(provider, handed)
                if self.provider_id is not None:
                    return
                if is_last:
                    break
                await events.woken(waker, following.patience.lost_s / 10)
        handed = await self._close("lost")
        if handed is None or handed.provider_id is None:
            raise TimeoutError
        self.provider_id = handed.provider_id  # named at the last moment, so it is not lost

    async def _listed(self, provider: Provider[OrderT, ProductT], handed: Handed) -> str | None:
        errand, since = self.errand, handed.intent_at - SKEW
        try:
            found = await provider.find(errand.order, errand.reference, handed.model, since)
        except ProviderError:
            return None
        if found is None:
            return None
        async with self.writing.transaction() as session:
            is_ours = await submissions.name(session, errand.reference, handed.provider, found)
        return found if is_ours else None

    async def _bring(self, choice: Choice) -> Delivery[ProductT] | None:
        errand, provider, provider_id = self.errand, provider_of(self.errand, choice.provider), self.provider_id
        assert provider_id is not None, "nobody has taken it"
        dog = await Watchdog.of(errand.reference, choice)
        try:
            if not await following.follow(provider.follow(provider_id), self._note, dog):
                return None
            product = await provider.fetch(provider_id)
        except (UnknownOrder, Lost):
            raise ProviderError(f"The {errand.who} lost this {errand.what}.") from None
        return Delivery(product, choice, provider_id, errand.reference, provider.forget, True)

    async def _note(self, update: ProviderUpdate) -> bool:
        async with self.writing.transaction() as session:
            return await self.errand.note(session, update)

    async def _tell(self, what: Callable[[Provider[OrderT, ProductT], str], Awaitable[None]]) -> None:
        """Whoever has taken it, if anybody has."""
        if self.provider is not None and self.provider_id is not None:
            await what(self.provider, self.provider_id)

    async def _close(self, outcome: submissions.Outcome, message: str = "") -> Handed | None:
        """The row as it is when it has ended."""
        async with self.writing.transaction() as session:
            await submissions.end(session, self.errand.reference, outcome, message)
            return await submissions.find(session, self.errand.reference)
