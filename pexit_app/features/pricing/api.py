"""Terms, coupons and bundles over REST."""

from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db, settings
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import CHANGES, READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.packs import lineage, terms, versions
from pexit_app.features.pricing import bundles, coupons
from pexit_app.features.pricing.schemas import (
    BundleIn,
    BundleOut,
    BuyIn,
    CodeIn,
    CouponIn,
    CouponOfferOut,
    CouponOut,
    TermsIn,
    TermsOut,
)
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["pricing"])


def _origin(request: Request) -> str:
    """The public address when it is set; otherwise the one the request came to."""
    return settings.load().public_url or str(request.base_url).rstrip("/")


async def _terms(request: Request, me: Me, pack_id: UUID) -> Response:
    async with db.transaction() as session:
        pack = await versions.lock_owned(session, me, pack_id)
        found = await lineage.royalties_of(session, pack)
    return ok(request, TermsOut.of(pack, found))


@router.get("/pricing/{pack_id}", response_model=TermsOut)
@allow(READS)
async def read_terms(request: Request, me: Me, pack_id: UUID) -> Response:
    """Of a published pack of yours: launch price, royalties, whether it is archived."""
    return await _terms(request, me, pack_id)


@router.patch("/pricing/{pack_id}", response_model=TermsOut)
@allow(WRITES)
async def set_terms(request: Request, me: Me, pack_id: UUID, body: TermsIn) -> Response:
    """At once; what was bought stays bought. The prices themselves belong to the version."""
    async with db.transaction() as session:
        await versions.lock_owned(session, me, pack_id)
        if "launch" in body.model_fields_set:
            launch = terms.Launch(**body.launch.model_dump()) if body.launch else None
            await terms.set_launch(session, me, pack_id, launch)
        if body.royalty_percent is not None:
            await terms.set_royalty(session, me, pack_id, body.royalty_percent)
        if body.is_archived is not None:
            await terms.set_archived(session, me, pack_id, body.is_archived)
    return await _terms(request, me, pack_id)


@router.post("/pricing/{pack_id}/coupons", status_code=201, response_model=CouponOut)
@allow(WRITES)
async def make_coupon(request: Request, me: Me, pack_id: UUID, body: CouponIn) -> Response:
    """For a published pack of yours. 409 `code_taken`, `too_many_offers`."""
    async with db.transaction() as session:
        made = await coupons.make_coupon(session, me, pack_id, body.asked())
    return ok(request, CouponOut.of(made, _origin(request)), 201)


@router.get("/pricing/{pack_id}/coupons", response_model=list[CouponOut])
@allow(READS)
async def list_coupons(
    request: Request, me: Me, pack_id: UUID, cursor: str | None = None, limit: int = Query(20, ge=1, le=MAX_LIMIT)
) -> Response:
    """Of a pack of yours, newest first."""
    async with db.transaction() as session:
        page = await coupons.list_coupons(session, me, pack_id, cursor, limit)
    found = [CouponOut.of(each, _origin(request)) for each in page.rows]
    return ok(request, found, next_cursor=page.next_cursor, limit=page.limit)


@router.post("/coupons/look", response_model=CouponOfferOut)
@allow(READS)
async def look_at_coupon(request: Request, me: Me, body: CodeIn) -> Response:
    """What a code is good for; it changes nothing."""
    async with db.transaction() as session:
        found = await coupons.look(session, body.code, me.user_id)
    return ok(request, CouponOfferOut.of(found))


@router.post("/coupons/take", response_model=CouponOfferOut)
@allow(WRITES)
async def take_coupon(request: Request, me: Me, body: CodeIn) -> Response:
    """It is taken off your next order of its pack, by itself. 410 `coupon_over`; 409 `coupon_full`, `own_pack`."""
    async with db.transaction() as session:
        await coupons.take(session, me, body.code)
        found = await coupons.look(session, body.code, me.user_id)
    return ok(request, CouponOfferOut.of(found))


@router.post("/coupons/{coupon_id}/end", response_model=CouponOut)
@allow(CHANGES)
async def end_coupon(request: Request, me: Me, coupon_id: UUID) -> Response:
    """Nobody takes it any more; who has it keeps it."""
    async with db.transaction() as session:
        ended = await coupons.end_coupon(session, me, coupon_id)
    return ok(request, CouponOut.of(ended, _origin(request)))


@router.post("/pack-bundles", status_code=201, response_model=BundleOut)
@allow(WRITES)
async def make_bundle(request: Request, me: Me, body: BundleIn) -> Response:
    """Of packs of yours, sold together for less."""
    async with db.transaction() as session:
        made = await bundles.make_bundle(session, me, body.title, body.dust, body.pack_ids)
        offer = await bundles.look(session, made.id, me.user_id)
    return ok(request, BundleOut.of(offer), 201)


@router.get("/pack-bundles/{bundle_id}", response_model=BundleOut)
@allow(READS)
async def read_bundle(request: Request, me: Me, bundle_id: UUID) -> Response:
    """What it costs you, and what is in it."""
    async with db.transaction() as session:
        offer = await bundles.look(session, bundle_id, me.user_id)
    return ok(request, BundleOut.of(offer))


@router.post("/pack-bundles/{bundle_id}/buy", response_model=BundleOut)
@allow(WRITES)
async def buy_bundle(request: Request, me: Me, bundle_id: UUID, body: BuyIn) -> Response:
    """Unlocks what you have not unlocked yet. 409 `price_changed`, `own_pack`, `bundle_owned`; 410 `bundle_over`."""
    async with db.transaction() as session:
        offer = await bundles.buy(session, me, bundle_id, body.total_dust)
    return ok(request, BundleOut.of(offer))


@router.post("/pack-bundles/{bundle_id}/end", status_code=204)
@allow(CHANGES)
async def end_bundle(me: Me, bundle_id: UUID) -> Response:
    """It is sold no more."""
    async with db.transaction() as session:
        await bundles.end_bundle(session, me, bundle_id)
    return Response(status_code=204)
