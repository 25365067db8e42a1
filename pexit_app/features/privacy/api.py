"""One's data over REST: everything taken along, everything deleted, and the receipts of both. No key may do that."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from pexit_app.core import db
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.privacy import deletion, exports, receipts
from pexit_app.features.privacy.downloads import link_of
from pexit_app.features.privacy.schemas import DeletionOut, ExportOut, ReceiptOut
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["privacy"])


@router.post("/me/export", status_code=201, response_model=ExportOut)
@allow(MANAGES)
async def make_export(request: Request, me: Me) -> Response:
    """A link to everything that is kept of you. 403 `proof_needed` when the last proof of who you are is more than 15
    minutes old."""
    async with db.transaction() as session:
        row, secret = await exports.make_link(session, me)
    return ok(request, ExportOut(**row.model_dump(), url=link_of(secret)), 201)


@router.get("/me/deletion", response_model=DeletionOut)
@allow(LOOKS_AFTER)
async def read_deletion(request: Request, me: Me) -> Response:
    """404: the account is not to be deleted."""
    async with db.transaction() as session:
        row = await deletion.find(session, me)
    if row is None:
        raise NotFound("This account is not to be deleted.")
    return ok(request, DeletionOut.model_validate(row))


@router.post("/me/deletion", status_code=202, response_model=DeletionOut)
@allow(MANAGES)
async def ask_deletion(request: Request, me: Me) -> Response:
    """In seven days everything goes: work is stopped, all rows and bytes are deleted, dust that is left is lost. Packs that
    others shot with stay with them, without your name. 403 `proof_needed`, 409 `deletion_asked`."""
    async with db.transaction() as session:
        row = await deletion.ask(session, me)
    await deletion.tell_asked(me)
    return ok(request, DeletionOut.model_validate(row), 202)


@router.delete("/me/deletion", status_code=204)
@allow(MANAGES)
async def keep_account(me: Me) -> Response:
    async with db.transaction() as session:
        await deletion.take_back(session, me)
    return Response(status_code=204)


@router.get("/receipts", response_model=list[ReceiptOut])
@allow(LOOKS_AFTER)
async def list_receipts(request: Request, me: Me) -> Response:
    """Of what was erased and exported, newest first."""
    async with db.transaction() as session:
        rows = await receipts.list_receipts(session, me)
    return ok(request, [ReceiptOut.model_validate(row) for row in rows], limit=receipts.MOST_SHOWN)


@router.get("/receipts/{receipt_id}", response_model=ReceiptOut)
@allow(LOOKS_AFTER)
async def read_receipt(request: Request, me: Me, receipt_id: UUID) -> Response:
    async with db.transaction() as session:
        row = await receipts.find(session, me, receipt_id)
    return ok(request, ReceiptOut.model_validate(row))
