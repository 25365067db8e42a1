"""For tests of a few routers in a small app: who calls is said, and not proven."""

from fastapi import FastAPI, Request

from pexit_app.core.actor import Actor
from pexit_app.core.policy import Policy
from pexit_app.features.identity import access


def calls_as(app: FastAPI, actor: Actor | None) -> None:
    """Whoever calls is `actor` (None: nobody is signed in), and may what the policies let that one."""

    async def admit(request: Request, policy: Policy) -> Actor | None:
        access.check(actor, policy)
        return actor

    app.state.admit = admit
