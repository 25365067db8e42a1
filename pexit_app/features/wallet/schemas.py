"""What the wallet shows. All dust are integers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pexit_app.features.wallet.models import Transfer, TransferKind


class Caps(BaseModel):
    """The user's own limits; null is no limit."""

    model_config = ConfigDict(frozen=True)

    daily_dust: int | None = None
    run_dust: int | None = None


class WalletCard(BaseModel):
    model_config = ConfigDict(frozen=True)

    balance: int = Field(description="what can be spent: granted and bought")
    held: int = Field(description="set aside for work under way")
    granted: int = Field(description="spent first")
    bought: int = Field(description="never expires")
    owed: int = Field(default=0, description="bought dust whose money went back after it was spent")
    caps: Caps = Caps()


class EntryOut(BaseModel):
    """One line of the statement. The changes of all lines, added up, are the balance."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    kind: TransferKind
    dust: int = Field(description="how much moved, never below 0")
    change: int = Field(
        description="what that did to the balance: granted, bought, released add, held takes, spent is 0"
    )
    balance_after: int
    reason: str
    memo: dict[str, Any]
    job_id: str | None
    frame_id: str | None

    @classmethod
    def of(cls, transfer: Transfer) -> "EntryOut":
        return cls(
            **transfer.model_dump(include={"id", "created_at", "updated_at", "kind", "dust", "balance_after"}),
            change=change_of(transfer),
            reason=transfer.reason,
            memo=transfer.memo,
            job_id=transfer.memo.get("job_id"),
            frame_id=transfer.memo.get("frame_id"),
        )


SIGNS = {
    TransferKind.GRANT: 1,
    TransferKind.PROMO: 1,
    TransferKind.PURCHASE: 1,
    TransferKind.REFUND_PURCHASE: -1,
    TransferKind.DISPUTE: -1,
    TransferKind.DISPUTE_WON: 1,
    TransferKind.DISPUTE_LOST: 0,
    TransferKind.HOLD: -1,
    TransferKind.SETTLE: 0,
    TransferKind.UNLOCK: 0,
    TransferKind.RELEASE: 1,
    TransferKind.REFUND: 1,
}


def change_of(transfer: Transfer) -> int:
    """What the transfer did to the spendable balance, in dust: a debt that was made or paid off is no part of it."""
    return SIGNS[TransferKind(transfer.kind)] * (transfer.dust - transfer.owed)
