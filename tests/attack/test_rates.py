"""How often somebody may do what costs us: sign-in codes, guesses, drafts without an account."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from uuid import uuid4

import pytest
from fastapi import Request
from limits.aio import strategies
from limits.aio.storage import memory
from sqlmodel import select

from pexit_app.core import deps, settings
from pexit_app.core.clock import after
from pexit_app.core.models import StoredReply
from pexit_app.core.ports import Draft
from pexit_app.features.identity import service as identity
from pexit_app.features.identity.models import SignInCode
from pexit_app.features.packs import drafts
from pexit_app.web import idempotency, rates
from tests.attack.test_bodies import refusal
from tests.features.shoots.support import PACK, NoSender

REQUEST, VERIFY = "/api/v1/auth/otp/request", "/api/v1/auth/otp/verify"


class Letters(NoSender):
    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "") -> None:
        self.sent.append(code)


@pytest.fixture
def letters(api, monkeypatch) -> Letters:
    """Codes as they arrive, from as many addresses as it takes."""
    made = Letters()
    deps.use(replace(deps.get(), sender=made))
    monkeypatch.setattr(rates, "address_of", lambda _: uuid4().hex)
    return made


async def use_up(anybody, who, code):
    for step in range(1, identity.MAX_TRIES + 1):
        wrong = f"{(int(code) + step) % 10**6:06d}"
        refusal(await anybody.post(VERIFY, json={"identifier": who, "code": wrong}), 422)


async def test_codes_cannot_be_guessed_by_asking_for_ever_new_ones(anybody, letters):
    who, most = "ann@example.com", rates.CODES_PER_HOUR.amount
    for _ in range(most + 3):
        assert (await anybody.post(REQUEST, json={"identifier": who})).status_code == 202
        await use_up(anybody, who, letters.sent[-1])
    assert len(letters.sent) == most
    await anybody.post(REQUEST, json={"identifier": "bo@example.com"})
    assert len(letters.sent) == most + 1


async def test_who_reads_the_codes_may_sign_in_as_often_as_it_takes(anybody, letters):
    for _ in range(rates.CODES_PER_HOUR.amount + 3):
        await anybody.post(REQUEST, json={"identifier": " Ann@example.com"})
        body = {"identifier": "ann@example.com", "code": letters.sent[-1]}
        assert (await anybody.post(VERIFY, json=body)).status_code == 200
        assert (await anybody.post(VERIFY, json=body)).status_code == 422


async def test_drafts_without_an_account_are_counted_when_they_are_drawn(anybody, monkeypatch):
    monkeypatch.setitem(rates.PER_MINUTE, ("draft", ""), 2)
    path = f"/api/v1/packs/{PACK}/draft"
    first = {"scene": "shore", "seed": 900_001}
    assert [(await anybody.get(path, params=first)).status_code for _ in range(4)] == [200] * 4
    assert (await anybody.get(path, params=first | {"seed": 900_002})).status_code == 200
    refused = await anybody.get(path, params=first | {"seed": 900_003})
    assert refusal(refused, 429)["code"] == "too_many"
    assert int(refused.headers["Retry-After"]) >= 1


async def test_one_persons_drafts_leave_room_for_others(sign_in, monkeypatch):
    ann, bo = await sign_in(), await sign_in()
    gate, waiting = asyncio.Event(), []

    class Slow:
        async def draft(self, order):
            waiting.append(order.stream)
            await gate.wait()
            return Draft(b"x", {})

    deps.use(replace(deps.get(), drafts=Slow()))

    def ask(client, stream):
        body = {"pack": PACK, "scene": "shore"}
        return asyncio.create_task(client.post("/api/v1/drafts", json=body, headers={"X-Draft-Stream": stream}))

    monkeypatch.setattr(drafts, "AT_ONCE", 3)
    tasks = []
    for number in range(3):
        tasks.append(ask(ann, f"s{number}"))
        while len(waiting) <= number:
            await asyncio.sleep(0)
    refused = await ask(ann, "one-more")
    assert refusal(refused, 503)["code"] == "busy"
    assert refused.headers["Retry-After"] == "1"
    tasks.append(ask(bo, "s0"))
    while len(waiting) < 4:
        await asyncio.sleep(0)
    gate.set()
    assert [answer.status_code for answer in await asyncio.gather(*tasks)] == [200] * 4
    assert not drafts._under_way


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "9.9.9.9"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (1, "", "9.9.9.9"),
        (2, "1.2.3.4", "9.9.9.9"),
    ],
)
def test_only_our_own_proxies_are_believed(monkeypatch, proxies, forwarded, expected):
    known = settings.load().model_copy(update={"trusted_proxies": proxies})
    monkeypatch.setattr(settings, "load", lambda: known)
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert rates.address_of(Request({"type": "http", "client": ("9.9.9.9", 1), "headers": headers})) == expected


@pytest.mark.parametrize(
    ("one", "another", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:9.9.9.9", "9.9.9.9", True),
        ("9.9.9.9:40001", "9.9.9.9:40002", True),
        ("[2001:db8::1]:5", "[2001:db8::2]:6", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("9.9.9.9", "9.9.9.8", False),
        ("unix", "9.9.9.9", False),
    ],
)
def test_one_caller_has_one_name_whatever_addresses_it_is_given(one, another, is_same):
    assert (rates.caller(one, "") == rates.caller(another, "")) is is_same
    assert rates.caller("::1", "") == "::1"
    assert len(rates.caller("x" * 500, "")) <= 60


class FakeTime:
    """Stands where the limits library looks at the clock."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now

    @contextmanager
    def instead_of(self, *modules: ModuleType) -> Iterator[None]:
        real = [module.time for module in modules]
        for module in modules:
            module.time = self
        try:
            yield
        finally:
            for module, clock in zip(modules, real, strict=True):
                module.time = clock


@pytest.mark.parametrize(("window", "tier"), [*rates.PER_MINUTE])
async def test_each_figure_is_kept_to_the_one(api, window, tier):
    """And again after a minute; the store's clock is turned, not waited for."""
    stated, clock = rates.PER_MINUTE[window, tier], FakeTime()
    with clock.instead_of(memory, strategies):
        for _ in range(2):
            told = [(await rates.hit(window, "somebody", tier)).is_over for _ in range(stated + 5)]
            assert told == [False] * stated + [True] * 5
            assert not (await rates.hit(window, "somebody else", tier)).is_over
            clock.now += 61


async def test_forged_headers_win_no_more_tries(anybody):
    """By the door itself: 30 a minute, though each request says it comes from somewhere else."""
    body, stated = {"refresh_token": "none"}, rates.PER_MINUTE["sign_in", ""]
    told = [
        (
            await anybody.post(
                "/api/v1/auth/refresh", json=body, headers={"X-Forwarded-For": f"6.6.{n}.1", "X-Real-IP": f"6.6.{n}.2"}
            )
        ).status_code
        for n in range(stated + 10)
    ]
    assert told == [401] * stated + [429] * 10


async def test_who_is_turned_away_is_counted_too(anybody, monkeypatch):
    monkeypatch.setitem(rates.PER_MINUTE, ("public", ""), 3)
    told = [(await anybody.get("/api/v1/wallet")).status_code for _ in range(5)]
    assert told == [401, 401, 401, 429, 429]


async def test_a_stored_reply_is_counted_too(me, monkeypatch):
    monkeypatch.setitem(rates.PER_MINUTE, ("spend", "starter"), 3)
    body, key = {"pack": PACK}, {"Idempotency-Key": "again"}
    told = [(await me.post("/api/v1/shoots", json=body, headers=key)).status_code for _ in range(5)]
    assert told == [201, 201, 201, 429, 429]


def cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("price", ["price", float("inf"), str(uuid4())]),
        ("price", ["price", 10**30, str(uuid4())]),
        ("price", ["price", None, str(uuid4())]),
        ("title", ["title", "\ud800", str(uuid4())]),
        ("title", ["title", "\0", str(uuid4())]),
        ("new", ["new", "never", str(uuid4())]),
        ("new", {"a": 1}),
    ],
)
async def test_a_forged_cursor(anybody, sort, value):
    refusal(await anybody.get("/api/v1/packs", params={"sort": sort, "cursor": cursor(value)}), 422)


async def test_numbers_beyond_their_columns(me, anybody):
    for name, path in (("v", "pictures/cover.jpg"), ("version", "draft")):
        answer = await anybody.get(f"/api/v1/packs/{PACK}/{path}", params={"scene": "shore", name: 2**31})
        assert refusal(answer, 422)["details"][0]["field"] == name
    job = (await me.post("/api/lora/generate", json={"pack": PACK, "scene": "shore"})).json()["data"]["id"]
    answer = await me.get(f"/api/v1/jobs/{job}/events", headers={"Last-Event-ID": f"{job}:{2**31}"})
    assert refusal(answer, 410)["code"] == "events_expired"


async def test_one_key_is_one_address_query_and_all(me):
    key = {"Idempotency-Key": "k"}
    shoot = (await me.post("/api/lora/generate", json={"pack": PACK, "scene": "shore"})).json()["data"]["shoot_id"]
    frame = (await me.get(f"/api/v1/shoots/{shoot}")).json()["data"]["frames"][0]["id"]
    assert (await me.post(f"/api/v1/frames/{frame}/vary", headers=key)).status_code == 202
    other = await me.post(f"/api/v1/frames/{frame}/vary", params={"quote_id": str(uuid4())}, headers=key)
    assert refusal(other, 409)["code"] == "idempotency_conflict"


async def test_what_nobody_can_ask_for_is_forgotten(session):
    old, new = (StoredReply(user_id=uuid4(), key="k", fingerprint="f") for _ in range(2))
    old.created_at = after(hours=-25)
    code = {"code_hash": "x", "sent_at": after(hours=-3)}
    dead = SignInCode(identifier="dead@example.com", expires_at=after(hours=-2), **code)
    live = SignInCode(identifier="live@example.com", expires_at=after(minutes=5), **code)
    session.add_all([old, new, dead, live])
    await session.flush()
    await identity.remove_stale(session)
    await idempotency.forget_old()
    session.expunge_all()
    assert (await session.exec(select(StoredReply.id).where(StoredReply.id.in_([old.id, new.id])))).all() == [new.id]
    left = select(SignInCode.identifier).where(SignInCode.identifier.in_(["dead@example.com", "live@example.com"]))
    assert (await session.exec(left)).all() == ["live@example.com"]
