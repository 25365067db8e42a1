"""The wallet's texts, ready to read. Times are UTC, as the page says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import hooks
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.hooks import LineLink
from pexit_app.features.wallet import bundles, caps, purchases, queries
from pexit_app.features.wallet.models import Purchase, PurchaseStatus, Transfer, TransferKind
from pexit_app.features.wallet.schemas import WalletCard, change_of
from pexit_app.ui.parts.ledger import LedgerLine

LINES, PURCHASES = 40, 8
FILTERS = (
    ("all", "All"), ("in", "Came in"), ("spent", "Spent"), ("back", "Given back"), ("taken", "Taken back"),
)  # fmt: skip
STATES = {
    PurchaseStatus.PENDING: "Not paid yet",
    PurchaseStatus.PAID: "Paid",
    PurchaseStatus.EXPIRED: "Not paid, over",
    PurchaseStatus.REFUNDED: "Refunded",
    PurchaseStatus.DISPUTED: "Contested",
}


@dataclass(frozen=True)
class Said:
    """What the page says to what was just done: a note, an error at a field, or one of the whole."""

    note: str = ""
    bad: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BundleChoice:
    id: str
    dust: str
    price: str
    is_chosen: bool


@dataclass(frozen=True)
class PurchaseLine:
    """`href`: the receipt, or while it is pending where it goes on."""

    title: str
    facts: str
    href: str
    link: str


@dataclass(frozen=True)
class WalletView:
    """Everything `/wallet` shows. `sold_by`: "test", "stripe", or empty where nothing is sold."""

    card: WalletCard
    spent_today: int
    lines: Sequence[LedgerLine]
    show: str
    older_href: str
    is_first: bool
    bundles: Sequence[BundleChoice]
    purchases: Sequence[PurchaseLine]
    sold_by: str


def dust_words(dust: int) -> str:
    return f"{dust:,} dust"


def dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def when_words(when: datetime) -> str:
    """`13:40` of today, else with its day."""
    today = now().date()
    if when.date() == today:
        return when.strftime("%H:%M")
    return when.strftime("%-d %b %H:%M" if when.year == today.year else "%-d %b %Y")


def _plus(dust: int) -> str:
    return f"+{dust:,}" if dust > 0 else f"\N{MINUS SIGN}{-dust:,}" if dust < 0 else "0"


def _title(transfer: Transfer) -> str:
    memo, dust = transfer.memo, transfer.dust
    title, number = memo.get("title", "work"), memo.get("number")
    of = f"frame {number} of {title}" if number else str(title)
    match TransferKind(transfer.kind):
        case TransferKind.PURCHASE:
            return f"Bought {dust_words(dust)}"
        case TransferKind.REFUND_PURCHASE:
            return f"Purchase refunded, {dollars(memo['cents'])}" if "cents" in memo else "Purchase refunded"
        case TransferKind.DISPUTE:
            return "Payment contested"
        case TransferKind.DISPUTE_WON:
            return "Contest over, yours again"
        case TransferKind.DISPUTE_LOST:
            return "Contest over, lost"
        case TransferKind.HOLD:
            return f"Held to unlock {title}" if "unlock" in memo else f"Held for {title}"
        case TransferKind.SETTLE:
            return f"{of[0].upper()}{of[1:]}, delivered"
        case TransferKind.UNLOCK:
            return f"{title} unlocked, for good"
        case TransferKind.RELEASE | TransferKind.REFUND:
            return f"Given back: {of}"
        case _:
            return transfer.reason or "Granted"


def _detail(transfer: Transfer) -> str:
    memo, kind = transfer.memo, TransferKind(transfer.kind)
    said = []
    if kind == TransferKind.HOLD and memo.get("lines"):
        said += [f"{each['label']}: {each['dust']}" for each in memo["lines"]]
    if transfer.reason and kind not in (TransferKind.GRANT, TransferKind.PROMO):
        said.append(transfer.reason)
    if memo.get("tester"):
        said.append(f"for the tester {memo['tester']}")
    if transfer.owed:
        said.append(f"{transfer.owed:,} of it {'is owed now' if kind in TAKEN else 'paid a debt'}")
    return "; ".join(said)


TAKEN = (TransferKind.REFUND_PURCHASE, TransferKind.DISPUTE)
SPENT = (TransferKind.SETTLE, TransferKind.UNLOCK)
CAME_BACK = (TransferKind.RELEASE, TransferKind.REFUND, TransferKind.DISPUTE_WON)


def line_card(transfer: Transfer, link: LineLink | None) -> LedgerLine:
    kind, memo = TransferKind(transfer.kind), transfer.memo
    href = link.href if link else ""
    if not href and memo.get("purchase_id"):
        href = f"/wallet/receipts/{memo['purchase_id']}"
    if not href and memo.get("trial_id"):
        href = "/builder"
    return LedgerLine(
        when=when_words(transfer.created_at),
        what=_title(transfer),
        detail=_detail(transfer),
        dust=f"{transfer.dust:,} kept" if kind in SPENT else _plus(change_of(transfer)),
        balance=f"{transfer.balance_after:,}",
        href=href,
        thumb=link.thumb if link and kind in SPENT else "",
        tone="back" if kind in CAME_BACK else "part" if kind in SPENT else "",
    )


def purchase_line(row: Purchase) -> PurchaseLine:
    facts = [STATES[PurchaseStatus(row.status)], dollars(row.price_cents), when_words(row.created_at)]
    if row.refunded_dust and row.status == PurchaseStatus.PAID:
        facts.insert(1, f"{row.refunded_dust:,} refunded")
    if row.credited_dust:
        return PurchaseLine(dust_words(row.dust), ", ".join(facts), f"/wallet/receipts/{row.id}", "Receipt")
    is_open = row.status == PurchaseStatus.PENDING
    href = f"/wallet/purchases/{row.id}" if is_open else ""
    return PurchaseLine(dust_words(row.dust), ", ".join(facts), href, "Go on")


async def statement_lines(session: AsyncSession, actor: Actor, rows: Sequence[Transfer]) -> list[LedgerLine]:
    links = await hooks.line_links(session, actor.user_id, [row.memo for row in rows])
    return [line_card(row, links.get(place)) for place, row in enumerate(rows)]


async def wallet_view(
    session: AsyncSession, actor: Actor, sold_by: str, show: str = "all", cursor: str | None = None, chosen: str = ""
) -> WalletView:
    """Raises BadInput for a cursor or filter that is none."""
    page = await queries.statement(session, actor.user_id, cursor, LINES, show)
    sold = await bundles.list_bundles(session) if sold_by else []
    ids = [str(each.id) for each in sold]
    chosen = chosen if chosen in ids else ids[min(1, len(ids) - 1)] if ids else ""
    bought = await purchases.list_purchases(session, actor, None, PURCHASES)
    older = f"/wallet?show={show}&cursor={page.next_cursor}#statement" if page.next_cursor else ""
    return WalletView(
        card=await queries.card(session, actor.user_id),
        spent_today=await caps.spent_today(session, actor.user_id),
        lines=await statement_lines(session, actor, page.rows),
        show=show,
        older_href=older,
        is_first=cursor is None,
        bundles=[
            BundleChoice(str(each.id), f"{each.dust:,}", dollars(each.price_cents), str(each.id) == chosen)
            for each in sold
        ],
        purchases=[purchase_line(row) for row in bought.rows],
        sold_by=sold_by,
    )
