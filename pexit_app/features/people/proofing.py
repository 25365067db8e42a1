"""The proof sheet rendered: six frames of a fresh persona, each stored as soon as it is there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field

from pexit_app.core import db, deps
from pexit_app.core.ports import Busy, ImageOrder, ImageProvider, ProviderError, ProviderUpdate, UnknownOrder
from pexit_app.features.people import proof, transitions
from pexit_app.features.people.models import likeness_key
from pexit_app.features.people.transitions import Ticket

CallOff = Callable[[str], Awaitable[None]]
Note = Callable[[ProviderUpdate], Awaitable[bool]]
Follow = Callable[[AsyncIterator[ProviderUpdate], Note], Awaitable[bool]]
Pause = Callable[[int], Awaitable[None]]


@dataclass(slots=True)
class Handed:
    """What is at work outside for us, and how each is called off."""

    _orders: dict[str, CallOff] = field(default_factory=dict)

    def add(self, provider_id: str, call_off: CallOff) -> None:
        self._orders[provider_id] = call_off

    def done(self, provider_id: str) -> None:
        self._orders.pop(provider_id, None)

    async def call_off(self) -> None:
        while self._orders:
            provider_id, call_off = self._orders.popitem()
            await call_off(provider_id)


@dataclass(frozen=True, slots=True)
class Printer:
    """How the frames are followed, and how often each is tried."""

    follow: Follow
    pause: Pause
    tries: int


async def print_proofs(ticket: Ticket, stored: Collection[str], handed: Handed, printer: Printer) -> bool:
    """Those of the six that are not `stored` yet; all are ordered at once, so that the renderer shares them out. False:
    nobody wants them any more. Raises ProviderError, TimeoutError."""
    images, persona = deps.get().images, likeness_key(ticket.likeness_id)
    keys = {
        number: likeness_key(ticket.likeness_id, proof.part_of(number)) for number in range(1, len(proof.LOOKS) + 1)
    }
    orders = {number: proof.order_of(number, persona, ticket.who) for number, key in keys.items() if key not in stored}
    ids = {}
    for number, order in orders.items():
        ids[number] = await _submit(images, order, f"{ticket.reference}:proof-{number}", handed, printer)
    for count, (number, order) in enumerate(orders.items(), len(keys) - len(orders) + 1):
        reference = f"{ticket.reference}:proof-{number}"
        provider_id, content = await _frame(images, order, reference, ids[number], handed, printer)
        await deps.get().store.put(keys[number], content, proof.MEDIA_TYPE)
        await images.forget(provider_id)
        handed.done(provider_id)
        async with db.transaction() as session:
            is_wanted = await transitions.note_proof(session, ticket.likeness_id, count)
        if not is_wanted:
            await handed.call_off()
            return False
    return True


async def _submit(images: ImageProvider, order: ImageOrder, reference: str, handed: Handed, printer: Printer) -> str:
    for turn in range(printer.tries):
        try:
            provider_id = await images.submit(order, reference)
        except Busy:
            await printer.pause(turn)
            continue
        handed.add(provider_id, images.cancel)
        return provider_id
    raise ProviderError("The renderer did not take the proof sheet.")


async def _frame(
    images: ImageProvider, order: ImageOrder, reference: str, provider_id: str, handed: Handed, printer: Printer
) -> tuple[str, bytes]:
    """The renderer's id and the JPEG. One that the renderer lost is ordered once more."""
    for turn in range(printer.tries):
        try:
            if await printer.follow(images.follow(provider_id), _go_on):
                return provider_id, (await images.fetch(provider_id)).content
        except UnknownOrder:
            pass
        handed.done(provider_id)
        await printer.pause(turn)
        provider_id = await _submit(images, order, reference, handed, printer)
    raise ProviderError("The renderer lost the proof sheet.")


async def _go_on(update: ProviderUpdate) -> bool:
    return True
