"""Every address under /api answers in the envelope, whatever it is asked and whoever asks."""

from uuid import uuid4

import pytest

from tests.attack.test_bodies import refusal
from tests.features.shoots.support import PACK

OWNED = [
    ("GET", "/api/v1/jobs/{}"),
    ("POST", "/api/v1/jobs/{}/cancel"),
    ("GET", "/api/v1/jobs/{}/events"),
    ("GET", "/api/lora/generate/{}"),
    ("GET", "/api/v1/shoots/{}"),
    ("GET", "/api/v1/shoots/{}/zip"),
    ("POST", "/api/v1/shoots/{}/frames"),
    ("GET", "/api/v1/frames/{}"),
    ("GET", "/api/v1/frames/{}/image"),
    ("GET", "/api/v1/frames/{}/recipe"),
    ("POST", "/api/v1/frames/{}/mark"),
    ("POST", "/api/v1/frames/{}/retry"),
    ("POST", "/api/v1/frames/{}/vary"),
    ("DELETE", "/api/v1/frames/{}"),
    ("DELETE", "/api/v1/sessions/{}"),
]
BODY = {"scene": "shore", "mark": "ring"}


async def ask(client, method, path):
    return await client.request(method, path, json=BODY if method == "POST" else None)


@pytest.mark.parametrize(("method", "path"), OWNED)
async def test_nobody_reaches_what_is_anothers(sign_in, anybody, method, path):
    ann, bo = await sign_in(), await sign_in()
    ordered = (await ann.post("/api/lora/generate", json={"pack": PACK, "scene": "shore"})).json()["data"]
    shoot = (await ann.get(f"/api/v1/shoots/{ordered['shoot_id']}")).json()["data"]
    sessions = (await ann.get("/api/v1/sessions")).json()["data"]
    kinds = {
        "jobs": ordered,
        "generate": ordered,
        "shoots": shoot,
        "frames": shoot["frames"][0],
        "sessions": sessions[0],
    }
    anns = next(row["id"] for word, row in kinds.items() if f"/{word}/" in path)
    refusal(await ask(bo, method, path.format(anns)), 404)
    refusal(await ask(anybody, method, path.format(anns)), 401)
    again = (await ann.get(f"/api/v1/shoots/{shoot['id']}")).json()["data"]["frames"]
    assert [(frame["id"], frame["status"], frame["mark"]) for frame in again] == [
        (shoot["frames"][0]["id"], "waiting", "none")
    ]


@pytest.mark.parametrize(("method", "path"), OWNED)
async def test_what_does_not_exist(me, method, path):
    refusal(await ask(me, method, path.format(uuid4())), 404)
    refusal(await ask(me, method, path.format("nope")), 422)


@pytest.mark.parametrize("path", ["/api/nope", "/api/v1/nope", "/api/v1/", "/api/lora/nope/x", "/api/v1/packs/a/b/c"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_unknown_address(me, method, path):
    assert refusal(await me.request(method, path), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/wallet", "GET"),
        ("GET", "/api/v1/drafts", "POST"),
        ("PUT", "/api/lora/generate", "POST"),
        ("PATCH", "/api/v1/frames/00000000-0000-4000-8000-000000000000", "GET, DELETE"),
    ],
)
async def test_the_wrong_method(me, method, path, allowed):
    answer = await me.request(method, path)
    assert refusal(answer, 405)["code"] == "method_not_allowed"
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://pexit.test.evil.test"}, 403),
        ({"Authorization": "Basic eDp5"}, 403),
        ({"Authorization": ""}, 403),
        ({"Origin": "http://pexit.test"}, 201),
    ],
)
async def test_a_write_by_cookie_comes_from_our_own_pages(sign_in, anybody, headers, status):
    anybody.cookies.update((await sign_in()).cookie)
    assert (await anybody.post("/api/v1/shoots", json={"pack": PACK}, headers=headers)).status_code == status
