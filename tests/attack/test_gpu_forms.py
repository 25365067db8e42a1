"""Forms of edits, filled in by somebody who means harm."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.ports import Kind
from pexit_app.features.routing import service as routing
from pexit_app.features.routing.table import ROUTES
from pexit_app.providers.weights import check_own
from tests.features.shoots.gpus import finished, mask, rent
from tests.features.shoots.support import SIDE, new_user


@pytest.mark.parametrize(
    "fields",
    [
        {"seed": "9" * 5000},
        {"total_dust": "9" * 5000},
        {"seed": "²"},
        {"prompt": "x" * 2001},
        {"prompt": "nul\0"},
        {"quote_id": "no id"},
        {"kind": "train"},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_a_bad_field_is_named_and_nothing_breaks(me, fields):
    rent()
    url = "/api/v1/frames/00000000-0000-4000-8000-000000000000/edits"
    data = {"kind": "fill", "prompt": "a hat", **fields}
    answer = await me.post(url, data=data, files={"mask": ("mask.png", mask(SIDE, SIDE), "image/png")})
    assert answer.status_code in (400, 413, 422), answer.text


async def test_half_a_letter_is_refused(me):
    rent()
    url = "/api/v1/frames/00000000-0000-4000-8000-000000000000/edits"
    answer = await me.post(
        url, content=b'{"kind": "edit", "prompt": "\\ud800"}', headers={"content-type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("kind", ["edit", "fill", "upscale"])
async def test_another_users_frame_is_not_there(me, session, kind):
    rent()
    frame = await finished(session, await new_user(session))
    for path, body in (("", {"kind": kind, "prompt": "a hat"}), ("/quote", {"kind": kind})):
        url = f"/api/v1/frames/{frame.id}/edits{path}"
        if kind == "fill" and not path:
            answer = await me.post(url, data=body, files={"mask": ("m.png", mask(SIDE, SIDE), "image/png")})
        else:
            answer = await me.post(url, json=body)
        assert answer.status_code == 404, answer.text


async def test_no_object_key_is_taken_from_a_request(me, session):
    rent()
    more = {"source": "photos/x/photo.jpg", "mask": "frames/x/mask.png", "weights": [{"key": "likenesses/x"}]}
    body = {"pack": "shoot-test", "scene": "shore", "width": SIDE, "height": SIDE, **more}
    answer = await me.post("/api/lora/generate", json=body)
    assert answer.status_code in (202, 422), answer.text
    if answer.status_code == 202:
        shoot = (await me.get(f"/api/v1/shoots/{answer.json()['data']['shoot_id']}")).json()["data"]
        recipe = (await me.get(f"/api/v1/frames/{shoot['frames'][0]['id']}/recipe")).json()["data"]
        assert recipe["source"] == ""


@pytest.mark.parametrize("url", ["https://ex\ud800.example/x", "https://a\0b.example/x", "https://[::1/x", "https://"])
async def test_an_address_that_is_none_is_named(me, url):
    rent()
    deps.use(replace(deps.get(), check_weights=check_own))
    body = json.dumps({"prompt": "a hat", "lora_url": url}).encode()
    answer = await me.post("/api/lora/generate", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text


async def test_a_form_that_was_refused_may_be_sent_again_under_its_key(me, session):
    """A mask is stored before its order is: when that one fails, nothing was carried out."""
    rent()
    await routing.set_route(session, Kind.FILL, replace(ROUTES[Kind.FILL], dust=9999))
    who = (await me.get("/api/v1/me")).json()["data"]
    frame = await finished(session, Actor(UUID(who["id"]), UUID(int=0), "starter"))

    async def send():
        return await me.post(
            f"/api/v1/frames/{frame.id}/edits",
            content=BODY,
            headers={"content-type": "multipart/form-data; boundary=b", "Idempotency-Key": "once"},
        )

    assert (await send()).status_code == 402
    again = await send()
    assert again.status_code == 402, again.text


def _part(name: str, content: bytes, more: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"


BODY = (
    _part("kind", b"fill")
    + _part("prompt", b"a hat")
    + _part("mask", mask(SIDE, SIDE), '; filename="m.png"')
    + b"--b--\r\n"
)
