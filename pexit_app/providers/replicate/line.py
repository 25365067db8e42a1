"""The wire under the official client.

The client forgets the environment's proxies (it hands httpx a transport of its own, which switches them off), gives
predictions no time-out at all, drops an error's Retry-After, and repeats its GETs up to ten times, each for as long as
the other side asks. So it is given this transport: httpx as it is by itself, with time-outs everywhere, whole and bounded
answers, and errors as exceptions, raised beneath its repetitions. Nothing is ever sent twice.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from pexit_app.core.clock import now

MOST_BYTES = 16 * 2**20  # of an answer; a page of a listing holds a hundred orders with their logs
MOST_ERROR_BYTES = 64 * 2**10
LONGEST_RETRY_S = 3600.0
TIMES = httpx.Timeout(connect=5.0, read=30.0, write=30.0, pool=10.0)


class Answered(Exception):
    """An answer other than 2xx. `detail` is for the operator."""

    def __init__(self, status: int, detail: str, retry_after_s: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.detail, self.retry_after_s = status, detail, retry_after_s


class Line(httpx.AsyncBaseTransport):
    """Raises Answered and httpx.HTTPError."""

    def __init__(self, times: httpx.Timeout = TIMES) -> None:
        self._times = times
        # A connection of its own for each call: one that idled may be closed over there, and an order that was sent into
        # it would have to count as lost.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._http = httpx.AsyncClient(timeout=times, follow_redirects=False, limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked: Mapping[str, float | None] = request.extensions.get("timeout", {})
        if not any(asked.values()):
            request.extensions = {**request.extensions, "timeout": self._times.as_dict()}
        response = await self._http.send(request, stream=True)
        try:
            content = await self._whole(response)
        finally:
            await response.aclose()
        if not response.is_success:
            raise Answered(response.status_code, *_explained(content, response.headers))
        return httpx.Response(response.status_code, headers=response.headers, content=content)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _whole(self, response: httpx.Response) -> bytes:
        """As it was sent (still compressed). Raises httpx.HTTPError, also for one that never ends."""
        most = MOST_BYTES if response.is_success else MOST_ERROR_BYTES
        content = bytearray()
        try:
            async with asyncio.timeout(self._times.read):
                async for chunk in response.aiter_raw():
                    content += chunk
                    if len(content) > most:
                        if not response.is_success:
                            break
                        raise httpx.ReadError("the answer is too long")
        except (TimeoutError, httpx.HTTPError) as error:
            if response.is_success:
                raise (
                    error if isinstance(error, httpx.HTTPError) else httpx.ReadTimeout("the answer is too slow")
                ) from error
        return bytes(content)


def _explained(content: bytes, headers: Mapping[str, str]) -> tuple[str, float | None]:
    """What an error says, and after how many seconds to ask again: by its header, or its `retry_after`."""
    try:
        body: Any = json.loads(content)
    except ValueError:
        body = None
    told = body if isinstance(body, dict) else {}
    detail = str(told.get("detail") or told.get("title") or "")[:300]
    after = _seconds(headers.get("retry-after", ""))
    said = told.get("retry_after")
    if after is None and isinstance(said, int | float) and 0 <= said < float("inf"):
        after = float(said)
    return detail, None if after is None else min(after, LONGEST_RETRY_S)


def _seconds(retry_after: str) -> float | None:
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now()).total_seconds())
