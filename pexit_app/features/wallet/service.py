"""What can be done with dust: grant, hold, settle, unlock, release, refund. Append-only double entry, in two phases: dust
is held before work starts, settled as it is delivered (what is kept for good is unlocked with the first of it), and what
is left given back. money.py has what comes in and goes back for money, earnings.py what creators earn.

Each transfer has a key that its caller chose. The same key again returns the first transfer and moves nothing; for
another amount, user or hold it raises KeyReused. 0 dust writes the transfer and moves nothing, so that what is free
takes the same path. Whatever is refused is refused before anything was written.
"""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.errors import BadInput
from pexit_app.features.wallet import caps, ledger
from pexit_app.features.wallet.audit import open_holds, reconcile
from pexit_app.features.wallet.errors import NotEnoughDust, RefundExceeded
from pexit_app.features.wallet.ledger import Split, Wallet, lock_wallets, take_words_out
from pexit_app.features.wallet.models import AccountKind, Transfer, TransferKind
from pexit_app.features.wallet.queries import balance, card, statement

__all__ = [
    "Transfer",
    "balance",
    "can_spend",
    "card",
    "check_affordable",
    "grant",
    "grant_by_operator",
    "hold",
    "lock_wallets",
    "open_holds",
    "open_wallet",
    "reconcile",
    "refund",
    "release",
    "settle",
    "statement",
    "take_words_out",
    "unlock",
]

MAX_DUST = 1_000_000_000
MAX_GRANT_DUST = 1_000_000  # at once, by an operator
MAX_REASON_CHARS = 200


def check_dust(dust: int) -> None:
    """Raises BadInput."""
    if not 0 <= dust <= MAX_DUST:
        raise BadInput.of("dust", f"Dust goes from 0 to {MAX_DUST}.", dust, MAX_DUST if dust > 0 else 0)


async def open_wallet(session: AsyncSession, user_id: UUID, welcome_dust: int) -> None:
    """The accounts, and the one welcome grant. Again: nothing."""
    await events.take_turn(session, user_id)
    await ledger.open_accounts(session, user_id, ledger.WALLET, shard=0)
    await grant(session, user_id, welcome_dust, key=f"welcome:{user_id}", reason="Welcome grant")


async def grant(session: AsyncSession, user_id: UUID, dust: int, *, key: str, reason: str) -> Transfer:
    """From the house to the user. Raises NotFound, KeyReused, BadInput."""
    return await _grant(session, TransferKind.GRANT, user_id, dust, key, reason, {})


async def grant_promo(
    session: AsyncSession, user_id: UUID, dust: int, *, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    """The same, for a promo code. Raises like grant()."""
    return await _grant(session, TransferKind.PROMO, user_id, dust, key, reason, memo)


async def _grant(
    session: AsyncSession, kind: TransferKind, user_id: UUID, dust: int, key: str, reason: str, memo: dict[str, Any]
) -> Transfer:
    check_dust(dust)
    wallet = await ledger.lock_wallet(session, user_id)
    if (first := await ledger.find(session, key, kind, user_id, dust)) is not None:
        return first
    house = await ledger.lock_house(session)
    amounts = {house[AccountKind.GRANTS_ISSUE]: -dust, wallet.ids[AccountKind.GRANTED]: dust}
    return await ledger.post(
        session, wallet, amounts, key=key, kind=kind, split=Split(dust, 0), reason=reason, memo=memo
    )


async def grant_by_operator(session: AsyncSession, user_id: UUID, dust: int, reason: str, key: str) -> Transfer:
    """1 to a million dust, with a reason the user will read. Raises NotFound, KeyReused, BadInput."""
    if not 1 <= dust <= MAX_GRANT_DUST:
        raise BadInput.of("dust", f"Grant 1 to {MAX_GRANT_DUST} dust at once.", dust, MAX_GRANT_DUST)
    if not 1 <= len(reason.strip()) <= MAX_REASON_CHARS:
        message = f"Give a reason of 1 to {MAX_REASON_CHARS} characters: the user reads it in the statement."
        raise BadInput.of("reason", message, reason, MAX_REASON_CHARS)
    return await grant(session, user_id, dust, key=key, reason=reason.strip())


async def hold(
    session: AsyncSession, user_id: UUID, dust: int, *, key: str, memo: dict[str, Any] | None = None
) -> Transfer:
    """Sets dust aside for work that starts now: granted before bought. `memo` (job_id, frame_id...) also goes to all
    that is settled and released under it. Raises NotEnoughDust, CapReached, NotFound, KeyReused, BadInput."""
    check_dust(dust)
    wallet = await ledger.lock_wallet(session, user_id)
    if (first := await ledger.find(session, key, TransferKind.HOLD, user_id, dust)) is not None:
        return first
    if dust > wallet.balance:
        raise NotEnoughDust(wallet.balance, dust)
    await caps.check(session, user_id, dust)
    granted = min(dust, wallet.granted)
    split = Split(granted, dust - granted)
    amounts = _to_held(wallet, split)
    transfer = await ledger.post(session, wallet, amounts, key=key, kind=TransferKind.HOLD, split=split, memo=memo)
    await ledger.open_hold(session, user_id, key, split)
    return transfer


async def check_affordable(session: AsyncSession, user_id: UUID, dust: int) -> None:
    """In the user's turn, before the parts of a price are held one by one. Raises NotEnoughDust, CapReached for the whole
    of it."""
    if (spendable := await balance(session, user_id)) < dust:
        raise NotEnoughDust(spendable, dust)
    await caps.check(session, user_id, dust)


async def can_spend(session: AsyncSession, user_id: UUID) -> int:
    """What one order may take now: the balance, as far as the user's own limits go. Raises NotFound."""
    spendable, room = await balance(session, user_id), await caps.room(session, user_id)
    return spendable if room is None else min(spendable, room)


def _to_held(wallet: Wallet, split: Split) -> dict[UUID, int]:
    return {
        wallet.ids[AccountKind.GRANTED]: -split.granted,
        wallet.ids[AccountKind.BOUGHT]: -split.bought,
        wallet.ids[AccountKind.HELD]: split.dust,
    }


async def settle(session: AsyncSession, hold_key: str, dust: int, *, key: str, memo: dict[str, Any]) -> Transfer:
    """A part of a hold is spent, granted dust first: it is the house's revenue. What of it a creator earns goes on from
    there, in the same transaction (earnings.earn). Raises HoldExceeded, NotFound, KeyReused, BadInput."""
    return await _spend(session, TransferKind.SETTLE, hold_key, dust, key, memo)


async def unlock(session: AsyncSession, hold_key: str, dust: int, *, key: str, memo: dict[str, Any]) -> Transfer:
    """The same, for what is the user's for good afterwards: the statement tells it from what frames cost. Raises like
    settle()."""
    return await _spend(session, TransferKind.UNLOCK, hold_key, dust, key, memo)


async def _spend(
    session: AsyncSession, kind: TransferKind, hold_key: str, dust: int, key: str, memo: dict[str, Any]
) -> Transfer:
    check_dust(dust)
    user_id = await ledger.holder(session, hold_key)
    wallet = await ledger.lock_wallet(session, user_id)
    if (first := await ledger.find(session, key, kind, user_id, dust, hold_key)) is not None:
        return first
    left, held_memo = await ledger.lock_hold(session, hold_key, dust)
    granted = min(dust, left.granted)
    split = Split(granted, dust - granted)
    house = await ledger.lock_house(session)
    amounts = {wallet.ids[AccountKind.HELD]: -dust, house[AccountKind.REVENUE]: dust}
    transfer = await ledger.post(
        session,
        wallet,
        amounts,
        key=key,
        kind=kind,
        split=split,
        hold_key=hold_key,
        memo={**held_memo, **memo},
    )
    await ledger.take(session, hold_key, split)
    return transfer


async def release(
    session: AsyncSession,
    hold_key: str,
    dust: int | None,
    *,
    key: str,
    reason: str,
    memo: dict[str, Any] | None = None,
) -> Transfer:
    """A part of a hold (None: whatever is left) goes back to where it came from: bought dust first, so that what stays
    held to be spent is granted as far as possible; a debt is paid with what was bought. Raises HoldExceeded, NotFound,
    KeyReused, BadInput."""
    check_dust(dust or 0)
    user_id = await ledger.holder(session, hold_key)
    wallet = await ledger.lock_wallet(session, user_id)
    if (first := await ledger.find(session, key, TransferKind.RELEASE, user_id, dust, hold_key)) is not None:
        return first
    left, held_memo = await ledger.lock_hold(session, hold_key, dust or 0)
    back = left.dust if dust is None else dust
    bought = min(back, left.bought)
    amounts = wallet.added(split := wallet.split_in(back - bought, bought))
    amounts[wallet.ids[AccountKind.HELD]] = -back
    transfer = await ledger.post(
        session,
        wallet,
        amounts,
        key=key,
        kind=TransferKind.RELEASE,
        split=split,
        hold_key=hold_key,
        reason=reason,
        memo={**held_memo, **(memo or {})},
    )
    await ledger.take(session, hold_key, Split(back - bought, bought))
    return transfer


async def refund(
    session: AsyncSession,
    hold_key: str,
    dust: int,
    *,
    key: str,
    reason: str,
    memo: dict[str, Any] | None = None,
    payment: str = "",
) -> Transfer:
    """Dust that was spent under a hold comes back after all, bought dust first: of all that was spent, or of the one
    `payment` (the key of its transfer), so that what was granted comes back as such. What a creator earned of it goes
    back by earnings.earn_back(). Raises RefundExceeded, NotFound, KeyReused, BadInput."""
    check_dust(dust)
    user_id = await ledger.holder(session, hold_key)
    wallet = await ledger.lock_wallet(session, user_id)
    if (first := await ledger.find(session, key, TransferKind.REFUND, user_id, dust, hold_key)) is not None:
        return first
    _, held_memo = await ledger.lock_hold(session, hold_key, 0)
    spent = await ledger.spent(session, hold_key, payment)
    if dust > spent.dust:
        raise RefundExceeded(f"Of {hold_key} {spent.dust} dust were spent and not given back, not {dust}.")
    house = await ledger.lock_house(session)
    bought = min(dust, spent.bought)
    amounts = wallet.added(split := wallet.split_in(dust - bought, bought))
    amounts[house[AccountKind.REVENUE]] = -dust
    return await ledger.post(
        session,
        wallet,
        amounts,
        key=key,
        kind=TransferKind.REFUND,
        split=split,
        hold_key=hold_key,
        reason=reason,
        memo={**held_memo, **(memo or {})},
    )
