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
from pexit_app.core.errors import NotSignedIn, PexitError, TooMany
from pexit_app.core.policy import OPEN, Policy, allow
from pexit_app.features.identity import access, service
from pexit_app.ui.parts.notices import ToastCard
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.web import rates
from pexit_app.web.payloads import Id
from pexit_app.web.sockets import CALLER

MAX_TOASTS = 3
SIGN_OUT = "/auth/logout"
BROKEN = "Something broke on our side. Nothing was charged."
logger = log.get("pages")
Handler = Callable[..., Awaitable[Any]]


def event(policy: Policy, *, is_background: bool = False) -> Callable[[Handler], Any]:
    """Makes a handler that pages call: for whom `policy` lets, which is asked of the database each time, and as often as it
    lets. What goes wrong is told on the page. (Reflex's own way is a script to be evaluated, which the content security
    policy forbids.) web/payloads.py refuses what was not made by this."""

    def made(handler: Handler) -> Any:
        @functools.wraps(handler)
        async def admitted(self: "AppState", *args: Any, **kwargs: Any) -> Any:
            try:
                await self._admit(policy)
                return await handler(self, *args, **kwargs)
            except Exception as error:
                self._tell(error)

        @functools.wraps(handler)
        async def admitted_behind(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                async with self:
                    await self._admit(policy)
                return await handler(self, *args, **kwargs)
            except Exception as error:
                async with self:
                    self._tell(error)

        return rx.event(allow(policy)(admitted_behind if is_background else admitted), background=is_background)

    return made


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

    @event(OPEN)
    async def close_message(self, message_id: Id) -> None:
        self.messages = [each for each in self.messages if each.id != message_id]

    @event(OPEN)
    async def greet(self) -> None:
        """For pages that need no state of their own but the visitor."""
        async with db.transaction() as session:
            await self._greet(session)

    async def _me(self, session: AsyncSession) -> Actor | None:
        return await service.find_by_cookie(session, self.router.headers.cookie)

    async def _admit(self, policy: Policy) -> None:
        """Raises NotSignedIn, NotAllowed, TooMany."""
        (await rates.hit("event", self.router.headers.raw_headers.get(CALLER, ""))).refuse("presses")
        if policy.who == "anybody":
            return
        async with db.transaction() as session:
            actor = await self._me(session)
        access.check(actor, policy)
        if actor is not None and policy.window == "spend":
            (await rates.hit("spend", str(actor.user_id), actor.tier)).refuse("requests")

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
            self._say(error.message, "bad", error.code if isinstance(error, TooMany) else "")
        else:
            logger.error("a handler broke", exc_info=error)
            self._say(BROKEN, "bad")

    def _leave_to_sign_in(self) -> None:
        """And come back to exactly this address."""
        url = self.router.url
        here = url.path + (f"?{url.query}" if url.query else "")
        self.leave_to = "/login?next=" + quote(here, safe="")

    def _say(self, text: str, kind: str = "plain", message_id: str = "") -> None:
        """What has the id of an earlier message takes its place."""
        others = [each for each in self.messages if each.id != message_id]
        self.messages = [*others, ToastCard(id=message_id or uuid4().hex, kind=kind, text=text)][-MAX_TOASTS:]
