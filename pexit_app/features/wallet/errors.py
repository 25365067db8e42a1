"""What can be wrong with moving dust."""

from typing import ClassVar

from pexit_app.core.errors import BadInput, Conflict, Gone, PexitError


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
