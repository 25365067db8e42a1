"""The live state of `/builder`: one's own drafts, found by words, and what a new one can start from. Every handler asks the
database who is calling, and parses what it is sent."""

import asyncio
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput
from pexit_app.core.policy import CHANGES, OPEN, READS, WRITES
from pexit_app.features.builder import comparing, drafts_cards, service
from pexit_app.features.builder.drafts_cards import DraftCard, ForkCard
from pexit_app.features.builder.models import MAX_SLUG_CHARS, PackDraft
from pexit_app.features.builder.service import MAX_SEARCH_CHARS, Start
from pexit_app.features.builder.state import as_id
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import unlocks, versions
from pexit_app.features.packs.showcase import FRAME_ACTION, ON_THE_TABLE
from pexit_app.features.wallet import prices
from pexit_app.web.payloads import Form, Id, Word

PAGE = 8  # drafts that are added at a time
FEW = 5  # so many are found without a search


class BuilderState(AppState):
    """`/builder`."""

    is_ready: bool = False
    drafts: rx.Field[list[DraftCard]] = rx.field(default_factory=list)
    forks: rx.Field[list[ForkCard]] = rx.field(default_factory=list)
    line: str = ""
    q: str = ""
    has_search: bool = False
    has_more: bool = False
    asked: str = ""  # the draft that is to be deleted, once that is said again
    _cursor: str = ""

    @event(READS)
    async def load(self) -> None:
        """Also runs after every reconnect: whatever the page showed, this is the truth."""
        async with self._acting() as (session, me):
            await self._greet(session)
            await self._list(session, me)
            dust = await prices.price(session, FRAME_ACTION)
            shop = await packs.list_packs(session, "", "", "", "new", None, ON_THE_TABLE)
            opened = await unlocks.opened_by(session, me.user_id, shop.rows)
            free = [pack for pack in shop.rows if pack.may_fork and pack.id in opened]
            self.forks = [drafts_cards.fork_card(pack, dust) for pack in free]
            self.is_ready = True

    async def _list(self, session: AsyncSession, me: Actor, cursor: str | None = None) -> None:
        count = await service.count_drafts(session, me)
        self.line, self.asked = drafts_cards.drafts_line(count), ""
        self.has_search = count > FEW
        self.q = self.q if self.has_search else ""
        page = await service.list_drafts(session, me, cursor, PAGE, self.q)
        added = await self._cards(session, me, list(page.rows))
        self.drafts = [*self.drafts, *added] if cursor else added
        self._cursor, self.has_more = page.next_cursor or "", page.next_cursor is not None

    async def _cards(self, session: AsyncSession, me: Actor, drafts: list[PackDraft]) -> list[DraftCard]:
        heads = await comparing.head_numbers(session, drafts)
        owned = await versions.list_owned(session, me, [each.pack_id for each in drafts if each.pack_id])
        at = now()

        def drawn() -> list[DraftCard]:
            found = [(each, owned.get(each.pack_id) if each.pack_id else None) for each in drafts]
            return [drafts_cards.draft_card(each, heads[each.id], pack, at) for each, pack in found]

        return await asyncio.to_thread(drawn)

    @event(READS)
    async def show_more(self) -> None:
        async with self._acting() as (session, me):
            if self._cursor:
                await self._list(session, me, self._cursor)

    @event(READS)
    async def find(self, form: Form) -> None:
        words = form.get("q") or ""
        async with self._acting() as (session, me):
            self.q = str(words)[:MAX_SEARCH_CHARS].strip()
            await self._list(session, me)

    @event(WRITES)
    async def start_blank(self) -> Any:
        """Goes on to the new draft."""
        return await self._start(Start())

    @event(WRITES)
    async def start_from(self, slug: Word) -> Any:
        """A remix of a pack that may be remixed. Goes on to the new draft."""
        if not 0 < len(slug) <= MAX_SLUG_CHARS:
            raise BadInput.of("fork", "Choose a pack to start from.")
        return await self._start(Start(fork=slug))

    async def _start(self, start: Start) -> Any:
        async with self._acting() as (session, me):
            draft = await service.create_draft(session, me, start)
        return rx.redirect(f"/builder/{draft.id}")

    @event(OPEN)
    async def ask(self, draft_id: Id) -> None:
        self.asked = draft_id

    @event(CHANGES)
    async def delete_draft(self, draft_id: Id) -> None:
        """With its history; what was published from it stays."""
        async with self._acting() as (session, me):
            await service.delete_draft(session, me, as_id(draft_id))
            await self._list(session, me)
