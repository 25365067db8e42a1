"""An errand: one order from us to whoever can do it, until what was made is here, whatever happens on the way.

Our own darkroom may be asked twice at no cost, so nothing of that is written down (own.py). A rented provider is paid by
the order: the intent is written before the order leaves, an order that may have arrived is never sent again, and a run
that was cut off anywhere goes on where the row says (rented.py, submissions.py). Nothing here holds a transaction while
anybody outside works.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import OperationalError

from pexit_app.core import db, events
from pexit_app.core.ports import Provider
from pexit_app.features.routing import following, submissions
from pexit_app.features.routing.errand import Delivery, Errand, OrderT, ProductT, Trip, Writing, call_off, provider_of
from pexit_app.features.routing.own import OwnTrip
from pexit_app.features.routing.rented import RentedTrip

__all__ = ["Delivery", "Errand", "abandon", "run"]


async def run(errand: Errand[OrderT, ProductT]) -> Delivery[ProductT] | None:
    """None: nobody wants it any more, and the provider was told. Cut off from outside, nothing is called off: the next run
    goes on. Raises ProviderError (InvalidOrder, Declined, Withheld among them), TimeoutError."""
    trip = _trip(errand)
    work = asyncio.create_task(trip.go())
    watchers: set[asyncio.Task[Any]] = {asyncio.create_task(_unwanted(errand, trip.writing))}
    if errand.off is not None:
        watchers.add(asyncio.create_task(errand.off.wait()))
    try:
        await asyncio.wait({work, *watchers}, return_when=asyncio.FIRST_COMPLETED)
        async with trip.writing.between:
            _cancel(work, *watchers)
    except asyncio.CancelledError:
        trip.cut_off()
        _cancel(work, *watchers)
        await asyncio.wait({work, *watchers})
        raise
    await asyncio.wait({work, *watchers})
    if not work.cancelled() and (made := work.result()) is not None:
        return made
    for watcher in watchers:
        if not watcher.cancelled():
            watcher.result()
    await trip.call_off()
    return None


def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()


def _trip(errand: Errand[OrderT, ProductT]) -> Trip[ProductT]:
    """Where nobody can be asked now, an earlier run may have asked somebody who is paid."""
    if errand.choices and provider_of(errand, errand.choices[0].provider).capabilities().is_repeatable:
        return OwnTrip(errand)
    return RentedTrip(errand)


async def abandon(
    reference: str,
    providers: Mapping[str, Provider[OrderT, ProductT]],
    outcome: submissions.Outcome = "canceled",
    message: str = "",
) -> None:
    """What nobody wants any more, or nobody can use, is not left running where an earlier run had handed it over."""
    async with db.transaction() as session:
        if not await submissions.end(session, reference, outcome, message):
            return
        handed = await submissions.find(session, reference)
    assert handed is not None, "it has just ended"
    if handed.provider_id is not None and (provider := providers.get(handed.provider)) is not None:
        await call_off(provider, handed.provider_id)


async def _unwanted(errand: Errand[OrderT, ProductT], writing: Writing) -> None:
    """Returns when nobody wants it any more."""
    with events.subscribe(errand.topic) as waker:
        while True:
            await waker.wait()
            waker.clear()
            try:
                async with writing.transaction() as session:
                    if not await errand.is_wanted(session):
                        return
            except OperationalError:  # nobody knows just now; the order goes on meanwhile
                waker.set()
                await following.pause(0)
