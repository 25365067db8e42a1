"""What the wallet shows. All dust are integers."""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pexit_app.core.cashier_ports import CURRENCY
from pexit_app.features.wallet.models import DustBundle, Purchase, PurchaseStatus, Transfer, TransferKind


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
    purchase_id: str | None

    @classmethod
    def of(cls, transfer: Transfer) -> "EntryOut":
        return cls(
            **transfer.model_dump(include={"id", "created_at", "updated_at", "kind", "dust", "balance_after"}),
            change=change_of(transfer),
            reason=transfer.reason,
            memo=transfer.memo,
            job_id=transfer.memo.get("job_id"),
            frame_id=transfer.memo.get("frame_id"),
            purchase_id=transfer.memo.get("purchase_id"),
        )


class CapsIn(BaseModel):
    """All of them: what is left out is no limit any more."""

    model_config = ConfigDict(extra="forbid", strict=True)

    daily_dust: int | None = None
    run_dust: int | None = None


class BundleOut(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    dust: int
    price_cents: int = Field(description="US cents")

    @classmethod
    def of(cls, bundle: DustBundle) -> "BundleOut":
        return cls(**{name: getattr(bundle, name) for name in cls.model_fields})


class PurchaseIn(BaseModel):
    """What it costs is the bundle's: a price that is sent along is not read."""

    bundle: UUID


class PurchaseOut(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    status: PurchaseStatus
    dust: int
    price_cents: int
    currency: str = CURRENCY
    checkout_url: str = Field(description="where it is paid; of the test cashier, POST {checkout_url}/pay pays")
    is_test: bool = Field(description="no money moves")
    means: str = Field(description='what it was paid with: "Visa ending 4242"')
    paid_at: datetime | None
    refunded_cents: int
    refunded_dust: int
    dispute: str
    disputed_dust: int
    receipt_url: str | None

    @classmethod
    def of(cls, row: Purchase, origin: str) -> "PurchaseOut":
        """`origin`: what a checkout of our own is put behind."""
        made = {"is_test", "currency", "receipt_url", "checkout_url"}
        return cls(
            **{name: getattr(row, name) for name in cls.model_fields if name not in made},
            checkout_url=urljoin(origin, row.checkout_url),
            is_test=row.cashier == "test",
            receipt_url=f"{origin}/wallet/receipts/{row.id}" if row.credited_dust else None,
        )


class PromoIn(BaseModel):
    code: str = Field(min_length=1, max_length=80)


class PromoOut(BaseModel):
    model_config = ConfigDict(frozen=True)

    code: str
    dust: int
    balance: int


class HeardOut(BaseModel):
    """`known`: the webhook was about a purchase of ours."""

    known: bool


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
