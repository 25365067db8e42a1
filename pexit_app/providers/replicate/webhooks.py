"""Replicate's calls: signed by HMAC with one secret of our account (https://replicate.com/docs/topics/webhooks)."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping

from replicate.webhook import InvalidSignatureError, Webhooks, WebhookSigningSecret

from pexit_app.core.ports import Forged, ProviderError
from pexit_app.providers.replicate import messages
from pexit_app.providers.replicate.account import NO_ANSWER, UNREADABLE, Account
from pexit_app.providers.replicate.line import Answered
from pexit_app.providers.replicate.tickets import Ticket

TOLERANCE_S = 300
SECRET_EVERY_S = 60.0
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)


class ReplicateHooks:
    """HookReader. The secret is asked for once; again, at most once a minute, when a signature does not fit, as it may
    have been changed. A call that is repeated within five minutes is read again: what it says does not change."""

    def __init__(self, account: Account, clock: Callable[[], float] = time.monotonic) -> None:
        self._account, self._clock = account, clock
        self._secret: WebhookSigningSecret | None = None
        self._asked_at = float("-inf")
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        """Closes the connections of the running event loop."""
        await self._account.close()

    async def read(self, headers: Mapping[str, str], body: bytes, model: str) -> str:
        """The provider's id of the order. Raises Forged, ValueError; ProviderError when the secret cannot be had."""
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise Forged("the body is no text") from error
        secret = await self._known_secret()
        try:
            self._check(headers, text, secret)
        except InvalidSignatureError as error:
            newer = await self._newer_secret(secret)
            if newer is None:
                raise Forged("the signature is wrong") from error
            try:
                self._check(headers, text, newer)
            except InvalidSignatureError:
                raise Forged("the signature is wrong") from error
        return _ticket_of(text)

    def _check(self, headers: Mapping[str, str], text: str, secret: WebhookSigningSecret) -> None:
        """Raises InvalidSignatureError, and Forged for what cannot be one at all."""
        try:
            Webhooks.validate(headers=dict(headers), body=text, secret=secret, tolerance=TOLERANCE_S)
        except InvalidSignatureError:
            raise
        except UNREADABLE as error:  # a header missing, a time too old or none, no base64
            raise Forged(str(error)) from error

    async def _known_secret(self) -> WebhookSigningSecret:
        async with self._turn:
            return self._secret or await self._ask()

    async def _newer_secret(self, tried: WebhookSigningSecret) -> WebhookSigningSecret | None:
        async with self._turn:
            if self._secret is not None and self._secret.key != tried.key:
                return self._secret
            if self._clock() - self._asked_at < SECRET_EVERY_S:
                return None
            newer = await self._ask()
            return newer if newer.key != tried.key else None

    async def _ask(self) -> WebhookSigningSecret:
        self._asked_at = self._clock()
        try:
            self._secret = await self._account.client.webhooks.default.async_secret()
        except (Answered, *NO_ANSWER, *UNREADABLE) as error:
            raise ProviderError(messages.UNCHECKED) from error
        return self._secret


def _ticket_of(text: str) -> str:
    """Raises ValueError. Predictions and trainings look alike but for their own address."""
    about = json.loads(text)
    if not isinstance(about, dict) or not isinstance(about.get("id"), str) or not _ID.fullmatch(about["id"]):
        raise ValueError("the body names no order")
    urls = about.get("urls")
    address = str(urls.get("get", "")) if isinstance(urls, dict) else ""
    return str(Ticket("training" if "/trainings/" in address else "prediction", about["id"]))
