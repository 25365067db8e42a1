"""Looking at a sheet in the studio's state: the filter, the strip of renders, a frame's family, two frames compared."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.policy import OPEN, READS
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.shoots import cards, explore_cards, filters, lineage, service, sheets
from pexit_app.features.shoots.cards import OpenFrame
from pexit_app.features.shoots.errors import NotReady
from pexit_app.features.shoots.explore_cards import Choice, Comparison, Generation, GridCard
from pexit_app.features.shoots.models import FrameStatus
from pexit_app.ui.parts.frame import FrameCard
from pexit_app.web.payloads import Id, Word


class ViewActs(AppState, mixin=True):
    """Mixed into the studio's state, whose sheet and opened frame it reads."""

    show: str = filters.ALL
    show_choices: rx.Field[list[Choice]] = rx.field(default_factory=list)
    empty_line: str = ""
    recent: rx.Field[list[FrameCard]] = rx.field(default_factory=list)  # the strip of renders, newest last
    newest: str = ""  # its last frame's id
    family: rx.Field[list[Generation]] = rx.field(default_factory=list)
    comparison: Comparison = Comparison()
    comparable: rx.Field[list[Choice]] = rx.field(default_factory=list)
    kept: rx.Field[dict[str, str]] = rx.field(default_factory=dict)  # what the page adds to its address

    if TYPE_CHECKING:  # of the studio's state
        bench: dict[str, Any]
        opened: OpenFrame
        grid: GridCard
        _shown: int

        def _cast_word(self) -> str: ...
        async def _refresh(self, session: AsyncSession, me: Actor) -> None: ...
        async def _look_at(self, session: AsyncSession, me: Actor, frame_id: str) -> None: ...
        def _point_at(self, frame_id: str) -> None: ...

    def _keep(self) -> None:
        self.kept = {
            "show": "" if self.show == filters.ALL else self.show,
            "grid": self.grid.id,
            "cast": self._cast_word(),
        }

    # ---- the filter

    @event(READS)
    async def filter_sheet(self, word: Word) -> None:
        async with self._acting() as (session, me):
            self._filter(word)
            await self._refresh(session, me)

    def _filter(self, word: str) -> None:
        scenes = self.bench.get("scenes", [])
        self.show = filters.known(word[:80], [scene["id"] for scene in scenes])
        self.empty_line = filters.empty_words(self.show)
        words = [Choice(word, label) for word, label in filters.LABELS.items()]
        self.show_choices = [*words, *(Choice(filters.SCENE + scene["id"], scene["title"]) for scene in scenes)]
        self._shown = sheets.PAGE
        self._keep()

    def _show_recent(self, sheet: sheets.Sheet) -> None:
        here = self.opened.id
        self.recent = [
            cards.frame_card(sheet.roll, frame, sheet.wait_of(frame), is_here=str(frame.id) == here)
            for frame in sheet.latest
        ]
        self.newest = self.recent[-1].id if self.recent else ""
        done = [frame for frame in sheet.latest if frame.status == FrameStatus.DONE]
        self.comparable = [Choice(str(frame.id), f"{frame.number}, {frame.scene_title}") for frame in done[::-1]]

    # ---- a frame's family

    async def _read_family(self, session: AsyncSession, me: Actor) -> None:
        self.family = []
        if self.opened.id:
            found = await lineage.family_of(session, me, UUID(self.opened.id))
            shoot = await service.find_shoot(session, me, found.frame.shoot_id)
            roll = await sheets.read_roll(session, shoot.pack_version_id)
            self.family = explore_cards.family_cards(roll, found)

    # ---- two frames

    @event(READS)
    async def compare(self, frame_id: Id) -> None:
        """Lays it over its parent, or else the frame before it."""
        async with self._acting() as (session, me):
            await self._compare(session, me, frame_id, await self._beside(session, me, frame_id))

    @event(READS)
    async def compare_with(self, other_id: Id) -> None:
        """Another second frame for the one that is looked at."""
        async with self._acting() as (session, me):
            await self._compare(session, me, self.comparison.other.id, other_id)

    @event(OPEN)
    async def end_compare(self) -> None:
        self.comparison = Comparison()

    async def _compare(self, session: AsyncSession, me: Actor, frame_id: str, other_id: str) -> None:
        other, one = [
            service.check_on_sheet(await service.find_frame(session, me, _as_id(each))) for each in (frame_id, other_id)
        ]
        if one.id == other.id:
            raise BadInput.of("frame_id", "Choose two different frames.")
        if {one.status, other.status} != {FrameStatus.DONE} or one.shoot_id != other.shoot_id:
            raise NotReady("Only finished frames of one sheet are compared.")
        shoot = await service.find_shoot(session, me, one.shoot_id)
        roll = await sheets.read_roll(session, shoot.pack_version_id)
        await self._look_at(session, me, str(other.id))
        self._point_at(self.opened.id)
        self.comparison = explore_cards.comparison_of(roll, one, other)

    async def _beside(self, session: AsyncSession, me: Actor, frame_id: str) -> str:
        """What a frame is compared with when nobody says."""
        frame = await service.find_frame(session, me, _as_id(frame_id))
        found = await lineage.family_of(session, me, frame.id)
        parent = next((each for each in found.ancestors[-1:] if each and each.status == FrameStatus.DONE), None)
        if parent is not None:
            return str(parent.id)
        others = [each for each in self.comparable if each.value != frame_id]
        if not others:
            raise NotReady("There is no second frame yet to compare it with.")
        ids = [each.value for each in self.comparable]  # newest first
        at = ids.index(frame_id) if frame_id in ids else -1
        return ids[at + 1] if 0 <= at < len(ids) - 1 else others[0].value


def _as_id(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound("There is no such frame.") from None
