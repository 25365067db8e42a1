"""Tokens of the operator's own issuer: verified, mapped to one local user, listed and ended like any session."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from pexit_app.core import clock, deps
from pexit_app.providers.oidc import key_source, web
from pexit_app.providers.oidc.token_reader import IssuerReader
from tests.attack.test_bodies import refusal
from tests.servers.base import serving
from tests.support.jose import hs256, unsigned

ISSUER, AUDIENCE = "https://id.corp.example", "pexit"
ANN = "ann@example.com"


class Issuer:
    """Its keys, published at an address; `asked` counts how often they were."""

    def __init__(self) -> None:
        self.keys: list[Any] = [RSAKey.generate_key(2048, {"kid": "one"})]
        self.asked = 0
        self.body: bytes | None = None

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        import json

        self.asked += 1
        keys = {"keys": [key.as_dict(private=False) for key in self.keys]}
        content = json.dumps(keys).encode() if self.body is None else self.body
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": content})

    def token(self, subject: str = "corp|1", key: Any = None, **more: Any) -> str:
        key = key or self.keys[-1]
        issued = int(clock.now().timestamp())
        claims = {"iss": ISSUER, "aud": [AUDIENCE, "other"], "sub": subject, "iat": issued, "exp": issued + 300, **more}
        alg = "RS256" if isinstance(key, RSAKey) else "ES256"
        return jwt.encode({"alg": alg, "kid": key.kid}, {k: v for k, v in claims.items() if v is not None}, key)


@pytest.fixture(scope="module")
def rsa() -> Any:
    return Issuer().keys[0]


@pytest.fixture
async def issuer(api, letters, monkeypatch, rsa):
    made = Issuer()
    made.keys = [rsa]
    with serving(made.app) as address:
        async with web.client() as client:
            deps.use(replace(deps.get(), token_reader=IssuerReader(ISSUER, address, AUDIENCE, client)))
            yield made


@pytest.fixture
def ask(anybody) -> Callable[..., Any]:
    async def get(token: str, path: str = "/api/v1/me", method: str = "GET"):
        return await anybody.request(method, path, headers={"Authorization": f"Bearer {token}"})

    return get


async def test_a_vouched_address_finds_or_makes_its_account(issuer, ask, visit):
    await visit(ANN)
    ours = await ask(issuer.token(email=ANN, email_verified=True))
    assert ours.json()["data"]["email"] == ANN
    assert (await ask(issuer.token(email="renamed@example.com", email_verified=True))).json()["data"]["email"] == ANN
    new = (await ask(issuer.token("corp|2", email="new@example.com", email_verified=True))).json()["data"]
    assert new["email"] == "new@example.com"


@pytest.mark.parametrize("claims", [{}, {"email": ANN}, {"email": ANN, "email_verified": False}, {"email": "nonsense"}])
async def test_who_is_not_vouched_for_gets_an_account_of_their_own(issuer, ask, visit, claims):
    await visit(ANN)
    first, second = [(await ask(issuer.token(**claims))).json()["data"] for _ in range(2)]
    assert first["id"] == second["id"]
    assert (first["identifier"], first["email"]) == ("", None)


async def test_the_first_requests_at_once_make_one_account(issuer, ask):
    answers = await asyncio.gather(*[ask(issuer.token(sid="s")) for _ in range(4)])
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    listed = (await ask(issuer.token(sid="s"), "/api/v1/sessions")).json()["data"]
    assert [(each["way"], each["is_current"]) for each in listed] == [("external", True)]


async def test_its_session_can_be_ended_and_only_a_later_token_opens_another(issuer, ask):
    old = issuer.token()
    session = (await ask(old, "/api/v1/sessions")).json()["data"][0]["id"]
    with clock.moved(seconds=2):
        assert (await ask(old, f"/api/v1/sessions/{session}", "DELETE")).status_code == 204
        refusal(await ask(old), 401)
    with clock.moved(seconds=5):
        refusal(await ask(old), 401)
        assert (await ask(issuer.token())).status_code == 200
    with clock.moved(days=31):
        assert (await ask(issuer.token())).status_code == 200


async def test_bad_tokens_are_nobody(issuer, ask, rsa):
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "corp|1", "exp": 4_000_000_000}
    bad = [
        issuer.token(key=stranger),
        hs256({"kid": "one"}, claims, rsa.as_pem(private=False)),
        unsigned(claims),
        issuer.token(exp=int(clock.now().timestamp()) - 31),
        issuer.token(exp=None),
        issuer.token(nbf=int(clock.now().timestamp()) + 60),
        issuer.token(aud="another"),
        issuer.token(aud=None),
        issuer.token(iss="https://evil.example"),
        issuer.token(sub=None),
        issuer.token(""),
        issuer.token("x" * 256),
        issuer.token(padding="x" * 9000),
        issuer.token()[:-4],
    ]
    for token in bad:
        refusal(await ask(token), 401)


async def test_keys_change_over_there_and_a_flood_of_made_up_ones_asks_little(issuer, ask, rsa, monkeypatch):
    assert (await ask(issuer.token())).status_code == 200
    fresh = ECKey.generate_key("P-256", {"kid": "two"})
    issuer.keys = [rsa, fresh]
    refusal(await ask(issuer.token(key=fresh)), 401)  # too soon after the last look
    assert issuer.asked == 1
    monkeypatch.setattr(key_source, "PAUSE_S", 0.0)
    assert (await ask(issuer.token(key=fresh))).status_code == 200
    assert (await ask(issuer.token(key=rsa))).status_code == 200
    assert issuer.asked == 2
    monkeypatch.setattr(key_source, "PAUSE_S", 30.0)
    for number in range(20):
        made_up = ECKey.generate_key("P-256", {"kid": f"made-up-{number}"})
        refusal(await ask(issuer.token(key=made_up)), 401)
    assert issuer.asked == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"keys": 7}', b'{"keys": [{"kty": "no"}]}', b"x" * (2**20 + 1)])
async def test_an_issuer_that_talks_nonsense_lets_nobody_in(issuer, ask, body):
    issuer.body = body
    refusal(await ask(issuer.token()), 401)


async def test_our_own_tokens_and_keys_work_beside_it(issuer, me):
    assert (await me.get("/api/v1/me")).status_code == 200


def test_the_keys_are_public_ones(rsa):
    assert "d" not in KeySet([rsa]).as_dict(private=False)["keys"][0]
