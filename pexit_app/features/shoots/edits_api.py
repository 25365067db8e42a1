"""Changing finished frames over REST."""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import UploadFile

from pexit_app.core import db
from pexit_app.core.errors import BadInput, Malformed
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.core.ports import Kind
from pexit_app.features.identity.access import Me
from pexit_app.features.shoots import edits, masks
from pexit_app.features.shoots.edits import EditAsk
from pexit_app.features.shoots.ordered import started
from pexit_app.features.shoots.requests import MAX_PROMPT_CHARS
from pexit_app.features.shoots.schemas import OrderedOut, Out, QuoteOut, Seed, Whole, Words
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["shoots"])
EditKind = Literal["edit", "fill", "upscale"]
MULTIPART = "multipart/form-data"
MAX_FIELDS = 8
_DIGITS = re.compile(r"[0-9]{1,20}")
FORM_BYTES = 4 * MAX_PROMPT_CHARS + 1024  # of one field that is no file


class EditIn(BaseModel):
    """Without a mask; with one, the same fields as multipart/form-data."""

    kind: EditKind
    prompt: Words = Field("", description="what shall be different (edit), or be there (fill)")
    seed: Seed | None = Field(None, description="none: random")
    total_dust: Annotated[Whole, Field(ge=0)] | None = Field(
        None, description="the price as you read it: 409 `price_changed` when it is another by now"
    )
    quote_id: UUID | None = Field(
        None, description="from POST /frames/{id}/edits/quote: refused if it no longer stands"
    )

    def asked(self, mask: bytes | None) -> EditAsk:
        return EditAsk(Kind(self.kind), self.prompt, mask, self.seed, self.total_dust)


class EditQuoteIn(BaseModel):
    kind: EditKind


class OfferOut(Out):
    kind: str = Field(description="edit (by words), fill (a painted part), upscale (twice as large)")
    dust: int


def _body() -> dict[str, Any]:
    """Both forms of the body, for the OpenAPI document."""
    plain = EditIn.model_json_schema()
    mask = {
        "type": "string",
        "format": "binary",
        "description": "PNG of the picture's size, white where it shall be new",
    }
    whole = {**plain, "properties": {**plain["properties"], "mask": mask}}
    content = {"application/json": {"schema": plain}, MULTIPART: {"schema": whole}}
    return {"requestBody": {"required": True, "content": content}}


@router.get("/edits/offered", response_model=list[OfferOut])
@allow(READS)
async def offered(request: Request, me: Me) -> Response:
    """What can be done to a finished frame, and for how much dust. Empty where no GPU service is configured."""
    async with db.transaction() as session:
        found = await edits.offers(session)
    return ok(request, [OfferOut(kind=str(each.kind), dust=each.dust) for each in found], limit=max(1, len(found)))


@router.post("/frames/{frame_id}/edits/quote", response_model=QuoteOut)
@allow(WRITES)
async def quote_edit(request: Request, me: Me, frame_id: UUID, body: EditQuoteIn) -> Response:
    """What it would cost, whatever the words. Five minutes. 422 `needs_gpu`."""
    async with db.transaction() as session:
        made = await edits.quote_edit(session, me, frame_id, Kind(body.kind))
    return ok(request, made)


@router.post("/frames/{frame_id}/edits", status_code=202, response_model=OrderedOut, openapi_extra=_body())
@allow(WRITES)
async def request_edit(request: Request, me: Me, frame_id: UUID) -> Response:
    """A child of the frame, under a job of its own. 422 `needs_gpu` where nobody does this, 409 `frame_not_ready` for a
    frame that is not finished, 402 `not_enough_dust`."""
    body, mask = await _read(request)
    ordered = await edits.request_edit(me, frame_id, body.asked(mask), body.quote_id)
    return ok(request, await started(request, ordered), 202)


async def _read(request: Request) -> tuple[EditIn, bytes | None]:
    """Raises Malformed, BadInput, RequestValidationError."""
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        try:
            return _checked(await request.json()), None
        except ValueError:
            raise Malformed("The body is not JSON.") from None
    async with request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=FORM_BYTES) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str) and value}
        files = {name: value for name, value in form.items() if isinstance(value, UploadFile)}
        mask = await files["mask"].read(masks.MAX_BYTES + 1) if "mask" in files else None
    if stray := next((name for name in files if name != "mask"), None):
        raise BadInput.of(stray[:40], "The only file is `mask`.")
    return _checked({**fields, **_numbers(fields)}), mask


def _numbers(fields: dict[str, str]) -> dict[str, int]:
    """A form has only text. One with more digits than any of our numbers stays what it is, and is refused as that."""
    return {name: int(fields[name]) for name in ("seed", "total_dust") if _DIGITS.fullmatch(fields.get(name, ""))}


def _checked(given: Any) -> EditIn:
    try:
        return EditIn.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
