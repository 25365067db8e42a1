"""Drafts, quotes, shoots, frames and /api/lora over REST. Frames are developed by hand: the engine has tests of its own."""

import io
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from pexit_app.core import db, workflows
from pexit_app.core.ports import Busy, ProviderError, Superseded
from pexit_app.features.jobs import api as jobs_api
from pexit_app.features.shoots import api, lora, transitions
from pexit_app.features.shoots.developing import develop_frame
from pexit_app.web.api import add_error_answers
from tests.features.shoots.support import PACK, SIDE, Script, new_user
from tests.support.callers import calls_as

BODY = {"pack": PACK, "scene": "shore", "knobs": {}, "width": SIDE, "height": SIDE}
FRAMES = {"scene": "shore", "width": SIDE, "height": SIDE}
SHORT = {"likeness_id": None, "pack": PACK, "scene": "shore", "knobs": {}}


def app_for(actor) -> FastAPI:
    app = FastAPI()
    for router in (api.router, jobs_api.router):
        app.include_router(router, prefix="/api/v1")
    app.include_router(api.lora_router, prefix="/api/lora")
    calls_as(app, actor)
    add_error_answers(app)
    return app


@pytest.fixture
def started(monkeypatch) -> list[tuple[str, int]]:
    """What was handed to the engine."""
    seen: list[tuple[str, int]] = []

    async def start(name, workflow_id, frame_id, attempt, user_id):
        assert workflow_id == f"frame:{frame_id}:{attempt}"
        seen.append((frame_id, attempt))

    monkeypatch.setattr(workflows, "start", start)
    return seen


@pytest.fixture
async def client(house, me, started):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(me)), base_url="http://test") as made:
        yield made


@pytest.fixture
async def stranger(house, me, started):
    async with db.transaction() as session:
        other = await new_user(session)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(other)), base_url="http://test") as made:
        yield made


async def develop_all(started) -> None:
    while started:
        frame_id, attempt = started.pop(0)
        await develop_frame(UUID(frame_id), attempt)


async def shoot_with(client, started, *, develop=True, **body) -> tuple[str, dict]:
    """A shoot with frames: its id and the answer to the order."""
    shoot = (await client.post("/api/v1/shoots", json={"pack": PACK})).json()["data"]
    answer = await client.post(f"/api/v1/shoots/{shoot['id']}/frames", json={**FRAMES, "seed": 1, **body})
    assert answer.status_code == 202, answer.text
    if develop:
        await develop_all(started)
    return shoot["id"], answer.json()["data"]


def codes(answer) -> tuple[int, str, list[str]]:
    error = answer.json()["error"]
    details = error["details"] if isinstance(error["details"], list) else []
    return answer.status_code, error["code"], [each["field"] for each in details]


async def test_a_draft_is_a_jpeg_with_its_timings(client, house):
    answer = await client.post("/api/v1/drafts", json=SHORT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["server-timing"] == "render;dur=12.0"
    again = await client.post("/api/v1/drafts", json=SHORT)
    assert again.content == answer.content
    turned = await client.post("/api/v1/drafts", json={**SHORT, "knobs": {"hour": 19}, "size": 256, "seed": 3})
    assert turned.content != answer.content
    assert [(each.seed, each.size_px, each.personas) for each in house.drafts.orders] == [
        (7, 512, ("standin:onyx",)),
        (7, 512, ("standin:onyx",)),
        (3, 256, ("standin:onyx",)),
    ]


async def test_drafts_of_one_tab_are_one_stream(client, house, me):
    await client.post("/api/v1/drafts", json=SHORT)
    await client.post("/api/v1/drafts", json=SHORT, headers={"X-Draft-Stream": "tab-2"})
    assert [each.stream for each in house.drafts.orders] == [f"user:{me.user_id}:{PACK}", f"user:{me.user_id}:tab-2"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Superseded("newer"), 499, "superseded"),
        (Busy("full"), 503, "busy"),
        (ProviderError("broken"), 502, "draft_failed"),
    ],
)
async def test_a_draft_that_does_not_come_says_why(client, house, error, status, code):
    house.drafts.raises = error
    assert codes(await client.post("/api/v1/drafts", json=SHORT))[:2] == (status, code)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"size": 255}, 422, "size"),
        ({"size": 769}, 422, "size"),
        ({"size": 512.5}, 422, "size"),
        ({"seed": -1}, 422, "seed"),
        ({"seed": 2**31}, 422, "seed"),
        ({"knobs": {"hour": 22}}, 422, "knobs.hour"),
        ({"knobs": {"film": "sepia"}}, 422, "knobs.film"),
        ({"knobs": {"no_such": 1}}, 422, "knobs.no_such"),
        ({"knobs": []}, 422, "knobs"),
        ({"likeness_id": "me"}, 422, "likeness_id"),
        ({"likeness_id": str(uuid4())}, 404, None),
        ({"photo_id": str(uuid4())}, 404, None),
        ({"pack": "no-such-pack"}, 404, None),
        ({"scene": "nowhere"}, 404, None),
        ({"pack": None}, 422, "pack"),
    ],
)
async def test_a_bad_draft_is_refused(client, change, status, field):
    found, _, fields = codes(await client.post("/api/v1/drafts", json={**SHORT, **change}))
    assert (found, fields[:1]) == (status, [field] if field else [])


async def test_limits_of_a_draft_are_taken(client):
    for change in ({"size": 256}, {"size": 768}, {"seed": 0}, {"seed": 2**31 - 1}, {"unknown_field": 1}):
        assert (await client.post("/api/v1/drafts", json={**SHORT, **change})).status_code == 200


async def test_a_malformed_body_is_400(client):
    answer = await client.post("/api/v1/drafts", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400


async def test_generate_to_the_picture(client, started, house):
    answer = await client.post("/api/lora/generate", json={**BODY, "num_images": 2, "seed": 9, "likeness_id": None})
    assert answer.status_code == 202
    data = answer.json()["data"]
    assert data["status"] == "queued"
    assert data["quote"]["total_dust"] == 2
    path = f"/api/lora/generate/{data['id']}"
    waiting = (await client.get(path)).json()["data"]
    assert [frame["status"] for frame in waiting["frames"]] == ["waiting", "waiting"]
    assert (waiting["queue_position"], waiting["eta_s"], waiting["image_urls"]) == (0, None, [])
    await develop_all(started)
    done = (await client.get(path)).json()["data"]
    assert (done["status"], done["progress"], done["charge_dust"]) == ("completed", 100, 2)
    assert [(each["status"], each["error"], each["charge_dust"]) for each in done["frames"]] == [("done", "", 1)] * 2
    assert all(url.startswith("http://test/files/frames/") for url in done["image_urls"])
    assert [house.images.orders[each].seed for each in house.images.orders] == [9, 10]
    shoot = (await client.get(f"/api/v1/shoots/{data['shoot_id']}")).json()["data"]
    assert [frame["number"] for frame in shoot["frames"]] == ["1", "1A"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pack": None, "scene": None, "prompt": "a cat"}, (422, "prompt_needs_gpu", ["prompt"])),
        ({"lora_url": "https://x.test/a.safetensors"}, (422, "prompt_needs_gpu", ["lora_url"])),
        ({"lora_url": "http://x.test/a.safetensors"}, (422, "invalid", ["lora_url"])),
        ({"scene": None}, (422, "invalid", ["scene"])),
        ({"pack": None}, (422, "invalid", ["pack"])),
        ({"pack": None, "scene": None}, (422, "invalid", ["pack"])),
        ({"width": 500}, (422, "invalid", ["width"])),
        ({"width": 1600}, (422, "invalid", ["width"])),
        ({"height": None}, (422, "invalid", ["height"])),
        ({"num_images": 0}, (422, "invalid", ["num_images"])),
        ({"num_images": 17}, (422, "invalid", ["num_images"])),
        ({"num_images": "2"}, (422, "invalid", ["num_images"])),
        ({"output_format": "webp"}, (422, "invalid", ["output_format"])),
        ({"seed": 2**31 - 1, "num_images": 2}, (422, "invalid", ["seed"])),
        ({"knobs": {"haze": "yes"}}, (422, "invalid", ["knobs.haze"])),
        ({"likeness_id": str(uuid4())}, (404, "not_found", [])),
    ],
)
async def test_generate_refuses(client, started, change, expected):
    assert codes(await client.post("/api/lora/generate", json={**BODY, **change})) == expected
    assert started == []


async def test_too_little_dust_is_402_and_says_how_much_is_missing(house, session, me, started):
    async with db.transaction() as made:
        poor = await new_user(made, dust=1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(poor)), base_url="http://test") as client:
        answer = await client.post("/api/lora/generate", json={**BODY, "num_images": 3})
    assert answer.status_code == 402
    assert answer.json()["error"]["details"]["missing_dust"] == 2


async def test_the_same_key_orders_once(client, started):
    headers = {"Idempotency-Key": uuid4().hex}
    first = await client.post("/api/lora/generate", json=BODY, headers=headers)
    second = await client.post("/api/lora/generate", json=BODY, headers=headers)
    assert (second.status_code, second.json()["data"]["id"]) == (202, first.json()["data"]["id"])
    assert len(started) == 1
    other = await client.post("/api/lora/generate", json={**BODY, "seed": 2}, headers=headers)
    assert codes(other)[:2] == (409, "idempotency_conflict")


async def test_sync_answers_with_the_pictures_or_202_when_it_takes_too_long(client, started, monkeypatch):
    monkeypatch.setattr(lora, "SYNC_S", 0.0)
    late = await client.post("/api/lora/generate/sync", json=BODY)
    assert (late.status_code, late.json()["data"]["status"]) == (202, "queued")
    monkeypatch.setattr(lora, "SYNC_S", 25.0)

    async def at_once(name, workflow_id, frame_id, attempt, user_id):
        await develop_frame(UUID(frame_id), attempt)

    monkeypatch.setattr(workflows, "start", at_once)
    done = await client.post("/api/lora/generate/sync", json=BODY)
    assert (done.status_code, done.json()["data"]["status"]) == (200, "completed")


async def test_a_quote_for_each_kind_of_order(client, started):
    shoot_id, _ = await shoot_with(client, started, develop=False)
    for body in ({**BODY, "num_images": 3}, {**FRAMES, "shoot_id": shoot_id, "count": 3}):
        quote = (await client.post("/api/v1/quotes", json=body)).json()["data"]
        assert (quote["lines"], quote["total_dust"], quote["balance_after"]) == (
            [{"label": "3 frames, 1 dust each", "dust": 3}],
            3,
            96,
        )
    taken = await client.post(f"/api/v1/shoots/{shoot_id}/frames", json={**FRAMES, "count": 3, "quote_id": quote["id"]})
    assert (taken.status_code, taken.json()["data"]["quote"]["id"]) == (202, quote["id"])
    assert codes(await client.post("/api/v1/quotes", json={**BODY, "knobs": {"hour": 1}}))[2] == ["knobs.hour"]
    assert codes(await client.post("/api/v1/quotes", json={"prompt": "a cat"}))[1] == "prompt_needs_gpu"


async def test_shoots_are_listed_newest_first_with_their_cover(client, started):
    empty = (await client.post("/api/v1/shoots", json={"pack": PACK, "cast": {"you": None}})).json()["data"]
    assert (empty["frames"], empty["cast"], empty["cover_url"]) == ([], {"you": None}, None)
    shoot_id, ordered = await shoot_with(client, started, count=2)
    page = (await client.get("/api/v1/shoots", params={"limit": 1})).json()
    row = page["data"][0]
    assert (row["id"], row["frames_total"], row["frames_done"], row["frames_open"]) == (shoot_id, 2, 2, 0)
    assert ordered["frames"][1]["id"] in row["cover_url"]
    rest = await client.get("/api/v1/shoots", params={"cursor": page["meta"]["page"]["next_cursor"]})
    assert [each["id"] for each in rest.json()["data"]] == [empty["id"]]
    await client.post(f"/api/v1/frames/{ordered['frames'][0]['id']}/mark", json={"mark": "ring"})
    row = (await client.get("/api/v1/shoots")).json()["data"][0]
    assert ordered["frames"][0]["id"] in row["cover_url"]


async def test_a_frame_and_its_recipe(client, started):
    _, ordered = await shoot_with(client, started, knobs={"hour": 19})
    frame_id = ordered["frames"][0]["id"]
    frame = (await client.get(f"/api/v1/frames/{frame_id}")).json()["data"]
    assert (frame["status"], frame["number"], frame["charge_dust"], frame["knobs"]["hour"]) == ("done", "1", 1, 19)
    assert frame["thumb_url"] == f"http://test/api/v1/frames/{frame_id}/image?variant=thumb"
    recipe = (await client.get(f"/api/v1/frames/{frame_id}/recipe")).json()["data"]
    assert (recipe["pack"], recipe["scene"], recipe["seed"], recipe["knobs"]) == (PACK, "shore", 1, frame["knobs"])


async def test_pictures_in_three_sizes_and_either_format(client, started, house):
    _, ordered = await shoot_with(client, started)
    path = f"/api/v1/frames/{ordered['frames'][0]['id']}/image"
    found = {}
    for variant in ("thumb", "view", "full"):
        answer = await client.get(path, params={"variant": variant})
        assert answer.headers["cache-control"] == "private, no-cache"
        found[variant] = Image.open(io.BytesIO(answer.content))
    assert [(each.format, each.width) for each in found.values()] == [("JPEG", 320), ("JPEG", SIDE), ("PNG", SIDE)]
    known = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    named = await client.get(path, params={"download": 1, "format": "jpeg"})
    assert Image.open(io.BytesIO(named.content)).format == "JPEG"
    assert named.headers["content-disposition"] == 'attachment; filename="test-pack_01_shore_1.jpg"'
    assert named.headers["etag"] != answer.headers["etag"]
    told = await client.get(path, params={"recipe": 1})
    assert told.content == answer.content + b"1"
    assert (await client.get(path, params={"variant": "huge"})).status_code == 422
    house.store.objects.clear()
    assert (await client.get(path)).status_code == 404


async def test_there_is_no_picture_before_the_frame_is_done(client, started):
    _, ordered = await shoot_with(client, started, develop=False)
    answer = await client.get(f"/api/v1/frames/{ordered['frames'][0]['id']}/image")
    assert codes(answer)[:2] == (409, "frame_not_ready")


async def test_marks_retries_variations_and_deletion(client, started, house):
    house.images.scripts[1] = Script(refusals=[ProviderError("Closed today.")])
    shoot_id, ordered = await shoot_with(client, started)
    path = f"/api/v1/frames/{ordered['frames'][0]['id']}"
    failed = (await client.get(path)).json()["data"]
    assert (failed["status"], failed["error"], failed["full_url"]) == ("failed", "Closed today.", None)
    assert (await client.post(f"{path}/retry")).status_code == 202
    await develop_all(started)
    assert (await client.get(path)).json()["data"]["status"] == "done"
    assert codes(await client.post(f"{path}/retry"))[:2] == (409, "frame_not_ready")
    first = (await client.get(f"/api/lora/generate/{ordered['id']}")).json()["data"]
    assert (first["status"], [each["status"] for each in first["frames"]]) == ("failed", ["done"])
    varied = (await client.post(f"{path}/vary")).json()["data"]
    assert [each["number"] for each in varied["frames"]] == ["1A", "2", "2A", "3"]
    assert {each["parent_frame_id"] for each in varied["frames"]} == {failed["id"]}
    assert (await client.post(f"{path}/mark", json={"mark": "reject"})).json()["data"]["mark"] == "reject"
    assert (await client.post(f"{path}/mark", json={"mark": "star"})).status_code == 422
    for status in (200, 404):  # first to the trash, then for good
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == status
    assert not any(failed["id"] in key for key in house.store.objects)
    assert len((await client.get(f"/api/v1/shoots/{shoot_id}")).json()["data"]["frames"]) == 4


async def test_a_job_can_be_stopped_over_rest(client, started):
    _, ordered = await shoot_with(client, started, count=2, develop=False)
    answer = await client.post(f"/api/v1/jobs/{ordered['id']}/cancel")
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "canceled")
    assert (await client.post(f"/api/v1/jobs/{ordered['id']}/cancel")).status_code == 200
    _, finished = await shoot_with(client, started)
    assert codes(await client.post(f"/api/v1/jobs/{finished['id']}/cancel"))[:2] == (409, "job_over")


async def test_another_users_things_answer_404(client, stranger, started):
    shoot_id, ordered = await shoot_with(client, started)
    frame, job = f"/api/v1/frames/{ordered['frames'][0]['id']}", f"/api/v1/jobs/{ordered['id']}"
    gets = [f"/api/v1/shoots/{shoot_id}", f"/api/v1/shoots/{shoot_id}/zip", frame, f"{frame}/image", f"{frame}/recipe"]
    for path in [*gets, job, f"{job}/events", f"/api/lora/generate/{ordered['id']}"]:
        assert (await stranger.get(path)).status_code == 404, path
    for path in (f"{frame}/retry", f"{frame}/vary", f"{job}/cancel"):
        assert (await stranger.post(path)).status_code == 404, path
    assert (await stranger.post(f"{frame}/mark", json={"mark": "ring"})).status_code == 404
    assert (await stranger.post(f"/api/v1/shoots/{shoot_id}/frames", json=FRAMES)).status_code == 404
    assert (await stranger.delete(frame)).status_code == 404
    assert (await stranger.post(f"{frame}/restore")).status_code == 404
    assert (await stranger.get("/api/v1/trash")).json()["data"] == []
    assert (await stranger.delete("/api/v1/trash")).status_code == 204
    assert (await client.get(frame)).status_code == 200


async def test_frames_at_the_provider_are_capped_for_each_user(client, started):
    await shoot_with(client, started, count=16, develop=False)
    assert len(started) == transitions.PLACES


async def test_a_draft_in_another_shape_is_the_same_picture(client, house):
    for body in (SHORT, {**SHORT, "aspect": "16:9"}):
        assert (await client.post("/api/v1/drafts", json=body)).status_code == 200
    own, wide = house.drafts.orders
    assert (own.aspect, wide.aspect) == ("4:5", "16:9")
    assert (own.look, own.seed, own.personas) == (wide.look, wide.seed, wide.personas)
    refused = await client.post("/api/v1/drafts", json={**SHORT, "aspect": "3:1"})
    assert codes(refused)[0] == 422
