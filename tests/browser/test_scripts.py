"""Scripts that strangers write into whatever can be written to: shown as the words they are, run by no page. And what
another site's page can do to somebody who is signed in here."""

import copy
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.features.builder.test_checks import DOCUMENT
from tests.support.server import Server

RUN = "<img src=x onerror=ran()>"  # 25 characters: fits everywhere
EVIL = f"'\">--></script></title><script>ran()</script>{RUN}"
WATCH = "window.ran = () => { window.hasRun = true }"


def evil(most: int) -> str:
    return EVIL if len(EVIL) <= most else RUN


class Author:
    """Writes it into every field of everything there is."""

    def __init__(self, server: Server, cookies: dict[str, str]) -> None:
        self.client = httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}, timeout=60)

    def send(self, method: str, path: str, **sent: Any) -> Any:
        answer = self.client.request(method, f"/api/v1{path}", **sent)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json()["data"] if answer.content else None

    def account(self) -> None:
        self.send("PATCH", "/me", json={"name": evil(100)})
        self.send("POST", "/keys", json={"name": evil(80), "scopes": ["read"]})

    def person(self) -> str:
        version = self.send("GET", "/consent/notice")["version"]
        consent = {"adult": True, "own_likeness": True, "notice_version": version}
        body = {"name": evil(100), "kind": "person", "relationship": evil(100), "consent": consent}
        return str(self.send("POST", "/people", json=body)["id"])

    def shoot(self, pack: str) -> str:
        """Frames with words in them: one on the sheet, one in the trash; and a recipe of one."""
        shoot = self.send("POST", "/shoots", json={"pack": pack})["id"]
        self.send("PATCH", f"/shoots/{shoot}", json={"title": evil(80)})
        body = {"scene": "shore", "knobs": {"weather": evil(40)}, "count": 2, "width": 512, "height": 512}
        frames = self.send("POST", f"/shoots/{shoot}/frames", json=body)["frames"]
        self.send("DELETE", f"/frames/{frames[0]['id']}")
        recipe = {"name": evil(80), "notes": evil(2000), "frame_id": frames[1]["id"]}
        self.send("POST", "/recipes", json=recipe)
        return str(shoot)

    def pack(self) -> tuple[str, str]:
        """A live pack, and its draft with a history and a restore point."""
        draft = self.send("POST", "/builder/drafts", json={"document": document(), "client": evil(60)})["id"]
        self.send("POST", f"/builder/drafts/{draft}/publish", json={"changelog": evil(300)})
        self.send("POST", f"/builder/drafts/{draft}/restore-points", json={"name": evil(60)})
        ops = [{"op": "add", "path": "/scenes/1/prompt", "value": f"{{person}} {EVIL}"}]
        change = {"base_revision": 1, "ops": ops, "label": evil(80), "client": evil(60)}
        self.send("POST", f"/builder/drafts/{draft}/changes", json=change)
        return "scripts", str(draft)


def document() -> dict[str, Any]:
    """A pack in order, but for its words."""
    made: dict[str, Any] = copy.deepcopy(DOCUMENT)
    made |= {"slug": "scripts", "title": evil(40), "tagline": evil(90), "description": f"{EVIL} {EVIL}"}
    made |= {"creator": evil(40)}
    made["cover"]["alt"] = made["samples"][0]["alt"] = EVIL
    made["cast"][0]["label"] = evil(30)
    for number, knob in enumerate([*made["knobs"], *made["scenes"][1]["knobs"]]):
        knob |= {"label": f"{number}{RUN}", "hint": evil(100), "group": evil(30)}
        for place, option in enumerate(knob.get("options", [])):
            option["label"] = f"{place}{RUN}"
    for number, scene in enumerate(made["scenes"]):
        scene["title"] = f"{number}{RUN}"
    return made


def read_first_html(server: Server, slug: str) -> None:
    """What crawlers and browsers without scripts get, structured data and social tags included: words there too."""
    with httpx.Client(base_url=server.url) as client:
        pages = [client.get(path).text for path in ("/", f"/p/{slug}", f"/nothing/{quote(EVIL)}")]
    assert "onerror=ran" in pages[1]
    for text in pages:
        assert RUN not in text
        assert "<script>ran" not in text
        for block in re.findall(r'<script type="application/ld[+]json"[^>]*>(.*?)</script>', text, re.S):
            json.loads(block)


def test_no_page_runs_what_somebody_wrote(server: Server, open_page: Callable[..., Page]) -> None:
    """Nothing is run, nothing is refused by the policy either: it is never markup. Each page shows it as words."""
    page, asked = open_page(1440, 900, reduced_motion="reduce"), quote(EVIL, safe="")
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: page.problems.append(f"{dialog.type} {dialog.message}") or dialog.accept())

    def look(path: str) -> None:
        page.goto(server.url + path)
        expect(page.get_by_text("onerror=ran").first).to_be_attached()
        expect(page.locator("img[src=x]")).to_have_count(0)
        assert not page.evaluate("window.hasRun"), path

    page.goto(f"{server.url}/login?next={asked}")
    page.fill("input[name=identifier]", EVIL)
    page.locator("form[action='/auth/code']").evaluate("form => { form.noValidate = true; form.submit() }")
    expect(page.get_by_role("alert").filter(has_text="address")).to_be_visible()
    assert page.locator("input[name=identifier]").input_value() == EVIL
    page.problems.clear()  # the browser itself logs the 422

    sign_in(page, server, "scripts@example.com")
    author = Author(server, {each["name"]: each["value"] for each in page.context.cookies()})
    slug, draft = author.pack()
    read_first_html(server, slug)
    person, shoot = author.person(), author.shoot(slug)
    author.account()
    for path in (
        "/", f"/p/{slug}", "/people", "/account", f"/sheets?q={asked}", "/sheets", "/recipes", f"/recipes?q={asked}",
        "/trash", "/wallet", f"/people/{person}",
    ):  # fmt: skip
        look(path)
    notes = [{"name": f"{RUN}.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}]
    page.locator("input[type=file]").first.set_input_files(notes)
    expect(page.get_by_label("Files that were not taken")).to_contain_text(f"{RUN}.jpg")
    page.problems.clear()  # the 415

    look(f"/studio/{slug}?shoot={shoot}&show={asked}&grid={asked}&cast={asked}")
    page.locator("section[aria-label=Sheet] [data-frame-id] button.frame__pic").first.click()
    expect(page.locator(".opened .facts")).to_contain_text(RUN)
    look(f"/builder/{draft}")
    for tab in page.get_by_role("tab").all():
        tab.click()
    assert not page.evaluate("window.hasRun")
    assert page.locator("img[src=x]").count() == 0


ELSEWHERE = """<!doctype html><form method=post action="{url}/auth/logout" target=f></form>
<iframe name=f></iframe><iframe id=framed src="{url}/sheets"></iframe><script>
const told = [], body = JSON.stringify({{name: "Planted", kind: "pet"}}), options = {{credentials: "include"}};
const ask = (path, more) => fetch("{url}" + path, {{...options, ...more}}).then(
  answer => told.push(path + " " + answer.type), () => told.push(path + " unreadable"));
const socket = new WebSocket("{socket}/_event/?EIO=4&transport=websocket&token=x");
socket.onopen = () => told.push("socket open");
const closed = new Promise(done => (socket.onclose = done));
document.forms[0].submit();
window.all = Promise.all([closed, ask("/api/v1/me"),
  ask("/api/v1/people", {{method: "POST", mode: "no-cors", body}}),
  ask("/api/v1/people", {{method: "POST", headers: {{"Content-Type": "application/json"}}, body}})]).then(() => told);
</script>"""


@contextmanager
def elsewhere(text: str) -> Iterator[str]:
    """The address of a page that is not ours, at another port of this host: there the browser sends the cookie along."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Quietly."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{made.server_port}/"
    finally:
        made.shutdown()


def test_another_sites_page_does_nothing_in_a_visitors_name(server: Server, page: Page) -> None:
    sign_in(page, server, "victim@example.com")
    with elsewhere(ELSEWHERE.format(url=server.url, socket=server.url.replace("http", "ws"))) as address:
        page.goto(address)
        told = page.evaluate("window.all")
        framed = page.locator("#framed").element_handle().content_frame()
        assert framed is not None
        assert framed.url.startswith("chrome-error:"), "it let itself be framed"
    assert sorted(told) == ["/api/v1/me unreadable", *["/api/v1/people unreadable"] * 2]
    page.problems.clear()  # the browser logs each refusal
    page.goto(server.url + "/people")
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()
    expect(page.get_by_text("Planted")).to_have_count(0)


def test_the_contracts_page_keeps_the_policy_too(server: Server, page: Page) -> None:
    """Though its program is not ours: no inline style, no script but its files."""
    answer = page.goto(server.url + "/api/docs")
    assert answer is not None
    assert "unsafe" not in answer.headers["content-security-policy"]
    operation = page.locator(".opblock-summary", has_text="/api/v1/auth/elsewhere").first  # of those in sight
    operation.click()
    expect(page.get_by_role("button", name="Execute").first).to_be_visible()
    expect(page.locator(".response-col_status").first).to_be_visible()
