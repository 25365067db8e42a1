"""Terms, coupons and bundles over REST, and the pages that a code and a bundle's address open."""

import re

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core import clock
from pexit_app.features.earnings import forms as earnings_forms
from pexit_app.features.identity import access, account
from pexit_app.features.packs import api as packs_api
from pexit_app.features.pricing import api, forms
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.earnings.support import FEE, REMIX, SECOND, SOURCE, UNLOCK, buyer, pack, shop
from tests.support.callers import calls_as

ORIGIN = "http://test"


@pytest.fixture
def as_user(monkeypatch):
    """A client of somebody; None: of nobody known."""

    def make(actor) -> httpx.AsyncClient:
        async def who(request):
            return actor

        for module in (access, forms, earnings_forms, packs_api):
            monkeypatch.setattr(module, "who", who)
        app = FastAPI()
        for each in (api.router, packs_api.router):
            app.include_router(each, prefix="/api/v1")
        for each in (*forms.ROUTERS, earnings_forms.router):
            app.include_router(each)
        calls_as(app, actor)
        add_error_answers(app)
        app.add_middleware(RequestContext)
        headers = {"Origin": ORIGIN}
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers)

    return make


async def test_terms_are_set_and_shown_to_everybody(session, as_user):
    source, _ = await shop(session)
    pack_id = (await pack(session, SOURCE)).id
    async with as_user(source) as http:
        until = clock.after(days=5).isoformat()
        body = {"launch": {"fee_dust": 2, "unlock_dust": 9, "until": until}, "royalty_percent": 20}
        told = (await http.patch(f"/api/v1/pricing/{pack_id}", json=body)).json()["data"]
        assert (told["launch_fee_dust"], told["royalty_percent"], told["creator_percent"]) == (2, 20, 80)
        for wrong in (
            {"royalty_percent": 21},
            {"royalty_percent": True},
            {"launch": {**body["launch"], "fee_dust": 99}},
        ):
            assert (await http.patch(f"/api/v1/pricing/{pack_id}", json=wrong)).status_code == 422
        coupon = {"code": "snow-20", "percent": 20, "takers": 2, "expires_at": until}
        made = await http.post(f"/api/v1/pricing/{pack_id}/coupons", json=coupon)
        assert (made.status_code, made.json()["data"]["url"]) == (201, f"{ORIGIN}/coupon/SNOW-20")
    async with as_user(None) as http:
        shown = (await http.get(f"/api/v1/packs/{SOURCE}")).json()["data"]
        assert (shown["price_dust"], shown["unlock_dust"], shown["launch_until"][:10]) == (2, 9, until[:10])
        remix = (await http.get(f"/api/v1/packs/{REMIX}")).json()["data"]
        assert [each["percent"] for each in remix["royalties"]] == [10]  # as it stood when the remix came out
        page = await http.get("/coupon/snow-20")
        assert page.status_code == 200 and "20 % off Test pack." in page.text and "Sign in to take it" in page.text
        assert (await http.post("/coupon/snow-20")).headers["location"] == "/login?next=%2Fcoupon%2Fsnow-20"
        assert [(await http.get(f"/coupon/{each}")).status_code for each in ("none", "x" * 300)] == [404, 404]
    me = await buyer(session)
    async with as_user(me) as http:
        assert (await http.post("/coupon/SNOW-20", headers={"Origin": "https://evil.example"})).status_code == 403
        assert (await http.post("/coupon/SNOW-20")).status_code == 303
        assert "It is yours." in (await http.get("/coupon/SNOW-20")).text
    async with as_user(source) as http:
        assert "your own pack" in (await http.post("/coupon/SNOW-20")).text


async def test_a_bundle_is_made_and_sold_on_plain_pages(session, as_user):
    source, _ = await shop(session)
    await account.become_creator(session, source)
    ids = [str((await pack(session, slug)).id) for slug in (SOURCE, SECOND)]
    async with as_user(source) as http:
        assert "Make a bundle" in (await http.get("/earnings/bundles")).text
        wrong = await http.post("/earnings/bundles", data={"title": "Both", "dust": 2 * UNLOCK, "packs": ids})
        assert (
            wrong.status_code == 422
            and "less than its packs alone" in wrong.text
            and f'value="{2 * UNLOCK}"' in wrong.text
        )
        made = await http.post("/earnings/bundles", data={"title": "Both of them", "dust": 40, "packs": ids})
        assert made.headers["location"] == "/earnings/bundles?done=made"
        path = (await http.get("/earnings/bundles")).text.partition('href="/b/')[2].partition('"')[0]
    me = await buyer(session)
    async with as_user(me) as http:
        page = (await http.get(f"/b/{path}")).text
        asked = re.search(r'<input[^>]*name="total_dust"[^>]*>', page)
        assert "Unlock them" in page and asked and 'value="40"' in asked[0]
        stale = await http.post(f"/b/{path}", data={"total_dust": "-40"})
        assert stale.status_code == 409 and "This costs 40 dust by now" in stale.text
        assert (await http.post(f"/b/{path}", data={"total_dust": "40"})).status_code == 303
        assert "You have unlocked all of it." in (await http.get(f"/b/{path}")).text
        assert (await http.get(f"/api/v1/packs/{SECOND}")).json()["data"]["is_unlocked"]
    assert FEE  # what frames cost stays
