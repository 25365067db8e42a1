"""Appeals over REST. They are made where the refused thing is asked for: POST /appeals, POST /frames/{id}/edits/appeals."""

from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.safety import appeals
from pexit_app.features.safety.schemas import AppealOut
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["safety"])


@router.get("/appeals", response_model=list[AppealOut])
@allow(READS)
async def list_appeals(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(20, ge=1, le=MAX_LIMIT)
) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        page = await appeals.list_appeals(session, me, cursor, limit)
    rows = [AppealOut.model_validate(each) for each in page.rows]
    return ok(request, rows, next_cursor=page.next_cursor, limit=page.limit)


@router.get("/appeals/{appeal_id}", response_model=AppealOut)
@allow(READS)
async def read_appeal(request: Request, me: Me, appeal_id: UUID) -> Response:
    async with db.transaction() as session:
        appeal = await appeals.find_appeal(session, me, appeal_id)
    return ok(request, AppealOut.model_validate(appeal))


@router.delete("/appeals/{appeal_id}", status_code=204)
@allow(WRITES)
async def withdraw_appeal(me: Me, appeal_id: UUID) -> Response:
    """It is deleted with its words; what it was granted ends with it."""
    async with db.transaction() as session:
        await appeals.withdraw_appeal(session, me, appeal_id)
    return Response(status_code=204)
