"""Changing a finished frame, in the studio's state: what is offered for it, and the frame that came of it. The order itself
goes from the browser to the REST door, for a mask is a file."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import READS
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.shoots import edit_cards, edits, service
from pexit_app.features.shoots.cards import OpenFrame
from pexit_app.features.shoots.explore_cards import Comparison
from pexit_app.features.shoots.models import FrameStatus
from pexit_app.web.payloads import Id


class EditActs(AppState, mixin=True):
    """Mixed into the studio's state."""

    offers: rx.Field[list[dict[str, Any]]] = rx.field(default_factory=list)  # for the opened frame

    if TYPE_CHECKING:  # of the studio's state
        opened: OpenFrame
        comparison: Comparison
        shoot_id: str

        async def _refresh(self, session: AsyncSession, me: Actor) -> None: ...
        async def _look_at(self, session: AsyncSession, me: Actor, frame_id: str) -> None: ...
        def _point_at(self, frame_id: str) -> None: ...

    async def _read_offers(self, session: AsyncSession, me: Actor) -> None:
        """None where nobody is configured who could, and for a frame that is not finished."""
        offers: list[dict[str, Any]] = []
        if self.opened.id and self.opened.state == FrameStatus.DONE:
            frame = await service.find_frame(session, me, UUID(self.opened.id))
            offers = edit_cards.offer_cards(frame, await edits.offers(session))
        if offers != self.offers:
            self.offers = offers

    @event(READS)
    async def show_made(self, frame_id: Id) -> None:
        """The browser ordered an edit: its frame is looked at while it develops."""
        async with self._acting() as (session, me):
            frame = await service.find_frame(session, me, _as_id(frame_id))
            self.comparison = Comparison()
            self.shoot_id = str(frame.shoot_id)
            await self._look_at(session, me, str(frame.id))
            await self._refresh(session, me)
            self._point_at(self.opened.id)


def _as_id(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound("There is no such frame.") from None
