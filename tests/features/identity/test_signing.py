"""Access tokens can be verified by anybody with the published keys, whatever day it is."""

from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from pexit_app.core import clock, settings
from pexit_app.features.identity import signing, tokens
from pexit_app.features.identity.models import UserSession
from tests.support.jose import hs256, unsigned


@pytest.fixture
def row() -> UserSession:
    return UserSession(id=uuid4(), user_id=uuid4(), cookie_hash="x", expires_at=clock.after(days=1))


async def test_a_token_is_verified_with_the_published_keys_alone(anybody, row):
    answer = await anybody.get("/.well-known/jwks.json")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    published = answer.json()
    assert all(set(key) == {"kty", "crv", "x", "y", "alg", "use", "kid"} for key in published["keys"])
    token = jwt.decode(tokens.access_token(row), KeySet.import_key_set(published), algorithms=["ES256"])
    assert token.claims["sid"] == str(row.id)
    assert token.claims["iss"] == token.claims["aud"] == settings.load().origin


def kids() -> list[str]:
    return [key["kid"] for key in signing.published()["keys"]]


def test_keys_change_every_thirty_days_and_each_is_known_a_day_before_and_after():
    """Hour by hour over two months: what signs now was published a day ago, and will be tomorrow."""
    seen: list[list[str]] = []
    signed: list[str] = []
    for hour in range(0, 24 * 62, 3):
        with clock.moved(hours=hour):
            seen.append(kids())
            signed.append(signing.current().kid)
    assert 3 <= len(set(signed)) <= 4
    day = 24 // 3
    for at in range(day, len(signed) - day):
        assert signed[at] in seen[at]
        assert signed[at] in seen[at - day]
        assert signed[at] in seen[at + day]
    assert {len(each) for each in seen} == {1, 2}


async def test_a_token_of_the_last_key_still_works_after_the_change(row):
    change_s = signing.PERIOD.total_seconds() - clock.now().timestamp() % signing.PERIOD.total_seconds()
    with clock.moved(seconds=change_s - 60):
        token, kid = tokens.access_token(row), signing.current().kid
    with clock.moved(seconds=change_s + 60):
        assert signing.current().kid != kid
        assert tokens.session_id_of(token) == row.id


def forged(row: UserSession) -> list[str]:
    real = tokens.access_token(row)
    claims = jwt.decode(real, KeySet(list(signing.live())), algorithms=["ES256"]).claims
    public = signing.current().as_pem(private=False)
    stranger = ECKey.generate_key("P-256", {"kid": signing.current().kid})
    head, _, signature = real.split(".")
    body = hs256({}, claims | {"sid": "0"}, b"x").split(".")[1]
    mine = signing.current()
    return [
        hs256({"kid": mine.kid}, claims, public),
        unsigned(claims),
        jwt.encode({"alg": "ES256", "kid": mine.kid}, claims, stranger),
        f"{head}.{body}.{signature}",
        jwt.encode({"alg": "ES256", "kid": mine.kid}, claims | {"iss": "https://evil.example"}, mine),
        jwt.encode({"alg": "ES256", "kid": mine.kid}, claims | {"aud": "https://evil.example"}, mine),
        jwt.encode({"alg": "ES256", "kid": mine.kid}, claims | {"use": "refresh"}, mine),
        jwt.encode({"alg": "ES256", "kid": mine.kid}, {key: claims[key] for key in claims if key != "exp"}, mine),
    ]


async def test_forged_tokens_are_nobody(row):
    assert [tokens.session_id_of(token) for token in forged(row)] == [None] * 8


def test_another_secret_key_makes_other_keys(monkeypatch):
    before = kids()
    other = settings.load().model_copy(update={"secret_key": type(settings.load().secret_key)("z" * 40)})
    monkeypatch.setattr(settings, "load", lambda: other)
    assert not set(kids()) & set(before)
