"""Buying, as the ledger sees it. A purchase follows what its cashier says of it and never runs ahead: apply() may be called
with the same words twice, late, or in any order, and the dust moves once.

Locks: the purchase's row, then the wallet.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, log
from pexit_app.core.actor import Actor
from pexit_app.core.cashier_ports import CURRENCY, Checkout, DisputeState, Payment, PayState
from pexit_app.core.clock import now
from pexit_app.core.errors import NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.wallet import bundles, money
from pexit_app.features.wallet.errors import TooManyUnpaid
from pexit_app.features.wallet.models import Purchase, PurchaseStatus, TransferKind

OPEN_FOR = timedelta(days=2)  # longer than any checkout stays open
UNOPENED_FOR = timedelta(days=1)
MAX_UNPAID = 20  # at once, of one user
ENDED = (DisputeState.WON, DisputeState.LOST)
logger = log.get("wallet")


async def open_purchase(session: AsyncSession, actor: Actor, bundle_id: UUID, cashier: str) -> Purchase:
    """A pending one, at the bundle's price of now. Raises NotFound, TooManyUnpaid."""
    bundle = await bundles.find_bundle(session, bundle_id)
    await events.take_turn(session, actor.user_id)
    unpaid = select(func.count()).select_from(Purchase).where(Purchase.status == PurchaseStatus.PENDING)
    if int(await session.scalar(unpaid.where(Purchase.user_id == actor.user_id)) or 0) >= MAX_UNPAID:
        raise TooManyUnpaid(
            f"You have {MAX_UNPAID} purchases that are not paid. Pay one of them, or wait: they end by themselves in a day."
        )
    row = Purchase(user_id=actor.user_id, dust=bundle.dust, price_cents=bundle.price_cents, cashier=cashier)
    session.add(row)
    await session.flush()
    return row


async def note_checkout(session: AsyncSession, purchase_id: UUID, checkout: Checkout) -> Purchase:
    """Where it is paid."""
    row = await _locked(session, purchase_id)
    row.checkout_id, row.checkout_url = checkout.id, checkout.url
    session.add(row)
    await session.flush()
    return row


async def end_unopened(session: AsyncSession) -> None:
    """The cashier never said where they are paid, so nobody can have paid them."""
    unopened = col(Purchase.status) == PurchaseStatus.PENDING, col(Purchase.checkout_id).is_(None)
    over = update(Purchase).where(*unopened, col(Purchase.created_at) < now() - UNOPENED_FOR)
    await session.exec(over.values(status=PurchaseStatus.EXPIRED).execution_options(synchronize_session=False))


async def find_purchase(session: AsyncSession, actor: Actor, purchase_id: UUID) -> Purchase:
    """Raises NotFound."""
    query = select(Purchase).where(Purchase.id == purchase_id, Purchase.user_id == actor.user_id)
    row = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if row is None:
        raise NotFound("There is no such purchase.")
    return row


async def read_purchase(session: AsyncSession, purchase_id: UUID) -> Purchase:
    """Whoever's it is. Raises NotFound."""
    row = await session.get(Purchase, purchase_id, populate_existing=True)
    if row is None:
        raise NotFound("There is no such purchase.")
    return row


async def list_purchases(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Slice[Purchase]:
    """Newest first. Raises BadInput."""
    return await newest_first(
        session, select(Purchase).where(Purchase.user_id == actor.user_id), Purchase, cursor, limit
    )


async def id_of_checkout(session: AsyncSession, checkout_id: str) -> UUID | None:
    return await session.scalar(select(Purchase.id).where(Purchase.checkout_id == checkout_id))


async def to_ask_about(
    session: AsyncSession, cashier: str, statuses: tuple[PurchaseStatus, ...], not_since: datetime, limit: int,
    made_after: datetime,
) -> list[UUID]:  # fmt: skip
    """Purchases of which nothing was heard since then, those that waited longest first."""
    asked = col(Purchase.asked_at)
    query = select(Purchase.id).where(
        Purchase.cashier == cashier,
        col(Purchase.status).in_(statuses),
        col(Purchase.created_at) > made_after,
        col(Purchase.created_at) < not_since,
        or_(asked.is_(None), asked < not_since),
    )
    return list((await session.exec(query.order_by(asked.nulls_first()).limit(limit))).all())


async def _locked(session: AsyncSession, purchase_id: UUID) -> Purchase:
    query = select(Purchase).where(Purchase.id == purchase_id).with_for_update()
    row = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if row is None:
        raise NotFound("There is no such purchase.")
    return row


async def apply(session: AsyncSession, purchase_id: UUID, payment: Payment) -> Purchase:
    """Lets the ledger follow. A payment of another amount moves nothing and is told to the operator. Raises NotFound."""
    row = await _locked(session, purchase_id)
    row.asked_at = now()
    if payment.state == PayState.PAID:
        if (payment.cents, payment.currency) != (row.price_cents, CURRENCY):
            row.trouble = f"Paid {payment.cents} {payment.currency} instead of {row.price_cents} {CURRENCY}."
            logger.error("payment of another amount", purchase_id=str(row.id), trouble=row.trouble)
        else:
            await _credit(session, row, payment)
            await _contest(session, row, payment)
            await _take_back(session, row, payment)
            row.status = _standing(row)
    elif payment.state == PayState.EXPIRED and row.status == PurchaseStatus.PENDING:
        row.status = PurchaseStatus.EXPIRED
    session.add(row)
    await session.flush()
    return row


async def _credit(session: AsyncSession, row: Purchase, payment: Payment) -> None:
    row.means = payment.means[:80] or row.means
    if row.credited_dust:
        return
    reason = f"Bought with {row.means}" if row.means else "Bought"
    memo = {"purchase_id": str(row.id), "price_cents": row.price_cents}
    await money.purchase(session, row.user_id, row.dust, key=f"purchase:{row.id}", reason=reason, memo=memo)
    row.credited_dust, row.paid_at = row.dust, now()


async def _take_back(session: AsyncSession, row: Purchase, payment: Payment) -> None:
    """In proportion to the money, the last cent the last dust. What is contested already cannot be taken twice."""
    row.refunded_cents = max(row.refunded_cents, min(payment.refunded_cents, row.price_cents))
    target = min(row.dust * row.refunded_cents // row.price_cents, row.dust - row.disputed_dust)
    if target > row.refunded_dust:
        dust, memo = target - row.refunded_dust, {"purchase_id": str(row.id)}
        key = f"purchase:{row.id}:refund:{target}"
        reason = f"Refunded to {row.means}" if row.means else "Refunded"
        await money.refund_purchase(session, row.user_id, dust, key=key, reason=reason, memo=memo)
        row.refunded_dust = target


async def _contest(session: AsyncSession, row: Purchase, payment: Payment) -> None:
    """none -> open -> won or lost; never back."""
    if payment.dispute == row.dispute or payment.dispute == DisputeState.NONE or row.dispute in ENDED:
        return
    key, memo = f"purchase:{row.id}:dispute", {"purchase_id": str(row.id)}
    if row.dispute == DisputeState.NONE and payment.dispute != DisputeState.WON:
        contested = row.dust * min(payment.disputed_cents, row.price_cents) // row.price_cents
        row.disputed_dust = min(contested, row.dust - row.refunded_dust)
        reason = "The cardholder contests this payment: its dust waits"
        await money.dispute(session, row.user_id, row.disputed_dust, key=key, reason=reason, memo=memo)
    if payment.dispute == DisputeState.LOST:
        reason = "The bank gave the money back to the cardholder"
        await money.dispute_lost(session, row.user_id, row.disputed_dust, key=f"{key}:lost", reason=reason, memo=memo)
    if payment.dispute == DisputeState.WON:
        if row.disputed_dust:
            reason = "The payment stands"
            await money.dispute_won(session, row.user_id, row.disputed_dust, key=f"{key}:won", reason=reason, memo=memo)
        row.disputed_dust = 0
    row.dispute = payment.dispute


def _standing(row: Purchase) -> PurchaseStatus:
    if row.dispute in (DisputeState.OPEN, DisputeState.LOST):
        return PurchaseStatus.DISPUTED
    return PurchaseStatus.REFUNDED if row.refunded_dust == row.dust else PurchaseStatus.PAID


async def reconcile(session: AsyncSession) -> list[str]:
    """What the purchases say was credited and taken is what the ledger moved: problems as sentences. So is the house's cash
    what the cashier has for us."""
    rows = select(
        func.coalesce(func.sum(Purchase.credited_dust), 0), func.coalesce(func.sum(Purchase.refunded_dust), 0)
    )
    credited, refunded = (await session.exec(rows)).one()
    lost = await session.scalar(
        select(func.coalesce(func.sum(Purchase.disputed_dust), 0)).where(Purchase.dispute == DisputeState.LOST)
    )
    waiting = await session.scalar(
        select(func.coalesce(func.sum(Purchase.disputed_dust), 0)).where(Purchase.dispute == DisputeState.OPEN)
    )
    moved = await money.moved(session)
    wanted = {
        "bought": (credited, moved[TransferKind.PURCHASE]),
        "refunded": (refunded, moved[TransferKind.REFUND_PURCHASE]),
        "lost in disputes": (lost, moved[TransferKind.DISPUTE_LOST]),
        "waiting in disputes": (
            waiting,
            moved[TransferKind.DISPUTE] - moved[TransferKind.DISPUTE_WON] - moved[TransferKind.DISPUTE_LOST],
        ),
    }
    problems = [
        f"The purchases say {rows} dust {what}, the ledger {ledger}."
        for what, (rows, ledger) in wanted.items()
        if rows != ledger
    ]
    troubled = (await session.exec(select(Purchase.id, Purchase.trouble).where(Purchase.trouble != ""))).all()
    return problems + [f"Purchase {purchase_id}: {trouble}" for purchase_id, trouble in troubled]
