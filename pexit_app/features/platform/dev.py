"""Development only: what was sent, and every part in every state."""

import reflex as rx
from fastapi import APIRouter, Request, Response

from pexit_app.core import deps
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import OPEN, allow
from pexit_app.ui import gallery
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
el = rx.el


@router.get("/dev/parts")
@allow(OPEN)
async def parts() -> Response:
    return plain.answer("Parts: Pexit", gallery.parts_page())


LOCAL = {"127.0.0.1", "::1", "localhost"}


@router.get("/dev/outbox")
@allow(OPEN)
async def outbox(request: Request) -> Response:
    """Sign-in codes sent by this process, newest first, when no real sender is set. Only for who sits at this machine, and
    called it so: another site's page may have its own name lead here."""
    if not {rates.address_of(request), request.url.hostname} <= LOCAL:
        raise NotFound("The outbox is shown to this machine only.")
    sent = getattr(deps.get().sender, "sent", [])
    rows = [el.li(f"{identifier}: {code}") for identifier, code in reversed(sent)] or [el.li("Nothing was sent yet.")]
    return plain.answer("Outbox: Pexit", el.main(el.h1("Outbox"), el.ol(*rows)))
