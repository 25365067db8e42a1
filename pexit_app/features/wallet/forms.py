"""The wallet's pages and their posts. Plain forms: post, redirect, get; what went wrong is drawn in the answer to the post.

A client sends which bundle it wants, never a price.
"""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from pexit_app.core import db, deps, settings
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound, PexitError
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, allow
from pexit_app.features.identity import service as identity
from pexit_app.features.identity.access import Me, who
from pexit_app.features.identity.errors import OriginMismatch
from pexit_app.features.identity.page_route import page_route
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.wallet import buying, caps, promos, purchases, queries
from pexit_app.features.wallet.cards import Said, wallet_view
from pexit_app.features.wallet.components import wallet_page
from pexit_app.features.wallet.models import Transfer
from pexit_app.features.wallet.receipts import purchase_page, receipt_page
from pexit_app.features.wallet.schemas import EntryOut
from pexit_app.web import plain

HOME = "/wallet"
Field = Annotated[str, Form()]
NOTES = {  # by the word that a redirect brings; nothing else is ever shown from an address
    "promo": "The code's dust is yours.",
    "caps": "Your limits are kept.",
}
COLUMNS = ("time_utc", "kind", "what", "change", "dust", "balance_after", "reason", "job_id", "frame_id", "purchase_id")


async def draw(me: Actor, said: Said, status: int = 200, show: str = "all", cursor: str | None = None) -> Response:
    till = deps.get().cashier
    async with db.transaction() as session:
        chosen = said.values.get("bundle", "")
        view = await wallet_view(session, me, till.name if till else "", show, cursor, chosen)
        visitor = await visitor_of(session, me)
    return plain.answer(
        "Wallet: Pexit", wallet_page(view, said, visitor), status, forms_to=till.pay_origins if till else ()
    )


async def tell(request: Request, error: PexitError) -> Response:
    """The page again, with the error at its field and what was typed."""
    me = None if isinstance(error, OriginMismatch) else await who(request)
    if me is None:
        raise error
    typed = {name: value[:80] for name, value in (await request.form()).items() if isinstance(value, str)}
    at = {each.field: each.message for each in error.problems} if isinstance(error, BadInput) else {}
    if request.url.path.endswith("/promo") and not at:
        at = {"code": error.message}
    return await draw(me, Said(errors=at, values=typed, bad="" if at else error.message), error.status)


WalletRoute = page_route(HOME, tell)
router = APIRouter(include_in_schema=False, route_class=WalletRoute)


@router.get("/wallet")
@allow(LOOKS_AFTER)
async def read_wallet(me: Me, show: str = "all", cursor: str = Query("", max_length=200), done: str = "") -> Response:
    try:
        return await draw(me, Said(note=NOTES.get(done, "")), show=show, cursor=cursor or None)
    except BadInput:
        return RedirectResponse(HOME, 303)


@router.post("/wallet/buy")
@allow(MANAGES)
async def buy(me: Me, bundle: Field = "") -> Response:
    """On to where it is paid."""
    try:
        bundle_id = UUID(bundle)
    except ValueError:
        raise BadInput.of("bundle", "Choose how much dust.", bundle[:40]) from None
    row = await buying.buy(me, bundle_id)
    return RedirectResponse(row.checkout_url, 303)


@router.post("/wallet/promo")
@allow(MANAGES)
async def redeem(me: Me, code: Field = "") -> Response:
    async with db.transaction() as session:
        await promos.redeem(session, me, code)
    return RedirectResponse(f"{HOME}?done=promo", 303)


@router.post("/wallet/caps")
@allow(MANAGES)
async def keep_caps(me: Me, daily_dust: Field = "", run_dust: Field = "") -> Response:
    async with db.transaction() as session:
        await caps.change(session, me, _dust_in("daily_dust", daily_dust), _dust_in("run_dust", run_dust))
    return RedirectResponse(f"{HOME}?done=caps", 303)


def _dust_in(name: str, text: str) -> int | None:
    """Empty: no limit. Raises BadInput."""
    text = text.strip().replace(",", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise BadInput.of(name, "Write a whole number, or leave it empty for no limit.", text[:40])
    return int(text)


@router.get("/wallet/purchases/{purchase_id}")
@allow(LOOKS_AFTER)
async def come_back(me: Me, purchase_id: str) -> Response:
    """From the cashier, who is asked now: the webhook may be late."""
    row = await buying.ask_again(me, _id_in(purchase_id))
    async with db.transaction() as session:
        balance = await queries.balance(session, me.user_id)
        visitor = await visitor_of(session, me)
    return plain.answer("Purchase: Pexit", purchase_page(row, balance, visitor))


@router.get("/wallet/receipts/{purchase_id}")
@allow(LOOKS_AFTER)
async def read_receipt(me: Me, purchase_id: str) -> Response:
    """Printable. Raises NotFound for what was never paid."""
    async with db.transaction() as session:
        row = await purchases.find_purchase(session, me, _id_in(purchase_id))
        if not row.credited_dust:
            raise NotFound("There is no receipt: this was not paid.")
        user = await identity.me(session, me)
        visitor = await visitor_of(session, me)
    named = ", ".join(filter(None, (user.name, user.email or user.phone)))
    seller = f"Pexit, {urlsplit(settings.load().origin).hostname}"
    return plain.answer("Receipt: Pexit", receipt_page(row, named or user.fairyname, seller, visitor))


def _id_in(text: str) -> UUID:
    """Raises NotFound: what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such purchase.") from None


@router.get("/wallet/statement.csv")
@allow(LOOKS_AFTER)
async def download(me: Me, show: str = "all") -> Response:
    """Every line, newest first, a page of them at a time."""
    if show not in queries.SHOWN:
        raise BadInput.of("show", f"Show {', '.join(queries.SHOWN)}.", show[:40])
    headers = {"Content-Disposition": 'attachment; filename="pexit-statement.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(_rows(me, show), media_type="text/csv; charset=utf-8", headers=headers)


async def _rows(me: Actor, show: str) -> AsyncIterator[str]:
    yield _csv([COLUMNS])
    cursor: str | None = None
    while True:
        async with db.transaction() as session:
            page = await queries.statement(session, me.user_id, cursor, MAX_LIMIT, show)
        yield _csv([_cells(each) for each in page.rows])
        if (cursor := page.next_cursor) is None:
            return


def _cells(transfer: Transfer) -> tuple[object, ...]:
    line = EntryOut.of(transfer)
    about = (line.job_id or "", line.frame_id or "", line.purchase_id or "")
    what = _harmless(str(line.memo.get("title", "")))
    time = line.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (time, line.kind, what, line.change, line.dust, line.balance_after, _harmless(line.reason), *about)


def _harmless(text: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _csv(rows: list[tuple[object, ...]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue()
