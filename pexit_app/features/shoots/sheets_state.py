"""Live state of `/sheets`: all that was shot, found again by words; and the packs to start from."""

from dataclasses import dataclass, replace
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import CHANGES, OPEN, READS
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.cards import pack_roll
from pexit_app.features.packs.showcase import ON_THE_TABLE, card_of
from pexit_app.features.shoots import service, sheets, shoot_list, trash, workflows
from pexit_app.features.shoots.cards import ShootCard
from pexit_app.features.shoots.models import KEPT_HIDDEN
from pexit_app.features.shoots.shoot_list import MAX_SEARCH_CHARS, Totals
from pexit_app.features.wallet import prices
from pexit_app.ui.parts.roll import RollCard
from pexit_app.web.payloads import Form, Id, Word

PAGE = 12  # shoots that are added at a time


@dataclass(frozen=True)
class TrashedShoot:
    """The shoot that was just deleted; without a title there is none."""

    title: str = ""
    line: str = ""


def shoot_id_of(text: str) -> UUID:
    """Raises NotFound: what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such shoot.") from None


def total_words(totals: Totals) -> str:
    """`3 sheets, 41 frames, 2 ringed`."""
    if not totals.shoots:
        return ""
    said = [f"{totals.shoots:,} sheet{'' if totals.shoots == 1 else 's'}"]
    said.append(f"{totals.frames:,} frame{'' if totals.frames == 1 else 's'}")
    return ", ".join([*said, f"{totals.ringed:,} ringed"] if totals.ringed else said)


def hidden_words(totals: Totals) -> str:
    """What is out of sight, why, and until when; empty: nothing."""
    if totals.hidden_since is None:
        return ""
    count = "1 frame is" if totals.hidden == 1 else f"{totals.hidden:,} frames are"
    until = totals.hidden_since + KEPT_HIDDEN
    return (
        f"{count} hidden: somebody in them took their agreement back. The first goes for good on {until:%-d %B %Y}, "
        "unless they agree again."
    )


class SheetsState(AppState):
    """`/sheets`."""

    shoots: rx.Field[list[ShootCard]] = rx.field(default_factory=list)
    rolls: rx.Field[list[RollCard]] = rx.field(default_factory=list)
    is_ready: bool = False
    q: str = ""
    which: str = "all"
    total_line: str = ""
    hidden_line: str = ""
    trash_count: int = 0
    has_any: bool = False
    has_more: bool = False
    renaming: str = ""  # the id of the shoot whose title is being changed
    trashed: TrashedShoot = TrashedShoot()
    _cursor: str = ""
    _trashed_ids: list[str] = []  # noqa: RUF012 - Reflex copies it for each tab

    @event(READS)
    async def load(self) -> None:
        async with self._acting() as (session, me):
            await self._greet(session)
            self.q = self.router.url.query_parameters.get("q", self.q)[:MAX_SEARCH_CHARS]
            await self._list(session, me)
            dust = await prices.price(session, service.RENDER_ACTION)
            page = await packs.list_packs(session, limit=ON_THE_TABLE)
            cards_of = [pack_roll(card_of(pack, dust)) for pack in page.rows]
            self.rolls = [replace(roll, href=roll.href.replace("/p/", "/studio/", 1)) for roll in cards_of]
            self.is_ready = True

    async def _list(self, session: AsyncSession, me: Actor, cursor: str | None = None) -> None:
        page = await shoot_list.list_shoots(session, me, cursor, PAGE, self.q, self.which, with_frames=True)
        added = [await sheets.shoot_card(session, me, shoot) for shoot in page.rows]
        self.shoots = [*self.shoots, *added] if cursor else added
        self._cursor, self.has_more = page.next_cursor or "", page.next_cursor is not None
        totals = await shoot_list.totals(session, me)
        self.total_line, self.trash_count, self.has_any = total_words(totals), totals.trashed, totals.shoots > 0
        self.hidden_line = hidden_words(totals)

    @event(READS)
    async def show_more(self) -> None:
        async with self._acting() as (session, me):
            if self._cursor:
                await self._list(session, me, self._cursor)

    @event(READS)
    async def find(self, form: Form) -> None:
        async with self._acting() as (session, me):
            self.q = str(form.get("q", ""))[:MAX_SEARCH_CHARS].strip()
            await self._list(session, me)

    @event(READS)
    async def choose_which(self, which: Word) -> None:
        async with self._acting() as (session, me):
            before, self.which = self.which, which
            try:
                await self._list(session, me)
            except Exception:
                self.which = before
                raise

    @event(OPEN)
    async def ask_rename(self, shoot_id: Id) -> None:
        """An empty id: it stays as it is."""
        self.renaming = shoot_id[:40]

    @event(CHANGES)
    async def rename(self, form: Form) -> None:
        async with self._acting() as (session, me):
            shoot_id = shoot_id_of(self.renaming)
            shoot = await shoot_list.rename_shoot(session, me, shoot_id, str(form.get("title", "")))
            card = await sheets.shoot_card(session, me, shoot)
            self.shoots = [card if each.id == card.id else each for each in self.shoots]
            self.renaming = ""

    @event(CHANGES)
    async def delete(self, shoot_id: Id) -> None:
        """To the trash with all its frames, and offers to undo it."""
        async with self._acting() as (session, me):
            shoot = await service.find_shoot(session, me, shoot_id_of(shoot_id))
            gone = await trash.trash_shoot(session, me, shoot.id)
            count = "1 frame is" if len(gone) == 1 else f"{len(gone)} frames are"
            self.trashed = TrashedShoot(shoot.title, f"{shoot.title}: {count} in the trash for 7 days.")
            self._trashed_ids = [str(each) for each in gone]
            await self._list(session, me)
        await workflows.dispatch(me.user_id)

    @event(CHANGES)
    async def undo_delete(self) -> None:
        async with self._acting() as (session, me):
            for frame_id in self._trashed_ids:
                await trash.restore_frame(session, me, UUID(frame_id))
            self.trashed, self._trashed_ids = TrashedShoot(), []
            await self._list(session, me)

    @event(OPEN)
    async def keep_in_trash(self) -> None:
        """Takes the notice away."""
        self.trashed, self._trashed_ids = TrashedShoot(), []
