"""A live page hears of its user's news."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from reflex_base.registry import RegistrationContext

from pexit_app.core import events

CALM_S = 0.15  # a page is read again this often at most, however fast things happen
HEARTBEAT_S = 15.0


async def moments(client_token: str, user_id: UUID) -> AsyncIterator[None]:
    """At once, and again whenever something happened to this user, as long as the tab is there."""
    namespace = RegistrationContext.get().app.event_namespace
    with events.subscribe(events.user_topic(user_id)) as waker:
        while namespace is not None and client_token in namespace.token_to_sid:
            yield
            await asyncio.sleep(CALM_S)
            await events.woken(waker, HEARTBEAT_S)
