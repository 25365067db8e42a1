"""Live state of the storefront: what the first HTML said already, now for the pages that took over from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, hooks
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import OPEN
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.packs import lineage, service, shelf, unlocks
from pexit_app.features.packs.bench_facts import bench_of
from pexit_app.features.packs.cards import FrontCard, PackCard, VersionCard, front, pack_roll
from pexit_app.features.packs.service import Pack, PackVersion
from pexit_app.features.packs.showcase import FRAME_ACTION, ON_THE_TABLE, card_of, whole_card
from pexit_app.features.storefront import service as storefronts
from pexit_app.features.storefront.social import pack_image
from pexit_app.features.wallet import prices

A_SHELF, A_ROW, VERSIONS_TOLD = 6, 3, 12  # packs on a shelf, packs in a row, versions that a pack's page tells of
Draw = Callable[[Sequence[Pack]], list[PackCard]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A pack's page: its card, the pack as its bench reads it, and the picture shown where its address is shared."""

    card: PackCard
    bench: dict[str, Any]
    image: str = ""


async def front_card(session: AsyncSession, actor: Actor | None = None) -> FrontCard:
    """With the prices that this visitor pays (None: somebody unknown)."""
    picked = await shelf.picked(session, A_SHELF)
    rising = await shelf.rising(session, A_SHELF)
    new = (await service.find_packs(session, service.Asked(), limit=ON_THE_TABLE)).rows
    draw = await cards_for(session, actor, [*picked, *rising, *new])
    why = [pack.picked_why for pack in picked]
    return front(draw(new), list(zip(draw(picked), why, strict=True)), draw(rising))


async def cards_for(session: AsyncSession, actor: Actor | None, packs: Sequence[Pack]) -> Draw:
    """What makes cards of any of these packs, with the prices that this visitor pays."""
    dust = await prices.price(session, FRAME_ACTION)
    opened = await unlocks.opened_by(session, actor.user_id if actor else None, packs)
    return lambda some: [card_of(pack, dust, is_unlocked=pack.id in opened) for pack in some]


async def shown_pack(session: AsyncSession, slug: str, actor: Actor | None = None) -> Shown | None:
    """With the price that this visitor pays; None when there is no such pack."""
    try:
        found = await service.find_pack(session, slug)
    except NotFound:
        return None
    pack = found.pack
    source = await service.lineage_of(session, pack.forked_from_version_id)
    opened = await unlocks.opened_by(session, actor.user_id if actor else None, [pack])
    dust = await prices.price(session, FRAME_ACTION)
    card = whole_card(
        found,
        dust,
        is_unlocked=pack.id in opened,
        source=source,
        royalties=await lineage.royalties_of(session, pack),
        offers=await hooks.pack_offers(session, pack.id),
    )
    handles = await storefronts.handles_of(session, [pack.owner_id] if pack.owner_id else [])
    related = await shelf.related(session, pack, A_ROW)
    draw = await cards_for(session, actor, related)
    card = replace(
        card,
        creator_href="".join(f"/@{handle}" for handle in handles.values()),
        versions=[_version_card(each) for each in await shelf.history(session, pack, VERSIONS_TOLD)],
        related=[pack_roll(each) for each in draw(related)],
    )
    return Shown(card, bench_of(found), pack_image(pack))


def _version_card(version: PackVersion) -> VersionCard:
    day = version.created_at
    words = version.changelog or ("The first." if version.number == 1 else "Nothing was said about it.")
    return VersionCard(version.number, f"{day.day} {day:%B %Y}", f"{day:%Y-%m-%d}", words)


class FrontState(AppState):
    """`/`."""

    card: FrontCard = FrontCard()
    is_ready: bool = False

    @event(OPEN)
    async def load(self) -> None:
        async with db.transaction() as session:
            self.card = await front_card(session, await self._greet(session))
        self.is_ready = True


class PackState(AppState):
    """`/p/[slug]`."""

    card: PackCard = PackCard()
    bench: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    is_ready: bool = False
    is_missing: bool = False

    @event(OPEN)
    async def load(self) -> None:
        slug = str(getattr(self, "slug", ""))  # of the route
        async with db.transaction() as session:
            me = await self._greet(session)
            shown = await shown_pack(session, slug, me) if len(slug) <= 60 else None
        self.is_missing = shown is None
        if shown is not None:
            self.card, self.bench = shown.card, shown.bench
        self.is_ready = True
