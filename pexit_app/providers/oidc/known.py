"""The identity providers of this machine, by its settings."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from pexit_app.core import clock
from pexit_app.core.settings import Settings
from pexit_app.core.sign_in_ports import IdentityProvider, TokenReader
from pexit_app.providers.oidc import web
from pexit_app.providers.oidc.provider import OidcProvider, Registration
from pexit_app.providers.oidc.token_reader import IssuerReader

GOOGLE, APPLE, FACEBOOK = "https://accounts.google.com", "https://appleid.apple.com", "https://www.facebook.com"
# https://developers.facebook.com/documentation/facebook-login/guides/advanced/oidc-token
FACEBOOK_ENDPOINTS = {
    "authorization_endpoint": "https://www.facebook.com/v19.0/dialog/oauth",
    "token_endpoint": "https://graph.facebook.com/v19.0/oauth/access_token",
    "jwks_uri": "https://www.facebook.com/.well-known/oauth/openid/jwks/",
}
APPLE_SECRET_S = 300


@dataclass(frozen=True, slots=True)
class Known:
    providers: Mapping[str, IdentityProvider]
    reader: TokenReader | None


def registrations(config: Settings) -> dict[str, Registration]:
    made = {}
    if config.google_client_id:
        secret = config.google_client_secret.get_secret_value
        made["google"] = Registration("Google", GOOGLE, config.google_client_id, secret)
    if config.apple_client_id:
        made["apple"] = Registration(
            "Apple",
            APPLE,
            config.apple_client_id,
            lambda: apple_secret(config),
            auth_method="client_secret_post",
            extra={"response_mode": "form_post"},  # demanded there when an address is asked for
        )
    if config.facebook_client_id:
        secret = config.facebook_client_secret.get_secret_value
        made["facebook"] = Registration(
            "Facebook",
            FACEBOOK,
            config.facebook_client_id,
            secret,
            auth_method="client_secret_post",
            endpoints=FACEBOOK_ENDPOINTS,
        )
    if config.oidc_issuer:
        secret = config.oidc_client_secret.get_secret_value
        made["oidc"] = Registration(config.oidc_name, config.oidc_issuer, config.oidc_client_id, secret)
    return made


def apple_secret(config: Settings) -> str:
    """Apple's client secret is a token signed with our key:
    https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret"""
    issued = int(clock.now().timestamp())
    claims = {"iss": config.apple_team_id, "sub": config.apple_client_id, "aud": APPLE, "iat": issued}
    pem = config.apple_private_key.get_secret_value().replace("\\n", "\n")
    key = ECKey.import_key(pem)
    return jwt.encode({"alg": "ES256", "kid": config.apple_key_id}, claims | {"exp": issued + APPLE_SECRET_S}, key)


def reader_of(config: Settings, client: httpx.AsyncClient) -> TokenReader | None:
    if not config.jwt_issuer:
        return None
    return IssuerReader(config.jwt_issuer, config.jwks_url, config.jwt_audience, client)


@contextlib.asynccontextmanager
async def opened(config: Settings) -> AsyncIterator[Known]:
    async with web.client() as client:
        providers = {name: OidcProvider(each, client) for name, each in registrations(config).items()}
        yield Known(providers, reader_of(config, client))
