"""Routes of plain pages that belong to somebody: who is not signed in is sent to sign in and comes back, who must prove
themselves once more is sent to do so, and everything else that goes wrong is told on the page itself."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotSignedIn, PexitError
from pexit_app.features.identity.access import SAFE_METHODS, check_origin, who
from pexit_app.features.identity.errors import NotProven
from pexit_app.web import rates

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Tell = Callable[[Request, PexitError], Coroutine[Any, Any, Response]]


async def visiting(request: Request) -> Actor:
    """The person behind the cookie; posts must come from our own pages, and are counted. Raises NotSignedIn,
    OriginMismatch, TooMany."""
    is_write = request.method not in SAFE_METHODS
    if is_write:
        check_origin(request)
    actor = await who(request)
    if actor is None or actor.key_id is not None:
        raise NotSignedIn("Sign in first.")
    if is_write:
        await rates.count(request, "spend", str(actor.user_id), actor.tier)
    return actor


Visiting = Annotated[Actor, Depends(visiting)]


def page_route(home: str, tell: Tell) -> type[APIRoute]:
    """A route class. `home` is the page that people come back to, `tell` draws it with what went wrong."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handler = super().get_route_handler()

            async def told(request: Request) -> Response:
                try:
                    return await handler(request)
                except NotSignedIn:
                    return RedirectResponse(f"/login?next={quote(home, safe='')}", 303)
                except NotProven:
                    return RedirectResponse(f"/account/confirm?next={quote(home, safe='')}", 303)
                except PexitError as error:
                    return await tell(request, error)

            return told

    return PageRoute
