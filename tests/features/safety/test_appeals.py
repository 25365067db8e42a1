"""Appeals: made by sending the refused request to another door, answered by the operator, told once, forgotten in time."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from pexit_app.core import clock, deps
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.safety import api, appeals, desk
from pexit_app.features.safety.errors import AlreadyAnswered
from pexit_app.features.safety.models import KEPT, Appeal
from pexit_app.features.shoots import api as shoots_api
from pexit_app.web.api import add_error_answers
from tests.features.shoots.friends import befriend
from tests.features.shoots.gpus import befriend_trained, finished, rent
from tests.features.shoots.support import PACK, new_user, open_house, publish
from tests.support.callers import calls_as

NUDE = "the nude gallery of a museum"


@pytest.fixture(autouse=True)
def house():
    yield open_house()
    deps.use(None)


@pytest.fixture
async def me(session):
    await publish(session)
    return await new_user(session)


@pytest.fixture
def as_user():
    def make(actor) -> httpx.AsyncClient:
        app = FastAPI()
        for router in (api.router, shoots_api.router):
            app.include_router(router, prefix="/api/v1")
        calls_as(app, actor)
        add_error_answers(app)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")

    return make


@pytest.fixture
async def client(as_user, me):
    async with as_user(me) as made:
        yield made


@pytest.fixture
async def body(session, me):
    """What is refused, of a real face."""
    friend = await befriend(session, me)
    return {"pack": PACK, "scene": "shore", "prompt": NUDE, "likeness_id": str(friend.likeness.id)}


async def appealed(client, body, **more) -> dict[str, object]:
    answer = await client.post("/api/v1/appeals", json={**body, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


async def test_a_refused_request_is_appealed_against_and_granted(session, client, me, body):
    assert (await client.post("/api/v1/quotes", json=body)).json()["error"]["code"] == "words_refused"
    made = await appealed(client, body, note="It is a museum.")
    assert (made["status"], made["field"], made["typed"]) == ("open", "prompt", "nude")
    again = await appealed(client, body)
    assert again["id"] == made["id"]  # one appeal while it is open
    [waiting] = await appeals.queue(session)
    told = desk.line(waiting)
    assert NUDE in told
    assert "It is a museum." in told
    assert "lets     the nude gallery of a museum" in told

    await appeals.answer_appeal(session, waiting.id, is_granted=True, answer="Statues are fine.")
    assert (await client.post("/api/v1/quotes", json=body)).status_code == 200
    other = {**body, "prompt": f"{NUDE}, nude herself"}
    assert (await client.post("/api/v1/quotes", json=other)).status_code == 422
    elsewhere = await new_user(session)
    [row] = (await client.get("/api/v1/appeals")).json()["data"]
    assert (row["status"], row["answer"]) == ("granted", "Statues are fine.")
    with pytest.raises(NotFound):
        await appeals.find_appeal(session, elsewhere, waiting.id)
    with pytest.raises(AlreadyAnswered):
        await appeals.answer_appeal(session, waiting.id, is_granted=False, answer="No.")


async def test_the_answer_is_told_once(session, client, me, body):
    made = await appealed(client, body)
    assert await appeals.tell_answers(session, me.user_id) == []
    [waiting] = await appeals.queue(session)
    await appeals.answer_appeal(session, waiting.id, is_granted=False, answer="It shows somebody.")
    [sentence] = await appeals.tell_answers(session, me.user_id)
    assert sentence == "Your appeal about “nude” was not granted. It shows somebody."
    assert await appeals.tell_answers(session, me.user_id) == []
    assert (await client.post("/api/v1/quotes", json=body)).status_code == 422
    assert (await client.get(f"/api/v1/appeals/{made['id']}")).json()["data"]["status"] == "upheld"


async def test_what_is_granted_ends_with_the_appeal(session, client, me, body):
    made = await appealed(client, body)
    [waiting] = await appeals.queue(session)
    await appeals.answer_appeal(session, waiting.id, is_granted=True, answer="Fine.")
    assert (await client.delete(f"/api/v1/appeals/{made['id']}")).status_code == 204
    assert (await client.post("/api/v1/quotes", json=body)).status_code == 422
    assert (await client.delete(f"/api/v1/appeals/{made['id']}")).status_code == 404


async def test_what_is_granted_without_a_face_counts_for_nothing_with_one(session, client, body):
    await appealed(client, body)
    [waiting] = await appeals.queue(session)
    await appeals.answer_appeal(session, waiting.id, is_granted=True, answer="Fine.")
    assert (await client.post("/api/v1/quotes", json=body)).status_code == 200
    await session.exec(update(Appeal).values(has_likeness=False))
    assert (await client.post("/api/v1/quotes", json=body)).status_code == 422


async def test_an_edit_is_appealed_against_too(session, client, me, house):
    rent()
    friend = await befriend_trained(session, me)
    frame = await finished(session, me, cast={"you": friend.likeness.id})
    address = f"/api/v1/frames/{frame.id}/edits/appeals"
    made = await client.post(address, json={"kind": "edit", "prompt": "a nude-ish palette of skin tones, nude"})
    assert made.status_code == 201, made.text
    assert made.json()["data"]["field"] == "prompt"
    fine = await client.post(address, json={"kind": "edit", "prompt": "rain"})
    assert (fine.status_code, fine.json()["error"]["code"]) == (409, "not_refused")


async def test_what_is_not_refused_is_not_appealed_against(client, body):
    answer = await client.post("/api/v1/appeals", json={**body, "prompt": "rain"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_refused")


@pytest.mark.parametrize(("chars", "status"), [(1000, 201), (1001, 422)])
async def test_a_note_has_an_end(client, body, chars, status):
    assert (await client.post("/api/v1/appeals", json={**body, "note": "x" * chars})).status_code == status


async def test_ten_appeals_wait_and_no_more(client, body):
    for number in range(appeals.MAX_OPEN):
        await appealed(client, body, prompt=f"{NUDE} {number}")
    answer = await client.post("/api/v1/appeals", json={**body, "prompt": f"{NUDE} more"})
    assert (answer.status_code, answer.json()["error"]["details"]) == (409, {"limit": appeals.MAX_OPEN})
    await appealed(client, body, prompt=f"{NUDE} 3")  # which waits already


@pytest.mark.parametrize("answer", ["", "x" * 1001])
async def test_an_answer_says_why(session, client, body, answer):
    await appealed(client, body)
    [waiting] = await appeals.queue(session)
    with pytest.raises(BadInput):
        await appeals.answer_appeal(session, waiting.id, is_granted=True, answer=answer)


async def test_words_are_kept_for_thirty_days(session, client, me, body):
    await appealed(client, body, prompt=f"{NUDE}, one")
    await appealed(client, body, prompt=f"{NUDE}, two")
    [first, _] = await appeals.queue(session)
    await appeals.answer_appeal(session, first.id, is_granted=True, answer="Fine.")
    with clock.moved(days=KEPT.days - 1):
        await appeals.forget_old(session)
    assert (await appeals.count_open(session)) == 1
    with clock.moved(days=KEPT.days + 1):
        await appeals.forget_old(session)
    assert (await appeals.count_open(session)) == 0
    kept = await session.get(Appeal, first.id, populate_existing=True)
    assert (kept.texts, kept.note) == ([], "")
    fine = {**body, "prompt": f"{NUDE}, one"}
    assert (await client.post("/api/v1/quotes", json=fine)).status_code == 200
