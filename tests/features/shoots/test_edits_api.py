"""Changing finished frames over REST: JSON, or a form with a mask."""

import io
import json
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from pexit_app.core import db, deps
from pexit_app.core.ports import Kind, ProviderState, ProviderUpdate
from pexit_app.features.shoots import masks, transitions
from pexit_app.features.shoots.requests import MAX_PROMPT_CHARS
from pexit_app.features.wallet import service as wallet
from pexit_app.web.limits import most_bytes
from tests.features.shoots.gpus import DUST, finished, mask, rent
from tests.features.shoots.support import SIDE, Script, new_user, picture
from tests.features.shoots.test_api import app_for, client, codes, develop_all, started, stranger  # noqa: F401

WORDS = {"kind": "edit", "prompt": "rain instead of sun"}
MEND = {"kind": "fill", "prompt": "a hand with five fingers"}
LARGER = {"kind": "upscale"}


@pytest.fixture
def gpu(house):
    return rent()


@pytest.fixture
async def frame(session, me, gpu):
    return await finished(session, me)


@pytest.fixture
def url(frame) -> str:
    return f"/api/v1/frames/{frame.id}/edits"


def form(fields: dict, content: bytes | None = None, name: str = "mask") -> dict:
    files = {name: ("mask.png", mask(SIDE, SIDE) if content is None else content, "image/png")}
    return {"data": fields, "files": files}


async def held(me) -> int:
    async with db.transaction() as session:
        return (await wallet.card(session, me.user_id)).held


async def test_what_is_offered_with_its_price(client):  # noqa: F811
    answer = await client.get("/api/v1/edits/offered")
    assert answer.json()["data"] == []
    rent([Kind.GENERATE, Kind.FILL, Kind.UPSCALE])
    answer = await client.get("/api/v1/edits/offered")
    assert answer.json()["data"] == [
        {"kind": "fill", "dust": DUST[Kind.FILL]},
        {"kind": "upscale", "dust": DUST[Kind.UPSCALE]},
    ]


async def test_an_edit_from_order_to_picture(client, me, frame, url, gpu, started, house, impatient):  # noqa: F811
    await house.store.put(f"frames/{frame.id}/full.png", picture(), "image/png")
    gpu.default = lambda: Script(content=picture(640, 448))
    await deps.get().store.put(f"frames/{frame.id}/full.png", picture(), "image/png")
    answer = await client.post(url, json={**WORDS, "seed": 5, "total_dust": DUST[Kind.EDIT]})
    assert answer.status_code == 202, answer.text
    [made] = answer.json()["data"]["frames"]
    assert (made["kind"], made["provider"], made["parent_frame_id"]) == ("edit", "gpu", str(frame.id))
    assert answer.json()["data"]["quote"]["renders_on"] == "gpu"
    await develop_all(started)
    shown = (await client.get(f"/api/v1/frames/{made['id']}")).json()["data"]
    assert (shown["status"], shown["provider"], shown["width"], shown["height"]) == ("done", "fal", 640, 448)
    assert (shown["charge_dust"], await held(me)) == (DUST[Kind.EDIT], 0)
    assert "model" not in shown
    [order] = gpu.orders.values()
    assert (order.kind, order.prompt, order.seed, order.source) == (
        Kind.EDIT,
        WORDS["prompt"],
        5,
        f"frames/{frame.id}/full.png",
    )
    image = await client.get(f"/api/v1/frames/{made['id']}/image?variant=full")
    with Image.open(io.BytesIO(image.content)) as opened:
        assert opened.size == (640, 448)
    recipe = (await client.get(f"/api/v1/frames/{made['id']}/recipe")).json()["data"]
    assert (recipe["kind"], recipe["source"], recipe["prompt"]) == ("edit", order.source, WORDS["prompt"])


async def test_a_mend_is_a_form_with_a_mask(client, me, url, house):  # noqa: F811
    answer = await client.post(url, **form({**MEND, "seed": "7", "total_dust": str(DUST[Kind.FILL])}))
    assert answer.status_code == 202, answer.text
    [made] = answer.json()["data"]["frames"]
    assert (made["kind"], made["seed"], made["price_dust"]) == ("fill", 7, DUST[Kind.FILL])
    assert f"frames/{made['id']}/mask.png" in house.store.objects


@pytest.mark.parametrize("fields", [WORDS, LARGER])
async def test_a_form_without_a_mask_is_taken_too(client, url, fields):  # noqa: F811
    files = {name: (None, value) for name, value in fields.items()}
    assert (await client.post(url, files=files)).status_code == 202


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, (422, "invalid", ["kind"])),
        ([], (422, "invalid", ["body"])),
        ({"kind": "generate"}, (422, "invalid", ["kind"])),
        ({"kind": "edit"}, (422, "invalid", ["prompt"])),
        ({"kind": "edit", "prompt": "x" * (MAX_PROMPT_CHARS + 1)}, (422, "invalid", ["prompt"])),
        ({"kind": "edit", "prompt": 5}, (422, "invalid", ["prompt"])),
        (MEND, (422, "invalid", ["mask"])),
        ({**WORDS, "seed": "7"}, (422, "invalid", ["seed"])),
        ({**WORDS, "seed": 2**31}, (422, "invalid", ["seed"])),
        ({**WORDS, "total_dust": -1}, (422, "invalid", ["total_dust"])),
        ({**WORDS, "total_dust": DUST[Kind.EDIT] + 1}, (409, "price_changed", [])),
        ({**WORDS, "quote_id": str(uuid4())}, (404, "not_found", [])),
        ({**WORDS, "quote_id": "x"}, (422, "invalid", ["quote_id"])),
    ],
)
async def test_what_is_refused_says_which_field(client, me, url, body, error):  # noqa: F811
    assert codes(await client.post(url, json=body)) == error
    assert await held(me) == 0


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (form(MEND, b"no png"), (422, "invalid", ["mask"])),
        (form(MEND, mask(SIDE, SIDE + 1)), (422, "invalid", ["mask"])),
        (form(MEND, b"\x89PNG" + b"\0" * masks.MAX_BYTES), (422, "invalid", ["mask"])),
        (form(WORDS), (422, "invalid", ["mask"])),
        (form(MEND, name="picture"), (422, "invalid", ["picture"])),
        (form({**MEND, "seed": "a"}), (422, "invalid", ["seed"])),
        (form({**MEND, "seed": "٣"}), (422, "invalid", ["seed"])),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, (400, "malformed", [])),
        ({"content": b"\xff\xfe", "headers": {"Content-Type": "application/json"}}, (400, "malformed", [])),
        ({"content": b""}, (400, "malformed", [])),
    ],
    ids=["no png", "size", "large", "mask of an edit", "other file", "seed", "arabic seed", "json", "bytes", "empty"],
)
async def test_a_body_that_cannot_be_used(client, me, url, house, sent, error):  # noqa: F811
    assert codes(await client.post(url, **sent)) == error
    assert (await held(me), house.store.objects) == (0, {})


async def test_a_form_that_is_cut_off_is_malformed(client, url):  # noqa: F811
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await client.post(url, content=b"--x\r\nnonsense", headers=headers)
    assert answer.status_code in (400, 422)


async def test_without_a_gpu_nothing_is_changed(client, me, url):  # noqa: F811
    rent([Kind.GENERATE])
    assert codes(await client.post(url, json=WORDS)) == (422, "needs_gpu", ["kind"])
    assert codes(await client.post(f"{url}/quote", json={"kind": "edit"})) == (422, "needs_gpu", ["kind"])
    assert await held(me) == 0


async def test_another_users_frame_is_not_there(stranger, url):  # noqa: F811
    for path, body in ((url, WORDS), (f"{url}/quote", {"kind": "edit"})):
        assert codes(await stranger.post(path, json=body))[:2] == (404, "not_found")
    assert codes(await stranger.post(url, **form(MEND)))[:2] == (404, "not_found")


async def test_a_frame_that_is_not_finished_is_not_changed(client, url):  # noqa: F811
    [made] = (await client.post(url, json=WORDS)).json()["data"]["frames"]
    assert codes(await client.post(f"/api/v1/frames/{made['id']}/edits", json=LARGER))[:2] == (409, "frame_not_ready")


async def test_a_quote_is_kept_to(client, me, url):  # noqa: F811
    quote = (await client.post(f"{url}/quote", json={"kind": "upscale"})).json()["data"]
    assert (quote["total_dust"], quote["renders_on"]) == (DUST[Kind.UPSCALE], "gpu")
    assert codes(await client.post(url, json={**WORDS, "quote_id": quote["id"]}))[0] == 422
    answer = await client.post(url, json={**LARGER, "quote_id": quote["id"]})
    assert (answer.status_code, await held(me)) == (202, DUST[Kind.UPSCALE])


async def test_without_dust_the_same_request_can_be_sent_again(me, session, gpu, started):  # noqa: F811
    poor = await new_user(session, dust=DUST[Kind.GENERATE])
    frame = await finished(session, poor)
    url, key = f"/api/v1/frames/{frame.id}/edits", {"Idempotency-Key": "mend-1"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(poor)), base_url="http://test") as http:
        sealed = http.build_request("POST", url, headers=key, **form(MEND))
        content, headers = sealed.read(), {"Content-Type": sealed.headers["content-type"], **key}
        answer = await http.post(url, content=content, headers=headers)
        assert codes(answer)[:2] == (402, "not_enough_dust")
        async with db.transaction() as one:
            await wallet.grant(one, poor.user_id, 50, key="gift", reason="A gift")
        first = await http.post(url, content=content, headers=headers)
        again = await http.post(url, content=content, headers=headers)
    assert first.status_code == again.status_code == 202, first.text
    assert first.json() == again.json()
    assert await held(poor) == DUST[Kind.FILL]


def test_a_mask_and_no_more_fits_into_the_body():
    path = f"/api/v1/frames/{uuid4()}/edits"
    assert masks.MAX_BYTES < most_bytes(path) < 2 * masks.MAX_BYTES
    assert most_bytes(f"{path}/quote") < masks.MAX_BYTES


def test_both_bodies_stand_in_the_openapi_document():
    route = app_for(None).openapi()["paths"]["/api/v1/frames/{frame_id}/edits"]["post"]
    content = route["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
    assert "mask" in content["multipart/form-data"]["schema"]["properties"]
    assert "mask" not in content["application/json"]["schema"]["properties"]
    json.dumps(content)


async def test_place_and_time_are_told_by_the_provider(client, me, url, frame):  # noqa: F811
    [made] = (await client.post(url, json=WORDS)).json()["data"]["frames"]
    assert (made["queue_position"], made["queue_ahead"], made["log_line"]) == (0, None, "")
    assert made["eta_s"] > 0
    frame_id = UUID(made["id"])
    in_line = ProviderUpdate(ProviderState.QUEUED, queue_position=40, log="waiting for a worker")
    async with db.transaction() as session:
        await transitions.begin_frame(session, frame_id, 1, "fal", "fal-ai/flux-pro/kontext")
        await transitions.note_update(session, frame_id, 1, in_line)
    shown = (await client.get(f"/api/v1/frames/{frame_id}")).json()["data"]
    assert (shown["queue_position"], shown["queue_ahead"], shown["log_line"]) == (40, 40, "waiting for a worker")
    assert shown["eta_s"] > made["eta_s"]
    job_id = shown["job_id"]
    told = (await client.get(f"/api/lora/generate/{job_id}")).json()["data"]
    assert (told["queue_position"], told["eta_s"]) == (40, shown["eta_s"])
    async with db.transaction() as session:
        await transitions.note_update(session, frame_id, 1, ProviderUpdate(ProviderState.RUNNING, 30, "painting"))
    begun = (await client.get(f"/api/v1/frames/{frame_id}")).json()["data"]
    assert (begun["queue_position"], begun["status"]) == (0, "developing")
    assert begun["eta_s"] < shown["eta_s"]
