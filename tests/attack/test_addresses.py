"""Every address under /api answers in the envelope, whatever it is asked and whoever asks."""

import pytest

from tests.attack.test_bodies import refusal
from tests.features.shoots.support import PACK


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
