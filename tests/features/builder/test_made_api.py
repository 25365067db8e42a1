"""Versions and files over REST: shapes, codes, nobody else's."""

import copy
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.features.builder import made_api, publishing, service
from pexit_app.features.builder.service import Start
from pexit_app.features.identity import access
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.builder.test_checks import DOCUMENT
from tests.features.shoots.support import House, new_user, open_house


@pytest.fixture
def house() -> House:
    return open_house()


@pytest.fixture
async def me(session) -> Actor:
    return await new_user(session)


@pytest.fixture
async def draft(session, house, me):
    return await service.create_draft(session, me, Start(document=copy.deepcopy(DOCUMENT)))


@pytest.fixture
async def http(me) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_error_answers(app)
    app.include_router(made_api.router, prefix="/api/v1")
    app.dependency_overrides[access.signed_in] = lambda: me
    app.add_middleware(RequestContext)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pexit.test") as client:
        yield client


async def test_versions_are_listed_and_made_live(http, session, me, draft):
    base = f"/api/v1/builder/drafts/{draft.id}"
    assert (await http.get(f"{base}/versions")).json()["data"] == []
    await publishing.publish(me, draft.id, "First.")
    [version] = (await http.get(f"{base}/versions")).json()["data"]
    assert (version["number"], version["changelog"]) == (1, "First.")
    assert (await http.post(f"{base}/versions/1/live")).json()["data"]["number"] == 1
    assert (await http.post(f"{base}/versions/9/live")).status_code == 404
    told = (await http.put(f"{base}/listing", json={"is_unlisted": True})).json()["data"]
    assert told == {"is_unlisted": True, "publish_at": None}


async def test_a_time_is_set_and_taken_back(http, draft):
    url = f"/api/v1/builder/drafts/{draft.id}/schedule"
    at = (now() + timedelta(days=2)).isoformat()
    assert (await http.put(url, json={"publish_at": at})).json()["data"]["publish_at"]
    assert (await http.put(url, json={"publish_at": None})).json()["data"]["publish_at"] is None
    past = await http.put(url, json={"publish_at": "2020-01-01T00:00:00Z"})
    assert (past.status_code, past.json()["error"]["details"][0]["field"]) == (422, "publish_at")


async def test_a_file_goes_out_and_comes_in(http, draft):
    out = await http.get(f"/api/v1/builder/drafts/{draft.id}/export")
    assert out.headers["content-disposition"] == 'attachment; filename="test-pack.zip"'
    assert zipfile.ZipFile(io.BytesIO(out.content)).namelist() == ["test-pack/pack.yaml"]
    made = await http.post("/api/v1/builder/import", content=out.content)
    assert (made.status_code, made.json()["data"]["slug"]) == (201, "test-pack")
    refused = await http.post("/api/v1/builder/import", content=b"no zip")
    assert refused.status_code == 422
    assert refused.json()["error"]["message"] == "This is not a zip file, or it is damaged."


async def test_nothing_of_anothers_is_there(http, session, house):
    other = await new_user(session)
    draft = await service.create_draft(session, other, Start(document=copy.deepcopy(DOCUMENT)))
    base = f"/api/v1/builder/drafts/{draft.id}"
    for method, url, body in (
        ("GET", f"{base}/versions", None),
        ("POST", f"{base}/versions/1/live", None),
        ("PUT", f"{base}/listing", {"is_unlisted": True}),
        ("GET", f"{base}/export", None),
    ):
        assert (await http.request(method, url, json=body)).status_code == 404, url
