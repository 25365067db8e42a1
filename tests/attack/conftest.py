"""The whole REST app over ASGI, with real sign-ins, on a database that is rolled back after each test."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from pexit_app import rest
from pexit_app.core import deps, workflows
from pexit_app.features.identity import documents, tokens
from pexit_app.features.identity import service as identity
from tests.features.shoots.support import new_user, open_house, publish

URL = "http://pexit.test"
SignIn = Callable[[], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def api(session, monkeypatch):
    """The app, its pack published, no work started."""

    async def start(*_):
        return None

    monkeypatch.setattr(workflows, "start", start)
    open_house()
    await publish(session)
    made = rest.make_api()
    for router in documents.ROUTERS:
        made.include_router(router)
    yield made
    deps.use(None)


@pytest.fixture
async def anybody(api):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url=URL) as made:
        yield made


@pytest.fixture
async def sign_in(api, session) -> SignIn:
    """Makes another user each time: a client with a bearer token; `cookie` is the session's own."""
    clients: list[httpx.AsyncClient] = []

    async def new() -> httpx.AsyncClient:
        actor = await new_user(session)
        user = await identity.me(session, actor)
        row, secret = await identity.open_session(session, user, "")
        headers = {"Authorization": f"Bearer {tokens.access_token(row)}"}
        client = httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url=URL, headers=headers)
        client.cookie = {identity.settings.load().cookie_name: secret}  # type: ignore[attr-defined]
        clients.append(client)
        return client

    yield new
    for client in clients:
        await client.aclose()


@pytest.fixture
async def me(sign_in):
    return await sign_in()
