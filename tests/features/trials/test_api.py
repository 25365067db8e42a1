"""Trials over REST, and the page their link opens."""

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.features.identity import access
from pexit_app.features.identity import service as identity
from pexit_app.features.packs import api as packs_api
from pexit_app.features.packs.schemas import StoredPicture
from pexit_app.features.shoots import transitions
from pexit_app.features.trials import api, forms, service
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.shoots.support import PACK, new_user, order
from tests.support.callers import calls_as

ORIGIN = "http://test"


def app_for(actor) -> FastAPI:
    app = FastAPI()
    app.include_router(api.router, prefix="/api/v1")
    app.include_router(packs_api.router, prefix="/api/v1")
    app.include_router(forms.router)
    calls_as(app, actor)
    add_error_answers(app)
    app.add_middleware(RequestContext)
    return app


@pytest.fixture
def as_user(monkeypatch):
    """A client of somebody; None: of nobody known."""

    def make(actor) -> httpx.AsyncClient:
        async def who(request):
            return actor

        for module in (access, forms, packs_api):
            monkeypatch.setattr(module, "who", who)
        headers = {"Origin": ORIGIN}
        return httpx.AsyncClient(transport=httpx.ASGITransport(app_for(actor)), base_url=ORIGIN, headers=headers)

    return make


def data_of(answer: httpx.Response, status: int = 200):
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


async def test_a_creator_invites_and_a_tester_takes_part(session, as_user, creator, me, pack):
    async with as_user(creator) as http:
        body = {"pack_id": str(pack.id), "testers": 3}
        made = data_of(await http.post("/api/v1/trials", json=body, headers={"Idempotency-Key": "k"}), 201)
        assert made["url"].startswith(f"{ORIGIN}/t/")
        token = made["url"].rpartition("/")[2]
        for wrong in (0, 21, "3", True):
            answer = await http.post("/api/v1/trials", json={**body, "testers": wrong})
            assert answer.status_code == 422
    async with as_user(me) as http:
        invitation = data_of(await http.post("/api/v1/trials/look", json={"token": token}))
        assert {name: invitation[name] for name in ("pack", "standing", "left", "unlock_dust")} == {
            "pack": PACK,
            "standing": "open",
            "left": 5,
            "unlock_dust": 30,
        }
        accepted = data_of(await http.post("/api/v1/trials/accept", json={"token": token}))
        assert (accepted["standing"], accepted["left"]) == ("joined", 5)
        [joined] = data_of(await http.get("/api/v1/trials/joined"))
        assert (joined["pack_id"], joined["left"]) == (str(pack.id), 5)
        assert (await http.get(f"/api/v1/trials/{made['trial']['id']}")).status_code == 404
        assert (await http.post("/api/v1/trials/look", json={"token": "x" * 43})).status_code == 404
    await transitions.finish_frame(session, (await order(session, me, 1, 2)).frames[0].id, 1)
    async with as_user(creator) as http:
        [listed] = data_of(await http.get("/api/v1/trials", params={"pack_id": str(pack.id)}))
        assert token not in str(listed)
        [tester] = listed["joined"]
        assert (tester["fairyname"], tester["ordered"], tester["delivered"], tester["left"], tester["paid_dust"]) == (
            (await identity.me(session, me)).fairyname,
            2,
            1,
            3,
            1,
        )
        ended = data_of(await http.post(f"/api/v1/trials/{listed['id']}/end"))
        assert ended["standing"] == "ended"
        body = {"token": token}
    async with as_user(await new_user(session)) as http:
        answer = await http.post("/api/v1/trials/accept", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (410, "trial_over")


async def test_the_shop_says_who_has_unlocked(session, as_user, creator, me, pack):
    fields = {"name": "cover", "scene": "shore", "alt": "A shore", "key": "packs/x/cover.jpg", "sha256": "0" * 64}
    shown = StoredPicture(**fields, focus=(0.5, 0.5), seed=1, width=8, height=10)
    pack.pictures = [shown.model_dump(mode="json")]
    await session.flush()

    async def told(actor) -> list[tuple[int, bool]]:
        async with as_user(actor) as http:
            found = data_of(await http.get(f"/api/v1/packs/{PACK}")), data_of(await http.get("/api/v1/packs"))[0]
        return [(each["unlock_dust"], each["is_unlocked"]) for each in found]

    assert await told(None) == await told(me) == [(30, False)] * 2
    assert await told(creator) == [(30, True)] * 2
    done = await order(session, me, 1)
    assert await told(me) == [(30, False)] * 2
    await transitions.finish_frame(session, done.frames[0].id, 1)
    assert await told(me) == [(30, True)] * 2


async def test_the_page_of_a_link_is_whole_and_accepts(session, as_user, creator, me, link):
    trial, token = link
    async with as_user(None) as http:
        page = await http.get(f"/t/{token}")
        assert page.status_code == 200
        assert "Try Test pack." in page.text
        assert f"/login?next=%2Ft%2F{token}" in page.text
        assert 'name="robots" content="noindex"' in page.text
        turned_away = await http.post(f"/t/{token}")
        assert (turned_away.status_code, turned_away.headers["location"]) == (303, f"/login?next=%2Ft%2F{token}")
        assert (await http.get(f"/t/{'x' * 200}")).status_code == 404
    async with as_user(me) as http:
        assert (await identity.me(session, me)).fairyname in (await http.get(f"/t/{token}")).text
        foreign = await http.post(f"/t/{token}", headers={"Origin": "https://elsewhere.example"})
        assert foreign.status_code == 403
        taken = await http.post(f"/t/{token}")
        assert (taken.status_code, taken.headers["location"]) == (303, f"/studio/{PACK}")
        assert "You are in." in (await http.get(f"/t/{token}")).text
    async with as_user(creator) as http:
        assert "your own pack" in (await http.post(f"/t/{token}")).text
    await service.end_trial(session, creator, trial.id)
    async with as_user(me) as http:
        page = await http.get(f"/t/{token}")
        assert (page.status_code, "has ended this trial" in page.text) == (410, True)
