"""What is fetched by a link alone: an export, a receipt where no account is left; and the keys that sign receipts."""

from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, StreamingResponse

from pexit_app.core import clock, db, erasing, settings
from pexit_app.core.errors import NotFound
from pexit_app.core.models import Receipt
from pexit_app.core.policy import OPEN, PUBLIC, allow
from pexit_app.core.receipts import KEYS_PATH
from pexit_app.features.privacy import exports, receipts
from pexit_app.features.privacy.cards import receipt_card
from pexit_app.features.privacy.components import receipt_page, spent_page
from pexit_app.features.privacy.errors import ExportUsed
from pexit_app.web import plain
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
MAX_SECRET_CHARS = 100
KEPT_S = 3600
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}  # the secret stands in the address


def link_of(secret: str) -> str:
    return f"{settings.load().origin}/exports/{quote(secret)}"


@router.get("/exports/{secret}")
@allow(PUBLIC)
async def read_export(secret: str) -> Response:
    """Everything, once. Who breaks it off makes another link."""
    try:
        async with db.transaction() as session:
            user_id = await exports.use_link(session, secret[:MAX_SECRET_CHARS])
    except ExportUsed as error:
        return plain.answer("Link used: Pexit", spent_page("This link is spent.", error.message), 410)
    async with db.transaction() as session:
        entries = await exports.collect(session, user_id)
    name = f"pexit-{clock.now():%Y-%m-%d}.zip"
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(exports.stream(user_id, entries), media_type="application/zip", headers=headers)


@router.get("/receipts/{secret}")
@allow(PUBLIC)
async def read_receipt(secret: str, download: bool = False) -> Response:
    try:
        async with db.transaction() as session:
            row = await receipts.find_by_secret(session, secret[:MAX_SECRET_CHARS])
    except NotFound:
        text = "It may not have been copied whole. A newer letter may have brought another link."
        return plain.answer("No such receipt: Pexit", spent_page("There is no such receipt.", text), 404)
    if download:
        return document(row)
    answer = plain.answer("Receipt: Pexit", receipt_page(receipt_card(row, f"/receipts/{secret}?download=1")))
    answer.headers["Referrer-Policy"] = PRIVATE["Referrer-Policy"]
    return answer


def document(row: Receipt) -> Response:
    """As a file, to be kept and verified."""
    name = f"pexit-receipt-{str(row.id)[:8]}.json"
    return JSONResponse(row.document, headers={**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'})


@router.get(KEYS_PATH)
@allow(OPEN)
async def read_keys() -> Response:
    """A JSON Web Key Set (RFC 7517) of every key that a receipt of ours is signed with."""
    async with db.transaction() as session:
        keys = await erasing.published_keys(session)
    shown = [{**key, "alg": "EdDSA", "use": "sig"} for key in keys]
    return JSONResponse({"keys": shown}, headers={"Cache-Control": f"public, max-age={KEPT_S}"})
