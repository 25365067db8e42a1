"""What a sale earns: the creators' part of a fee or an unlock price, in the transaction in which the buyer's dust is spent;
and taken back in the one in which the buyer gets it back.

Locks, after those of the wallet's settle and of the house: payees by user, then their earnings by user.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, settings
from pexit_app.core.clock import now
from pexit_app.features.earnings.models import Earning, EarningState, Payee
from pexit_app.features.earnings.shares import Share, due, shares
from pexit_app.features.packs import lineage
from pexit_app.features.packs.service import Pack
from pexit_app.features.wallet import earnings as book
from pexit_app.features.wallet.service import Transfer

What = Literal["frame", "unlock"]
ANEW = {"populate_existing": True}


async def earn(
    session: AsyncSession,
    pack: Pack,
    buyer_id: UUID,
    sold_dust: int,
    paid: Transfer,
    *,
    what: What,
    memo: Mapping[str, Any],
) -> list[Earning]:
    """`sold_dust` of what was `paid` is the creator's price. Nobody earns of what they buy themselves, and the house's
    packs earn for nobody. Again for the same payment: nothing."""
    if not sold_dust or pack.owner_id in (None, buyer_id) or await of_source(session, paid.key):
        return []
    assert pack.owner_id is not None and sold_dust <= paid.dust
    bought = min(sold_dust, paid.bought)  # granted dust pays for the render first
    percent = settings.load().creator_percent
    found = shares(pack.owner_id, await _royalties(session, pack, buyer_id))
    rows = [
        await _share(session, share, pack, paid.key, what, (bought, sold_dust - bought), percent) for share in found
    ]
    await book.lock_earnings(session, [row.user_id for row in rows])
    for row in rows:
        told = _told(row, percent) | dict(memo)
        line = await book.earn(session, row.user_id, row.dust, key=row.key, reason=_reason(row), memo=told)
        row.owed_dust = line.owed
        session.add(row)
        await events.notify(session, events.user_topic(row.user_id))
    await session.flush()
    return rows


async def lock_payees(session: AsyncSession, packs: Sequence[Pack], buyer_id: UUID) -> None:
    """Before several packs earn in one transaction, and after all of the buyer's dust has moved: in one order for all."""
    users = {pack.owner_id for pack in packs if pack.owner_id is not None}
    for pack in packs:
        users |= set(await _royalties(session, pack, buyer_id))
    for user_id in sorted(users):
        await lock_payee(session, user_id)
    await book.lock_earnings(session, users)


async def _royalties(session: AsyncSession, pack: Pack, buyer_id: UUID) -> dict[UUID, int]:
    """By whoever owns the ancestors today. What would go to the buyer, or to nobody, stays with the pack's own creator."""
    asked = {UUID(each["pack_id"]): int(each["percent"]) for each in pack.royalties}
    owners = await lineage.owners_of(session, list(asked))
    found: dict[UUID, int] = {}
    for pack_id, owner_id in owners.items():
        if owner_id != buyer_id:
            found[owner_id] = found.get(owner_id, 0) + asked[pack_id]
    return found


async def _share(
    session: AsyncSession, share: Share, pack: Pack, source: str, what: What, sold: tuple[int, int], percent: int
) -> Earning:
    """Counted for the payee, who stays locked; the ledger has not moved it yet. `sold` in bought and in granted dust."""
    payee = await lock_payee(session, share.user_id)
    bought_units, granted_units = (share.units_of(dust, percent) for dust in sold)
    payee.bought_units += bought_units
    payee.granted_units += granted_units
    bought, granted = due(payee.bought_units, payee.bought_dust), due(payee.granted_units, payee.granted_dust)
    payee.bought_dust += bought
    payee.granted_dust += granted
    row = Earning(
        user_id=share.user_id,
        key=f"{source}:earn:{share.user_id}",
        source=source,
        what=what,
        is_royalty=share.is_royalty,
        pack_id=pack.id,
        title=pack.title,
        percent=share.percent,
        sold_dust=sum(sold),
        bought_units=bought_units,
        granted_units=granted_units,
        bought_dust=bought,
        granted_dust=granted,
        matures_at=now() + timedelta(days=settings.load().earnings_days),
    )
    session.add_all([payee, row])
    await session.flush()
    return row


async def lock_payee(session: AsyncSession, user_id: UUID) -> Payee:
    """Made where it is missing."""
    query = select(Payee).where(Payee.user_id == user_id).with_for_update()
    found = (await session.exec(query, execution_options=ANEW)).first()
    if found is None:
        new = insert(Payee).values(**Payee(user_id=user_id).model_dump())
        await session.exec(new.on_conflict_do_nothing(index_elements=["user_id"]))
        found = (await session.exec(query, execution_options=ANEW)).one()
    return found


def _told(row: Earning, creator_percent: int) -> dict[str, Any]:
    """What the statement says of it. Nothing in it leads to the buyer."""
    return {
        "what": row.what,
        "pack_id": str(row.pack_id),
        "title": row.title,
        "is_royalty": row.is_royalty,
        "sold_dust": row.sold_dust,
        "creator_percent": creator_percent,
        "percent": row.percent,
        "units": row.bought_units + row.granted_units,
        "granted_dust": row.granted_dust,
    }


def _reason(row: Earning) -> str:
    sold = "A frame" if row.what == "frame" else "Unlocked"
    return f"{'Royalty: a remix' if row.is_royalty else sold}, {row.title}"


async def of_source(session: AsyncSession, source: str) -> list[Earning]:
    """What was earned of one payment, by user."""
    query = select(Earning).where(Earning.source == source).order_by(col(Earning.user_id))
    return list((await session.exec(query)).all())


async def lock_source(session: AsyncSession, source: str) -> None:
    """Before dust of a payment that is to be given back moves: in the buyer's turn, and before the house."""
    await session.exec(select(Earning.id).where(Earning.source == source).order_by(col(Earning.id)).with_for_update())


async def take_back(session: AsyncSession, source: str, reason: str) -> list[Earning]:
    """The buyer has their dust again. Call lock_source() first. What was paid out already, the next earnings pay off; what
    came into a wallet as granted dust stays there. Again: nothing."""
    query = select(Earning).where(Earning.source == source, Earning.state != EarningState.TAKEN_BACK)
    rows = (await session.exec(query.order_by(col(Earning.user_id)), execution_options=ANEW)).all()
    payees = [await lock_payee(session, row.user_id) for row in rows]
    await book.lock_earnings(session, [row.user_id for row in rows])
    for row, payee in zip(rows, payees, strict=True):
        is_pending = row.state == EarningState.PENDING
        dust = row.dust if is_pending else row.dust - row.gift_dust
        key = f"{row.key}:back"
        memo = {"title": row.title}
        await book.earn_back(
            session, row.user_id, dust, key=key, reason=reason, memo=memo, is_matured=not is_pending
        )
        payee.bought_units -= row.bought_units
        payee.bought_dust -= row.bought_dust
        if is_pending:
            payee.granted_units -= row.granted_units
            payee.granted_dust -= row.granted_dust
        row.state = EarningState.TAKEN_BACK
        session.add_all([payee, row])
        await events.notify(session, events.user_topic(row.user_id))
    await session.flush()
    return list(rows)
