"""People, photos, likenesses and /api/lora/train over REST: every status, both sides of every limit."""

from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core import db, deps, workflows
from pexit_app.core.ports import Busy
from pexit_app.features.jobs import api as jobs_api
from pexit_app.features.people import api, consent, learning, lora, photos, uploads
from pexit_app.features.people.errors import AddressRefused
from pexit_app.features.people.models import Photo
from pexit_app.features.people.uploads import Spooled
from pexit_app.features.shoots import api as shoots_api
from pexit_app.web.api import add_error_answers
from tests.features.people.support import CONSENT, photo
from tests.support.callers import calls_as

PERSON = {"name": "Ann", "kind": "person", "relationship": "self", "consent": CONSENT}


def app_for(actor) -> FastAPI:
    app = FastAPI()
    for router in (api.router, jobs_api.router):
        app.include_router(router, prefix="/api/v1")
    for router in (shoots_api.lora_router, api.lora_router):
        app.include_router(router, prefix="/api/lora")
    calls_as(app, actor)
    add_error_answers(app)
    return app


@pytest.fixture
def started(monkeypatch) -> list[UUID]:
    """Likenesses whose training was handed to the engine."""
    seen: list[UUID] = []

    async def start(name, workflow_id, likeness_id):
        assert (name, workflow_id) == ("train_likeness", f"likeness:{likeness_id}")
        seen.append(UUID(likeness_id))

    monkeypatch.setattr(workflows, "start", start)
    return seen


def client_for(actor) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app_for(actor)), base_url="http://test")


@pytest.fixture
async def client(me, started):
    async with client_for(me) as made:
        yield made


@pytest.fixture
async def stranger(other, started):
    async with client_for(other) as made:
        yield made


def upload(*contents: bytes, name: str = "{}.jpg"):
    return [("files", (name.format(place), content, "image/jpeg")) for place, content in enumerate(contents)]


async def add_person(client, **more) -> str:
    answer = await client.post("/api/v1/people", json={**PERSON, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def person_with_photos(client, count: int = 5, **more) -> tuple[str, list[str]]:
    person = await add_person(client, **more)
    files = upload(*(photo(n) for n in range(count)))
    answer = await client.post(f"/api/v1/people/{person}/photos", files=files)
    assert answer.status_code == 201, answer.text
    return person, [each["id"] for each in answer.json()["data"]["photos"]]


async def train(client, started, person: str) -> dict:
    """A whole training: what GET /api/lora/{id} says at its end."""
    answer = await client.post("/api/lora/train", json={"person_id": person})
    assert answer.status_code == 202, answer.text
    await learning.learn(started.pop())
    return (await client.get(f"/api/lora/{answer.json()['data']['id']}")).json()["data"]


def error_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_the_notice_is_for_everybody(house):
    async with client_for(None) as nobody:
        data = (await nobody.get("/api/v1/consent/notice")).json()["data"]
    assert data == {"version": consent.CURRENT.version, "text": consent.CURRENT.text, "sha256": consent.CURRENT.sha256}


async def test_a_person_is_added_read_changed_and_deleted(client, house):
    answer = await client.post("/api/v1/people", json=PERSON)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert (data["name"], data["kind"], data["relationship"], data["needs_consent"]) == ("Ann", "person", "self", False)
    assert (data["consent"]["basis"], data["consent"]["text_sha256"]) == ("own", consent.CURRENT.sha256)
    assert {"id", "created_at", "updated_at", "readiness", "likeness_id"} <= data.keys()
    url = f"/api/v1/people/{data['id']}"
    assert (await client.patch(url, json={"name": "Anna"})).json()["data"]["name"] == "Anna"
    detail = (await client.get(url)).json()["data"]
    assert (detail["name"], detail["relationship"], detail["photos"], detail["likenesses"]) == ("Anna", "self", [], [])
    listed = (await client.get("/api/v1/people")).json()
    assert [each["id"] for each in listed["data"]] == [data["id"]]
    assert listed["meta"]["page"] == {"next_cursor": None, "limit": 50}
    assert (await client.delete(url)).status_code == 204
    assert error_of(await client.get(url)) == (404, "not_found")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"kind": "robot"}, "kind"),
        ({"relationship": "r" * 101}, "relationship"),
        ({"consent": {**CONSENT, "adult": False}}, "consent.adult"),
        ({"consent": {**CONSENT, "adult": "yes"}}, "consent.adult"),
        ({"consent": {**CONSENT, "own_likeness": False}}, "consent.own_likeness"),
        ({"consent": {**CONSENT, "notice_version": "2020-01"}}, "consent.notice_version"),
        ({"consent": {"adult": True, "own_likeness": True}}, "consent.notice_version"),
    ],
)
async def test_bad_fields_are_named_and_nobody_is_added(client, change, field):
    answer = await client.post("/api/v1/people", json={**PERSON, **change})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["error"]["details"]] == [field]
    assert (await client.get("/api/v1/people")).json()["data"] == []


async def test_a_release_is_as_good_as_the_own_likeness(client):
    said = {**CONSENT, "own_likeness": False, "release": True}
    answer = await client.post("/api/v1/people", json={**PERSON, "consent": said})
    assert answer.json()["data"]["consent"]["basis"] == "release"


async def test_consent_comes_and_goes(client, house):
    person = await add_person(client, consent=None)
    url = f"/api/v1/people/{person}"
    assert (await client.get(url)).json()["data"]["needs_consent"]
    answer = await client.post(f"{url}/photos", files=upload(photo(1)))
    assert error_of(answer) == (409, "consent_required")
    assert error_of(await client.post("/api/lora/train", json={"person_id": person})) == (409, "consent_required")
    assert house.gate.inspected == []
    assert not (await client.post(f"{url}/consent", json=CONSENT)).json()["data"]["needs_consent"]
    assert (await client.post(f"{url}/photos", files=upload(photo(1)))).status_code == 201
    gone = await client.delete(f"{url}/consent")
    assert (gone.status_code, gone.json()["data"]["photo_count"], house.store.objects) == (200, 0, {})
    assert error_of(await client.post(f"{url}/consent", json={**CONSENT, "adult": False})) == (422, "invalid")
    assert error_of(await client.post(f"{url}/consent", json={**CONSENT, "notice_version": "x"})) == (
        422,
        "notice_outdated",
    )


async def test_a_mixed_upload_keeps_the_good(client, house):
    person = await add_person(client)
    batch = upload(photo(1), b"%PDF", photo(2, refuse=["too_dark"]), photo(3, bad="damaged"))
    answer = await client.post(f"/api/v1/people/{person}/photos", files=batch)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert [each["verdict"] for each in data["photos"]] == ["accepted", "rejected"]
    assert data["photos"][1]["reasons"] == [
        {"code": "too_dark", "message": "It is too_dark: take another.", "refuses": True}
    ]
    assert [(each["file"], each["code"]) for each in data["rejected_files"]] == [
        ("1.jpg", "not_an_image"),
        ("3.jpg", "damaged"),
    ]
    assert data["readiness"] == {"score": 10, "next_photo": "Look to the left.", "gain": 10}
    first = data["photos"][0]
    assert (first["sharpness"], first["pose"], first["name"]) == (80.0, "front", "0.jpg")
    assert first["url"] == f"http://test/files/photos/{first['id']}/photo.jpg?signed"
    listed = await client.get(f"/api/v1/people/{person}/photos")
    assert [each["id"] for each in listed.json()["data"]] == [each["id"] for each in data["photos"]]
    assert (await client.get(f"/api/v1/photos/{first['id']}")).json()["data"]["verdict"] == "accepted"
    assert (await client.delete(f"/api/v1/photos/{first['id']}")).status_code == 204
    assert error_of(await client.get(f"/api/v1/photos/{first['id']}")) == (404, "not_found")
    assert len(house.store.objects) == 2


async def test_an_upload_is_an_error_only_when_nothing_could_be_stored(client, house):
    url = f"/api/v1/people/{await add_person(client)}/photos"
    for batch, wanted in (
        (upload(b"?"), (415, "unsupported")),
        (upload(b"?", photo(1, bad="unsupported")), (415, "unsupported")),
        (upload(photo(1, bad="damaged")), (422, "no_usable_file")),
        (upload(photo(1, bad="too_many_pixels"), b"?"), (422, "no_usable_file")),
        (upload(b"x" * (photos.MAX_FILE_BYTES + 1)), (413, "too_large")),
    ):
        answer = await client.post(url, files=batch)
        assert error_of(answer) == wanted
        assert [each["value"] for each in answer.json()["error"]["details"]] == [each[1][0] for each in batch]
    house.gate.raises = [Busy("later")] * photos.BUSY_TRIES
    answer = await client.post(url, files=upload(photo(1)))
    assert error_of(answer) == (503, "unavailable")
    assert answer.headers["retry-after"] == "10"
    assert (await client.post(url, files=upload(photo(1), b"?"))).status_code == 201


async def test_files_of_exactly_the_limit_are_read_whole(client, house):
    url = f"/api/v1/people/{await add_person(client)}/photos"
    just = photo(1)[:-1] + b" " * (photos.MAX_FILE_BYTES - len(photo(1))) + b"}"
    answer = await client.post(url, files=upload(just, just + b" "))
    assert [each["code"] for each in answer.json()["data"]["rejected_files"]] == ["too_large"]
    assert [len(each) for each in house.gate.inspected] == [photos.MAX_FILE_BYTES]


async def test_thirty_files_at_once_and_the_rest_are_named(client):
    url = f"/api/v1/people/{await add_person(client)}/photos"
    answer = await client.post(url, files=upload(*(photo(n) for n in range(32))))
    data = answer.json()["data"]
    assert (len(data["photos"]), [each["code"] for each in data["rejected_files"]]) == (30, ["too_many_files"] * 2)


async def test_the_sixty_first_photo_is_refused(client):
    person, (first, *_) = await person_with_photos(client, 1)
    async with db.transaction() as session:
        values = (await session.get(Photo, UUID(first))).model_dump(exclude={"id", "content_sha256"})
        session.add_all(Photo(**values, content_sha256=f"{n}") for n in range(photos.MAX_PHOTOS - 2))
    url = f"/api/v1/people/{person}/photos"
    assert (await client.post(url, files=upload(photo(98)))).status_code == 201
    assert error_of(await client.post(url, files=upload(photo(99)))) == (409, "too_many_photos")


async def test_what_is_no_upload_is_told(client):
    url = f"/api/v1/people/{await add_person(client)}/photos"
    multipart = {"content-type": "multipart/form-data; boundary=x"}
    assert error_of(await client.post(url, json={})) == (415, "unsupported_media_type")
    assert error_of(await client.post(url)) == (415, "unsupported_media_type")
    assert error_of(await client.post(url, headers={"content-type": "multipart/form-data"})) == (400, "malformed")
    assert error_of(await client.post(url, content=b"nonsense", headers=multipart)) == (400, "malformed")
    assert error_of(await client.post(url, content=b"--x--\r\n", headers=multipart)) == (422, "invalid")
    answer = await client.post(url, files=[("files", (None, b"no file"))])
    assert error_of(answer) == (422, "invalid")


async def test_training_is_ordered_followed_and_listed(client, started, house):
    person, _ = await person_with_photos(client)
    body = {"person_id": person, "config": {"triggerWord": "ANN", "steps": 500}, "userId": "somebody else"}
    answer = await client.post("/api/lora/train", json=body)
    assert answer.status_code == 202
    job = answer.json()["data"]["id"]
    assert answer.json()["data"]["status"] == "queued"
    data = (await client.get(f"/api/lora/{job}")).json()["data"]
    assert (data["status"], data["progress"], data["likeness_id"], data["eta_s"]) == ("queued", 0, None, None)
    assert (data["trigger_word"], data["steps"]) == ("ANN", 500)
    again = await client.post("/api/lora/train", json=body)
    assert error_of(again) == (409, "already_training")
    assert again.json()["error"]["details"]["job_id"] == job
    (likeness,) = started
    await learning.learn(likeness)
    data = (await client.get(f"/api/lora/{job}")).json()["data"]
    assert (data["status"], data["progress"], data["likeness_id"], data["error"]) == (
        "completed",
        100,
        str(likeness),
        "",
    )
    assert len(data["proof_urls"]) == 6
    listed = (await client.get("/api/lora")).json()["data"]
    assert [(each["id"], each["version"]) for each in listed] == [(job, 1)]
    card = (await client.get(f"/api/v1/people/{person}")).json()["data"]
    assert (card["likeness_id"], [each["is_chosen"] for each in card["likenesses"]]) == (str(likeness), [True])


async def test_training_of_some_photos(client, started):
    _, taken = await person_with_photos(client, 7)
    answer = await client.post("/api/lora/train", json={"images": taken[:5]})
    assert answer.status_code == 202
    few = await client.post("/api/lora/train", json={"images": taken[:4]})
    assert error_of(few) == (422, "too_few_photos")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "person_id"),
        ({"images": []}, "images"),
        ({"images": ["http://example.com/a.jpg"]}, "images.0"),
        ({"images": ["not a photo"]}, "images.0"),
        ({"images": ["https://example.com/a.jpg"]}, "person_id"),
        ({"images": [str(uuid4())] * 61}, "images"),
        ({"config": {"trigger_word": "T"}}, "config.trigger_word"),
        ({"config": {"trigger_word": "T-1"}}, "config.trigger_word"),
        ({"config": {"steps": 99}}, "config.steps"),
        ({"config": {"steps": 4001}}, "config.steps"),
        ({"config": {"steps": "many"}}, "config.steps"),
        ({"person_id": "me"}, "person_id"),
    ],
)
async def test_bad_orders_are_named(client, started, body, field):
    answer = await client.post("/api/lora/train", json=body)
    assert answer.status_code == 422, answer.text
    assert [each["field"].replace("triggerWord", "trigger_word") for each in answer.json()["error"]["details"]] == [
        field
    ]
    assert started == []


async def test_too_few_photos_and_unknown_ids(client, started):
    person, _ = await person_with_photos(client, 4)
    answer = await client.post("/api/lora/train", json={"person_id": person})
    assert error_of(answer) == (422, "too_few_photos")
    assert error_of(await client.post("/api/lora/train", json={"person_id": str(uuid4())})) == (404, "not_found")
    assert error_of(await client.post("/api/lora/train", json={"images": [str(uuid4())]})) == (404, "not_found")
    assert error_of(await client.get(f"/api/lora/{uuid4()}")) == (404, "not_found")


@pytest.fixture
def fetched(monkeypatch) -> list[str]:
    """Addresses that were fetched; one that ends in "private" is refused."""
    seen: list[str] = []

    class Fetcher:
        def __init__(self, field):
            self.field = field

        async def fetch(self, url):
            seen.append(url)
            if url.endswith("private"):
                raise AddressRefused.of(self.field, "This address is not on the public internet.", url)
            spooled = Spooled(url.rsplit("/", 1)[-1])
            spooled.write(b"?" if url.endswith("text") else photo(url=url))
            return spooled

    monkeypatch.setattr(lora, "make_fetcher", Fetcher)
    return seen


async def test_photos_by_address_are_fetched_into_the_person(client, started, fetched):
    person, taken = await person_with_photos(client, 3)
    urls = [f"https://example.com/{n}.jpg" for n in range(2)]
    answer = await client.post("/api/lora/train", json={"person_id": person, "images": [*taken, *urls]})
    assert (answer.status_code, len(started), sorted(fetched)) == (202, 1, urls)
    assert (await client.get(f"/api/v1/people/{person}")).json()["data"]["photo_count"] == 5


async def test_addresses_are_refused_by_place_and_not_fetched_without_consent(client, started, fetched):
    person = await add_person(client)
    body = {"person_id": person, "images": ["https://example.com/a.jpg", "https://example.com/private"]}
    answer = await client.post("/api/lora/train", json=body)
    assert error_of(answer) == (422, "address_refused")
    assert [each["field"] for each in answer.json()["error"]["details"]] == ["images.1"]
    answer = await client.post("/api/lora/train", json={"person_id": person, "images": ["https://example.com/text"]})
    assert error_of(answer) == (422, "invalid")
    fetched.clear()
    nobody = await add_person(client, consent=None)
    answer = await client.post("/api/lora/train", json={**body, "person_id": nobody})
    assert (error_of(answer), fetched, started) == ((409, "consent_required"), [], [])


async def test_a_training_is_stopped_by_its_job(client, started):
    person, _ = await person_with_photos(client)
    job = (await client.post("/api/lora/train", json={"person_id": person})).json()["data"]["id"]
    assert (await client.post(f"/api/v1/jobs/{job}/cancel")).json()["data"]["status"] == "canceled"
    assert (await client.get(f"/api/lora/{job}")).json()["data"]["status"] == "canceled"
    assert (await client.post("/api/lora/train", json={"person_id": person})).status_code == 202


async def test_versions_are_chosen_and_deleted(client, started, house):
    person, _ = await person_with_photos(client)
    one, two = [(await train(client, started, person))["likeness_id"] for _ in range(2)]
    listed = (await client.get(f"/api/v1/people/{person}/likenesses")).json()["data"]
    assert [(each["id"], each["version"], each["is_chosen"]) for each in listed] == [(two, 2, True), (one, 1, False)]
    assert (await client.post(f"/api/v1/likenesses/{one}/choose")).json()["data"]["is_chosen"]
    assert len((await client.get(f"/api/v1/likenesses/{one}")).json()["data"]["proof_urls"]) == 6
    assert (await client.delete(f"/api/v1/likenesses/{one}")).status_code == 204
    assert error_of(await client.get(f"/api/v1/likenesses/{one}")) == (404, "not_found")
    assert (await client.get(f"/api/v1/people/{person}")).json()["data"]["likeness_id"] == two
    job = (await client.post("/api/lora/train", json={"person_id": person})).json()["data"]["id"]
    running = (await client.get(f"/api/v1/people/{person}")).json()["data"]["training"]
    assert running["job_id"] == job
    assert error_of(await client.post(f"/api/v1/likenesses/{running['id']}/choose")) == (409, "likeness_not_ready")


async def test_an_eta_is_told_when_five_trainings_are_known(client, started):
    person, _ = await person_with_photos(client)
    for _ in range(5):
        await train(client, started, person)
    job = (await client.post("/api/lora/train", json={"person_id": person})).json()["data"]["id"]
    assert (await client.get(f"/api/lora/{job}")).json()["data"]["eta_s"] >= 1


async def test_nothing_of_another_user_is_there(client, stranger, started):
    person, (first, *_) = await person_with_photos(client)
    done = await train(client, started, person)
    people, likenesses = f"/api/v1/people/{person}", f"/api/v1/likenesses/{done['likeness_id']}"
    asked = [
        await stranger.get(people),
        await stranger.patch(people, json={"name": "Mine"}),
        await stranger.delete(people),
        await stranger.post(f"{people}/consent", json=CONSENT),
        await stranger.delete(f"{people}/consent"),
        await stranger.post(f"{people}/photos", files=upload(photo(1))),
        await stranger.get(f"{people}/photos"),
        await stranger.get(f"{people}/likenesses"),
        await stranger.get(f"/api/v1/photos/{first}"),
        await stranger.delete(f"/api/v1/photos/{first}"),
        await stranger.get(likenesses),
        await stranger.post(f"{likenesses}/choose"),
        await stranger.delete(likenesses),
        await stranger.get(f"/api/lora/{done['id']}"),
        await stranger.post("/api/lora/train", json={"person_id": person}),
        await stranger.post("/api/lora/train", json={"images": [first]}),
        await stranger.post(f"/api/v1/jobs/{done['id']}/cancel"),
    ]
    assert [error_of(each) for each in asked] == [(404, "not_found")] * len(asked)
    for path in ("/api/v1/people", "/api/lora"):
        assert (await stranger.get(path)).json()["data"] == []
    assert (await client.get(people)).json()["data"]["photo_count"] == 5


async def test_signing_in_is_demanded_before_a_body_is_read(session, house, monkeypatch):
    def never(request):
        raise AssertionError("the body was read")

    monkeypatch.setattr(uploads, "_read_body", never)
    async with client_for(None) as nobody:
        for method, path in (
            ("GET", "/api/v1/people"),
            ("POST", "/api/v1/people"),
            ("POST", f"/api/v1/people/{uuid4()}/photos"),
            ("POST", "/api/lora/train"),
            ("GET", "/api/lora"),
        ):
            assert error_of(await nobody.request(method, path)) == (401, "not_signed_in")


async def test_the_same_key_orders_one_training(client, started):
    person, _ = await person_with_photos(client)
    key = {"Idempotency-Key": uuid4().hex}
    first, again = [await client.post("/api/lora/train", json={"person_id": person}, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (202, again.json())
    assert len(started) == 1
    other = await client.post("/api/lora/train", json={"person_id": person, "config": {"steps": 200}}, headers=key)
    assert error_of(other) == (409, "idempotency_conflict")


async def test_without_a_gate_uploads_are_unavailable(client):
    deps.use(replace(deps.get(), gate=None))
    answer = await client.post(f"/api/v1/people/{await add_person(client)}/photos", files=upload(photo(1)))
    assert error_of(answer) == (503, "unavailable")
