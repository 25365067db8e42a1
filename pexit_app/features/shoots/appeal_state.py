"""Refused words in the studio's state: what is refused and why, and the appeal against it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.core.policy import WRITES
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.safety import appeals
from pexit_app.features.safety.errors import WordsRefused
from pexit_app.features.shoots import service
from pexit_app.features.shoots.orders import Order
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.web.payloads import Form


@dataclass(frozen=True)
class RefusalCard:
    """`label` is the field, `why` says word, reason and remedy; empty: nothing is refused. `is_sent`: somebody will read
    the appeal."""

    label: str = ""
    why: str = ""
    is_sent: bool = False


class AppealActs(AppState, mixin=True):
    """Mixed into the studio's state."""

    refusal: RefusalCard = RefusalCard()

    if TYPE_CHECKING:  # of the studio's state
        _order: Order

        async def _asked(self, session: AsyncSession, me: Actor, order: Order) -> ShootRequest | None: ...

    def _refuse(self, refused: WordsRefused) -> None:
        """The same refusal once more leaves what was said to it."""
        card = RefusalCard(refused.refusal.label, refused.refusal.why)
        if replace(self.refusal, is_sent=False) != card:
            self.refusal = card

    @event(WRITES)
    async def appeal(self, form: Form) -> None:
        """Asks once more for what the ticket is about, to be read by somebody."""
        note = str(form.get("note") or "")
        async with self._acting() as (session, me):
            request = await self._asked(session, me, self._order)
            if request is None:
                raise BadInput.of("values", "Choose the values first.")
            await appeals.appeal_against(session, me, note, lambda: service.check_request(session, me, request))
        self.refusal = replace(self.refusal, is_sent=True)
