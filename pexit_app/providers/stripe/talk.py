"""One client for all that is said to Stripe, and what its errors mean to us."""

import contextlib
from collections.abc import Iterator
from typing import Any

import stripe

from pexit_app.core import log
from pexit_app.core.ports import AnswerLost, ProviderError

TIMEOUT_S = 20.0
AWAY = "Our payment service does not answer just now. Nothing was charged; try again in a minute."
REFUSED = "Our payment service refused this. Nothing was charged."
logger = log.get("stripe")


class Talk:
    """`address`: another one than Stripe's own; `retries` are the client's, under one idempotency key."""

    def __init__(self, key: str, address: str = "", retries: int = 2) -> None:
        self._http = stripe.HTTPXClient(timeout=TIMEOUT_S)
        elsewhere: Any = {"api": address} if address else None
        self.client = stripe.StripeClient(
            key, http_client=self._http, base_addresses=elsewhere, max_network_retries=retries
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """Of a call that changes nothing: whatever goes wrong is a ProviderError."""
    try:
        yield
    except stripe.StripeError as error:
        raise _refused(error) from error


@contextlib.contextmanager
def ordering() -> Iterator[None]:
    """Of a call that makes something: without a clear answer it may have been made."""
    try:
        yield
    except stripe.StripeError as error:
        is_clear = 400 <= (error.http_status or 0) < 500 and error.http_status != 409
        if not is_clear:
            logger.warning("no clear answer", error=type(error).__name__, status=error.http_status)
            raise AnswerLost from error
        raise _refused(error) from error


def _refused(error: stripe.StripeError) -> ProviderError:
    """Stripe's own words are for the log: they speak to whoever holds the key."""
    logger.warning("refused", error=type(error).__name__, status=error.http_status, code=error.code)
    is_away = isinstance(error, stripe.APIConnectionError | stripe.RateLimitError) or (error.http_status or 0) >= 500
    return ProviderError(AWAY if is_away else REFUSED)
