"""What can be wrong with moving dust."""

from typing import ClassVar

from pexit_app.core.errors import BadInput, Conflict, Gone, PexitError, TooMany


class NotEnoughDust(PexitError):
    """`details`: missing_dust, balance (spendable), needed."""

    code: ClassVar[str] = "not_enough_dust"
    status: ClassVar[int] = 402

    def __init__(self, balance: int, needed: int) -> None:
        missing = needed - balance
        super().__init__(
            f"This needs {needed} dust and you have {balance}: {missing} more.",
            {"missing_dust": missing, "balance": balance, "needed": needed},
        )


class KeyReused(Conflict):
    """The key of one transfer came again with another kind, user, hold or amount. A fault of the caller."""

    code: ClassVar[str] = "transfer_key_reused"


class HoldExceeded(Conflict):
    """More would be settled or given back than is still held. A fault of the caller."""

    code: ClassVar[str] = "hold_exceeded"


class RefundExceeded(Conflict):
    """More would be given back than was spent. A fault of the caller."""

    code: ClassVar[str] = "refund_exceeded"


class EarningsExceeded(Conflict):
    """More would go on than there is. A fault of the caller."""

    code: ClassVar[str] = "earnings_exceeded"


class QuoteExpired(Gone):
    code: ClassVar[str] = "quote_expired"


class QuoteChanged(BadInput):
    """What is ordered is not what was quoted."""

    code: ClassVar[str] = "quote_changed"


class QuoteUsed(Conflict):
    """The order that this quote was for is made."""

    code: ClassVar[str] = "quote_used"


class CapReached(Conflict):
    """The user's own limit stands against it. `details`: cap_dust, needed_dust, and of a daily limit spent_dust, left_dust,
    and when the day ends."""

    code: ClassVar[str] = "cap_reached"

    @classmethod
    def of_run(cls, cap: int, needed: int) -> "CapReached":
        message = (
            f"This needs {needed} dust; you let one order take {cap}. Order less, or change the limit in your wallet."
        )
        return cls(message, {"cap": "run", "cap_dust": cap, "needed_dust": needed})

    @classmethod
    def of_day(cls, cap: int, spent: int, needed: int) -> "CapReached":
        left = max(0, cap - spent)
        message = (
            f"This needs {needed} dust. Of the {cap} you let a day take {left} are left until midnight UTC. Wait, or change"
            " the limit in your wallet."
        )
        details = {"cap": "daily", "cap_dust": cap, "needed_dust": needed, "spent_dust": spent, "left_dust": left}
        return cls(message, details)


class PromoUnknown(BadInput):
    code: ClassVar[str] = "promo_unknown"


class PromoOver(Gone):
    """It has expired, or was used as often as it may be."""

    code: ClassVar[str] = "promo_over"


class PromoUsed(Conflict):
    """Once a user."""

    code: ClassVar[str] = "promo_used"


class TooManyUnpaid(TooMany):
    """Checkouts that were begun and left."""

    code: ClassVar[str] = "too_many_unpaid"
