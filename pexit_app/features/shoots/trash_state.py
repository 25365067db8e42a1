"""Live state of `/trash`: what was deleted, and how long it is still there."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import objects
from pexit_app.core.actor import Actor
from pexit_app.core.policy import CHANGES, OPEN, READS
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.shoots import keeping_cards, service, sheets, shoot_list, trash
from pexit_app.features.shoots.errors import NotReady
from pexit_app.features.shoots.keeping_cards import TrashCard
from pexit_app.features.shoots.models import prefix_of
from pexit_app.features.shoots.state import as_id
from pexit_app.web.payloads import Id

PAGE = 48


class TrashState(AppState):
    """`/trash`."""

    frames: rx.Field[list[TrashCard]] = rx.field(default_factory=list)
    is_ready: bool = False
    count: int = 0
    has_more: bool = False
    is_emptying: bool = False
    _cursor: str = ""

    @event(READS)
    async def load(self) -> None:
        async with self._acting() as (session, me):
            await self._greet(session)
            await self._list(session, me)
            self.is_ready, self.is_emptying = True, False

    async def _list(self, session: AsyncSession, me: Actor, cursor: str | None = None) -> None:
        page = await trash.list_trash(session, me, cursor, PAGE)
        added = []
        for frame in page.rows:
            shoot = await service.find_shoot(session, me, frame.shoot_id)
            added.append(keeping_cards.trash_card(await sheets.read_roll(session, shoot.pack_version_id), shoot, frame))
        self.frames = [*self.frames, *added] if cursor else added
        self._cursor, self.has_more = page.next_cursor or "", page.next_cursor is not None
        self.count = (await shoot_list.totals(session, me)).trashed

    @event(READS)
    async def show_more(self) -> None:
        async with self._acting() as (session, me):
            if self._cursor:
                await self._list(session, me, self._cursor)

    @event(CHANGES)
    async def restore(self, frame_id: Id) -> None:
        async with self._acting() as (session, me):
            frame = await trash.restore_frame(session, me, as_id(frame_id))
            await self._without(session, me, str(frame.id))
        self._say(f"Frame {frame.number} is back on its sheet.", "ok")

    @event(CHANGES)
    async def delete(self, frame_id: Id) -> None:
        """For good."""
        async with self._acting() as (session, me):
            frame = await service.find_frame(session, me, as_id(frame_id))
            if frame.trashed_at is None:
                raise NotReady("This frame was just restored.")
            await trash.delete_frame(session, me, frame.id)
            await self._without(session, me, frame_id)
        await objects.discard_now([prefix_of(frame.id)])

    async def _without(self, session: AsyncSession, me: Actor, frame_id: str) -> None:
        self.frames = [each for each in self.frames if each.id != frame_id]
        self.count = (await shoot_list.totals(session, me)).trashed

    @event(OPEN)
    async def ask_empty(self, is_asked: bool) -> None:
        self.is_emptying = is_asked

    @event(CHANGES)
    async def empty(self) -> None:
        """All of it goes for good."""
        async with self._acting() as (_, me):
            self.is_emptying = False
        await trash.purge(me.user_id, is_all=True)
        async with self._acting() as (session, me):
            await self._list(session, me)
