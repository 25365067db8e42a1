"""Buying, as the cashier sees it: it is asked between two transactions, never within one.

A purchase is committed before its checkout is opened, under a key of ours, so that a lost answer is asked for again. After
that whoever hears first asks the cashier what became of it: the buyer who comes back, a webhook, the minute's sweep, the
night. All of them end in purchases.apply().
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from pexit_app.core import db, deps, log, settings
from pexit_app.core.actor import Actor
from pexit_app.core.cashier_ports import Cashier
from pexit_app.core.clock import now
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import AnswerLost, ProviderError
from pexit_app.features.identity import service as identity
from pexit_app.features.wallet import purchases
from pexit_app.features.wallet.models import Purchase, PurchaseStatus

NIGHTLY = 500  # purchases asked about in one night
DISPUTABLE = timedelta(days=180)  # longer than a cardholder may contest
logger = log.get("wallet")


def cashier() -> Cashier:
    """Raises Unavailable."""
    if (found := deps.get().cashier) is None:
        raise Unavailable("Dust is not sold here: no payment service is set up. The operator sets PEXIT_STRIPE_KEY.")
    return found


async def buy(actor: Actor, bundle_id: UUID) -> Purchase:
    """A pending purchase with the address where it is paid. Raises NotFound, Unavailable."""
    till = cashier()
    async with db.transaction() as session:
        row = await purchases.open_purchase(session, actor, bundle_id, till.name)
        email = (await identity.me(session, actor)).email or ""
    return await _open_checkout(till, row, email)


async def _open_checkout(till: Cashier, row: Purchase, email: str) -> Purchase:
    """Raises Unavailable."""
    origin = settings.load().origin
    back_url, cancel_url = f"{origin}/wallet/purchases/{row.id}", f"{origin}/wallet#buy"
    try:
        made = await till.open_checkout(
            row.id, row.price_cents, f"{row.dust:,} dust", back_url=back_url, cancel_url=cancel_url, email=email
        )
    except AnswerLost:
        raise Unavailable("Our payment service gave no clear answer. Nothing was charged; try again.") from None
    except ProviderError as error:
        raise Unavailable(error.message) from error
    async with db.transaction() as session:
        return await purchases.note_checkout(session, row.id, made)


async def ask_again(actor: Actor, purchase_id: UUID) -> Purchase:
    """The actor's purchase as the cashier knows it now; as it was if the cashier does not answer. Raises NotFound,
    Unavailable."""
    async with db.transaction() as session:
        row = await purchases.find_purchase(session, actor, purchase_id)
        email = (await identity.me(session, actor)).email or ""
    if row.checkout_id is None and row.status == PurchaseStatus.PENDING:  # its answer was lost
        return await _open_checkout(cashier(), row, email)
    return await _ask(row) if row.status == PurchaseStatus.PENDING else row


async def _ask(row: Purchase) -> Purchase:
    till = deps.get().cashier
    if till is None or till.name != row.cashier or row.checkout_id is None:
        return row
    try:
        payment = await till.ask(row.checkout_id)
    except ProviderError as error:
        logger.warning("not asked", purchase_id=str(row.id), error=error.message)
        return row
    async with db.transaction() as session:
        return await purchases.apply(session, row.id, payment)


async def hear(headers: Mapping[str, str], body: bytes) -> bool:
    """A webhook came: the cashier is asked about what it names. False: that is none of ours. Raises Forged, ValueError,
    ProviderError, Unavailable."""
    till = cashier()
    checkout_id = await till.read_hook(headers, body)
    if checkout_id is None:
        return False
    async with db.transaction() as session:
        purchase_id = await purchases.id_of_checkout(session, checkout_id)
    if purchase_id is None:
        return False
    payment = await till.ask(checkout_id)
    async with db.transaction() as session:
        await purchases.apply(session, purchase_id, payment)
    return True


async def ask_about_open(not_since: timedelta = timedelta(minutes=5), limit: int = 20) -> None:
    """Those that may have been paid without anybody telling. What nobody can pay any more ends."""
    async with db.transaction() as session:
        await purchases.end_unopened(session)
    await _ask_about((PurchaseStatus.PENDING,), not_since, limit, purchases.OPEN_FOR)


async def ask_about_paid() -> None:
    """Refunds and disputes that nobody told of, and payments that came while we were not there."""
    statuses = (PurchaseStatus.PENDING, PurchaseStatus.PAID, PurchaseStatus.DISPUTED, PurchaseStatus.EXPIRED)
    await _ask_about(statuses, timedelta(hours=12), NIGHTLY, DISPUTABLE)


async def _ask_about(
    statuses: tuple[PurchaseStatus, ...], not_since: timedelta, limit: int, made_within: timedelta
) -> None:
    if (till := deps.get().cashier) is None:
        return
    async with db.transaction() as session:
        ids = await purchases.to_ask_about(session, till.name, statuses, now() - not_since, limit, now() - made_within)
        rows = [await purchases.read_purchase(session, each) for each in ids]
    for row in rows:
        await _ask(row)


async def differences(till: Cashier | None) -> list[str]:
    """Where the cashier and we do not say the same: a sentence each. Nothing is changed."""
    if till is None:
        return []
    statuses = (PurchaseStatus.PAID, PurchaseStatus.DISPUTED, PurchaseStatus.REFUNDED)
    async with db.transaction() as session:
        ids = await purchases.to_ask_about(session, till.name, statuses, now(), NIGHTLY, now() - DISPUTABLE)
        rows = [await purchases.read_purchase(session, each) for each in ids]
    problems = []
    for row in rows:
        assert row.checkout_id is not None
        try:
            payment = await till.ask(row.checkout_id)
        except ProviderError as error:
            problems.append(f"Purchase {row.id} could not be compared with the cashier: {error.message}")
            continue
        theirs = (payment.cents, payment.refunded_cents, payment.dispute)
        if theirs != (ours := (row.price_cents, row.refunded_cents, row.dispute)):
            problems.append(f"Purchase {row.id}: the cashier says {_said(*theirs)}, we say {_said(*ours)}.")
    return problems


def _said(cents: int, refunded: int, dispute: str) -> str:
    return f"{cents} cents paid, {refunded} refunded, dispute {dispute}"
