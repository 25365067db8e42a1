"""The adapters of identity providers: who we are at each, what an ID token must say, and answers nobody should trust."""

import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr

from pexit_app.core import settings
from pexit_app.core.sign_in_ports import ElsewhereFailed, Outset
from pexit_app.providers.oidc import known
from pexit_app.providers.oidc.provider import OidcProvider, Registration

ISSUER, US = "https://id.example", "pexit"
BACK = "https://pexit.example/auth/with/oidc/done"
SET_OUT = Outset("", "state", "nonce-of-ours", "verifier")
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})


class Fake:
    """An issuer by httpx's own transport; `claims`, `answers` and `discovery` may be changed to lie."""

    def __init__(self) -> None:
        issued = int(time.time())
        self.claims: dict[str, Any] = {
            "iss": ISSUER, "aud": US, "sub": "s1", "iat": issued, "exp": issued + 60, "nonce": SET_OUT.nonce,
        }  # fmt: skip
        self.key, self.header = KEY, {"alg": "ES256", "kid": "one"}
        self.answers: dict[str, httpx.Response] = {}
        self.discovery = {
            "issuer": ISSUER,
            "authorization_endpoint": ISSUER + "/authorize",
            "token_endpoint": ISSUER + "/token",
            "jwks_uri": ISSUER + "/jwks",
            "userinfo_endpoint": ISSUER + "/userinfo",
        }
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self.discovery)
        if path == "/jwks":
            return httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})
        if path == "/token":
            token = jwt.encode(self.header, self.claims, self.key)
            return httpx.Response(200, json={"id_token": token, "access_token": "at", "token_type": "Bearer"})
        return httpx.Response(404)

    def provider(self, **more: Any) -> OidcProvider:
        us = Registration("House ID", ISSUER, US, lambda: "s3cret", **more)
        return OidcProvider(us, httpx.AsyncClient(transport=httpx.MockTransport(self)))


async def test_a_right_answer_is_read():
    fake = Fake()
    fake.claims |= {"email": "ann@example.com", "email_verified": "true"}
    vouched = await fake.provider().finish(BACK, SET_OUT, "code")
    assert (vouched.issuer, vouched.subject, vouched.email, vouched.is_email_verified) == (
        ISSUER, "s1", "ann@example.com", True,
    )  # fmt: skip
    asked = next(each for each in fake.requests if each.url.path == "/token")
    sent = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
    assert sent == {
        "grant_type": "authorization_code", "redirect_uri": BACK, "code": "code", "code_verifier": SET_OUT.verifier,
    }  # fmt: skip
    assert asked.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"}, {"aud": "another"}, {"aud": [US, "another"]}, {"exp": 1}, {"exp": None},
        {"nonce": "another"}, {"nonce": None}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256},
        {"iat": None}, {"azp": "another"}, {"at_hash": "AAAA"},
    ],
)  # fmt: skip
async def test_a_lie_in_the_token_is_refused(lie):
    fake = Fake()
    fake.claims = {name: value for name, value in (fake.claims | lie).items() if value is not None}
    with pytest.raises(ElsewhereFailed):
        await fake.provider().finish(BACK, SET_OUT, "code")


async def test_a_token_of_another_key_is_refused():
    fake = Fake()
    fake.key = ECKey.generate_key("P-256", {"kid": "one"})
    with pytest.raises(ElsewhereFailed):
        await fake.provider().finish(BACK, SET_OUT, "code")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500), httpx.Response(302, headers={"Location": "/elsewhere"}), httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]), httpx.Response(200, json={}), httpx.Response(200, content=b"x" * (2**20 + 1)),
    ],
    ids=["broken", "redirect", "page", "list", "empty", "huge"],
)  # fmt: skip
async def test_nonsense_is_a_failure_and_nothing_else(path, answer):
    fake = Fake()
    fake.answers[path] = answer
    with pytest.raises(ElsewhereFailed):
        await fake.provider().finish(BACK, SET_OUT, "code")


async def test_discovery_must_be_about_the_issuer_itself():
    fake = Fake()
    fake.discovery["issuer"] = "https://evil.example"
    with pytest.raises(ElsewhereFailed):
        await fake.provider().begin(BACK)


async def test_an_address_may_come_from_userinfo_of_the_same_person():
    fake = Fake()
    said = {"sub": "s1", "email": "ann@example.com", "email_verified": True}
    fake.answers["/userinfo"] = httpx.Response(200, json=said)
    assert (await fake.provider().finish(BACK, SET_OUT, "code")).is_email_verified
    fake.answers["/userinfo"] = httpx.Response(200, json=said | {"sub": "s2"})
    with pytest.raises(ElsewhereFailed):
        await fake.provider().finish(BACK, SET_OUT, "code")


async def test_no_two_journeys_are_alike():
    fake = Fake()
    provider = fake.provider()
    outsets = [await provider.begin(BACK) for _ in range(2)]
    for name in ("state", "nonce", "verifier"):
        assert len({getattr(each, name) for each in outsets}) == 2
    query = {name: values[0] for name, values in parse_qs(urlsplit(outsets[0].url).query).items()}
    assert (query["response_type"], query["code_challenge_method"], query["redirect_uri"]) == ("code", "S256", BACK)
    assert query["code_challenge"] != outsets[0].verifier
    assert len([each for each in fake.requests if "openid-configuration" in each.url.path]) == 1


def config(**given: Any) -> settings.Settings:
    return settings.load().model_copy(update=given)


def pem() -> str:
    key = ECKey.generate_key("P-256")
    text = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return text.decode()


def test_apples_secret_is_signed_with_our_key():
    text = pem()
    apple = {"apple_client_id": "example.pexit", "apple_team_id": "TEAM", "apple_key_id": "KEY"}
    made = config(**apple, apple_private_key=SecretStr(text.replace("\n", "\\n")))
    us = known.registrations(made)["apple"]
    read = jwt.decode(us.secret(), ECKey.import_key(text), algorithms=["ES256"])
    assert read.header["kid"] == "KEY"
    assert (read.claims["iss"], read.claims["sub"], read.claims["aud"]) == ("TEAM", "example.pexit", known.APPLE)
    assert read.claims["exp"] - read.claims["iat"] <= 15_777_000
    assert us.extra == {"response_mode": "form_post"}


async def test_each_provider_is_asked_as_it_wants():
    secret = SecretStr("s3cret")
    made = known.registrations(
        config(
            google_client_id="g", google_client_secret=secret, facebook_client_id="f", facebook_client_secret=secret,
            oidc_issuer=ISSUER, oidc_client_id="o", oidc_name="Corp",
        )
    )  # fmt: skip
    assert {name: (us.label, us.issuer) for name, us in made.items()} == {
        "google": ("Google", "https://accounts.google.com"),
        "facebook": ("Facebook", "https://www.facebook.com"),
        "oidc": ("Corp", ISSUER),
    }
    outset = await OidcProvider(made["facebook"], httpx.AsyncClient()).begin(BACK)  # needs no discovery
    assert outset.url.startswith("https://www.facebook.com/")
    assert OidcProvider(made["oidc"], httpx.AsyncClient())._auth_method({}) == "none"
    assert known.reader_of(config(), httpx.AsyncClient()) is None
    assert json.dumps(sorted(known.registrations(config()))) == "[]"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"PEXIT_GOOGLE_CLIENT_ID": "x"}, "PEXIT_GOOGLE_CLIENT_SECRET"),
        ({"PEXIT_APPLE_TEAM_ID": "x"}, "PEXIT_APPLE_PRIVATE_KEY"),
        ({"PEXIT_OIDC_ISSUER": "https://id.example"}, "PEXIT_OIDC_CLIENT_ID"),
        ({"PEXIT_OIDC_ISSUER": "http://id.example", "PEXIT_OIDC_CLIENT_ID": "x"}, "https"),
        ({"PEXIT_JWT_ISSUER": "x"}, "PEXIT_JWKS_URL"),
        ({"PEXIT_JWT_ISSUER": "x", "PEXIT_JWKS_URL": "ftp://x"}, "https"),
    ],
)
def test_half_settings_are_refused(given, problem, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.load.cache_clear()
    with pytest.raises(settings.SettingsError, match=problem):
        settings.load()
    settings.load.cache_clear()
