"""The live state of a draft's page: which draft is open. What is typed in it goes over REST. Every handler asks the
database who is calling, and parses what it is sent."""

from typing import Any
from uuid import UUID

import reflex as rx

from pexit_app.core.errors import NotFound
from pexit_app.core.policy import READS
from pexit_app.features.builder import cards, looks, service, starting_points
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.people import faces

MAX_ID_CHARS = 40


def as_id(text: object) -> UUID:
    """Raises NotFound: what is no id names nothing. Anybody may call a handler with anything."""
    try:
        return UUID(str(text)[:MAX_ID_CHARS])
    except ValueError:
        raise NotFound("There is no such draft.") from None


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

    @event(READS)
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
            source = await service.lineage_of(session, draft)
            remix = cards.remix_card(source) if source else None
            self.draft = {"id": str(draft.id), "document": draft.document, "revision": draft.revision, "remix": remix}
            self.title, self.is_missing, self.is_ready = draft.title, False, True
