"""What happened to an account's ways in, for its owner to read."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import pages
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.pages import Slice
from pexit_app.features.identity.models import SecurityEvent

KEPT = timedelta(days=180)
WORDS = {
    "account_made": "Account made",
    "signed_in": "Signed in",
    "second_refused": "Wrong second step",
    "signed_out": "Signed out",
    "session_ended": "Session ended",
    "sessions_ended": "All other sessions ended",
    "token_reused": "A spent token came back; its session ended",
    "proven": "Proved who you are",
    "key_made": "API key made",
    "key_ended": "API key ended",
    "address_changed": "Address changed",
    "address_removed": "Address removed",
    "password_set": "Password set",
    "password_removed": "Password removed",
    "authenticator_on": "Authenticator app turned on",
    "authenticator_off": "Authenticator app turned off",
    "recovery_made": "New recovery codes made",
    "recovery_used": "Recovery code used",
    "passkey_added": "Passkey added",
    "passkey_removed": "Passkey removed",
    "passkey_asked": "Passkey demanded as a second step",
    "passkey_not_asked": "Passkey not demanded any more",
    "linked": "Account linked",
    "unlinked": "Account unlinked",
    "fairyname_drawn": "New fairyname drawn",
    "became_creator": "Became a creator",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from, as far as we are told."""

    agent: str = ""
    address: str = ""


async def note(session: AsyncSession, user_id: UUID, kind: str, caller: Caller, detail: str = "") -> None:
    assert kind in WORDS
    line = SecurityEvent(
        user_id=user_id, kind=kind, detail=detail[:254], agent=caller.agent[:200], address=caller.address[:60]
    )
    session.add(line)
    await session.flush()


async def read(session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 50) -> Slice[SecurityEvent]:
    """Newest first."""
    query = select(SecurityEvent).where(SecurityEvent.user_id == actor.user_id)
    return await pages.newest_first(session, query, SecurityEvent, cursor, limit)


async def forget_old(session: AsyncSession) -> None:
    await session.exec(delete(SecurityEvent).where(col(SecurityEvent.created_at) < now() - KEPT))
