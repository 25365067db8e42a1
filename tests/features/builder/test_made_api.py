"""Files over REST: shapes, codes, nobody else's."""

import copy
import io
import zipfile
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core.actor import Actor
from pexit_app.features.builder import made_api, service
from pexit_app.features.builder.service import Start
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.builder.test_checks import DOCUMENT
from tests.features.shoots.support import House, new_user, open_house
from tests.support.callers import calls_as


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
    calls_as(app, me)
    app.add_middleware(RequestContext)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pexit.test") as client:
        yield client


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
    for method, url, body in (("GET", f"{base}/export", None),):
        assert (await http.request(method, url, json=body)).status_code == 404, url
