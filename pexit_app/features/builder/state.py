"""The live state of the builder's pages: which drafts there are, and which is open. What is typed in one goes over REST.
Every handler asks the database who is calling, and parses what it is sent."""

from typing import Any
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.builder import cards, looks, service, starting_points
from pexit_app.features.builder.cards import DraftCard, ForkCard
from pexit_app.features.builder.models import MAX_SLUG_CHARS
from pexit_app.features.builder.service import Start
from pexit_app.features.identity.state import AppState, told
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import unlocks
from pexit_app.features.people import faces

MAX_ID_CHARS = 40
MOST_SHOWN = 100


def as_id(text: object) -> UUID:
    """Raises NotFound: what is no id names nothing. Anybody may call a handler with anything."""
    try:
        return UUID(str(text)[:MAX_ID_CHARS])
    except ValueError:
        raise NotFound("There is no such draft.") from None


class BuilderState(AppState):
    """`/builder`: one's own drafts, and what a new one can start from."""

    is_ready: bool = False
    drafts: rx.Field[list[DraftCard]] = rx.field(default_factory=list)
    forks: rx.Field[list[ForkCard]] = rx.field(default_factory=list)
    line: str = ""
    asked: str = ""  # the draft that is to be deleted, once that is said again

    @rx.event
    @told
    async def load(self) -> None:
        """Also runs after every reconnect: whatever the page showed, this is the truth."""
        async with self._acting() as (session, me):
            await self._greet(session)
            await self._refresh(session, me)
            self.is_ready = True

    async def _refresh(self, session: AsyncSession, me: Actor) -> None:
        page = await service.list_drafts(session, me, limit=MOST_SHOWN)
        self.drafts = [cards.draft_card(each) for each in page.rows]
        shop = await packs.list_packs(session, "", "", "", "new", None, MOST_SHOWN)
        opened = await unlocks.opened_by(session, me.user_id, shop.rows)
        self.forks = cards.fork_cards([pack for pack in shop.rows if pack.id in opened])
        self.line, self.asked = cards.drafts_line(len(self.drafts)), ""

    @rx.event
    @told
    async def start_blank(self) -> Any:
        """Goes on to the new draft."""
        return await self._start(Start())

    @rx.event
    @told
    async def start_from(self, slug: str) -> Any:
        """A remix of a pack that may be remixed. Goes on to the new draft."""
        if not isinstance(slug, str) or not 0 < len(slug) <= MAX_SLUG_CHARS:
            raise BadInput.of("fork", "Choose a pack to start from.")
        return await self._start(Start(fork=slug))

    async def _start(self, start: Start) -> Any:
        async with self._acting() as (session, me):
            draft = await service.create_draft(session, me, start)
        return rx.redirect(f"/builder/{draft.id}")

    @rx.event
    @told
    async def ask(self, draft_id: str) -> None:
        self.asked = str(draft_id)[:MAX_ID_CHARS]

    @rx.event
    @told
    async def delete_draft(self, draft_id: str) -> None:
        """With its history; what was published from it stays."""
        async with self._acting() as (session, me):
            await service.delete_draft(session, me, as_id(draft_id))
            await self._refresh(session, me)


class DraftState(AppState):
    """`/builder/[draft_id]`: the draft as it was when the page opened; the browser goes on from there."""

    is_ready: bool = False
    is_missing: bool = False
    title: str = ""
    draft: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    starts: rx.Field[list[dict[str, str]]] = rx.field(default_factory=list)
    settings: rx.Field[list[dict[str, Any]]] = rx.field(default_factory=list)
    stand_ins: rx.Field[list[list[str]]] = rx.field(default_factory=list)
    faces: rx.Field[list[dict[str, str]]] = rx.field(default_factory=list)

    @rx.event
    @told
    async def load(self) -> None:
        """Also runs after every reconnect. What the browser has by then it keeps: it asks for news by itself."""
        asked = str(getattr(self, "draft_id", ""))[:MAX_ID_CHARS]  # of the route
        async with self._acting() as (session, me):
            await self._greet(session)
            try:
                draft = await service.find_draft(session, me, as_id(asked))
            except NotFound:
                self.is_missing, self.is_ready, self.draft = True, True, {}
                return
            points = await starting_points.list_starting_points(session)
            self.starts = [cards.start_card(each) for each in points]
            self.faces = [cards.face_card(each) for each in await faces.list_faces(session, me)]
            self.settings, self.stand_ins = looks.told(), [list(each) for each in looks.STAND_INS]
            self.draft = {"id": str(draft.id), "document": draft.document, "revision": draft.revision}
            self.title, self.is_missing, self.is_ready = draft.title, False, True
