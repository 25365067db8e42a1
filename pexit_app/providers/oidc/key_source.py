"""An issuer's public keys: fetched when needed, kept an hour, looked for again when a token names one that is not there."""

import asyncio
import time
from collections.abc import Collection
from typing import Any

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pexit_app.core.sign_in_ports import ElsewhereFailed
from pexit_app.providers.oidc import web

KEPT_S, PAUSE_S = 3600.0, 30.0  # a flood of made-up key names asks the issuer no more often than this
# Never "none", never HMAC: the issuer's public key would be its secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")


class KeySource:
    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self.url, self._client = url, client
        self._keys: KeySet | None = None
        self._asked_at = -KEPT_S
        self._lock = asyncio.Lock()

    async def decoded(
        self, token: str, algorithms: Collection[str] = ALGORITHMS
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """(header, claims) of a token whose signature is right; the claims are not judged yet. Raises ElsewhereFailed."""
        try:
            name = jws.extract_compact(token.encode()).headers().get("kid")
        except (JoseError, ValueError, AttributeError, TypeError) as error:
            raise ElsewhereFailed("no signed token") from error
        keys = await self._with(name)
        try:
            read = jwt.decode(token, keys, algorithms=list(algorithms))
        except (JoseError, ValueError, TypeError, AttributeError) as error:
            raise ElsewhereFailed(f"signature: {type(error).__name__}") from error
        return dict(read.header), dict(read.claims)

    async def _with(self, name: Any) -> KeySet:
        """The keys, fetched anew when `name` is none of them."""
        async with self._lock:
            age_s = time.monotonic() - self._asked_at
            is_known = self._keys is not None and (name is None or any(key.kid == name for key in self._keys.keys))
            if age_s > KEPT_S or (not is_known and age_s > PAUSE_S) or self._keys is None:
                await self._fetch()
            assert self._keys is not None
            return self._keys

    async def _fetch(self) -> None:
        body = await web.json_of(self._client, "GET", self.url)
        wanted = [key for key in body.get("keys", []) if isinstance(key, dict) and key.get("use", "sig") == "sig"]
        try:
            self._keys = KeySet.import_key_set({"keys": wanted})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ElsewhereFailed(f"{self.url}: {type(error).__name__}") from error
        self._asked_at = time.monotonic()
