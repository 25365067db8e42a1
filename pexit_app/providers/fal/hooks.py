"""fal's webhooks, verified as its documentation has it: an Ed25519 signature (hex) over four lines, the request id, the
user id, the time and the SHA-256 (hex) of the body, by one of the keys in its published set (JWKS)."""

import asyncio
import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pexit_app.core import log
from pexit_app.core.clock import now
from pexit_app.core.ports import Forged, ProviderError
from pexit_app.providers.fal.queue import parts, provider_id

JWKS_URL = "https://rest.fal.ai/.well-known/jwks.json"
TOLERANCE_S = 300
KEEP_KEYS = timedelta(hours=24)
# A signature that no key fits makes us look for new keys; forged ones must not do so at will.
ASK_AGAIN = timedelta(minutes=1)
FETCH_S = 10.0
MOST_KEYS = 50
SIGNATURE_BYTES = 64
_NEVER = datetime.min.replace(tzinfo=UTC)

logger = log.get("fal")


class FalHooks:
    """Implements HookReader. May be used from any event loop."""

    def __init__(self) -> None:
        self._keys: tuple[Ed25519PublicKey, ...] = ()
        self._fetched_at = self._asked_at = _NEVER
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def read(self, headers: Mapping[str, str], body: bytes, model: str) -> str:
        """The provider's id of the order it is about. Raises Forged, ValueError for a body that cannot be read."""
        request_id, user_id, timestamp, signature = (
            headers.get(f"x-fal-webhook-{name}", "") for name in ("request-id", "user-id", "timestamp", "signature")
        )
        if not request_id or not user_id:
            raise Forged("no signature")
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            raise Forged("no time")
        if abs(now().timestamp() - int(timestamp)) > TOLERANCE_S:
            raise Forged("too old, or from the future")
        digest = hashlib.sha256(body).hexdigest()
        await self._verify(_bytes_of(signature), f"{request_id}\n{user_id}\n{timestamp}\n{digest}".encode())
        return _order_of(body, model)

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _verify(self, signature: bytes, signed: bytes) -> None:
        if now() - self._fetched_at > KEEP_KEYS:
            self._keys = ()
        if _fits(self._keys, signature, signed):
            return
        async with self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            await self._refetch()
        if not _fits(self._keys, signature, signed):
            raise Forged("no key fits")

    async def _refetch(self) -> None:
        """Asks for the keys, at most once a minute, whether that succeeds or not."""
        moment = now()
        if moment - self._asked_at < ASK_AGAIN:
            return
        self._asked_at = moment
        try:
            async with asyncio.timeout(FETCH_S), httpx.AsyncClient(timeout=FETCH_S) as client:
                response = await client.get(JWKS_URL)
                response.raise_for_status()
                found = _keys_of(response.json())
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            logger.error("fal_keys_not_fetched", reason=type(error).__name__)
            return
        if found:
            self._keys, self._fetched_at = found, moment


def _bytes_of(signature: str) -> bytes:
    try:
        found = bytes.fromhex(signature)
    except ValueError:
        raise Forged("no signature") from None
    if len(found) != SIGNATURE_BYTES:
        raise Forged("no signature")
    return found


def _fits(keys: tuple[Ed25519PublicKey, ...], signature: bytes, signed: bytes) -> bool:
    for key in keys:
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            continue
        return True
    return False


def _keys_of(published: Any) -> tuple[Ed25519PublicKey, ...]:
    """The Ed25519 keys of a JWKS (RFC 7517, RFC 8037). Raises ValueError."""
    listed = published.get("keys") if isinstance(published, dict) else None
    if not isinstance(listed, list):
        raise ValueError("not a key set")
    return tuple(key for key in map(_key_of, listed[:MOST_KEYS]) if key is not None)


def _key_of(entry: Any) -> Ed25519PublicKey | None:
    x = entry.get("x") if isinstance(entry, dict) else None
    if not isinstance(x, str):
        return None
    try:
        return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))
    except (binascii.Error, ValueError):
        return None


def _order_of(body: bytes, model: str) -> str:
    """`request_id` is the queue's; `gateway_request_id` another one when fal tried again. Raises ValueError."""
    said = json.loads(body)
    if not isinstance(said, dict) or not isinstance(said.get("request_id"), str):
        raise ValueError("a webhook without a request_id")
    order = provider_id(model, said["request_id"])
    try:
        parts(order)
    except ProviderError as error:
        raise ValueError("a webhook about no order") from error
    return order
