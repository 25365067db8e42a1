"""What a body may not do: break the server, be larger than it may, hold what the database cannot."""

import json

import pytest

from pexit_app.web.limits import JSON_BYTES
from tests.features.shoots.support import PACK

JSON = {"Content-Type": "application/json"}
GENERATE, QUOTES, SHOOTS = "/api/lora/generate", "/api/v1/quotes", "/api/v1/shoots"
ORDER = {"pack": PACK, "scene": "shore"}


def raw(**fields: str) -> str:
    """A body whose values are JSON as written."""
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"


def refusal(answer, status: int) -> dict:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["success"] is False and body["error"]["status_code"] == status
    assert body["error"]["request_id"] == answer.headers["X-Request-Id"]
    return body["error"]


@pytest.mark.parametrize("field", ["num_images", "seed", "width", "height"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "true", '"5"', "1.5", "-1", "9" * 30, "[]"])
async def test_numbers_that_are_none(me, field, value):
    body = raw(pack=f'"{PACK}"', scene='"shore"', **{field: value})
    error = refusal(await me.post(GENERATE, content=body, headers=JSON), 422)
    assert [problem["field"] for problem in error["details"]] == [field]
    assert error["details"][0].keys() == {"field", "message", "value", "limit"}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "true", '"5"', "null", "[]", "{}", "9" * 400])
async def test_a_knob_that_is_no_number(me, value):
    answer = await me.post(
        QUOTES, content=raw(pack=f'"{PACK}"', scene='"shore"', knobs=f'{{"hour":{value}}}'), headers=JSON
    )
    assert [problem["field"] for problem in refusal(answer, 422)["details"]] == ["knobs.hour"]


@pytest.mark.parametrize("text", ['"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"a\\udfffb"'])
@pytest.mark.parametrize(
    ("path", "field"),
    [(QUOTES, "pack"), (QUOTES, "scene"), (QUOTES, "prompt"), (QUOTES, "knobs"), (SHOOTS, "pack"), (SHOOTS, "cast")],
)
async def test_text_that_cannot_be_stored(me, path, field, text):
    fields = {name: json.dumps(value) for name, value in ORDER.items()}
    fields[field] = f"{{{text}:null}}" if field in ("knobs", "cast") else text
    answer = await me.post(path, content=raw(**fields), headers=JSON)
    assert answer.status_code in (404, 422), answer.text
    assert answer.json()["error"]["status_code"] == answer.status_code


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "a\\u0000@example.com"])
async def test_sign_in_with_text_that_cannot_be_stored(anybody, text):
    for path, body in (
        ("otp/request", raw(identifier=f'"{text}"')),
        ("otp/verify", raw(identifier=f'"{text}"', code='"123456"')),
    ):
        refusal(await anybody.post(f"/api/v1/auth/{path}", content=body, headers=JSON), 422)
    answer = await anybody.post("/api/v1/auth/refresh", content=raw(refresh_token=f'"{text}"'), headers=JSON)
    assert answer.status_code in (401, 422)


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"pack":', b'{"pack":"\xff"}', b'{"knobs":' * 60_000, b"[" * 200_000, b'{"seed":' + b"9" * 5000 + b"}"],
)
async def test_what_is_no_json(me, body):
    assert refusal(await me.post(GENERATE, content=body, headers=JSON), 400)["code"] == "malformed"


@pytest.mark.parametrize(
    ("path", "most"), [("/api/v1/auth/otp/request", 1024), ("/auth/code", 16 * 1024), (GENERATE, JSON_BYTES)]
)
@pytest.mark.parametrize("is_declared", [True, False])
async def test_the_size_of_a_body(me, path, most, is_declared):
    async def in_pieces():
        for _ in range(4):
            yield b" " * (most // 4)
        yield b" "

    content = b" " * (most + 1) if is_declared else in_pieces()
    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    error = refusal(await me.post(path, content=content, headers={"Content-Type": kind}), 413)
    assert error["code"] == "too_large"
    assert str(most) in error["message"]


async def test_a_body_as_large_as_it_may_be(me):
    body = json.dumps({**ORDER, "prompt": "x"}).encode().ljust(JSON_BYTES)
    assert (await me.post(QUOTES, content=body, headers=JSON)).status_code == 200
