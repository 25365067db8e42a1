"""Storefronts over REST: one's own, and everybody's by handle."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from pexit_app.core import db
from pexit_app.core.policy import MANAGES, PUBLIC, READS, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.packs.schemas import PackOut
from pexit_app.features.storefront import service
from pexit_app.features.storefront.schemas import OpenStorefrontOut, StorefrontIn, StorefrontOut
from pexit_app.web.api import ok
from pexit_app.web.heads import origin_of
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["storefronts"])


@router.get("/storefront", response_model=StorefrontOut)
@allow(READS)
async def read_mine(request: Request, me: Me) -> Response:
    """404 while you have none."""
    async with db.transaction() as session:
        row = await service.mine(session, me)
    return ok(request, StorefrontOut.of(row, origin_of(request)))


@router.put("/storefront", response_model=StorefrontOut)
@allow(MANAGES)
async def keep(request: Request, me: Me, body: StorefrontIn) -> Response:
    """Opens your storefront with its first `handle`, or changes what is given. 409 `handle_taken`, `too_many_handles`,
    `no_handle`."""
    async with db.transaction() as session:
        row = await service.keep(session, me, body)
    return ok(request, StorefrontOut.of(row, origin_of(request)))


@router.get("/storefronts/{handle}", response_model=OpenStorefrontOut)
@allow(PUBLIC)
async def read_storefront(request: Request, handle: Annotated[str, Path(max_length=60)]) -> Response:
    """An earlier handle leads to the same."""
    async with db.transaction() as session:
        opened = await service.open_storefront(session, await service.find(session, handle))
    origin = origin_of(request)
    packs = [PackOut.of(pack, origin) for pack in opened.packs]
    return ok(request, OpenStorefrontOut(**StorefrontOut.of(opened.row, origin).model_dump(), packs=packs))
