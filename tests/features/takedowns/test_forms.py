"""The form and the ticket's page over HTTP: whole without JavaScript, for anybody; and what becomes of the picture."""

import httpx
import pytest
from fastapi import FastAPI
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from pexit_app.features.identity import access
from pexit_app.features.shoots import api as shoots_api
from pexit_app.features.takedowns import forms
from pexit_app.web import rates
from pexit_app.web.api import RequestContext, add_error_answers
from pexit_app.web.limits import most_bytes
from tests.features.shoots.support import new_user
from tests.features.takedowns.support import jpeg, scenery
from tests.support.callers import calls_as

FILLED = {"name": "Ann", "email": "ann@example.com", "reason": "me", "words": "That is\r\nmy face.", "address": ""}


def app_for(actor=None) -> FastAPI:
    app = FastAPI()
    app.include_router(forms.router)
    app.include_router(shoots_api.router, prefix="/api/v1")
    calls_as(app, actor)
    add_error_answers(app)
    app.add_middleware(RequestContext)
    return app


def client_of(actor=None) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app_for(actor)), base_url="http://test")


@pytest.fixture(autouse=True)
def uncounted(monkeypatch):
    monkeypatch.setattr(rates, "_limiter", MovingWindowRateLimiter(MemoryStorage()))


async def test_a_form_becomes_a_ticket_and_the_owner_is_told_why(session, owner, frame):
    async with client_of() as http:
        shown = await http.get("/takedown?address=" + "x" * 2000)
        assert shown.status_code == 200
        assert 'enctype="multipart/form-data"' in shown.text
        files = {"picture": ("me.jpg", jpeg(scenery(7)), "image/jpeg")}
        answer = await http.post("/takedown", data=FILLED, files=files)
        assert answer.status_code == 303, answer.text
        ticket = await http.get(answer.headers["location"])
    assert ticket.status_code == 200
    assert "Hidden for now." in ticket.text
    assert "ann@example.com" not in ticket.text
    assert "noindex" in ticket.text
    address = f"/api/v1/frames/{frame.id}/image"
    async with client_of(owner) as http:
        gone = (await http.get(address)).json()["error"]
        assert (gone["status_code"], gone["code"]) == (410, "frame_hidden")
        assert "somebody asked for it (T-" in gone["message"]
        assert (await http.get(f"/api/v1/frames/{frame.id}")).json()["data"]["status"] == "taken_down"
        assert (await http.get(f"/api/v1/shoots/{frame.shoot_id}/zip")).status_code == 404
    async with client_of(await new_user(session)) as http:
        assert (await http.get(address)).status_code == 404


async def test_what_is_missing_is_said_beside_what_was_filled_in(session, gate):
    async with client_of() as http:
        answer = await http.post(
            "/takedown", data={**FILLED, "name": '"><script>', "reason": ""}, files={"picture": ("", b"")}
        )
    assert answer.status_code == 422
    assert "2 things are missing" in answer.text
    assert "once more" not in answer.text
    assert "Give the picture’s address, or send the picture itself." in answer.text
    assert "&quot;&gt;&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text.replace('<script src="/light.js"></script>', "")
    assert "That is\nmy face." in answer.text
    async with client_of() as http:
        picture = {"picture": ("me.jpg", jpeg(scenery(7)), "image/jpeg")}
        answer = await http.post("/takedown", data={**FILLED, "words": ""}, files=picture)
    assert "1 thing is missing. Choose the picture’s file once more, too." in answer.text


async def test_an_address_may_send_ten_tickets_an_hour(session, gate):
    filled = {**FILLED, "address": "https://elsewhere.example/a.jpg"}
    async with client_of() as http:
        for _ in range(rates.TAKEDOWNS_PER_HOUR.amount):
            assert (await http.post("/takedown", data=filled)).status_code == 303
        answer = await http.post("/takedown", data=filled)
    assert answer.status_code == 429
    assert "more than 10 tickets in an hour" in answer.text


async def test_no_ticket_is_found_by_guessing(session, gate):
    app = app_for()
    app.state.admit = access.admit
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        assert (await http.get("/takedown/T-00000-00000")).status_code == 404
        answers = [await http.get("/takedown/T-00000-00000") for _ in range(30)]
    assert answers[-1].status_code == 429


def test_a_body_is_as_large_as_a_picture_may_be():
    assert most_bytes("/takedown") == 40 * 1024 * 1024
