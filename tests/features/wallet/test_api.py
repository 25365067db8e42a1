"""GET /wallet and its statement."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.features.wallet import bundles, service
from pexit_app.features.wallet.api import router
from pexit_app.features.wallet.schemas import PurchaseIn
from pexit_app.providers.cashier.till import Till
from pexit_app.web.api import add_error_answers
from tests.features.shoots.support import open_house
from tests.features.wallet.support import wallet_of
from tests.support.callers import calls_as


@pytest.fixture
async def me(session):
    return Actor(await wallet_of(session, granted=5, bought=5), uuid4(), "starter")


@pytest.fixture
async def client(me):
    app = FastAPI()
    app.include_router(router, prefix="/api/v1")
    calls_as(app, me)
    add_error_answers(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made


async def work(me):
    """A job of 6: one frame delivered, the rest given back."""
    memo = {"job_id": str(uuid4())}
    async with db.transaction() as session:
        await service.hold(session, me.user_id, 6, key="h", memo=memo)
    async with db.transaction() as session:
        await service.settle(session, "h", 1, key="s", memo={"frame_id": "f1"})
    async with db.transaction() as session:
        await service.release(session, "h", None, key="r", reason="You stopped it.")
    return memo["job_id"]


async def test_the_wallet_says_what_can_be_spent_and_what_is_held(client, me):
    async with db.transaction() as session:
        await service.hold(session, me.user_id, 6, key="h")
    answer = (await client.get("/api/v1/wallet")).json()
    assert answer["success"] is True
    caps = {"daily_dust": None, "run_dust": None}
    assert answer["data"] == {"balance": 4, "held": 6, "granted": 0, "bought": 4, "owed": 0, "caps": caps}


async def test_the_statement_names_the_work_and_replays_to_the_balance(client, me):
    job_id = await work(me)
    answer = (await client.get("/api/v1/wallet/entries")).json()
    assert answer["meta"]["page"] == {"next_cursor": None, "limit": 50}
    lines = answer["data"]
    shown = [(line["kind"], line["dust"], line["change"], line["balance_after"], line["reason"]) for line in lines]
    assert shown == [
        ("release", 5, 5, 9, "You stopped it."),
        ("settle", 1, 0, 4, ""),
        ("hold", 6, -6, 4, ""),
        ("purchase", 5, 5, 10, ""),
        ("grant", 5, 5, 5, "Welcome grant"),
    ]
    assert [(line["job_id"], line["frame_id"]) for line in lines[:4]] == [
        (job_id, None),
        (job_id, "f1"),
        (job_id, None),
        (None, None),
    ]
    assert sum(line["change"] for line in lines) == lines[0]["balance_after"]
    assert {"id", "created_at", "updated_at"} <= set(lines[0])


async def test_the_statement_comes_in_pages_that_join_up(client, me):
    await work(me)
    whole = (await client.get("/api/v1/wallet/entries")).json()["data"]
    pages, joined, cursor = [], [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = (await client.get("/api/v1/wallet/entries", params=query)).json()
        pages.append(answer["data"])
        joined += answer["data"]
        if (cursor := answer["meta"]["page"]["next_cursor"]) is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    assert joined == whole


async def test_nobody_sees_the_lines_of_another(client, me, session):
    await wallet_of(session, granted=7)
    lines = (await client.get("/api/v1/wallet/entries")).json()["data"]
    assert [line["dust"] for line in lines] == [5, 5]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"cursor": "not ours"}])
async def test_a_page_that_cannot_be_is_refused(client, query):
    answer = await client.get("/api/v1/wallet/entries", params=query)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] in query


async def test_limits_are_set_and_refuse_with_what_to_do(client, me):
    answer = await client.put("/api/v1/wallet/caps", json={"daily_dust": 4, "run_dust": None})
    assert answer.json()["data"] == {"daily_dust": 4, "run_dust": None}
    for wrong in ({"daily_dust": 0}, {"daily_dust": "4"}, {"dayly_dust": 4}):
        assert (await client.put("/api/v1/wallet/caps", json=wrong)).status_code == 422
    assert (await client.get("/api/v1/wallet")).json()["data"]["caps"] == {"daily_dust": 4, "run_dust": None}


async def test_a_bundle_costs_what_its_row_says_whatever_is_sent(client, me, session):
    await bundles.set_bundle(session, 700, 650)
    bundle = next(each for each in (await client.get("/api/v1/wallet/bundles")).json()["data"] if each["dust"] == 700)
    assert bundle["price_cents"] == 650
    await bundles.set_bundle(session, 700, None)
    again = await client.get("/api/v1/wallet/bundles")
    assert bundle["id"] not in [each["id"] for each in again.json()["data"]]
    assert "price_cents" not in PurchaseIn.model_validate({"bundle": bundle["id"], "price_cents": 1}).model_dump()


async def test_the_statement_is_filtered(client, me):
    await work(me)
    kinds = {}
    for show in ("in", "spent", "back", "taken"):
        answer = await client.get("/api/v1/wallet/entries", params={"show": show})
        kinds[show] = [line["kind"] for line in answer.json()["data"]]
    assert kinds == {"in": ["purchase", "grant"], "spent": ["settle"], "back": ["release"], "taken": []}
    assert (await client.get("/api/v1/wallet/entries", params={"show": "none"})).status_code == 422


async def test_a_hook_without_a_signature_is_nobodys(client, tmp_path):
    open_house()
    till = Till(tmp_path, lambda purchase_id: "")
    deps.use(replace(deps.get(), cashier=till))
    answer = await client.post("/api/v1/wallet/hooks/stripe", content=b"{}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "forged")
    deps.use(None)
