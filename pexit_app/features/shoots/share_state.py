"""Links to the opened frame and its sheet, in the studio's state."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import settings
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import CHANGES, OPEN, WRITES
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.shoots import service, shares
from pexit_app.features.shoots.cards import OpenFrame
from pexit_app.features.shoots.models import FrameShare
from pexit_app.features.shoots.share_api import link_of
from pexit_app.web.payloads import Id


@dataclass(frozen=True)
class ShareCard:
    id: str = ""
    words: str = ""


def share_card(share: FrameShare) -> ShareCard:
    until = share.expires_at
    what = "This frame" if share.frame_id else "The sheet"
    return ShareCard(str(share.id), f"{what}, until {until.day} {until:%B}")


class ShareActs(AppState, mixin=True):
    """Mixed into the studio's state."""

    share_link: str = ""  # just made; it is shown this once
    share_rows: rx.Field[list[ShareCard]] = rx.field(default_factory=list)

    if TYPE_CHECKING:  # of the studio's state
        opened: OpenFrame
        shoot_id: str

    @event(WRITES)
    async def share(self, frame_id: Id, subject: Literal["frame", "sheet"], days: Literal[1, 7, 30]) -> None:
        """Makes a link to a frame, or to the sheet it lies on."""
        async with self._acting() as (session, me):
            if subject == "frame":
                _, token = await shares.share_frame(session, me, _id(frame_id), days)
            else:
                shoot_id = (await service.find_frame(session, me, _id(frame_id))).shoot_id
                _, token = await shares.share_sheet(session, me, shoot_id, days)
            self.share_link = link_of(self._origin(), token)
            await self._read_shares(session, me)

    @event(CHANGES)
    async def end_share(self, share_id: Id) -> None:
        async with self._acting() as (session, me):
            await shares.end_share(session, me, _id(share_id))
            self.share_link = ""
            await self._read_shares(session, me)

    @event(OPEN)
    async def forget_link(self) -> None:
        self.share_link = ""

    async def _read_shares(self, session: AsyncSession, me: Actor) -> None:
        """Of the opened frame, and of its sheet."""
        if not self.opened.id or not self.shoot_id:
            self.share_rows = []
            return
        found = await shares.list_shares(session, me, UUID(self.shoot_id))
        here = (None, UUID(self.opened.id))
        self.share_rows = [share_card(each) for each in found if each.frame_id in here]

    def _origin(self) -> str:
        return settings.load().public_url or f"{self.router.url.scheme}://{self.router.url.netloc}"


def _id(text: str) -> UUID:
    """Raises NotFound: what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such frame or link.") from None
