"""Passwords: their limits, their one answer, and how little may be guessed."""

import unicodedata

import pytest
from sqlmodel import select

from pexit_app.core import settings
from pexit_app.core.errors import BadInput
from pexit_app.core.settings import ROOT
from pexit_app.features.identity import dev_user, guesses, passwords
from pexit_app.features.identity.models import Password, User
from tests.attack.test_bodies import refusal

ANN, GOOD = "ann@example.com", "lantern in the harbor"
SIGN_IN, MINE = "/api/v1/auth/password", "/api/v1/me/password"
WHO = User(fairyname="calm_otter_0001", email="annabel@example.com", name="Annabel Lee")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The real cost is tested once; 4 is bcrypt's least."""
    monkeypatch.setattr(passwords, "COST", 4)


@pytest.mark.parametrize(
    "password", ["q7#Lw2!z", "x7" * 2 + "y8z9", "å" * 4 + "ä" * 30 + "öü", "qw3rTy" * 12, " spaces are fine "]
)
def test_good_passwords(password):
    passwords.check_new(password, WHO)


@pytest.mark.parametrize(
    "password",
    [
        "q7#Lw2!", "qw3rTy" * 12 + "x", "å" * 35 + "abc", "password", "PASSWORD", "Password123!", "12345678", "aaaaaaaaaa",
        "ababababab", "annabel@example.com", "annabel2024!", "calm_otter_0001", "Annabel Lee", "pexit2026", "a\0bcdefgh",
        "ｐａｓｓｗｏｒｄ",
    ],
)  # fmt: skip
def test_bad_passwords_are_refused_and_not_told_back(password):
    with pytest.raises(BadInput) as caught:
        passwords.check_new(password, WHO)
    assert (caught.value.problems[0].field, caught.value.problems[0].value) == ("password", None)


def test_the_cost_is_twelve_and_the_comparison_of_nobody_costs_the_same():
    text = (ROOT / "pexit_app/features/identity/passwords.py").read_text()
    assert "\nCOST = 12\n" in text
    assert passwords.NOBODYS.startswith("$2b$12$")
    assert len(passwords._common()) > 8000


async def test_the_same_letters_typed_elsewhere_are_the_same_password():
    composed, decomposed = (unicodedata.normalize(form, "Ångström-9x") for form in ("NFC", "NFD"))
    assert await passwords.is_right(decomposed, await passwords.hashed(composed))
    assert not await passwords.is_right(composed + "x", await passwords.hashed(composed))
    long = "a" * 72
    assert not await passwords.is_right(long + "b", await passwords.hashed(long))


async def test_setting_it_ends_other_sessions_and_signs_in_from_then_on(visit, letters, anybody):
    ann, elsewhere = await visit(ANN), await visit()
    old = ann.cookies["pexit_dev"]
    assert (await ann.put(MINE, json={"password": GOOD})).status_code == 200
    elsewhere.cookies["pexit_dev"] = old
    refusal(await elsewhere.get("/api/v1/me"), 401)
    assert (await ann.get("/api/v1/me")).status_code == 200
    entered = await anybody.post(SIGN_IN, json={"identifier": " Ann@Example.com", "password": GOOD})
    assert entered.json()["data"]["user"]["email"] == ANN
    assert (ANN, True) in [(to, "password was set" in text) for to, text in letters.notices]
    assert (await ann.delete(MINE)).status_code == 200
    refusal(await anybody.post(SIGN_IN, json={"identifier": ANN, "password": GOOD}), 401)
    refusal(await ann.delete(MINE), 404)


async def test_one_answer_whatever_is_wrong(visit, anybody):
    ann = await visit(ANN)
    await visit("bo@example.com")
    await ann.put(MINE, json={"password": GOOD})
    answers = set()
    for identifier, password in [(ANN, "wrong"), ("bo@example.com", GOOD), ("nobody@example.com", GOOD), (ANN, "")]:
        refused = refusal(await anybody.post(SIGN_IN, json={"identifier": identifier, "password": password}), 401)
        answers.add((refused["code"], refused["message"]))
    assert len(answers) == 1


async def test_fifty_wrong_passwords_a_day_and_then_not_even_the_right_one(visit, anybody, monkeypatch):
    ann = await visit(ANN)
    await ann.put(MINE, json={"password": GOOD})
    monkeypatch.setattr(guesses, "A_DAY", 3)
    body = {"identifier": ANN, "password": GOOD}
    for _ in range(2):
        refusal(await anybody.post(SIGN_IN, json=body | {"password": "wrong"}), 401)
        assert (await anybody.post(SIGN_IN, json=body)).status_code == 200
    refusal(await anybody.post(SIGN_IN, json=body | {"password": "wrong"}), 401)
    refusal(await anybody.post(SIGN_IN, json=body), 401)


async def test_on_the_page(visit, letters):
    ann = await visit(ANN)
    common = await ann.post("/account/password", data={"password": "password"})
    assert common.status_code == 422
    assert "first that are tried" in common.text
    assert (await ann.post("/account/password", data={"password": GOOD})).status_code == 303
    other = await visit()
    wrong = await other.post("/auth/password", data={"identifier": ANN, "password": "wrong", "next": "/people"})
    assert wrong.status_code == 401
    assert "A code always lets you in" in wrong.text
    right = await other.post("/auth/password", data={"identifier": ANN, "password": GOOD, "next": "/people"})
    assert (right.status_code, right.headers["location"]) == (303, "/people")
    assert (await ann.post("/account/password/remove")).status_code == 303


async def test_the_development_account_is_seeded_and_kept_up(session):
    for password in ("dev-password-1", "dev-password-1", "dev-password-2"):
        await dev_user.seed("dev@example.com", password)
    query = select(Password.hash).join(User, User.id == Password.user_id).where(User.email == "dev@example.com")
    assert await passwords.is_right("dev-password-2", (await session.exec(query)).one())


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"DEV_USER_EMAIL": "a@b.se"}, "set both"),
        ({"DEV_USER_EMAIL": "a@b.se", "DEV_USER_PASSWORD": "1234567"}, "8 to 72"),
        ({"DEV_USER_EMAIL": "a@b.se", "DEV_USER_PASSWORD": "12345678", "PEXIT_ENV": "production"}, "for development"),
    ],
)
def test_settings_of_the_development_account(given, problem, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, value in {"PEXIT_SECRET_KEY": "x" * 32, "PEXIT_PUBLIC_URL": "https://pexit.example", **given}.items():
        monkeypatch.setenv(name, value)
    settings.load.cache_clear()
    with pytest.raises(settings.SettingsError, match=problem):
        settings.load()
    settings.load.cache_clear()
