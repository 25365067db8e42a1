"""Our account at Replicate: the official client, and what its silences and refusals mean."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from replicate.client import Client

from pexit_app.core import log
from pexit_app.core.ports import AnswerLost, Busy, NotTaken
from pexit_app.providers.replicate import messages
from pexit_app.providers.replicate.line import TIMES, Answered, Line

OUR_ACCOUNT = (401, 402, 403)  # a bad token, no credit, a model we may not use
# Nothing of an order has left us when one of these is raised; a TLS error is a ConnectError.
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)
NO_ANSWER = (httpx.HTTPError, httpx.InvalidURL)
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)  # what the client makes of bodies it did not expect
MOST_PAGES = 20

T = TypeVar("T")
Answer = dict[str, Any]
logger = log.get("replicate")


class Trouble(Exception):
    """A question without a good answer; it may be asked again. `status` None: no answer came, or none that is JSON."""

    def __init__(self, status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(f"HTTP {status}" if status else "no answer")
        self.status, self.retry_after_s = status, retry_after_s


class Account:
    """May be used from any event loop, also several at once: each has its own connections."""

    def __init__(self, token: str, times: httpx.Timeout = TIMES) -> None:
        self._token, self._times = token.strip(), times
        self._lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Client, Line]]
        self._lines = weakref.WeakKeyDictionary()

    @property
    def client(self) -> Client:
        """The official client, of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            line = Line(self._times)
            self._lines[loop] = Client(api_token=self._token, timeout=self._times, transport=line), line
        return self._lines[loop][0]

    async def close(self) -> None:
        """Closes the connections of the running event loop."""
        _, line = self._lines.pop(asyncio.get_running_loop(), (None, None))
        if line is not None:
            await line.aclose()

    async def order(self, call: Awaitable[T]) -> T:
        """`call` costs money if it is heard. Raises NotTaken, AnswerLost."""
        try:
            return await call
        except Answered as answer:
            raise of_refusal(answer) from answer
        except NEVER_SENT as error:
            raise _unreachable(error) from error
        except (httpx.HTTPError, *UNREADABLE) as error:
            raise AnswerLost(type(error).__name__) from error

    async def prepare(self, call: Awaitable[T]) -> T:
        """`call` comes before an order: whatever goes wrong, nothing was ordered. Raises NotTaken."""
        try:
            return await self.order(call)
        except AnswerLost as error:
            logger.warning("replicate_preparing_failed", reason=str(error))
            raise NotTaken(messages.AWAY, is_outage=True) from error

    async def read(self, path: str) -> Answer:
        """A GET. Raises Trouble.

        As plain JSON: the client's own types refuse states that are newer than it is ("aborted"), and with one of them
        a whole page of a listing."""
        try:
            answer = (await self.client._async_request("GET", path)).json()
        except Answered as error:
            raise Trouble(error.status, error.retry_after_s) from error
        except (*NO_ANSWER, ValueError) as error:
            raise Trouble from error
        if not isinstance(answer, dict):
            raise Trouble
        return answer

    async def pages(self, path: str) -> AsyncIterator[list[Answer]]:
        """The pages of a listing, newest first. Raises Trouble."""
        for _ in range(MOST_PAGES):
            page = await self.read(path)
            results = page.get("results")
            if not isinstance(results, list):
                raise Trouble
            yield [each for each in results if isinstance(each, dict)]
            after = page.get("next")
            if not isinstance(after, str) or not after:
                return
            # Whole addresses come; our token goes to the host we chose, and to no other.
            parts = urlsplit(after)
            path = f"{parts.path}?{parts.query}"


def of_refusal(answer: Answered) -> NotTaken | AnswerLost:
    """4xx and 503 are said before anything is queued; any other may come from a gateway behind which it was taken."""
    status, after = answer.status, answer.retry_after_s
    if status in OUR_ACCOUNT:
        logger.error("replicate_refuses_us", status=status, reason=answer.detail)
        return NotTaken(messages.AWAY, is_outage=True)
    if status == 429:
        return Busy(messages.BUSY, retry_after_s=after)
    if status == 503:
        return NotTaken(messages.AWAY, is_outage=True, retry_after_s=after)
    if 400 <= status < 500:
        logger.warning("replicate_refuses_order", status=status, reason=answer.detail)
        return NotTaken(messages.NOT_ACCEPTED)
    return AnswerLost(f"HTTP {status}")


def is_about_the_order(refusal: NotTaken) -> bool:
    """Whether it is the order that was refused, not the moment."""
    return not refusal.is_outage and not isinstance(refusal, Busy)


def _unreachable(error: Exception) -> NotTaken:
    logger.warning("replicate_unreachable", reason=type(error).__name__)
    return NotTaken(messages.AWAY, is_outage=True)
