"""What every live page knows of its visitor. Public handlers can be called by anybody with anything: each asks the
database who is calling, because the socket's headers are a snapshot of its handshake."""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, hooks, log
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotSignedIn, PexitError
from pexit_app.features.identity import service
from pexit_app.ui.parts.notices import ToastCard
from pexit_app.ui.parts.ruler import Visitor

MAX_TOASTS = 3
SIGN_OUT = "/auth/logout"
BROKEN = "Something broke on our side. Nothing was charged."
logger = log.get("pages")


def told(handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """For handlers: what goes wrong in one is told on the page. (Reflex's own way is a script to be evaluated, which the
    content security policy forbids.)"""

    @functools.wraps(handler)
    async def telling(self: "AppState", *args: Any, **kwargs: Any) -> Any:
        try:
            return await handler(self, *args, **kwargs)
        except Exception as error:
            self._tell(error)

    return telling


async def visitor_of(session: AsyncSession, actor: Actor | None) -> Visitor:
    """The visitor as the app bar shows them."""
    if actor is None:
        return Visitor(sign_out_action=SIGN_OUT)
    balance = await hooks.balance_of(session, actor.user_id)
    return Visitor(is_signed_in=True, balance=f"{balance:,}", sign_out_action=SIGN_OUT)


class AppState(rx.State):
    """The base of every page's state."""

    at: str = ""  # the path the state was loaded for
    visitor: Visitor = Visitor(sign_out_action=SIGN_OUT)
    messages: rx.Field[list[ToastCard]] = rx.field(default_factory=list)
    leave_to: str = ""  # a page outside the live frontend that the browser shall load, such as the sign-in form

    @rx.event
    async def close_message(self, message_id: str) -> None:
        self.messages = [each for each in self.messages if each.id != message_id]

    @rx.event
    @told
    async def greet(self) -> None:
        """For pages that need no state of their own but the visitor."""
        async with db.transaction() as session:
            await self._greet(session)

    async def _me(self, session: AsyncSession) -> Actor | None:
        return await service.find_by_cookie(session, self.router.headers.cookie)

    async def _greet(self, session: AsyncSession) -> Actor | None:
        actor = await self._me(session)
        self.at = self.router.url.path.rstrip("/")
        self.visitor = await visitor_of(session, actor)
        for sentence in await hooks.notices(session, actor.user_id) if actor else ():
            self._say(sentence)
        return actor

    @asynccontextmanager
    async def _acting(self) -> AsyncIterator[tuple[AsyncSession, Actor]]:
        """One transaction of the signed-in visitor. Raises NotSignedIn."""
        async with db.transaction() as session:
            actor = await self._me(session)
            if actor is None:
                raise NotSignedIn("Sign in first.")
            yield session, actor

    def _tell(self, error: Exception) -> None:
        if isinstance(error, NotSignedIn):
            self._leave_to_sign_in()
        elif isinstance(error, PexitError):
            logger.info("told on the page", code=error.code, message=error.message)
            self._say(error.message, "bad")
        else:
            logger.error("a handler broke", exc_info=error)
            self._say(BROKEN, "bad")

    def _leave_to_sign_in(self) -> None:
        """And come back to exactly this address."""
        url = self.router.url
        here = url.path + (f"?{url.query}" if url.query else "")
        self.leave_to = "/login?next=" + quote(here, safe="")

    def _say(self, text: str, kind: str = "plain") -> None:
        self.messages = [*self.messages, ToastCard(id=uuid4().hex, kind=kind, text=text)][-MAX_TOASTS:]
