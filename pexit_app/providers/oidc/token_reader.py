"""Bearer tokens of the operator's own issuer."""

from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError

from pexit_app.core import clock, log
from pexit_app.core.sign_in_ports import ElsewhereFailed, Vouched
from pexit_app.providers.oidc.key_source import KeySource
from pexit_app.providers.oidc.unverified import claims_of

LEEWAY_S = 30
MAX_TOKEN_CHARS = 8_000

logger = log.get("identity")


class IssuerReader:
    def __init__(self, issuer: str, jwks_url: str, audience: str, client: httpx.AsyncClient) -> None:
        self.issuer, self.audience = issuer, audience
        self._keys = KeySource(jwks_url, client)

    def is_theirs(self, token: str) -> bool:
        return len(token) <= MAX_TOKEN_CHARS and claims_of(token).get("iss") == self.issuer

    async def read(self, token: str) -> Vouched | None:
        try:
            _, claims = await self._keys.decoded(token)
            self._judge(claims)
        except (ElsewhereFailed, JoseError, TypeError, ValueError) as error:
            logger.info("a token of the issuer was refused", why=str(error)[:200])
            return None
        email, session = claims.get("email"), claims.get("sid")
        return Vouched(
            self.issuer,
            claims["sub"],
            email if isinstance(email, str) else "",
            claims.get("email_verified") in (True, "true"),
            int(claims.get("iat", 0)),
            session if isinstance(session, str) else "",
        )

    def _judge(self, claims: dict[str, Any]) -> None:
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": self.issuer},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        if self.audience:
            wanted["aud"] = {"essential": True, "value": self.audience}
        jwt.JWTClaimsRegistry(int(clock.now().timestamp()), LEEWAY_S, **wanted).validate(claims)
        if not 1 <= len(claims["sub"]) <= 255:
            raise ValueError("no usable subject")
