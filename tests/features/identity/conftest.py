"""The whole app over ASGI, with letters that can be read and time that can be moved."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import httpx
import pytest

from pexit_app.core import deps
from tests.attack.conftest import URL, anybody, api, me, sign_in  # noqa: F401  (fixtures)

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0"


@dataclass
class Letters:
    """What was sent: codes, links and notices, by whom they went to."""

    codes: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    notices: list[tuple[str, str]] = field(default_factory=list)

    def where(self, identifier: str) -> str:
        return ""

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "") -> None:
        self.codes += [(identifier, code)] if code else []
        self.links += [(identifier, link)] if link else []

    async def send_notice(self, identifier: str, subject: str, text: str) -> None:
        self.notices.append((identifier, f"{subject}. {text}"))

    def code_to(self, identifier: str) -> str:
        return next(code for to, code in reversed(self.codes) if to == identifier)

    def token_to(self, identifier: str) -> str:
        link = next(link for to, link in reversed(self.links) if to == identifier)
        return re.search(r"token=([\w-]+)$", link)[1]


@pytest.fixture
def letters(api) -> Letters:  # noqa: F811
    made = Letters()
    deps.use(replace(deps.get(), sender=made))
    return made


Visit = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def visit(api, letters) -> Visit:  # noqa: F811
    """`await visit("ann@example.com")`: a browser that signed in through the forms; without an address one that did not."""
    clients: list[httpx.AsyncClient] = []

    async def new(identifier: str = "", agent: str = AGENT) -> httpx.AsyncClient:
        headers = {"Origin": URL, "User-Agent": agent}
        client = httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url=URL, headers=headers)
        clients.append(client)
        if identifier:
            assert (await client.post("/auth/code", data={"identifier": identifier})).status_code == 303
            answer = await client.post("/auth/session", data={"code": letters.code_to(identifier)})
            assert answer.status_code == 303
        return client

    yield new
    for client in clients:
        await client.aclose()
