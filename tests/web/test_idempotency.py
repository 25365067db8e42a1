"""Idempotency-Key: one effect, one reply, whoever asks how often."""

import asyncio
import contextlib
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from sqlmodel import select

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.core.models import Discarded, StoredReply
from pexit_app.core.policy import WRITES, Policy, allow
from pexit_app.web.api import RequestContext, add_error_answers, ok
from pexit_app.web.idempotency import RUNNING, IdempotentRoute


@pytest.fixture
def calls():
    return []


@pytest.fixture
async def client(live_db, calls):
    router = APIRouter(route_class=IdempotentRoute)
    gate = asyncio.Event()
    gate.set()

    @router.post("/things", status_code=201)
    @allow(WRITES)
    async def make(request: Request):
        await gate.wait()
        calls.append(await request.body())
        return ok(request, {"number": len(calls)}, 201)

    @router.post("/broken")
    @allow(WRITES)
    async def broken(request: Request):
        calls.append(b"")
        raise BadInput.of("x", "no")

    @router.post("/dies")
    @allow(WRITES)
    async def die_before_the_answer(request: Request):
        async with db.transaction() as session:
            session.add(Discarded(prefix=f"things/{uuid4()}/"))
        calls.append(b"")
        raise SystemError

    async def admit(request: Request, policy: Policy) -> Actor:
        return Actor(UUID(request.headers["x-user"]), uuid4(), "starter")

    app = FastAPI()
    add_error_answers(app)
    app.state.admit = admit
    app.include_router(router)
    app.add_middleware(RequestContext)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"x-user": str(uuid4())}) as made:
        made.gate = gate
        yield made


async def test_the_same_key_and_body_get_the_stored_reply(client, calls):
    first = await client.post("/things", content=b"a", headers={"Idempotency-Key": "k"})
    again = await client.post("/things", content=b"a", headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["data"] == again.json()["data"] == {"number": 1}
    assert len(calls) == 1


async def test_another_body_is_a_conflict(client):
    await client.post("/things", content=b"a", headers={"Idempotency-Key": "k"})
    other = await client.post("/things", content=b"b", headers={"Idempotency-Key": "k"})
    assert other.status_code == 409
    assert other.json()["error"]["code"] == "idempotency_conflict"


async def test_two_at_once_have_one_effect(client, calls):
    client.gate.clear()
    both = [
        asyncio.create_task(client.post("/things", content=b"a", headers={"Idempotency-Key": "k"})) for _ in range(2)
    ]
    done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    assert next(iter(done)).result().json()["error"]["code"] == "in_progress"
    client.gate.set()
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [201, 409]
    assert len(calls) == 1


async def test_keys_belong_to_their_user(client, calls):
    for user in (uuid4(), uuid4()):
        await client.post("/things", content=b"a", headers={"Idempotency-Key": "k", "x-user": str(user)})
    assert len(calls) == 2


async def test_an_error_may_be_mended_under_the_same_key(client, calls):
    for _ in range(2):
        assert (await client.post("/broken", headers={"Idempotency-Key": "k"})).status_code == 422
    assert len(calls) == 2


@pytest.mark.parametrize(("key", "status"), [("k" * 200, 201), ("k" * 201, 422)])
async def test_the_length_of_a_key(client, key, status):
    assert (await client.post("/things", headers={"Idempotency-Key": key})).status_code == status


async def test_a_claim_of_a_dead_process_is_taken_over(client, calls):
    user = UUID(client.headers["x-user"])
    await client.post("/things", content=b"a", headers={"Idempotency-Key": "k"})
    async with db.transaction() as session:
        row = (await session.exec(select(StoredReply).where(StoredReply.user_id == user))).one()
        row.status = 0
        session.add(row)
    assert (await client.post("/things", content=b"a", headers={"Idempotency-Key": "k"})).status_code == 409
    from datetime import timedelta

    from sqlalchemy import update

    async with db.transaction() as session:
        late = row.created_at - timedelta(minutes=2)
        await session.exec(update(StoredReply).where(StoredReply.user_id == user).values(updated_at=late))
    assert (await client.post("/things", content=b"a", headers={"Idempotency-Key": "k"})).status_code == 201
    assert len(calls) == 2


async def test_work_whose_answer_was_lost_is_not_done_twice(client, calls):
    """A crash between the commit and the stored reply; a failure at that point stands for it."""
    for _ in range(2):
        with contextlib.suppress(SystemError):
            await client.post("/dies", headers={"Idempotency-Key": "lost"})
    assert len(calls) == 1
    async with db.transaction() as session:
        row = (await session.exec(select(StoredReply).where(StoredReply.key == "lost"))).one()
        row.updated_at = row.updated_at - 2 * RUNNING
        session.add(row)
    answer = await client.post("/dies", headers={"Idempotency-Key": "lost"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "reply_lost")
    assert len(calls) == 1
