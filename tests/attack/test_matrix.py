"""Every operation of REST, as everybody who may come: who may call what is in one table, and the table is carried out.

The cells are made from the app's own routes. A new one needs nothing here but a body, if it takes one: the owner's column
fails until the body is good, and all others then show that it is refused for who asks, not for what is said.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from pexit_app.core import deps, policy, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.clock import after
from pexit_app.core.errors import NotAllowed, NotSignedIn
from pexit_app.core.policy import Policy
from pexit_app.features.builder import following
from pexit_app.features.identity import access, passwords
from pexit_app.features.jobs import streams
from pexit_app.features.shoots import lora
from pexit_app.pexit_app import api as whole_api
from pexit_app.web import rates
from pexit_app.web.routes import Route, policies
from tests.attack.world import World, end_all_sessions, open_house, open_shop, rows_but_of, settle_in, undone
from tests.features.builder.test_bundle import zipped
from tests.features.people.support import CONSENT, photo
from tests.features.shoots.support import PACK, SIDE, picture

URL = "http://pexit.test"
PAGES = ("/account", "/earnings", "/wallet")  # of a person's own, outside REST
JSON = "application/json"
SHORE = {"scene": "shore", "width": SIDE, "height": SIDE}
STRIP = {"scene": "shore", "knob_x": "film", "values_x": ["warm", "silver"]}
STEP = {"base_revision": "{revision}", "client": "tab"}
CHANGE = {"ops": [{"op": "add", "path": "/tagline", "value": "Other words."}], "label": "Tagline changed"}
COUPON = {"code": "SNOW-20", "percent": 20, "takers": 5, "expires_at": after(days=9).isoformat()}
# What `{name}` in a path and in a body is, where it is not called so itself.
NAMED = {"likeness_id": "likeness", "slug": "slug", "number": "1", "name": "cover.jpg"}
# What is sent, and who is meant where the usual one would not do. `is`: the status for who may, if it is no success.
# `theirs`: it names what everybody may know of, and is for its owner all the same.
# `kept`: another's id in it is only kept, and opened as its own owner, see test_a_picked_frame_of_anothers_is_not_opened.
ASKS: dict[str, dict[str, Any]] = {
    "POST /api/v1/auth/otp/request": {"json": {"identifier": "somebody@example.com"}},
    "POST /api/v1/auth/otp/verify": {"json": {"identifier": "somebody@example.com", "code": "123456"}, "is": 422},
    "POST /api/v1/auth/refresh": {"json": {"refresh_token": "none"}, "is": 401},
    "POST /api/v1/auth/link/verify": {"json": {"token": "none"}, "is": 422},
    "POST /api/v1/auth/password": {"json": {"identifier": "somebody@example.com", "password": "wrong"}, "is": 401},
    "POST /api/v1/auth/second": {"json": {"slip": "none", "code": "123456"}, "is": 401},
    "POST /api/v1/auth/confirm": {"json": {"code": "123456"}, "is": 422},
    "POST /api/v1/passkeys/sign-in": {"json": {"credential": {}}, "is": 422},
    "POST /api/v1/passkeys": {"json": {"credential": {}}, "is": 422},
    "PUT /api/v1/passkeys/demand": {"json": {"is_demanded": True}},
    "PATCH /api/v1/me": {"json": {"name": "Other"}},
    "POST /api/v1/me/address": {"json": {"identifier": "another@example.com"}},
    "POST /api/v1/me/address/confirm": {"json": {"identifier": "another@example.com", "code_new": "123456"}, "is": 422},
    "DELETE /api/v1/me/address/{kind}": {"kind": "email", "is": 409},
    "PUT /api/v1/me/password": {"json": {"password": "lantern in the harbor"}},
    "POST /api/v1/me/authenticator/confirm": {"json": {"code": "123456"}, "is": 404},
    "DELETE /api/v1/me/authenticator": {"is": 404},
    "POST /api/v1/me/recovery-codes": {"is": 409},
    "POST /api/v1/keys": {"json": {"name": "New", "scopes": ["read"]}},
    "POST /api/v1/people": {"json": {"name": "New", "kind": "person", "consent": CONSENT}},
    "PATCH /api/v1/people/{person_id}": {"json": {"name": "Other"}},
    "POST /api/v1/people/{person_id}/consent": {"json": CONSENT},
    "POST /api/v1/people/{person_id}/photos": {"files": [("files", ("9.jpg", photo(9), "image/jpeg"))]},
    "POST /api/v1/people/{person_id}/handshake": {"json": {"uses": ["frames"], "packs": [PACK], "note": "Hello."}},
    "GET /api/v1/people/{person_id}/handshake": {"person_id": "asked_person"},
    "DELETE /api/v1/people/{person_id}/handshake": {"person_id": "asked_person"},
    "GET /api/v1/me/deletion": {"is": 404},
    "DELETE /api/v1/me/deletion": {"is": 404},
    "POST /api/lora/train": {"json": {"person_id": "{person}"}},
    "GET /api/lora/{job_id}": {"job_id": "training_job"},
    "GET /api/v1/packs/{slug}/draft": {"params": {"scene": "shore"}},
    "POST /api/v1/drafts": {"json": {"pack": PACK, "scene": "shore", "photo_id": "{photo}"}},
    "POST /api/v1/quotes": {"json": {**SHORE, "shoot_id": "{shoot}", "parent_frame_id": "{frame}"}},
    "POST /api/v1/shoots": {"json": {"pack": PACK, "cast": {"you": "{likeness}"}}},
    "PATCH /api/v1/shoots/{shoot_id}": {"json": {"title": "Other"}},
    "POST /api/v1/shoots/{shoot_id}/frames": {
        "json": {**SHORE, "parent_frame_id": "{frame}", "cast": {"you": "{photo}"}}
    },
    "POST /api/v1/shoots/{shoot_id}/grids": {"json": {**STRIP, "parent_frame_id": "{frame}"}},
    "POST /api/v1/grids/quote": {"json": {**STRIP, "shoot_id": "{shoot}", "likeness_id": "{likeness}"}},
    "POST /api/v1/frames/{frame_id}/mark": {"json": {"mark": "ring"}},
    "POST /api/v1/frames/{frame_id}/retry": {"frame_id": "failed_frame"},
    "POST /api/v1/frames/{frame_id}/restore": {"frame_id": "trashed_frame"},
    "POST /api/v1/frames/{frame_id}/edits/quote": {"json": {"kind": "edit"}},
    "POST /api/v1/frames/{frame_id}/edits": {"json": {"kind": "edit", "prompt": "rain"}},
    "POST /api/v1/frames/{frame_id}/shares": {"json": {"days": 7}},
    "POST /api/v1/shoots/{shoot_id}/shares": {"json": {"days": 1}},
    "PUT /api/v1/storefront": {"json": {"bio": "Other"}},
    "POST /api/v1/frames/{frame_id}/edits/appeals": {"json": {"kind": "edit", "prompt": "beheaded"}},
    "POST /api/v1/appeals": {"json": {**SHORE, "shoot_id": "{shoot}", "prompt": "beheaded", "note": "It is a play."}},
    "POST /api/v1/recipes": {"json": {"name": "New", "frame_id": "{frame}"}},
    "PATCH /api/v1/recipes/{recipe_id}": {"json": {"name": "Other"}},
    "POST /api/v1/recipes/{recipe_id}/apply": {"json": {"cast": {"you": "{likeness}"}}},
    "POST /api/lora/generate": {"json": {"pack": PACK, "scene": "shore", "likeness_id": "{likeness}"}},
    "POST /api/lora/generate/sync": {"json": {"pack": PACK, "scene": "shore", "photo_id": "{photo}"}},
    "POST /api/v1/builder/drafts": {"json": {"pack": "{slug}"}, "theirs": True},
    "POST /api/v1/trials": {"json": {"pack_id": "{pack}", "testers": 2}, "theirs": True},
    "GET /api/v1/trials": {"params": {"pack_id": "{pack}"}, "theirs": True},
    "POST /api/v1/trials/look": {"json": {"token": "none"}, "is": 404},  # a link is for whoever has it
    "POST /api/v1/trials/accept": {"json": {"token": "none"}, "is": 404},
    "GET /api/v1/pricing/{pack_id}": {"theirs": True},
    "PATCH /api/v1/pricing/{pack_id}": {"json": {"royalty_percent": 5}, "theirs": True},
    "GET /api/v1/pricing/{pack_id}/coupons": {"theirs": True},
    "POST /api/v1/pricing/{pack_id}/coupons": {"json": COUPON, "theirs": True},
    "POST /api/v1/coupons/look": {"json": {"code": "NONE"}, "is": 404},  # a code is for whoever has it
    "POST /api/v1/coupons/take": {"json": {"code": "NONE"}, "is": 404},
    "POST /api/v1/pack-bundles": {"json": {"title": "Two", "dust": 5, "pack_ids": ["{pack}", "{pack}"]}, "is": 422},
    "GET /api/v1/pack-bundles/{bundle_id}": {"bundle_id": "pack_bundle"},
    "POST /api/v1/pack-bundles/{bundle_id}/buy": {
        "bundle_id": "pack_bundle",
        "json": {"total_dust": 999},
        "is": 409,  # one's own; another price
    },
    "POST /api/v1/pack-bundles/{bundle_id}/end": {"bundle_id": "pack_bundle", "theirs": True},
    "GET /api/v1/earnings/statement": {"params": {"period": "2026-11"}},
    "POST /api/v1/earnings/account": {"is": 403},  # for creators
    "PATCH /api/v1/builder/drafts/{draft_id}": {"json": {"pictures": {"cover": "{frame}"}}, "kept": True},
    "POST /api/v1/builder/drafts/{draft_id}/changes": {"json": {**STEP, **CHANGE}},
    "POST /api/v1/builder/drafts/{draft_id}/changes/batch": {"json": {**STEP, "changes": [CHANGE]}},
    "POST /api/v1/builder/drafts/{draft_id}/undo": {"json": STEP},
    "POST /api/v1/builder/drafts/{draft_id}/redo": {"json": STEP},
    "POST /api/v1/builder/drafts/{draft_id}/go-to": {"json": {**STEP, "number": 1}},
    "POST /api/v1/builder/drafts/{draft_id}/scenes": {"json": {"starting_point": "grey-water", "client": "tab"}},
    "POST /api/v1/builder/drafts/{draft_id}/restore-points": {"json": {"name": "Now"}},
    "POST /api/v1/builder/drafts/{draft_id}/restore-points/{point_id}/restore": {"json": STEP},
    "POST /api/v1/builder/drafts/{draft_id}/picture": {"json": {"scene": "shore"}},
    "POST /api/v1/builder/drafts/{draft_id}/words": {"json": {"scene": "shore"}},
    "POST /api/v1/builder/drafts/{draft_id}/references": {"content": picture(64, 80, "jpeg")},
    "POST /api/v1/builder/drafts/{draft_id}/references/frames": {"json": {"frame_id": "{frame}"}},
    "GET /api/v1/builder/drafts/{draft_id}/references/{name}.jpg": {"name": "reference"},
    "POST /api/v1/builder/drafts/{draft_id}/publish": {"json": {}},
    "PUT /api/v1/builder/drafts/{draft_id}/listing": {"json": {"is_unlisted": True}},
    "PUT /api/v1/builder/drafts/{draft_id}/schedule": {"json": {"publish_at": None}},
    "POST /api/v1/builder/drafts/{draft_id}/grids": {"json": {"across": "film"}},
    "GET /api/v1/builder/drafts/{draft_id}/sights/{state}.jpg": {"state": "change-1", "params": {"scene": "shore"}},
    "GET /api/v1/builder/drafts/{draft_id}/pictures/{name}.jpg": {"name": "cover", "is": 404},
    "PUT /api/v1/builder/drafts/{draft_id}/pictures/{name}": {
        "name": "cover",
        "json": {"frame_id": "{frame}", "client": "tab"},
        "is": 422,  # a face that is somebody's own is in it
    },
    "DELETE /api/v1/builder/drafts/{draft_id}/pictures/{name}": {"name": "cover"},
    "PUT /api/v1/wallet/caps": {"json": {"daily_dust": 50}},
    "POST /api/v1/wallet/purchases": {"json": {"bundle": "{bundle}"}},
    "POST /api/v1/wallet/promo": {"json": {"code": "none-such"}, "is": 422},
    "POST /api/v1/builder/import": {"content": zipped({"p/pack.yaml": b"title: Imported"})},
    "GET /api/v1/builder/grids/{grid_id}": {"grid_id": "draft_grid"},
    "POST /api/v1/builder/grids/{grid_id}/retry": {"grid_id": "draft_grid"},
    "GET /api/v1/builder/grids/{grid_id}/cells/{number}.jpg": {"grid_id": "draft_grid", "number": "0"},
}


@dataclass(frozen=True)
class Cell:
    method: str
    path: str
    policy: Policy

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def ask(self) -> dict[str, Any]:
        return ASKS.get(self.name, {})

    @property
    def is_write(self) -> bool:
        return self.method not in access.SAFE_METHODS

    def address(self, world: World) -> str:
        def filled(found: re.Match[str]) -> str:
            name = found[1]
            meant = self.ask.get(name, NAMED.get(name, name.removesuffix("_id")))
            return (world.words | world.ids).get(meant, meant)

        return re.sub(r"{(\w+)}", filled, self.path)

    def sent(self, world: World) -> dict[str, Any]:
        given = {name: self.ask[name] for name in ("json", "params", "files", "content") if name in self.ask}
        return _filled(given, world)

    def owned(self, world: World) -> set[str]:
        """What of theirs it asks for."""
        asked = f"{self.address(world)} {self.sent(world)}"
        told = world.words.values() if self.ask.get("theirs") else ()
        return {each for each in (*world.ids.values(), *told) if each in asked}


def _filled(given: Any, world: World) -> Any:
    if isinstance(given, dict):
        return {name: _filled(each, world) for name, each in given.items()}
    if isinstance(given, list):
        return [_filled(each, world) for each in given]
    if given == "{revision}":
        return world.revision
    if isinstance(given, str) and (found := re.fullmatch(r"{(\w+)}", given)):
        return (world.words | world.ids)[found[1]]
    return given


def cells(app: FastAPI) -> Iterator[Cell]:
    told = app.openapi()["paths"]
    for method, path, known in policies(app):
        plain = re.sub(r":\w+}", "}", path)
        if method.lower() in told.get(plain, {}):
            yield Cell(method, plain, known)
        else:
            is_looked_at = known.who == "anybody" or plain.startswith(PAGES)  # see test_pages_of_ones_own...
            assert is_looked_at, f"{plain} is not in the OpenAPI document, so nobody looks at it here"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return whole_api()


@dataclass
class Place:
    """`ask` sends a cell's request and undoes what it did; `wrong` collects what should not have been."""

    app: FastAPI
    connection: Any
    ann: World
    bo: World

    async def ask(
        self,
        cell: Cell,
        about: World,
        headers: dict[str, str],
        stranger: World | None = None,
        body: World | None = None,
    ) -> httpx.Response:
        """Asserts that nothing of anybody's but the stranger's was changed, when one asks."""
        await rates._limiter.storage.reset()  # there are more operations than anybody may ask for in a minute
        before = await rows_but_of(self.connection, stranger) if stranger else set()
        async with undone(self.connection):
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=URL) as client:
                sent = cell.sent(body or about)
                answer = await client.request(cell.method, cell.address(about), headers=headers, **sent)
            if stranger:
                gone = before - await rows_but_of(self.connection, stranger)
                assert not gone, f"{cell.name} changed {sorted(gone)[:3]}"
        return answer


@pytest.fixture
async def place(app, session, connection, monkeypatch) -> AsyncIterator[Place]:
    async def nothing(*_: object) -> None:
        """No work is started."""

    async def silence(*_: object) -> AsyncIterator[streams.Told]:
        return
        yield

    monkeypatch.setattr(workflows, "start", nothing)
    monkeypatch.setattr(streams, "user_stream", silence)
    monkeypatch.setattr(streams, "job_stream", silence)
    monkeypatch.setattr(following, "follow", silence)
    monkeypatch.setattr(lora, "SYNC_S", 0.0)
    monkeypatch.setattr(passwords, "COST", 4)
    open_house()
    await open_shop(session)
    ann, bo = await settle_in(session, "ann"), await settle_in(session, "bo")
    yield Place(app, connection, ann, bo)
    deps.use(None)


def bearer(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.bearer}"}


def expected(cell: Cell, answer: httpx.Response) -> bool:
    """As it is for somebody who may."""
    return answer.status_code == cell.ask["is"] if "is" in cell.ask else answer.is_success


def told(cell: Cell, answer: httpx.Response) -> str:
    is_text = answer.headers.get("content-type", "").startswith(JSON)
    return f"{cell.name}: {answer.status_code} {answer.text[:300] if is_text else ''}"


async def test_the_owner_can_do_everything(place):
    """So that what the others are refused is refused for who they are."""
    wrong = []
    for cell in cells(place.app):
        answer = await place.ask(cell, place.ann, bearer(place.ann))
        if not expected(cell, answer):
            wrong.append(told(cell, answer))
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("who", ["nobody", "ended by bearer", "ended by cookie"])
async def test_without_a_session_nothing_is_there_but_what_is_for_everybody(place, session, who):
    headers = {
        "nobody": {},
        "ended by bearer": bearer(place.ann),
        "ended by cookie": {"Cookie": place.ann.cookie, "Origin": URL},
    }[who]
    if who.startswith("ended"):
        await end_all_sessions(session, place.ann)
    wrong = []
    for cell in cells(place.app):
        answer = await place.ask(cell, place.ann, headers, stranger=place.bo)
        is_right = expected(cell, answer) if cell.policy.who == "anybody" else answer.status_code == 401
        if not is_right or any(each in answer.text for each in place.ann.secrets(cell.owned(place.ann))):
            wrong.append(told(cell, answer))
    assert wrong == [], "\n".join(wrong)


async def test_another_user_reaches_nothing_of_hers(place):
    wrong = []
    for cell in cells(place.app):
        answer = await place.ask(cell, place.ann, bearer(place.bo), stranger=place.bo)
        owned = cell.owned(place.ann)
        is_right = answer.status_code == 404 if owned else expected(cell, answer)
        if not is_right or any(each in answer.text for each in place.ann.secrets(owned)):
            wrong.append(told(cell, answer))
    assert wrong == [], "\n".join(wrong)


async def test_another_user_brings_nothing_of_hers_into_what_is_his(place):
    """His address, her ids in the body."""
    wrong, count = [], 0
    for cell in cells(place.app):
        if cell.ask.get("kept") or not any(each in str(cell.sent(place.ann)) for each in place.ann.ids.values()):
            continue
        count += 1
        answer = await place.ask(cell, place.bo, bearer(place.bo), stranger=place.bo, body=place.ann)
        if answer.status_code not in (404, 422) or place.ann.mark in answer.text:
            wrong.append(told(cell, answer))
    assert wrong == [] and count > 10, "\n".join(wrong)


@pytest.mark.parametrize(("given", "status"), [("00000000-0000-4000-8000-000000000000", 404), ("nope", 422)])
async def test_what_does_not_exist(place, given, status):
    words = place.ann.words | {"pack": given, "pack_bundle": given}
    nothing = replace(place.ann, ids=dict.fromkeys(place.ann.ids, given), words=words)
    wrong = []
    for cell in cells(place.app):
        if "_id}" in cell.path:
            answer = await place.ask(cell, nothing, bearer(place.ann), body=place.ann)
            is_no_route = answer.status_code == 404 and cell.path == "/api/lora/{job_id}"
            if answer.status_code != status and not is_no_route:
                wrong.append(told(cell, answer))
    assert wrong == [], "\n".join(wrong)


async def test_a_picked_frame_of_anothers_is_not_opened(place):
    """It counts as no pick at all: the house renders that picture."""
    address, headers = f"/api/v1/builder/drafts/{place.bo.ids['draft']}", bearer(place.bo)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(place.app), base_url=URL) as client:
        kept = await client.patch(address, json={"pictures": {"cover": place.ann.ids["frame"]}}, headers=headers)
        shown = await client.get(f"{address}/pictures", headers=headers)
        published = await client.post(f"{address}/publish", json={}, headers=headers)
    assert (kept.status_code, published.status_code) == (200, 201)
    cover = next(each for each in shown.json()["data"] if each["name"] == "cover")
    assert cover["source"] == "house" and place.ann.ids["frame"] not in cover["url"]


async def test_a_key_for_reading_writes_nothing(place, monkeypatch):
    reader = replace(place.ann.actor, scope="read")

    async def who(_: object) -> Actor:
        return reader

    monkeypatch.setattr(access, "who", who)
    wrong, before = [], await rows_but_of(place.connection, None)
    for cell in cells(place.app):
        answer = await place.ask(cell, place.ann, bearer(place.ann))
        is_refused = cell.policy.who != "anybody" and cell.policy.scope == "write"
        if not (answer.status_code == 403 if is_refused else expected(cell, answer)):
            wrong.append(told(cell, answer))
        if cell.method in ("PUT", "PATCH", "DELETE") and cell.policy.scope == "read":
            wrong.append(f"{cell.name} changes what is there, and asks for reading only")
    assert wrong == [], "\n".join(wrong)
    assert await rows_but_of(place.connection, None) == before


@pytest.mark.parametrize("origin", ["", "http://evil.test"])
async def test_her_cookie_writes_nothing_from_another_page(place, origin):
    headers = {"Cookie": place.ann.cookie} | ({"Origin": origin} if origin else {})
    wrong = []
    for cell in cells(place.app):
        if cell.is_write and cell.policy.who != "anybody":
            answer = await place.ask(cell, place.ann, headers, stranger=place.bo)
            if answer.status_code != 403:
                wrong.append(told(cell, answer))
    assert wrong == [], "\n".join(wrong)


async def test_a_key_never_looks_after_its_owners_account(place, monkeypatch):
    key = replace(place.ann.actor, key_id=UUID(place.ann.ids["key"]))

    async def who(_: object) -> Actor:
        return key

    monkeypatch.setattr(access, "who", who)
    wrong = []
    for cell in cells(place.app):
        answer = await place.ask(cell, place.ann, bearer(place.ann))
        is_refused = cell.policy.who == "person"
        if not (answer.status_code == 403 if is_refused else expected(cell, answer)):
            wrong.append(told(cell, answer))
    assert wrong == [], "\n".join(wrong)


async def test_pages_of_ones_own_are_for_the_person_alone(place):
    """They are no REST, and answer as pages do: to sign in first."""
    count = 0
    for method, path, known in policies(place.app):
        if known.who == "person" and path.startswith(PAGES):
            count += 1
            home = "account%2Fdata" if path.startswith("/account/data") else path.split("/")[1]
            for headers in ({}, bearer(place.bo) | {"Authorization": "Bearer pk_live_none"}):
                async with httpx.AsyncClient(transport=httpx.ASGITransport(place.app), base_url=URL) as client:
                    answer = await client.request(method, path, headers=headers)
                assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next=%2F{home}"), path
            if method not in access.SAFE_METHODS:
                async with httpx.AsyncClient(transport=httpx.ASGITransport(place.app), base_url=URL) as client:
                    headers = {"Cookie": place.ann.cookie, "Origin": "http://evil.test"}
                    assert (await client.request(method, path, headers=headers)).status_code == 403, path
    assert count > 25


async def test_her_receipts_and_checkouts_are_nobody_elses(place):
    headers = {"Cookie": place.bo.cookie, "Origin": URL}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(place.app), base_url=URL) as client:
        for page in ("purchases", "receipts", "checkout"):
            answer = await client.get(f"/wallet/{page}/{place.ann.ids['purchase']}", headers=headers)
            assert answer.status_code == 404, page
            assert place.ann.mark not in answer.text


@pytest.mark.parametrize("role", ["user", "admin"])
@pytest.mark.parametrize("scope", ["read", "write"])
@pytest.mark.parametrize(
    "known",
    [
        policy.OPEN, policy.SIGN_IN, policy.READS, policy.CHANGES, policy.WRITES, policy.LOOKS_AFTER, policy.MANAGES,
        policy.ADMINISTERS,
    ],
)  # fmt: skip
def test_each_column_of_a_policy(known, scope, role):
    actor = Actor(uuid4(), uuid4(), "starter", scope, role)
    may = known.who == "anybody" or (
        (known.who in ("user", "person") or role == "admin") and (known.scope == "read" or scope == "write")
    )
    if may:
        access.check(actor, known)
    else:
        with pytest.raises(NotAllowed):
            access.check(actor, known)
    if known.who != "anybody":
        with pytest.raises(NotSignedIn):
            access.check(None, known)


def test_a_route_without_a_policy_cannot_be_made():
    router = APIRouter(route_class=Route)
    with pytest.raises(TypeError, match="declare a policy"):

        @router.get("/forgotten")
        async def forgotten() -> None:
            """Nobody said who may call it."""


def test_a_router_that_nothing_guards_stops_the_app():
    app, router = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), APIRouter()

    @router.get("/guarded")
    @policy.allow(policy.READS)
    async def read() -> None:
        """Its policy is declared, and its router would not carry it out."""

    app.include_router(router)
    with pytest.raises(TypeError, match="/guarded is not guarded"):
        policies(app)
