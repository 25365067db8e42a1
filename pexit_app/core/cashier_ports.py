"""What money needs from the outside world: a cashier that takes it, a bank that pays creators. Adapters live in
providers/cashier (the stand-in, where no money moves) and providers/stripe. Amounts are in US cents.

Every call may be made again: what is ordered carries our own key, what came of it is always asked. ProviderError: it said
no, or could not be reached; AnswerLost: it may have been carried out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

CURRENCY = "usd"


class PayState(StrEnum):
    """Of a checkout. `expired`: it can be paid no more, and was not."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"


class DisputeState(StrEnum):
    """Whether the cardholder contests the payment. Open, the money waits at the bank."""

    NONE = "none"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page where it can be paid. `id` is the cashier's; the stand-in's `url` is a path of ours."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Payment:
    """What became of a checkout. `refunded_cents` counts up; `disputed_cents` is the part that is contested. `means` is
    what a receipt says it was paid with ("Visa ending 4242")."""

    state: PayState
    cents: int = 0
    currency: str = CURRENCY
    refunded_cents: int = 0
    dispute: DisputeState = DisputeState.NONE
    disputed_cents: int = 0
    means: str = ""


class Cashier(Protocol):
    """Takes money for dust. `name` stands in the rows; `is_test`: no money moves, and the pages say so. `pay_origins` are
    where its checkouts are, if not here."""

    name: str
    is_test: bool
    pay_origins: tuple[str, ...]

    async def open_checkout(
        self, purchase_id: UUID, cents: int, title: str, *, back_url: str, cancel_url: str, email: str
    ) -> Checkout:
        """The same purchase again: the same checkout. Raises ProviderError, AnswerLost."""
        ...

    async def ask(self, checkout_id: str) -> Payment:
        """Raises ProviderError."""
        ...

    async def read_hook(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """The checkout that a webhook is about; None: it is about nothing we keep. Raises Forged, ValueError,
        ProviderError."""
        ...


class PlayCashier(Cashier, Protocol):
    """The stand-in, where whoever looks can pay, and tests play the bank."""

    async def pay(self, checkout_id: str) -> None:
        """Raises ProviderError for a checkout that cannot be paid."""
        ...

    async def refund(self, checkout_id: str, cents: int) -> None: ...

    async def dispute(self, checkout_id: str, state: DisputeState) -> None: ...


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A creator's account there. `needs`: what is still asked of them, in words; empty and not `can_be_paid`: it is being
    looked at."""

    id: str
    can_be_paid: bool
    needs: tuple[str, ...] = ()


class TransferState(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Transferred:
    """What became of a payout. `reason` says why it failed, fit for the creator."""

    id: str
    state: TransferState
    reason: str = ""


class PayoutBank(Protocol):
    """Pays creators."""

    name: str
    is_test: bool

    async def open_account(self, creator_id: UUID, email: str) -> str:
        """The id of the creator's account; the same creator again: the same account. Raises ProviderError, AnswerLost."""
        ...

    async def onboarding_link(self, account_id: str, *, return_url: str, refresh_url: str) -> str:
        """Where the creator tells who they are, and their bank account. Soon expired. Raises ProviderError."""
        ...

    async def account_status(self, account_id: str) -> BankAccount:
        """Raises ProviderError."""
        ...

    async def transfer(self, account_id: str, cents: int, *, key: str, note: str) -> Transferred:
        """The same key again: the same transfer. Raises ProviderError (surely not made), AnswerLost (may have been)."""
        ...

    async def find_transfer(self, key: str) -> Transferred | None:
        """What came of transfer(key); None: it was surely not made. Raises ProviderError."""
        ...
