"""Packs of one creator that are unlocked together, for less than one by one. Bought outright, in one transaction: each pack
is unlocked as by an order of its own, at its part of the price, and its ancestors earn as ever.

What is bought is settled in the buyer's turn (core.events), so that nothing is unlocked twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.earnings import sales
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import unlocks
from pexit_app.features.packs.asking import asking
from pexit_app.features.packs.service import OpenPack
from pexit_app.features.pricing.errors import BundleOver, BundleOwned, BundlePriceChanged, OwnPack, TooMany
from pexit_app.features.pricing.models import MAX_TITLE_CHARS, BundledPack, PackBundle
from pexit_app.features.wallet import service as wallet

MOST_PACKS = 12
MAX_RUNNING = 20  # of one creator


@dataclass(frozen=True, slots=True)
class Part:
    """A pack of a bundle: `alone` is what unlocking it costs this user by itself now, `dust` its part of what they pay for
    the bundle. Both are 0 where they have it, or an order of theirs under way unlocks it."""

    pack: OpenPack
    alone: int
    dust: int
    is_unlocked: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A bundle as somebody may buy it."""

    bundle: PackBundle
    parts: Sequence[Part]

    @property
    def dust(self) -> int:
        return sum(part.dust for part in self.parts)

    @property
    def alone(self) -> int:
        return sum(part.alone for part in self.parts)


def parts_of(dust: int, prices: Sequence[int]) -> list[int]:
    """`dust` divided by what each costs alone, to the dust; none gets more than it costs alone."""
    whole = sum(prices)
    assert 0 <= dust <= whole and whole > 0
    ends = [dust * sum(prices[: place + 1]) // whole for place in range(len(prices))]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


async def make_bundle(
    session: AsyncSession, actor: Actor, title: str, dust: int, pack_ids: Sequence[UUID]
) -> PackBundle:
    """Of packs of one's own that each have an unlock price, for less than all of them alone. Raises NotFound, BadInput."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= MAX_TITLE_CHARS or not title.isprintable():
        raise BadInput.of(
            "title", f"Give it a title of 1 to {MAX_TITLE_CHARS} characters.", title[:80], MAX_TITLE_CHARS
        )
    if not 2 <= len(set(pack_ids)) <= MOST_PACKS or len(set(pack_ids)) != len(pack_ids):
        raise BadInput.of("packs", f"Choose 2 to {MOST_PACKS} packs, each once.", len(pack_ids), MOST_PACKS)
    await events.take_turn(session, actor.user_id)
    running = select(func.count()).select_from(PackBundle)
    running = running.where(PackBundle.creator_id == actor.user_id, col(PackBundle.ended_at).is_(None))
    if (await session.exec(running)).one() >= MAX_RUNNING:
        raise TooMany(f"{MAX_RUNNING} bundles are the most. End one first.", {"limit": MAX_RUNNING})
    found = [(await packs.find_owned(session, actor, pack_id)).pack for pack_id in pack_ids]
    for pack in found:
        if not pack.unlock_dust:
            raise BadInput.of("packs", f"{pack.title} has no unlock price: there is nothing to bundle.", pack.slug)
    most = sum(pack.unlock_dust for pack in found) - 1
    if not 1 <= dust <= most:
        message = f"A bundle costs less than its packs alone: 1 to {most} dust."
        raise BadInput.of("dust", message, dust, most)
    bundle = PackBundle(creator_id=actor.user_id, title=title, dust=dust)
    session.add(bundle)
    await session.flush()
    shares = parts_of(dust, [pack.unlock_dust for pack in found])
    rows = [
        BundledPack(bundle_id=bundle.id, pack_id=pack.id, dust=part) for pack, part in zip(found, shares, strict=True)
    ]
    session.add_all(rows)
    await session.flush()
    return bundle


async def list_bundles(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Slice[PackBundle]:
    """One's own, newest first. Raises BadInput for a bad cursor."""
    query = select(PackBundle).where(PackBundle.creator_id == actor.user_id)
    return await newest_first(session, query, PackBundle, cursor, limit)


async def end_bundle(session: AsyncSession, actor: Actor, bundle_id: UUID) -> PackBundle:
    """It is sold no more; what was bought stays. Raises NotFound, also for another's."""
    query = select(PackBundle).where(PackBundle.id == bundle_id, PackBundle.creator_id == actor.user_id)
    bundle = (await session.exec(query.with_for_update(), execution_options={"populate_existing": True})).first()
    if bundle is None:
        raise NotFound("There is no such bundle of yours.")
    bundle.ended_at = bundle.ended_at or now()
    session.add(bundle)
    await session.flush()
    return bundle


async def selling(session: AsyncSession, pack_id: UUID) -> Sequence[PackBundle]:
    """The bundles that this pack can be had in, newest first."""
    query = select(PackBundle).join(BundledPack, col(BundledPack.bundle_id) == col(PackBundle.id))
    query = query.where(BundledPack.pack_id == pack_id, col(PackBundle.ended_at).is_(None))
    return (await session.exec(query.order_by(col(PackBundle.created_at).desc()).limit(MAX_RUNNING))).all()


async def told(session: AsyncSession, pack_id: UUID) -> list[tuple[str, str]]:
    """The same in words, each with the address of its page."""
    found = await selling(session, pack_id)
    return [(f"{bundle.title}, {bundle.dust:,} dust", f"/b/{bundle.id}") for bundle in found]


async def look(session: AsyncSession, bundle_id: UUID, user_id: UUID | None) -> Offer:
    """As this user (None: somebody unknown) may buy it. Raises NotFound, BundleOver."""
    bundle = await session.get(PackBundle, bundle_id, populate_existing=True)
    if bundle is None:
        raise NotFound("There is no such bundle.")
    if bundle.ended_at is not None:
        raise BundleOver("This bundle is sold no more. Its packs can be unlocked one by one.")
    query = (
        select(BundledPack)
        .where(BundledPack.bundle_id == bundle.id)
        .order_by(col(BundledPack.created_at), col(BundledPack.id))
    )
    rows = (await session.exec(query)).all()
    return Offer(bundle, [await _part(session, row, user_id) for row in rows])


async def _part(session: AsyncSession, row: BundledPack, user_id: UUID | None) -> Part:
    found = await packs.find_by_id(session, row.pack_id)
    has = user_id is not None and await unlocks.of_user(session, user_id, row.pack_id) is not None
    alone = 0 if has else asking(found.pack).unlock_dust
    return Part(found, alone, min(row.dust, alone), has)


async def buy(session: AsyncSession, actor: Actor, bundle_id: UUID, total_dust: int) -> Offer:
    """Unlocks what is not unlocked yet. `total_dust` is what the buyer agreed to: another price is refused. Raises
    NotFound, BundleOver, OwnPack, BundleOwned, BundlePriceChanged, NotEnoughDust."""
    await events.take_turn(session, actor.user_id)
    offer = await look(session, bundle_id, actor.user_id)
    if offer.bundle.creator_id == actor.user_id:
        raise OwnPack("These are your own packs: they are unlocked to you.")
    wanted = [part for part in offer.parts if not part.is_unlocked]
    if not wanted:
        raise BundleOwned("You have unlocked all of it already.")
    if offer.dust != total_dust:
        raise BundlePriceChanged(f"This costs {offer.dust} dust by now. Look at it again.", {"total_dust": offer.dust})
    await wallet.check_affordable(session, actor.user_id, offer.dust)
    held = [
        await unlocks.hold(session, actor.user_id, part.pack.version, part.dust, offer.bundle.id) for part in wanted
    ]
    paid = [await unlocks.pay(session, row) for row in held]
    sold = [part.pack.pack for part in wanted]
    await sales.lock_payees(session, sold, actor.user_id)
    about = {"bundle": offer.bundle.title}
    for pack, row, transfer in zip(sold, held, paid, strict=True):
        await sales.earn(session, pack, actor.user_id, row.dust, transfer, what="unlock", memo=about)
    return offer
