"""A trial's link on the page: `/t/<secret>` says what it invites to; a plain form accepts. Works without JavaScript."""

from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db
from pexit_app.core.errors import NotFound, PexitError
from pexit_app.core.policy import FORM, PUBLIC, allow
from pexit_app.features.identity import service as identity
from pexit_app.features.identity.access import check_origin, who
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.packs.cards import A_STRIP, pack_strip
from pexit_app.features.packs.showcase import card_of
from pexit_app.features.trials import service
from pexit_app.features.trials.cards import invitation_card
from pexit_app.features.trials.components import invitation_page, unknown_page
from pexit_app.features.trials.service import Invitation
from pexit_app.ui.parts.sheet import StripCard
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)


@router.get("/t/{token}")
@allow(PUBLIC)
async def open_link(request: Request, token: str) -> Response:
    return await _page(request, token)


@router.post("/t/{token}")
@allow(FORM)
async def accept(request: Request, token: str) -> Response:
    """Takes a place and goes on to the studio; what refuses it stands on the page."""
    check_origin(request)
    if (me := await who(request)) is None:
        return RedirectResponse(_sign_in_href(token), 303)
    await rates.count(request, "spend", str(me.user_id), me.tier)
    try:
        async with db.transaction() as session:
            await service.accept(session, me, token)
            slug = (await service.look(session, token, me.user_id)).pack.pack.slug
    except PexitError:
        return await _page(request, token)
    return RedirectResponse(f"/studio/{slug}", 303)


def _path(token: str) -> str:
    return f"/t/{quote(token, safe='')}"


def _sign_in_href(token: str) -> str:
    return f"/login?next={quote(_path(token), safe='')}"


async def _page(request: Request, token: str) -> Response:
    me = await who(request)
    async with db.transaction() as session:
        visitor = await visitor_of(session, me)
        try:
            found = await service.look(session, token, me.user_id if me else None)
        except NotFound:
            return plain.answer("No such link: Pexit", unknown_page(visitor), 404)
        body = invitation_page(
            invitation_card(found),
            visitor=visitor,
            fairyname=(await identity.me(session, me)).fairyname if me else "",
            action=_path(token),
            sign_in_href=_sign_in_href(token),
            strips=_strips(found),
        )
    return plain.answer(f"Try {found.pack.pack.title}: Pexit", body, _status(found))


def _status(found: Invitation) -> int:
    return 410 if found.standing in ("expired", "ended") else 200


def _strips(found: Invitation) -> list[StripCard]:
    """The pack's own pictures, each once, to be looked at."""
    card = card_of(found.pack.pack, 0)
    pictures = list({picture.src: picture for picture in [card.cover, *card.samples]}.values())
    cut = [pictures[at : at + A_STRIP] for at in range(0, len(pictures), A_STRIP)]
    return [replace(pack_strip(card, frames, size="l"), href="") for frames in cut[:2]]
