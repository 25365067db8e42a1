"""Routes of plain pages that belong to somebody: who is not signed in is sent to sign in and comes back, who must prove
themselves once more is sent to do so, and everything else that goes wrong is told on the page itself."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core.errors import NotSignedIn, PexitError
from pexit_app.features.identity.errors import NotForKeys, NotProven
from pexit_app.web.routes import Handler, Route

Tell = Callable[[Request, PexitError], Coroutine[Any, Any, Response]]


def page_route(home: str, tell: Tell) -> type[Route]:
    """A route class. `home` is the page that people come back to, `tell` draws it with what went wrong."""

    class PageRoute(Route):
        def get_route_handler(self) -> Handler:
            handler = super().get_route_handler()

            async def told(request: Request) -> Response:
                try:
                    return await handler(request)
                except (NotSignedIn, NotForKeys):
                    return RedirectResponse(f"/login?next={quote(home, safe='')}", 303)
                except NotProven:
                    return RedirectResponse(f"/account/confirm?next={quote(home, safe='')}", 303)
                except PexitError as error:
                    return await tell(request, error)

            return told

    return PageRoute
