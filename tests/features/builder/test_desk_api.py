"""What the builder's page asks for while somebody works: pictures of what is not saved yet, on stand-ins and on one's own
face; pictures that scenes are set up after."""

import copy
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.ports import BadPhoto
from pexit_app.features.builder import bundle, changes, desk_api, publishing, service, transfer
from pexit_app.features.builder.service import MAX_PICTURES, Start
from pexit_app.features.packs import service as packs
from pexit_app.features.people.models import likeness_key, photo_key
from pexit_app.features.shoots import service as shoots
from pexit_app.features.shoots.models import key_of
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.providers.darkroom.persona import STANDINS
from pexit_app.web.api import RequestContext, add_error_answers
from pexit_app.web.limits import REFERENCE_BYTES, most_bytes
from tests.features.builder.test_checks import DOCUMENT
from tests.features.shoots.friends import befriend
from tests.features.shoots.gpus import finished, rent
from tests.features.shoots.support import House, asks, new_user, open_house, picture
from tests.features.shoots.support import publish as publish_sample
from tests.support.callers import calls_as


class Gate:
    """Takes pictures as they are, and refuses the rest."""

    async def inspect(self, content: bytes) -> SimpleNamespace:
        try:
            Image.open(io.BytesIO(content)).verify()
        except OSError:
            raise BadPhoto("not_an_image", "This is no picture. Send a JPEG, PNG or WebP.") from None
        return SimpleNamespace(photo=content)


@pytest.fixture
def house() -> House:
    house = open_house()
    deps.use(replace(deps.get(), gate=Gate(), stand_ins=tuple(sorted(STANDINS))))
    return house


@pytest.fixture
async def me(session) -> Actor:
    return await new_user(session)


@pytest.fixture
async def draft(session, house, me):
    return await service.create_draft(session, me, Start(document=copy.deepcopy(DOCUMENT)))


@pytest.fixture
async def http(me) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_error_answers(app)
    app.include_router(desk_api.router, prefix="/api/v1")
    calls_as(app, me)
    app.add_middleware(RequestContext)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pexit.test") as client:
        yield client


def door(draft) -> str:
    return f"/api/v1/builder/drafts/{draft.id}"


def content(**scene: object) -> dict[str, object]:
    first = {**DOCUMENT["scenes"][0], **scene}
    return {"aspect": "1:1", "cast": DOCUMENT["cast"], "knobs": DOCUMENT["knobs"], "scene": first}


async def test_what_is_not_saved_yet_is_drawn_and_changes_nothing(http, session, house, draft):
    unsaved = content(look={"backdrop": "neon"}, seed=11)
    answer = await http.post(f"{door(draft)}/picture", json={"scene": "shore", "content": unsaved})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    [order] = house.drafts.orders
    assert (order.look["backdrop"], order.seed, order.aspect) == ("neon", 11, "1:1")
    await http.post(f"{door(draft)}/picture", json={"scene": "shore"})
    assert house.drafts.orders[1].look["backdrop"] == "beach"
    assert (await service.find_draft(session, await owner(session, draft), draft.id)).revision == 1


async def owner(session, draft) -> Actor:
    return Actor(draft.user_id, uuid4(), "starter")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scene": "shore", "content": content(seed="seven")}, "scenes[0].seed"),
        ({"scene": "shore", "content": content(look={"x": {"y": [[[[[[[[[[1]]]]]]]]]]}})}, "content"),
        ({"scene": "shore", "content": content(prompt="{person} " + "x" * 600_000)}, "content"),
        ({"scene": "shore", "faces": ["bob"]}, "faces[0]"),
    ],
)
async def test_what_cannot_be_drawn_is_named(http, draft, body, field):
    answer = await http.post(f"{door(draft)}/picture", json=body)
    assert answer.status_code == 422
    assert field in [each["field"] for each in answer.json()["error"]["details"]]


async def test_the_parts_are_played_by_whom_the_creator_likes(http, session, house, me, draft):
    ada = await befriend(session, me)
    for faces, persona in (
        ([], "standin:onyx"),
        ([""], "standin:onyx"),
        (["verde"], "standin:verde"),
        ([str(ada.likeness.id)], likeness_key(ada.likeness.id, "persona.npz")),
        ([str(ada.photo.id)], photo_key(ada.photo.id, "persona.npz")),
    ):
        answer = await http.post(f"{door(draft)}/picture", json={"scene": "shore", "faces": faces})
        assert answer.status_code == 200
        assert house.drafts.orders[-1].personas == (persona,)
    theirs = await befriend(session, await new_user(session), "Theirs")
    refused = await http.post(f"{door(draft)}/picture", json={"scene": "shore", "faces": [str(theirs.likeness.id)]})
    assert refused.status_code == 404


async def kept(http, draft, content: bytes) -> str:
    answer = await http.post(f"{door(draft)}/references", content=content)
    assert answer.status_code == 201
    return answer.json()["data"]["name"]


async def test_a_picture_is_kept_small_and_shown_to_its_owner(http, session, draft):
    name = await kept(http, draft, picture(2000, 1000))
    assert name == await kept(http, draft, picture(2000, 1000))
    shown = await http.get(f"{door(draft)}/references/{name}.jpg")
    assert Image.open(io.BytesIO(shown.content)).size == (1024, 512)
    assert (await http.get(f"{door(draft)}/references/cover.jpg")).status_code == 404
    refused = await http.post(f"{door(draft)}/references", content=b"<svg/>")
    assert (refused.status_code, refused.json()["error"]["message"][:19]) == (422, "This is no picture.")
    assert most_bytes(f"{door(draft)}/references") == REFERENCE_BYTES > most_bytes(f"{door(draft)}/references/frames")


async def test_a_frame_of_ones_own_can_be_one(http, session, house, me, draft):
    await publish_sample(session)
    frame = await finished(session, me)
    body = {"frame_id": str(frame.id)}
    assert (await http.post(f"{door(draft)}/references/frames", json=body)).status_code == 404  # its picture is gone
    await house.store.put(key_of(frame.id, "full", "png"), picture(), "image/png")
    answer = await http.post(f"{door(draft)}/references/frames", json=body)
    assert answer.json()["data"]["name"].startswith("ref-")
    theirs = await finished(session, await new_user(session))
    refused = await http.post(f"{door(draft)}/references/frames", json={"frame_id": str(theirs.id)})
    assert refused.status_code == 404


async def test_a_draft_keeps_so_many_and_not_one_more(http, session, draft):
    draft.pictures = {f"p-{number}": str(uuid4()) for number in range(MAX_PICTURES - 1)}
    session.add(draft)
    await session.flush()
    await kept(http, draft, picture(64, 64))
    refused = await http.post(f"{door(draft)}/references", content=picture(64, 80))
    assert refused.status_code == 422
    assert refused.json()["error"]["details"][0]["limit"] == MAX_PICTURES


async def set_reference(session, me, draft, name: str) -> None:
    ops = [{"op": "add", "path": "/scenes/0/reference", "value": name}]
    now = await service.find_draft(session, me, draft.id)
    await changes.apply(session, me, draft.id, now.revision, ops, "Reference chosen", "tab")


async def test_one_that_is_not_there_is_a_problem_at_its_field(http, session, me, draft):
    await set_reference(session, me, draft, "ref-none")
    found = (await http.get(f"{door(draft)}/problems")).json()["data"]
    assert [(each["pointer"], each["severity"]) for each in found] == [("/scenes/0/reference", "error")]
    name = await kept(http, draft, picture())
    await set_reference(session, me, draft, name)
    assert (await http.get(f"{door(draft)}/problems")).json()["data"] == []


async def test_it_goes_with_the_version_and_a_gpu_starts_from_it(http, session, house, me, draft):
    name = await kept(http, draft, picture())
    await set_reference(session, me, draft, name)
    made = await publishing.publish(me, draft.id)
    version = await packs.version_of(session, made.version_id)
    assert name not in [each["name"] for each in version.pictures]
    rent()
    request = ShootRequest((*asks(1), *asks(2, scene="night")), pack=version.id, width=512, height=512)
    one, other = (await shoots.request_frames(session, me, request)).frames
    assert one.source == f"packs/test-pack/{version.content_hash[:16]}/{name}.jpg"
    assert Image.open(io.BytesIO(await house.store.get(one.source))).format == "JPEG"
    assert other.source == ""
    rent(())
    [own] = (await shoots.request_frames(session, me, replace(request, asks=asks(3)))).frames
    assert own.source == ""


async def test_a_next_version_goes_on_with_it_and_a_remix_starts_without(http, session, me, draft):
    name = await kept(http, draft, picture())
    await set_reference(session, me, draft, name)
    await service.change_terms(session, me, draft.id, may_fork=True, pictures={})
    await publishing.publish(me, draft.id)
    again = await service.create_draft(session, me, Start(pack="test-pack"))
    assert again.document["scenes"][0]["reference"] == name
    assert (await http.get(f"{door(again)}/references/{name}.jpg")).status_code == 200
    await publishing.publish(me, again.id, "The same.")
    remix = await service.create_draft(session, await new_user(session), Start(fork="test-pack"))
    assert "reference" not in remix.document["scenes"][0]
    assert name not in remix.pictures


async def test_it_lies_in_the_packs_folder_and_comes_back_from_there(http, session, me, draft):
    name = await kept(http, draft, picture())
    await kept(http, draft, picture(64, 80))  # chosen, and then not
    await set_reference(session, me, draft, name)
    _, file = await transfer.export_draft(me, draft.id)
    assert list(bundle.read(file).pictures) == [name]
    back = await transfer.import_draft(me, file)
    shown = await http.get(f"{door(back)}/references/{name}.jpg")
    assert shown.content == bundle.read(file).pictures[name]
    assert (await http.get(f"{door(back)}/problems")).json()["data"] == []


async def test_nothing_of_anothers_is_there(http, session, house):
    other = await new_user(session)
    draft = await service.create_draft(session, other, Start(document=copy.deepcopy(DOCUMENT)))
    for method, url, given in (
        ("POST", "picture", {"json": {"scene": "shore", "content": content()}}),
        ("POST", "words", {"json": {"scene": "shore"}}),
        ("GET", "problems", {}),
        ("POST", "references", {"content": picture()}),
        ("POST", "references/frames", {"json": {"frame_id": str(UUID(int=0))}}),
        ("GET", "references/ref-1.jpg", {}),
    ):
        assert (await http.request(method, f"{door(draft)}/{url}", **given)).status_code == 404, url
