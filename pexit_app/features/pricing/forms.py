"""Pages of coupons and bundles: `/coupon/<code>` takes a coupon, `/b/<id>` sells a bundle, `/earnings/bundles` keeps one's
own. Plain forms, whole without JavaScript."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, Gone, NotFound, PexitError
from pexit_app.core.policy import FORM, LOOKS_AFTER, MANAGES, PUBLIC, allow
from pexit_app.features.identity.access import Me, check_origin, who
from pexit_app.features.identity.account_cards import Said
from pexit_app.features.identity.account_drawing import id_in
from pexit_app.features.identity.errors import OriginMismatch
from pexit_app.features.identity.page_route import page_route
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.packs import versions
from pexit_app.features.packs.cards import A_STRIP, pack_strip
from pexit_app.features.packs.service import Pack
from pexit_app.features.packs.showcase import card_of
from pexit_app.features.pricing import bundles, coupons
from pexit_app.features.pricing.cards import bundle_card, choices, coupon_card, own_bundles
from pexit_app.features.pricing.components import bundle_page, bundles_page, coupon_page, unknown_page
from pexit_app.features.pricing.models import MAX_CODE_CHARS
from pexit_app.ui.parts.sheet import StripCard
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
HOME = "/earnings"
OWN = f"{HOME}/bundles"
SHOWN = 50


def _sign_in_href(path: str) -> str:
    return f"/login?next={quote(path, safe='')}"


def _strips(packs: Sequence[Pack]) -> list[StripCard]:
    """The packs' own pictures, each once, to be looked at: two strips."""
    cut = []
    for pack in packs[:2]:
        card = card_of(pack, 0)
        pictures = list({picture.src: picture for picture in [card.cover, *card.samples]}.values())
        most = A_STRIP if len(packs) > 1 else 2 * A_STRIP
        for at in range(0, min(len(pictures), most), A_STRIP):
            cut.append(replace(pack_strip(card, pictures[at : at + A_STRIP], size="l"), href=""))
    return cut


# ---- coupons


@router.get("/coupon/{code}")
@allow(PUBLIC)
async def open_coupon(request: Request, code: str) -> Response:
    return await _coupon(request, code)


@router.post("/coupon/{code}")
@allow(FORM)
async def take_coupon(request: Request, code: str) -> Response:
    """Takes it and says so; what refuses it stands on the page."""
    check_origin(request)
    path = f"/coupon/{quote(code[:MAX_CODE_CHARS], safe='')}"
    if (me := await who(request)) is None:
        return RedirectResponse(_sign_in_href(path), 303)
    await rates.count(request, "spend", str(me.user_id), me.tier)
    try:
        async with db.transaction() as session:
            await coupons.take(session, me, code)
    except PexitError:
        return await _coupon(request, code)
    return RedirectResponse(path, 303)


async def _coupon(request: Request, code: str) -> Response:
    me = await who(request)
    async with db.transaction() as session:
        visitor = await visitor_of(session, me)
        try:
            offer = await coupons.look(session, code, me.user_id if me else None)
        except NotFound:
            return plain.answer("No such coupon: Pexit", unknown_page(visitor, "Coupon"), 404)
    path = f"/coupon/{offer.coupon.code}"
    card = coupon_card(offer)
    strips = _strips([offer.pack.pack])
    body = coupon_page(card, visitor=visitor, action=path, sign_in_href=_sign_in_href(path), strips=strips)
    status = 410 if offer.standing in ("expired", "ended") else 200
    return plain.answer(f"{card.heading} Pexit", body, status)


# ---- bundles


@router.get("/b/{bundle_id}")
@allow(PUBLIC)
async def open_bundle(request: Request, bundle_id: UUID) -> Response:
    return await _bundle(request, bundle_id, Said())


@router.post("/b/{bundle_id}")
@allow(FORM)
async def buy_bundle(request: Request, bundle_id: UUID) -> Response:
    """At the price that stood on the page; what refuses it stands there too."""
    check_origin(request)
    if (me := await who(request)) is None:
        return RedirectResponse(_sign_in_href(f"/b/{bundle_id}"), 303)
    await rates.count(request, "spend", str(me.user_id), me.tier)
    agreed = str((await request.form()).get("total_dust", ""))
    try:
        async with db.transaction() as session:
            await bundles.buy(session, me, bundle_id, int(agreed) if agreed.isdecimal() and len(agreed) <= 6 else -1)
    except PexitError as error:
        return await _bundle(request, bundle_id, Said(bad=error.message), error.status)
    return RedirectResponse(f"/b/{bundle_id}", 303)


async def _bundle(request: Request, bundle_id: UUID, said: Said, status: int = 200) -> Response:
    me = await who(request)
    async with db.transaction() as session:
        visitor = await visitor_of(session, me)
        try:
            offer = await bundles.look(session, bundle_id, me.user_id if me else None)
        except (NotFound, Gone) as error:
            return plain.answer("No such bundle: Pexit", unknown_page(visitor, "Bundle"), error.status)
    path = f"/b/{bundle_id}"
    card = bundle_card(offer, me.user_id if me else None)
    strips = _strips([part.pack.pack for part in offer.parts])
    body = bundle_page(card, said, visitor=visitor, action=path, sign_in_href=_sign_in_href(path), strips=strips)
    return plain.answer(f"{card.title}: Pexit", body, status)


# ---- one's own bundles


async def _draw(request: Request, actor: Actor, said: Said, status: int = 200) -> Response:
    async with db.transaction() as session:
        page = await bundles.list_bundles(session, actor, None, SHOWN)
        mine = await versions.list_mine(session, actor)
        seen = await visitor_of(session, actor)
    return plain.answer("Bundles: Pexit", bundles_page(own_bundles(page.rows), choices(mine), said, seen), status)


async def _tell(request: Request, error: PexitError) -> Response:
    """The page again, with the error at its field and what was typed."""
    actor = None if isinstance(error, OriginMismatch) else await who(request)
    if actor is None:
        raise error
    sent = await request.form()
    typed = {name: str(sent.get(name, ""))[:80] for name in ("title", "dust")}
    typed["packs"] = ",".join(str(each) for each in sent.getlist("packs")[: bundles.MOST_PACKS])
    errors = {each.field: each.message for each in error.problems} if isinstance(error, BadInput) else {}
    said = Said(errors=errors, values=typed, opened="bundle", bad="" if errors else error.message)
    return await _draw(request, actor, said, error.status)


own = APIRouter(include_in_schema=False, route_class=page_route(HOME, _tell))


@own.get(OWN)
@allow(LOOKS_AFTER)
async def read_bundles(request: Request, me: Me, done: str = "") -> Response:
    notes = {"made": "The bundle is on sale.", "ended": "That bundle is sold no more."}
    return await _draw(request, me, Said(note=notes.get(done, "")))


@own.post(OWN)
@allow(MANAGES)
async def make_bundle(request: Request, me: Me) -> Response:
    sent = await request.form()
    dust, title = str(sent.get("dust", "")).strip(), str(sent.get("title", ""))
    chosen = [id_in(str(each)) for each in sent.getlist("packs")[: bundles.MOST_PACKS + 1]]
    async with db.transaction() as session:
        number = int(dust) if dust.isdecimal() and len(dust) <= 6 else 0
        await bundles.make_bundle(session, me, title, number, chosen)
    return RedirectResponse(f"{OWN}?done=made", 303)


@own.post(f"{OWN}/{{bundle_id}}/end")
@allow(MANAGES)
async def end_bundle(me: Me, bundle_id: UUID) -> Response:
    async with db.transaction() as session:
        await bundles.end_bundle(session, me, bundle_id)
    return RedirectResponse(f"{OWN}?done=ended", 303)


ROUTERS = (router, own)
