"""fal's own client, handing an order over exactly once.

Its submit() sends the POST again, up to ten times, after a lost answer, a 409, a 429 or a gateway's 502: each of them may
have been a paid order. It goes on for as long as it meets httpx's errors; so the transport below turns everything but a
good answer into errors of ours, which end it at the first.

The client's transport to its second domain stays in: it is only used when no connection to the first one came about
(httpx.ConnectError, ConnectTimeout), before anything was sent, so it cannot double an order either.
"""

from collections.abc import Mapping

import httpx
from fal_client import AsyncClient
from fal_client.client import USER_AGENT, AsyncBackupDomainTransport

# Nothing of the order has left us when one of these is raised.
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
MOST_BYTES = 2**20


class NoAnswer(Exception):
    """`is_sent`: the order may have arrived."""

    def __init__(self, reason: str, *, is_sent: bool) -> None:
        super().__init__(reason)
        self.is_sent = is_sent


class Refused(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.headers, self.content = status, headers, content


class OneAttempt(httpx.AsyncBaseTransport):
    """Gives whole good answers and raises NoAnswer or Refused for everything else."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._inner.handle_async_request(request)
            content = await _whole(response)
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__, is_sent=not isinstance(error, NEVER_SENT)) from error
        if not response.is_success:
            raise Refused(response.status_code, response.headers, content)
        return httpx.Response(response.status_code, content=content, headers={"content-type": "application/json"})

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _whole(response: httpx.Response) -> bytes:
    content = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                raise NoAnswer("an endless answer", is_sent=True)
    finally:
        await response.aclose()
    return bytes(content)


class OnceClient(AsyncClient):
    """For submit() alone."""

    def __init__(self, key: str, timeout_s: float) -> None:
        super().__init__(key=key, default_timeout=timeout_s)
        self._http = httpx.AsyncClient(
            transport=OneAttempt(AsyncBackupDomainTransport()),
            headers={"Authorization": f"Key {key}", "User-Agent": USER_AGENT},
            timeout=timeout_s,
        )

    @property
    async def _client(self) -> httpx.AsyncClient:  # type: ignore[override] # a cached property of the same use there
        return self._http

    async def close(self) -> None:
        await self._http.aclose()
