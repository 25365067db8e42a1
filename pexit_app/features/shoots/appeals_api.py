"""Appeals against refused words: the refused request itself, sent to another door, with what there is to say to it."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from pexit_app.core import db
from pexit_app.core.policy import WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.safety import appeals
from pexit_app.features.safety.schemas import AppealOut, Note
from pexit_app.features.shoots import edits, own_weights, service
from pexit_app.features.shoots.edits_api import EditIn
from pexit_app.features.shoots.schemas import QuoteIn
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["safety"])


class AppealIn(QuoteIn):
    """The body that was refused, as for POST /quotes."""

    note: Note = ""


class EditAppealIn(EditIn):
    """The edit that was refused, without its mask."""

    note: Note = ""


@router.post("/appeals", status_code=201, response_model=AppealOut)
@allow(WRITES)
async def appeal(request: Request, me: Me, body: AppealIn) -> Response:
    """Somebody reads it and answers in the app. The same words are one appeal while it is open. 409 `not_refused`,
    `too_many_appeals`."""
    await own_weights.check_url(body.lora_url)
    async with db.transaction() as session:
        made = await appeals.appeal_against(
            session, me, body.note, lambda: service.check_request(session, me, body.asked())
        )
    return ok(request, AppealOut.model_validate(made), 201)


@router.post("/frames/{frame_id}/edits/appeals", status_code=201, response_model=AppealOut)
@allow(WRITES)
async def appeal_edit(request: Request, me: Me, frame_id: UUID, body: EditAppealIn) -> Response:
    async with db.transaction() as session:
        made = await appeals.appeal_against(
            session, me, body.note, lambda: edits.check_edit(session, me, frame_id, body.asked(None))
        )
    return ok(request, AppealOut.model_validate(made), 201)
