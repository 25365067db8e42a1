"""Signing in at a real OpenID Connect issuer: state, nonce, PKCE, the exact redirect, nothing linked behind one's back."""

import html
import re
import warnings
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from pexit_app.core import clock, deps, settings
from pexit_app.core.sign_in_ports import Outset, Vouched
from pexit_app.providers.oidc import web
from pexit_app.providers.oidc.provider import OidcProvider, Registration
from tests.attack.test_bodies import refusal

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it uses Authlib's older JOSE
    from tests.servers.oidc import issuing

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")

ANN = "ann@example.com"
PEOPLE = {
    "ann": {"email": "Ann@Example.com", "email_verified": True},
    "unproven": {"email": ANN, "email_verified": False},
    "silent": {},
}


@pytest.fixture(scope="module")
def issuer():
    with issuing(PEOPLE) as made:
        yield made


@pytest.fixture
async def elsewhere(api, letters, issuer):
    async with web.client() as client:
        us = Registration("House ID", issuer.url, "pexit", lambda: "secret")
        deps.use(replace(deps.get(), elsewhere={"oidc": OidcProvider(us, client)}))
        yield issuer


def back(address: str) -> str:
    """As our own app is asked over ASGI."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == settings.load().origin
    return f"{parts.path}?{parts.query}"


async def set_out(client, **query) -> str:
    answer = await client.get("/auth/with/oidc?" + urlencode(query))
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def enter(client, issuer, subject: str, **query):
    return await client.get(back(issuer.agree(await set_out(client, **query), subject)))


def hidden(page: str, name: str) -> str:
    field = next(tag for tag in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in tag)
    return html.unescape(re.search(r'value="([^"]*)"', field)[1])


async def test_a_vouched_address_makes_an_account_and_opens_it_again(visit, elsewhere):
    for _ in range(2):
        browser = await visit()
        for page in ("/login", "/login/password"):
            assert 'href="/auth/with/oidc?next=%2Fsheets"' in (await browser.get(page)).text
        entered = await enter(browser, elsewhere, "ann", next="/people")
        assert (entered.status_code, entered.headers["location"]) == (303, "/people")
        me = (await browser.get("/api/v1/me")).json()["data"]
        assert me["email"] == ANN
    assert len((await browser.get("/api/v1/me/ways")).json()["data"]["linked"]) == 1
    page = (await browser.get("/account")).text
    assert "signed in with House ID" in page
    assert elsewhere.asked[-1]["redirect_uri"] == f"{settings.load().origin}/auth/with/oidc/done"
    assert len(elsewhere.asked[-1]["nonce"]) >= 43
    assert len(elsewhere.exchanged[-1]["code_verifier"]) >= 43


async def test_an_account_that_is_there_is_not_opened_before_its_address_is_proven(visit, elsewhere, letters):
    await visit(ANN)
    eve = await visit()
    with clock.moved(minutes=1):
        page = await enter(eve, elsewhere, "ann", next="/people")
        assert page.status_code == 200
        assert "has an account here" in page.text
        assert "pexit_dev" not in eve.cookies
        form = {name: hidden(page.text, name) for name in ("linking", "next")}
        await eve.post("/auth/code", data={"identifier": ANN, **form})
        assert "House ID (Ann@Example.com)" in (await eve.get("/login/code")).text
        entered = await eve.post("/auth/session", data={"code": letters.code_to(ANN)})
        assert entered.headers["location"] == "/people"
        assert any("House ID" in text and to == ANN for to, text in letters.notices)
    again = await visit()
    assert (await enter(again, elsewhere, "ann")).status_code == 303
    assert (await again.get("/api/v1/me")).json()["data"]["email"] == ANN


@pytest.mark.parametrize("subject", ["unproven", "silent"])
async def test_an_address_nobody_vouches_for_is_proven_by_a_code(visit, elsewhere, letters, subject):
    browser = await visit()
    page = await enter(browser, elsewhere, subject)
    assert "does not vouch" in page.text
    await browser.post("/auth/code", data={"identifier": "bo@example.com", "linking": hidden(page.text, "linking")})
    await browser.post("/auth/session", data={"code": letters.code_to("bo@example.com")})
    again = await visit()
    await enter(again, elsewhere, subject)
    assert (await again.get("/api/v1/me")).json()["data"]["email"] == "bo@example.com"


async def test_an_ordinary_sign_in_links_nothing(visit, elsewhere, letters):
    browser = await visit()
    await enter(browser, elsewhere, "silent")  # and left
    await browser.post("/auth/code", data={"identifier": ANN, "linking": "forged"})
    await browser.post("/auth/session", data={"code": letters.code_to(ANN)})
    assert (await browser.get("/api/v1/me/ways")).json()["data"]["linked"] == []


async def test_what_comes_back_must_belong_to_this_browser_and_journey(visit, elsewhere):
    ann, eve = await visit(), await visit()
    address = back(elsewhere.agree(await set_out(ann), "ann"))
    assert (await eve.get(address)).status_code == 400  # never set out
    await set_out(eve)
    assert (await eve.get(address)).status_code == 400  # another state
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    forged = "/auth/with/oidc/done?" + urlencode(query | {"state": query["state"][:-1] + "x"})
    assert (await ann.get(forged)).status_code == 400
    assert "pexit_dev" not in ann.cookies
    assert "pexit_dev" not in eve.cookies


async def test_a_journey_takes_ten_minutes_at_most_and_is_made_once(visit, elsewhere):
    ann = await visit()
    address = back(elsewhere.agree(await set_out(ann), "ann"))
    with clock.moved(minutes=11):
        assert (await ann.get(address)).status_code == 400
    ann = await visit()
    address = back(elsewhere.agree(await set_out(ann), "ann"))
    assert (await ann.get(address)).status_code == 303
    assert (await ann.get(address)).status_code == 400


async def test_another_verifier_or_nonce_is_refused(visit, elsewhere, monkeypatch):
    provider = deps.get().elsewhere["oidc"]
    real = provider.finish
    for change in ({"verifier": "x" * 64}, {"nonce": "x" * 43}):

        async def finish(redirect_uri, outset, code, change=change):
            return await real(redirect_uri, replace(outset, **change), code)

        monkeypatch.setattr(provider, "finish", finish)
        browser = await visit()
        assert (await enter(browser, elsewhere, "ann")).status_code == 502
        assert "pexit_dev" not in browser.cookies


async def test_whoever_refuses_over_there_or_finds_it_away_is_told(visit, elsewhere, issuer):
    browser = await visit()
    address = await set_out(browser)
    state = parse_qs(urlsplit(address).query)["state"][0]
    refused = await browser.get(back(elsewhere.refuse(address)) + f"&state={state}")  # which this issuer leaves out
    assert refused.status_code == 502
    assert "House ID did not let you in" in refused.text
    assert (await browser.get("/auth/with/nobody")).status_code == 404
    async with web.client() as client:
        away = OidcProvider(Registration("Away", "http://localhost:9", "pexit", lambda: ""), client)
        deps.use(replace(deps.get(), elsewhere={"oidc": away}))
        assert (await browser.get("/auth/with/oidc")).status_code == 502


async def test_linking_and_unlinking_in_the_account(visit, elsewhere):
    ann = await visit(ANN)
    page = (await ann.get("/account")).text
    link = re.search(r'href="(/auth/with/oidc\?link=[^"]+)"', page)[1].replace("&amp;", "&")
    cookie = ann.cookies["pexit_dev"]
    done = await ann.get(back(elsewhere.agree((await ann.get(link)).headers["location"], "silent")))
    assert done.headers["location"] == "/account?done=linked#ways"
    assert ann.cookies["pexit_dev"] != cookie
    linked = (await ann.get("/api/v1/me/ways")).json()["data"]["linked"]
    bo = await visit("bo@example.com")
    refusal(await bo.delete(f"/api/v1/me/linked/{linked[0]['id']}"), 404)
    assert "Link House ID" not in (await ann.get("/account")).text
    theirs = re.search(r'href="(/auth/with/oidc\?link=[^"]+)"', (await bo.get("/account")).text)[1]
    taken = await bo.get(back(elsewhere.agree((await bo.get(theirs)).headers["location"], "silent")))
    assert taken.headers["location"] == "/account?done=linked-elsewhere#ways"
    assert (await ann.post("/account/unlink", data={"link_id": linked[0]["id"]})).status_code == 303
    assert (await ann.get("/api/v1/me/ways")).json()["data"]["linked"] == []


async def test_nobody_is_made_to_link(visit, elsewhere):
    """Neither without the page's own token nor with another session's, nor long after a proof."""
    ann, bo = await visit(ANN), await visit("bo@example.com")
    theirs = re.search(r'link=([^"]+)"', (await bo.get("/account")).text)[1]
    for token in ("1", theirs):
        answer = await ann.get(f"/auth/with/oidc?link={token}")
        assert answer.headers["location"] == "/account"
    with clock.moved(minutes=16):
        mine = re.search(r'link=([^"]+)"', (await ann.get("/account")).text)[1]
        done = await ann.get(back(elsewhere.agree(await set_out(ann, link=mine), "silent")))
        assert done.headers["location"].startswith("/account/confirm")


class PostsBack:
    """As Apple does: the browser comes back with a POST from another site."""

    label, posts_back = "Apple", True

    async def begin(self, redirect_uri):
        return Outset("https://apple.example/authorize", "the-state", "nonce", "verifier")

    async def finish(self, redirect_uri, outset, code):
        return Vouched("https://apple.example", "s1", ANN, True)


async def test_coming_back_by_a_post_of_another_site(visit, letters, monkeypatch):
    https = settings.load().model_copy(update={"public_url": "https://pexit.test"})
    monkeypatch.setattr(settings, "load", lambda: https)
    deps.use(replace(deps.get(), elsewhere={"apple": PostsBack()}))
    browser = await visit()
    begun = await browser.get("https://pexit.test/auth/with/apple?next=/people")
    assert "SameSite=none; Secure" in begun.headers["set-cookie"]
    given = {"headers": {"Origin": "https://apple.example"}, "data": {"state": "another", "code": "c"}}
    assert (await browser.post("https://pexit.test/auth/with/apple/done", **given)).status_code == 400
    given["data"]["state"] = "the-state"
    done = await browser.post("https://pexit.test/auth/with/apple/done", **given)
    assert (done.status_code, done.headers["location"]) == (303, "/people")
    assert "__Host-pexit=" in done.headers["set-cookie"]
