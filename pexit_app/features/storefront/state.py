"""Live state of the storefront: what the first HTML said already, now for the pages that took over from it."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import OPEN
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.packs import service, unlocks
from pexit_app.features.packs.bench_facts import bench_of
from pexit_app.features.packs.cards import FrontCard, PackCard, front
from pexit_app.features.packs.showcase import FRAME_ACTION, ON_THE_TABLE, card_of, whole_card
from pexit_app.features.wallet import prices


@dataclass(frozen=True, slots=True)
class Shown:
    """A pack's page: its card, and the pack as its bench reads it."""

    card: PackCard
    bench: dict[str, Any]


async def front_card(session: AsyncSession, actor: Actor | None = None) -> FrontCard:
    """With the prices that this visitor pays (None: somebody unknown)."""
    dust = await prices.price(session, FRAME_ACTION)
    page = await service.list_packs(session, "", "", "", "new", None, ON_THE_TABLE)
    opened = await unlocks.opened_by(session, actor.user_id if actor else None, page.rows)
    return front([card_of(pack, dust, is_unlocked=pack.id in opened) for pack in page.rows])


async def shown_pack(session: AsyncSession, slug: str, actor: Actor | None = None) -> Shown | None:
    """With the price that this visitor pays; None when there is no such pack."""
    try:
        found = await service.find_pack(session, slug)
    except NotFound:
        return None
    source = await service.lineage_of(session, found.pack.forked_from_version_id)
    opened = await unlocks.opened_by(session, actor.user_id if actor else None, [found.pack])
    dust = await prices.price(session, FRAME_ACTION)
    card = whole_card(found, dust, is_unlocked=found.pack.id in opened, source=source)
    return Shown(card, bench_of(found))


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
