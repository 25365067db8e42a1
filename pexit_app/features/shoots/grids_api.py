"""Test strips and grids over REST."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from pexit_app.core import db
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.shoots import grids, queries
from pexit_app.features.shoots.grid_schemas import GridIn, GridLineOut, GridOrderedOut, GridOut, GridQuoteIn
from pexit_app.features.shoots.ordered import started
from pexit_app.features.shoots.origin import origin_of
from pexit_app.features.shoots.schemas import OrderedOut, QuoteOut
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["shoots"])


@router.post("/grids/quote", response_model=QuoteOut)
@allow(WRITES)
async def quote_grid(request: Request, me: Me, body: GridQuoteIn) -> Response:
    """What the grid would cost. Five minutes."""
    async with db.transaction() as session:
        asked = body.asked(body.shoot_id, body.pack)
        made = await grids.quote_grid(session, me, asked)
    return ok(request, made)


@router.post("/shoots/{shoot_id}/grids", status_code=202, response_model=GridOrderedOut)
@allow(WRITES)
async def request_grid(request: Request, me: Me, shoot_id: UUID, body: GridIn) -> Response:
    """All cells under one job. 402 `not_enough_dust`, 429 `too_many_waiting`; bad values are named: `values_x[2]`."""
    async with db.transaction() as session:
        ordered = await grids.request_grid(session, me, body.asked(shoot_id))
    told = await started(request, ordered.requested)
    return ok(request, GridOrderedOut(**told.model_dump(), grid_id=ordered.grid.id), 202)


@router.get("/shoots/{shoot_id}/grids", response_model=list[GridLineOut])
@allow(READS)
async def list_grids(request: Request, me: Me, shoot_id: UUID) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        found = await grids.grids_of(session, me, shoot_id)
    return ok(request, [GridLineOut.model_validate(grid) for grid in found])


@router.get("/grids/{grid_id}", response_model=GridOut)
@allow(READS)
async def read_grid(request: Request, me: Me, grid_id: UUID) -> Response:
    async with db.transaction() as session:
        found = await grids.open_grid(session, me, grid_id)
        queue = await queries.queue_of(session, [frame for frame in found.cells if frame is not None])
    return ok(request, GridOut.of(found, queue, origin_of(request)))


@router.post("/grids/{grid_id}/retry", status_code=202, response_model=OrderedOut)
@allow(WRITES)
async def retry_grid(request: Request, me: Me, grid_id: UUID) -> Response:
    """Only the failed and the stopped cells, under a job of their own. 409 `frame_not_ready` when there are none."""
    async with db.transaction() as session:
        requested = await grids.retry_grid(session, me, grid_id)
    return ok(request, await started(request, requested), 202)
