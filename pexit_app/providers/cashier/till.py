"""The test cashier: takes no money. A checkout is a page of ours with one button; what was pressed is kept in the data
folder. It does what Stripe does, so that everything about buying can be tried, and is refused in production."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from pexit_app.core import clock
from pexit_app.core.cashier_ports import Checkout, DisputeState, Payment, PayState
from pexit_app.core.ports import Forged, ProviderError
from pexit_app.providers.cashier.book import Book, Page

OPEN_FOR = timedelta(hours=24)  # as Stripe's
CheckoutUrl = Callable[[UUID], str]


class Till:
    """`url_of` says where a purchase's checkout page is."""

    name = "test"
    is_test = True
    pay_origins: tuple[str, ...] = ()

    def __init__(self, folder: Path, url_of: CheckoutUrl) -> None:
        self.book = Book(folder / "checkouts")
        self.url_of = url_of

    async def open_checkout(
        self, purchase_id: UUID, cents: int, title: str, *, back_url: str, cancel_url: str, email: str
    ) -> Checkout:
        page: Page = {
            "title": title,
            "cents": cents,
            "state": PayState.OPEN,
            "refunded_cents": 0,
            "dispute": DisputeState.NONE,
            "opened_at": clock.now().isoformat(),
        }
        await self.book.open(f"test_{purchase_id.hex}", page)
        return Checkout(f"test_{purchase_id.hex}", self.url_of(purchase_id))

    async def ask(self, checkout_id: str) -> Payment:
        page = self.book.read(checkout_id)
        if page["state"] == PayState.OPEN and clock.now() > datetime.fromisoformat(page["opened_at"]) + OPEN_FOR:
            await self.expire(checkout_id)
            page = self.book.read(checkout_id)
        dispute = DisputeState(page["dispute"])
        is_paid = page["state"] == PayState.PAID
        return Payment(
            PayState(page["state"]),
            cents=page["cents"] if is_paid else 0,
            refunded_cents=page["refunded_cents"],
            dispute=dispute,
            disputed_cents=0 if dispute == DisputeState.NONE else page["cents"] - page["refunded_cents"],
            means="Test card" if is_paid else "",
        )

    async def read_hook(self, headers: Mapping[str, str], body: bytes) -> str | None:
        raise Forged("The test cashier calls nobody.")

    async def pay(self, checkout_id: str) -> None:
        def paid(page: Page) -> None:
            if page["state"] == PayState.EXPIRED:
                raise ProviderError("This checkout has expired. Begin again.")
            page["state"] = PayState.PAID

        await self.book.change(checkout_id, paid)

    async def expire(self, checkout_id: str) -> None:
        def expired(page: Page) -> None:
            if page["state"] == PayState.OPEN:
                page["state"] = PayState.EXPIRED

        await self.book.change(checkout_id, expired)

    async def refund(self, checkout_id: str, cents: int) -> None:
        def refunded(page: Page) -> None:
            if page["state"] != PayState.PAID or page["refunded_cents"] + cents > page["cents"]:
                raise ProviderError("More than was paid cannot be refunded.")
            page["refunded_cents"] += cents

        await self.book.change(checkout_id, refunded)

    async def dispute(self, checkout_id: str, state: DisputeState) -> None:
        def disputed(page: Page) -> None:
            if page["state"] != PayState.PAID:
                raise ProviderError("What was not paid cannot be contested.")
            page["dispute"] = state

        await self.book.change(checkout_id, disputed)
