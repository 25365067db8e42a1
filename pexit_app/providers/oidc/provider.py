"""Any OpenID Connect issuer, by Authlib's protocol parts: code flow with state, nonce, PKCE (S256) and a fixed redirect.

Authlib writes the requests, authenticates us and judges the ID token; the HTTP is our own, so that every answer is
bounded in size and time.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from pexit_app.core import clock
from pexit_app.core.sign_in_ports import ElsewhereFailed, Outset, Vouched
from pexit_app.providers.oidc import web
from pexit_app.providers.oidc.key_source import KeySource

DISCOVERED_FOR_S = 3600.0
LEEWAY_S = 60
DISCOVERY = "/.well-known/openid-configuration"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Registration:
    """Who we are over there. `endpoints` stand in for discovery where there is none (or none that is whole); `secret` is
    called for each use."""

    label: str
    issuer: str
    client_id: str
    secret: Callable[[], str]
    scope: str = "openid email"
    auth_method: str = ""  # empty: as discovery says
    endpoints: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)  # more parameters of the first address


class OidcProvider:
    def __init__(self, registration: Registration, client: httpx.AsyncClient) -> None:
        self.registration, self._client = registration, client
        self.label = registration.label
        self.posts_back = registration.extra.get("response_mode") == "form_post"
        self._found: dict[str, Any] = {}
        self._found_at = -DISCOVERED_FOR_S
        self._keys: KeySource | None = None

    async def _endpoints(self) -> Mapping[str, Any]:
        us = self.registration
        if us.endpoints:
            return us.endpoints
        if time.monotonic() - self._found_at > DISCOVERED_FOR_S:
            found = await web.json_of(self._client, "GET", us.issuer.rstrip("/") + DISCOVERY)
            if str(found.get("issuer", "")).rstrip("/") != us.issuer.rstrip("/"):
                raise ElsewhereFailed(f"discovery names another issuer: {str(found.get('issuer'))[:200]}")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(found.get(name), str):
                    raise ElsewhereFailed(f"discovery names no {name}")
            self._found, self._found_at = found, time.monotonic()
        return self._found

    async def begin(self, redirect_uri: str) -> Outset:
        at = await self._endpoints()
        state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        url = prepare_grant_uri(
            at["authorization_endpoint"],
            self.registration.client_id,
            "code",
            redirect_uri,
            self.registration.scope,
            state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **self.registration.extra,
        )
        return Outset(url, state, nonce, verifier)

    async def finish(self, redirect_uri: str, outset: Outset, code: str) -> Vouched:
        at = await self._endpoints()
        tokens = await self._exchange(at, redirect_uri, outset, code)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise ElsewhereFailed("the token endpoint answered without an ID token")
        header, claims = await self._key_source(str(at["jwks_uri"])).decoded(id_token)
        self._judge(header, claims, str(at.get("issuer", self.registration.issuer)), outset.nonce, access_token)
        if "email" not in claims and isinstance(access_token, str) and isinstance(at.get("userinfo_endpoint"), str):
            claims |= await self._told(str(at["userinfo_endpoint"]), access_token, claims["sub"])
        email = claims.get("email")
        return Vouched(
            self.registration.issuer,
            str(claims["sub"]),
            email if isinstance(email, str) else "",
            claims.get("email_verified") in (True, "true"),  # Apple writes it as a text
        )

    async def _exchange(self, at: Mapping[str, Any], redirect_uri: str, outset: Outset, code: str) -> dict[str, Any]:
        url = str(at["token_endpoint"])
        body = prepare_token_request("authorization_code", "", redirect_uri, code=code, code_verifier=outset.verifier)
        auth = ClientAuth(self.registration.client_id, self.registration.secret(), self._auth_method(at))
        url, headers, body = auth.prepare("POST", url, {"Content-Type": FORM}, body)
        return await web.json_of(self._client, "POST", url, content=body, headers=headers)

    def _auth_method(self, at: Mapping[str, Any]) -> str:
        if self.registration.auth_method:
            return self.registration.auth_method
        if not self.registration.secret():
            return "none"
        known = at.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"

    def _key_source(self, url: str) -> KeySource:
        if self._keys is None or self._keys.url != url:
            self._keys = KeySource(url, self._client)
        return self._keys

    def _judge(
        self, header: dict[str, Any], claims: dict[str, Any], issuer: str, nonce: str, access_token: Any
    ) -> None:
        """OpenID Connect Core, 3.1.3.7. Raises ElsewhereFailed."""
        us = self.registration
        wanted = {"iss": {"value": issuer}, "aud": {"value": us.client_id}}
        given = {"nonce": nonce, "client_id": us.client_id, "access_token": access_token}
        try:
            CodeIDToken(claims, header, wanted, given).validate(int(clock.now().timestamp()), LEEWAY_S)
        except (AuthlibBaseError, JoseError, TypeError, ValueError, KeyError) as error:
            raise ElsewhereFailed(f"ID token: {error}") from error
        if not isinstance(claims["sub"], str) or not 1 <= len(claims["sub"]) <= 255:
            raise ElsewhereFailed("ID token: no usable subject")

    async def _told(self, url: str, access_token: str, subject: str) -> dict[str, Any]:
        """Address and whether it is verified, where the ID token does not say."""
        said = await web.json_of(self._client, "GET", url, headers={"Authorization": f"Bearer {access_token}"})
        if said.get("sub") != subject:
            raise ElsewhereFailed("userinfo is about somebody else")
        return {name: said.get(name) for name in ("email", "email_verified")}
