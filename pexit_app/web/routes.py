"""The only kind of route: it has a policy, and nothing of a request is read before that was looked at.

`app.state.admit` (set in rest.py) does the looking; it knows the slices' users, which this package does not.
"""

from collections.abc import Callable, Coroutine
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts

from pexit_app.core import policy
from pexit_app.core.actor import Actor
from pexit_app.core.policy import Policy

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_ACTOR = "pexit.actor"  # scope key: who was let in


class Route(APIRoute):
    """Use `APIRouter(route_class=Route)`, or web/idempotency.py's for what may be sent again under one key. Raises
    TypeError for an endpoint without a policy."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.policy: Policy = policy.of(endpoint)
        told = {"x-policy": asdict(self.policy)}  # in the OpenAPI document, for whoever makes a key
        super().__init__(
            path, endpoint, **{**options, "openapi_extra": {**(options.get("openapi_extra") or {}), **told}}
        )

    def get_route_handler(self) -> Handler:
        handler = self.carried_out(super().get_route_handler())

        async def admitted(request: Request) -> Response:
            request.scope[_ACTOR] = await request.app.state.admit(request, self.policy)
            return await handler(request)

        return admitted

    def carried_out(self, handler: Handler) -> Handler:
        """What is put around the handler of somebody who was let in."""
        return handler


def actor_of(request: Request) -> Actor | None:
    """Who was let in; None where anybody is."""
    found: Actor | None = request.scope.get(_ACTOR)
    return found


def policies(app: FastAPI) -> list[tuple[str, str, Policy]]:
    """(method, path, policy) of every operation. Raises TypeError for one that nothing guards."""
    found = []
    for each in iter_route_contexts(app.routes):
        endpoint = each.endpoint
        assert endpoint is not None
        known = policy.of(endpoint)
        if not isinstance(each.original_route, Route) and known != policy.OPEN:
            raise TypeError(f"{each.path} is not guarded: its router needs route_class=Route.")
        found += [(method, str(each.path), known) for method in sorted(each.methods or ())]
    return found
