"""`make shots`: every page at 390, 768 and 1440 px in both lights, into shots/ (not kept in git). The pages are shown by a
server of their own with a sheet of frames in it."""

import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from pexit_app.core.settings import ROOT
from tests.conftest import open_to_database
from tests.support import chromium, encoders, faces
from tests.support.server import Server, start

FOLDER = ROOT / "shots"
WIDTHS = {390: 844, 768: 1024, 1440: 900}
LIGHTS = {"table": "light", "darkroom": "dark"}


def fill(client: httpx.Client, slug: str) -> str:
    """A shoot with one frame of each scene, finished. Its id."""
    scenes = client.get(f"/api/v1/packs/{slug}").json()["data"]["scenes"]
    shoot = client.post("/api/v1/shoots", json={"pack": slug, "cast": {}}).json()["data"]["id"]
    for scene in scenes:
        body = {"scene": scene["id"], "knobs": {}, "count": 1}
        job = client.post(f"/api/v1/shoots/{shoot}/frames", json=body).raise_for_status().json()["data"]
        with client.stream("GET", f"/api/v1/jobs/{job['id']}/events", timeout=120) as events:
            for _ in events.iter_lines():
                pass
    keep(client, shoot, slug)
    return str(shoot)


def keep(client: httpx.Client, shoot: str, slug: str) -> None:
    """A recipe of a frame and one without, a frame with a ring, one in the trash."""
    frames = client.get(f"/api/v1/shoots/{shoot}").json()["data"]["frames"]
    saved = {"name": "The one for grandmother", "notes": "Wind from the left.", "favourite": True}
    client.post("/api/v1/recipes", json={**saved, "frame_id": frames[0]["id"]}).raise_for_status()
    scene = {"name": "Not rendered yet", "pack": slug, "scene": frames[1]["scene"], "seed": 12}
    client.post("/api/v1/recipes", json=scene).raise_for_status()
    client.post(f"/api/v1/frames/{frames[1]['id']}/mark", json={"mark": "ring"}).raise_for_status()
    client.delete(f"/api/v1/frames/{frames[-1]['id']}").raise_for_status()


def portray(client: httpx.Client) -> str:
    """A person with good and bad photos and a trained likeness. Their id."""
    version = client.get("/api/v1/consent/notice").json()["data"]["version"]
    consent = {"adult": True, "own_likeness": True, "notice_version": version}
    body = {"name": "Mara", "kind": "person", "relationship": "Myself", "consent": consent}
    person = client.post("/api/v1/people", json=body).raise_for_status().json()["data"]["id"]
    photos = [*faces.good_batch(8), encoders.jpeg(faces.blurred()), encoders.jpeg(faces.dark())]
    files = [("files", (f"{number}.jpg", content, "image/jpeg")) for number, content in enumerate(photos)]
    client.post(f"/api/v1/people/{person}/photos", files=files, timeout=120).raise_for_status()
    job = client.post("/api/lora/train", json={"person_id": person}).raise_for_status().json()["data"]["id"]
    with client.stream("GET", f"/api/v1/jobs/{job}/events", timeout=300) as events:
        for _ in events.iter_lines():
            pass
    return str(person)


def draft(client: httpx.Client, slug: str) -> str:
    """A remix that was published and changed since, and an empty pack beside it. The remix's id."""
    client.post("/api/v1/builder/drafts", json={}).raise_for_status()
    made = client.post("/api/v1/builder/drafts", json={"fork": slug}).raise_for_status().json()["data"]["id"]
    client.post(f"/api/v1/builder/drafts/{made}/publish", json={}, timeout=300).raise_for_status()
    ops = [{"op": "add", "path": "/scenes/0/look/grade", "value": "silver"}]
    change = {"base_revision": 1, "ops": ops, "label": "Film changed", "client": "shots"}
    client.post(f"/api/v1/builder/drafts/{made}/changes", json=change).raise_for_status()
    return str(made)


def pages(server: Server, slug: str, shoot: str, person: str, made: str) -> dict[str, str]:
    return {
        "home": "/",
        "pack": f"/p/{slug}",
        "packs": "/packs",
        "nothing-found": "/packs?q=zebra+noon",
        "storefront": "/storefront",
        "account": "/account",
        "account-data": "/account/data",
        "people": "/people",
        "person": f"/people/{person}",
        "sheets": "/sheets",
        "recipes": "/recipes",
        "trash": "/trash",
        "studio": f"/studio/{slug}",
        "builder": "/builder",
        "builder-draft": f"/builder/{made}",
        "studio-sheet": f"/studio/{slug}?shoot={shoot}",
        "not-found": "/nothing-here",
        "wallet": "/wallet",
        "earnings": "/earnings",
        "bundles": "/earnings/bundles",
        "takedown": "/takedown",
        "parts": "/dev/parts",
    }


def take(browser: Browser, server: Server, cookie: str, targets: dict[str, str]) -> None:
    for width, height in WIDTHS.items():
        for light, scheme in LIGHTS.items():
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            page = context.new_page()
            page.goto(server.url + "/login")
            page.screenshot(path=FOLDER / f"login-{width}-{light}.png", full_page=True)
            context.add_cookies([{"name": "pexit_dev", "value": cookie, "url": server.url}])
            for name, path in targets.items():
                page.goto(server.url + path)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=FOLDER / f"{name}-{width}-{light}.png")
                page.screenshot(path=FOLDER / f"{name}-{width}-{light}-full.png", full_page=True)
            context.close()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        server = start(open_to_database(Path(name)))
        try:
            client = server.client("shots@example.com")
            server.cli("grant", "shots@example.com", "100", "--reason", "screenshots")
            slug = client.get("/api/v1/packs").json()["data"][0]["slug"]
            targets = pages(server, slug, fill(client, slug), portray(client), draft(client, slug))
            secret = sign_in_cookie(server)
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium.ensure(), args=list(chromium.ARGS))
                take(browser, server, secret, targets)
                browser.close()
        finally:
            server.stop()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}/")


def sign_in_cookie(server: Server) -> str:
    with httpx.Client(base_url=server.url) as client:
        client.post("/api/v1/auth/otp/request", json={"identifier": "shots@example.com"})
        body = {"identifier": "shots@example.com", "code": server.last_code()}
        client.post("/api/v1/auth/otp/verify", json=body).raise_for_status()
        return str(client.cookies["pexit_dev"])


if __name__ == "__main__":
    main()
