"""Packs over HTTP: shapes of API.md, pictures that may be cached, drafts on a stand-in."""

import json
from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core import db, deps
from pexit_app.core.ports import Busy, Draft, DraftOrder, InvalidOrder, ProviderError, Superseded
from pexit_app.features.identity import access
from pexit_app.features.packs import api, drafts, seed, service, versions
from pexit_app.features.packs.showcase import whole_card
from pexit_app.features.storefront.components import pack_page, still_bench
from pexit_app.providers.disk import DiskStore
from pexit_app.web.api import RequestContext, add_error_answers
from pexit_app.web.html import to_html
from tests.features.packs.samples import GOOD
from tests.features.packs.test_service import folder, store  # noqa: F401  (fixtures)

URL = "/api/v1/packs"


class Drafts:
    """A draft engine that writes its order down as the picture."""

    def __init__(self) -> None:
        self.orders: list[DraftOrder] = []
        self.fails: Exception | None = None

    async def draft(self, order: DraftOrder) -> Draft:
        self.orders.append(order)
        if self.fails:
            raise self.fails
        content = json.dumps([order.personas, dict(order.look), order.seed, order.aspect, order.size_px])
        return Draft(content.encode(), {"queue": 0.25, "render": 41.0})


@pytest.fixture
async def engine(connection, folder, store: DiskStore) -> AsyncIterator[Drafts]:  # noqa: F811
    made = Drafts()
    await seed.seed(folder.parent, store)
    deps.use(SimpleNamespace(store=store, drafts=made, gpu_images={}))  # type: ignore[arg-type]
    api.kept_drafts = drafts.KeptDrafts()
    yield made
    deps.use(None)


@pytest.fixture
def app(engine: Drafts) -> FastAPI:
    made = FastAPI()
    add_error_answers(made)
    made.include_router(api.router, prefix="/api/v1")
    made.state.admit = access.admit
    made.add_middleware(RequestContext)
    return made


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pexit.test") as client:
        yield client


async def test_the_storefront_lists_packs(http):
    answer = (await http.get(URL)).json()
    assert answer["success"] is True
    assert answer["meta"]["page"] == {"next_cursor": None, "limit": 24}
    pack = answer["data"][0]
    wanted = {"id", "created_at", "updated_at", "slug", "title", "tagline", "cover_url", "creator", "price_dust"}
    assert wanted <= pack.keys()
    assert pack["cover_url"] == "http://pexit.test/api/v1/packs/test-pack/pictures/cover.jpg?v=1"
    assert [each["name"] for each in pack["pictures"]] == ["cover", "night"]


async def test_the_public_address_leads_when_it_is_set(http, monkeypatch):
    set_up = api.settings.load().model_copy(update={"public_url": "https://pexit.example"})
    monkeypatch.setattr(api.settings, "load", lambda: set_up)
    pack = (await http.get(URL)).json()["data"][0]
    assert pack["cover_url"].startswith("https://pexit.example/api/v1/packs/")


async def test_a_pack_tells_its_scenes_and_knobs_but_not_how_they_work(http):
    pack = (await http.get(f"{URL}/test-pack")).json()["data"]
    assert pack["version"] == 1
    assert [scene["id"] for scene in pack["scenes"]] == ["shore", "night"]
    assert [knob["id"] for knob in pack["knobs"]] == ["hour", "film", "haze", "tint", "weather", "light"]
    assert pack["knobs"][0] == {
        "id": "hour", "type": "slider", "label": "Later in the day", "hint": "", "group": "", "default": 17.5,
        "min": 16, "max": 21, "step": 0.25, "unit": "", "says": "clock", "options": None, "max_length": None,
        "max_words": None, "refuses": None, "visible_if": None,
    }  # fmt: skip
    assert pack["knobs"][1]["options"][1] == {"value": "silver", "label": "Silver", "picture": None}
    assert pack["knobs"][3]["visible_if"] == {"haze": [True]}
    night = pack["scenes"][1]
    assert night["knobs"][0]["options"][1]["picture"] == "night"
    assert night["defaults"]["hour"] == 20
    assert night["seed_policy"] == "fixed"
    assert night["defaults"]["near"] == "half"
    assert not {"prompt", "look", "sets", "words"} & (night.keys() | pack["knobs"][0].keys())


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/test-pack/pictures/none.jpg", "/test-pack/pictures/cover.jpg?v=2", "/test-pack/draft?scene=noon"],
)
async def test_what_is_not_there_is_404(http, path):
    answer = await http.get(URL + path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "query",
    ["sort=best", "limit=0", "limit=101", "category=moon", "cursor=junk", f"q={'x' * 201}"],
)
async def test_bad_questions_are_422(http, query):
    answer = await http.get(f"{URL}?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == query.partition("=")[0]


async def test_pictures_may_be_kept_for_ever_by_version(http, folder):  # noqa: F811
    answer = await http.get(f"{URL}/test-pack/pictures/cover.jpg?v=1")
    assert answer.content == (folder / "cover.jpg").read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await http.get(f"{URL}/test-pack/pictures/cover?v=1", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await http.get(f"{URL}/test-pack/pictures/cover.jpg")).headers["cache-control"] == "public, max-age=300"


async def test_a_draft_is_the_scene_on_its_stand_in(http, engine):
    knobs = json.dumps({"hour": 18, "film": "silver"})
    answer = await http.get(f"{URL}/test-pack/draft", params={"scene": "shore", "knobs": knobs, "size": 320, "seed": 5})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["server-timing"] == "queue;dur=0.2, render;dur=41.0"
    assert answer.headers["cache-control"].startswith("public")
    order = engine.orders[0]
    assert (order.personas, order.seed, order.aspect, order.size_px) == (("standin:onyx",), 5, "4:5", 320)
    assert (order.look["hour"], order.look["grade"]) == (18, "silver")


async def test_the_same_draft_is_made_once(http, engine):
    asked = {"scene": "shore", "knobs": '{"hour": 18}'}
    first = await http.get(f"{URL}/test-pack/draft", params=asked)
    again = await http.get(f"{URL}/test-pack/draft", params={**asked, "knobs": '{ "hour":18.01,"film":"warm"}'})
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert len(engine.orders) == 1
    known = await http.get(f"{URL}/test-pack/draft", params=asked, headers={"If-None-Match": first.headers["etag"]})
    assert known.status_code == 304


async def test_a_draft_of_an_old_version_is_of_that_version(http, engine, folder, store):  # noqa: F811
    (folder / "pack.yaml").write_text(GOOD.replace("look: {backdrop: beach}", "look: {backdrop: meadow}"))
    await seed.publish_folder(folder, store)
    for version in ({}, {"version": 1}):
        await http.get(f"{URL}/test-pack/draft", params={"scene": "shore", **version})
    assert [order.look["backdrop"] for order in engine.orders] == ["meadow", "beach"]


async def test_streams_of_two_addresses_do_not_meet(http, engine):
    await http.get(f"{URL}/test-pack/draft", params={"scene": "shore", "stream": "tab"})
    await http.get(f"{URL}/test-pack/draft", params={"scene": "night"})
    await http.get(f"{URL}/test-pack/draft", params={"scene": "night", "seed": 1})
    assert engine.orders[0].stream == "public:127.0.0.1:tab"
    assert engine.orders[1].stream != engine.orders[2].stream


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"knobs": '{"hour": 25}'}, "knobs.hour"),
        ({"knobs": '{"year": 1}'}, "knobs.year"),
        ({"knobs": '{"hour": NaN}'}, "knobs.hour"),
        ({"knobs": "[1]"}, "knobs"),
        ({"knobs": "{"}, "knobs"),
        ({"knobs": "[" * 4000}, "knobs"),
        ({"knobs": '{"hour":' + "9" * 3900 + "}"}, "knobs.hour"),
        ({"knobs": "x" * 4001}, "knobs"),
        ({"size": 255}, "size"),
        ({"size": 769}, "size"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
    ],
)
async def test_a_bad_draft_is_422_and_names_the_field(http, engine, params, field):
    answer = await http.get(f"{URL}/test-pack/draft", params={"scene": "shore", **params})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == field
    assert engine.orders == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Superseded("newer"), 409, "superseded"),
        (Busy("full"), 503, "busy"),
        (ProviderError("broke"), 502, "draft_failed"),
        (InvalidOrder("fog", 1, "less"), 422, "invalid"),
    ],
)
async def test_a_failed_draft_says_why_and_is_not_kept(http, engine, error, status, code):
    engine.fails = error
    answer = await http.get(f"{URL}/test-pack/draft", params={"scene": "shore"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["cache-control"] == "private, no-store"
    engine.fails = None
    assert (await http.get(f"{URL}/test-pack/draft", params={"scene": "shore"})).status_code == 200


async def test_reads_are_counted_by_address(app):
    def of(address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://pexit.test")

    async with of("10.0.0.1") as one, of("10.0.0.2") as other:
        answers = [await one.get(URL), await one.get(f"{URL}/test-pack"), await other.get(URL)]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1199", "1198", "1199"]


def test_kept_drafts_let_the_oldest_go() -> None:
    kept = drafts.KeptDrafts(capacity=10)
    kept.keep("a", b"12345")
    kept.keep("b", b"12345")
    assert kept.find("a")
    kept.keep("c", b"123")
    assert [kept.find(key) is not None for key in "abc"] == [True, False, True]
    kept.keep("a", b"1")
    assert kept.size == 4


async def test_what_was_measured_of_a_version_stands_on_it_alone(http):
    proof = {"in_words": "1 of 2 knobs proven on 3 stand-ins", "stand_ins": ["alba", "onyx", "terra"], "measured": []}
    grades = {"/knobs/0": "proven", "/scenes/1/knobs/0": "breaks"}
    assert (await http.get(f"{URL}/test-pack")).json()["data"]["proof"] is None
    async with db.transaction() as session:
        live = await service.version_of(session, "test-pack")
        await versions.note_proof(session, live.id, {**proof, "grades": grades})
        found = await service.find_pack(session, "test-pack")
    told = (await http.get(f"{URL}/test-pack")).json()["data"]
    assert told["proof"] == {"in_words": proof["in_words"], "stand_ins": proof["stand_ins"], "grades": grades}
    card = whole_card(found, 1)
    assert card.proof == proof["in_words"]
    assert {knob.id: knob.grade for knob in card.knobs if knob.grade} == {
        "hour": "proven",
        found.definition.scenes[1].knobs[0].id: "breaks",
    }
    drawn = to_html(pack_page(card, still_bench(card)))
    assert "Part of it changes faces" in drawn
    assert 'id="proof"' in drawn
