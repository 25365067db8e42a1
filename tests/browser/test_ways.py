"""One account and its ways in, as its owner lives with them: a link, a password, a passkey, an authenticator app."""

import re

import httpx
import pyotp
from playwright.sync_api import Page, expect

from tests.browser.looking import look_closely
from tests.support.server import Server


def last_link(server: Server) -> str:
    return re.findall(r"link=(\S+)$", server.log.read_text(), re.M)[-1]


def add_authenticator(page: Page) -> None:
    """A device of the test's own that says yes to everything."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def ask_code(page: Page, server: Server, identifier: str, then: str = "/account") -> None:
    page.goto(f"{server.url}/login?next={then}")
    page.fill("[name=identifier]", identifier)
    press(page, "Send the code")
    page.wait_for_url("**/login/code")


def sign_out(page: Page, server: Server) -> None:
    page.get_by_role("navigation", name="Footer").get_by_role("button", name="Sign out").click()
    page.wait_for_url(server.url + "/")


def wait_for_account(page: Page) -> None:
    page.wait_for_url(re.compile("/account(\\?|#|$)"))
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_a_life_with_every_way_in(server: Server, open_page) -> None:
    page = open_page(width=1280)
    add_authenticator(page)
    ask_code(page, server, "ways@example.com")
    page.goto(last_link(server))
    press(page, "Sign in")
    wait_for_account(page)

    page.get_by_text("Set a password", exact=True).click()
    page.fill("[name=password]", "12345678")
    press(page, "Set the password")
    expect(page.get_by_text("among the first that are tried")).to_be_visible()
    page.problems.clear()  # the browser logs the 422
    look_closely(page, "common password")
    page.fill("[name=password]", "lantern in the harbor")
    press(page, "Set the password")
    expect(page.get_by_text("Your password is set")).to_be_visible()

    page.fill("[name=passkey_name]", "Desk")
    press(page, "Add a passkey")
    expect(page.get_by_text("Your passkey is added")).to_be_visible()
    sign_out(page, server)
    page.goto(server.url + "/login?next=/account")
    look_closely(page, "sign in")
    press(page, "Passkey")
    wait_for_account(page)
    expect(page.get_by_text("this session, signed in by passkey")).to_be_visible()

    press(page, "Turn on an authenticator app")
    secret = page.locator(".account__secret").inner_text().replace(" ", "")
    look_closely(page, "authenticator")
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    press(page, "Turn it on")
    recovery = page.locator(".account__secrets li").all_inner_texts()
    assert len(recovery) == 10
    look_closely(page, "recovery codes")
    sign_out(page, server)

    page.goto(server.url + "/login/password?next=/account")
    page.fill("[name=identifier]", "ways@example.com")
    page.fill("[name=password]", "lantern in the harbor")
    press(page, "Sign in")
    page.wait_for_url("**/login/second")
    look_closely(page, "second step")
    page.fill("[name=code]", recovery[0])
    press(page, "Sign in")
    wait_for_account(page)
    expect(page.get_by_text("9 left")).to_be_visible()


def test_signing_in_by_link_and_managing_keys_need_no_javascript(server: Server, browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    ask_code(page, server, "still@example.com")
    page.goto(last_link(server))
    press(page, "Sign in")
    page.wait_for_url("**/account")
    page.get_by_text("Make a key", exact=True).click()
    page.fill("[name=key_name]", "Export")
    press(page, "Make the key")
    key = page.locator(".account__secrets li").inner_text()
    bearer = {"Authorization": f"Bearer {key}"}
    assert httpx.get(server.url + "/api/v1/me", headers=bearer).status_code == 200
    press(page, "End the key Export")
    expect(page.get_by_text("That key is ended")).to_be_visible()
    assert httpx.get(server.url + "/api/v1/me", headers=bearer).status_code == 401
    context.close()
