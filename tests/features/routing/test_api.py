"""Webhooks: forged ones change nothing, true ones change one thing once."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from pexit_app import rest
from pexit_app.core import db, deps, events
from pexit_app.core.clock import now
from pexit_app.core.ports import ProviderError
from pexit_app.features.routing import addresses, submissions
from pexit_app.features.routing.models import Submission
from tests.features.routing.support import SIGNATURE, Reader, ended, signature, submission

MODEL = "fal-ai/flux-lora"
BODY = json.dumps({"id": "fal-7", "status": "OK"}).encode()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(rest.make_api())
    async with httpx.AsyncClient(transport=transport, base_url="https://pexit.example") as made:
        yield made


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """Topics, in the order in which they were woken."""
    topics: list[str] = []

    async def notify(_: object, topic: str) -> None:
        topics.append(topic)

    monkeypatch.setattr(events, "notify", notify)
    return topics


def address(reference: str, provider: str = "fal", model: str = MODEL) -> str:
    url = addresses.hook_url(provider, reference, model)
    assert url is not None
    return url


async def send(http: httpx.AsyncClient, url: str, body: bytes = BODY, signed: str | None = None) -> httpx.Response:
    return await http.post(url, content=body, headers={SIGNATURE: signature(body) if signed is None else signed})


async def known(http: httpx.AsyncClient, url: str, body: bytes = BODY) -> bool:
    answer = await send(http, url, body)
    assert answer.status_code == 200
    return answer.json()["data"]["known"]


@pytest.fixture
async def lost(session) -> Submission:
    """An order whose answer nobody heard."""
    row = submission("frame:a:1", lost_at=now())
    session.add(row)
    await session.commit()
    return row


async def state(session, row: Submission) -> dict[str, object]:
    found = (await session.exec(select(Submission).where(Submission.id == row.id))).one()
    await session.refresh(found)
    return found.model_dump(exclude={"updated_at"})


async def test_an_order_whose_answer_was_lost_gets_its_name(http, session, lost, told):
    assert await known(http, address(lost.reference))
    after = await state(session, lost)
    assert (after["provider_id"], after["outcome"]) == ("fal-7", "")
    assert after["taken_at"] is not None
    assert set(told) == {"errand:frame:a:1", "order:fal:fal-7"}


async def test_the_same_again_wakes_and_changes_nothing(http, session, lost, told):
    assert await known(http, address(lost.reference))
    first = await state(session, lost)
    told.clear()
    for _ in range(3):
        assert await known(http, address(lost.reference))
    assert await state(session, lost) == first
    assert set(told) == {"errand:frame:a:1", "order:fal:fal-7"}


async def test_news_of_a_named_order_only_wake(http, session, told):
    row = submission("frame:b:1", provider_id="fal-7", taken_at=now())
    session.add(row)
    await session.commit()
    before = await state(session, row)
    assert await known(http, address(row.reference))
    assert await state(session, row) == before
    assert told


@pytest.mark.parametrize("outcome", ["done", "failed", "canceled", "lost"])
@pytest.mark.parametrize("provider_id", ["fal-7", None])
async def test_what_comes_after_the_end_changes_nothing_and_wakes_nobody(http, session, told, outcome, provider_id):
    row = ended("frame:c:1", took_s=5, outcome=outcome)
    row.provider_id = provider_id
    session.add(row)
    await session.commit()
    before = await state(session, row)
    assert await known(http, address(row.reference))
    assert await state(session, row) == before
    assert told == []


async def test_of_two_names_the_first_stands_whatever_the_order(http, session, lost, told):
    assert await known(http, address(lost.reference))
    after = await state(session, lost)
    told.clear()
    assert not await known(http, address(lost.reference), json.dumps({"id": "fal-8"}).encode())
    assert await state(session, lost) == after
    assert told == []


async def test_a_delivery_about_another_of_our_orders_is_refused_here(http, session, lost, told):
    session.add(submission("frame:b:1", provider_id="fal-7", taken_at=now()))
    session.add(ended("fal-9", took_s=5))
    await session.commit()
    before = await state(session, lost)
    assert not await known(http, address(lost.reference))
    assert not await known(http, address(lost.reference), json.dumps({"id": "fal-9"}).encode())
    assert await state(session, lost) == before
    assert told == []


async def test_another_providers_order_of_the_same_name_is_no_reason(http, session, lost, told):
    session.add(submission("frame:b:1", provider="replicate", provider_id="fal-7", taken_at=now()))
    await session.commit()
    assert await known(http, address(lost.reference))


async def test_an_order_nobody_knows(http, session, lost, told):
    assert not await known(http, address("frame:gone:1"))
    assert told == []


async def test_an_order_that_went_to_somebody_else_since(http, session, lost, told):
    before = await state(session, lost)
    assert not await known(http, address(lost.reference, "replicate"))
    assert not await known(http, address(lost.reference, "fal", "fal-ai/other"))
    assert await state(session, lost) == before
    assert told == []


async def refused(http: httpx.AsyncClient, session, row: Submission, told, **sent: object) -> None:
    before = await state(session, row)
    answer = await http.post(**{"content": BODY, "headers": {SIGNATURE: signature(BODY)}, **sent})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "forged")
    assert await state(session, row) == before
    assert told == []


QUIET = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@QUIET
@given(part=st.sampled_from(["ref", "model", "s", "provider"]), value=st.text(max_size=70))
async def test_forged_addresses_are_all_refused(http, session, lost, told, part, value):
    url = httpx.URL(address(lost.reference))
    if part == "provider":
        other = "fal" + value.replace("/", "") if value.strip("/") else "replicate"
        url = url.copy_with(path="/api/v1/hooks/" + quote(other, safe=""))
    elif url.params[part] == value:
        return
    else:
        url = url.copy_set_param(part, value)
    await refused(http, session, lost, told, url=url)


@QUIET
@given(at=st.integers(0, 63), to=st.sampled_from("0123456789abcdefABCDEF -\x7f"))
async def test_one_wrong_digit_of_either_signature_is_enough(http, session, lost, told, at, to):
    def wrong(right: str) -> str:
        changed = right[:at] + to + right[at + 1 :]
        return changed if changed != right else right[:at] + right[at + 1 :]

    url = httpx.URL(address(lost.reference))
    await refused(http, session, lost, told, url=url.copy_set_param("s", wrong(url.params["s"])))
    await refused(http, session, lost, told, url=url, headers={SIGNATURE: wrong(signature(BODY))})


@QUIET
@given(st.binary(max_size=200), st.booleans())
async def test_forged_bodies_are_all_refused(http, session, lost, told, body, is_appended):
    content = BODY + body if is_appended else body
    if content == BODY:
        return
    await refused(http, session, lost, told, url=address(lost.reference), content=content)


@pytest.mark.parametrize("gone", ["ref", "model", "s"])
async def test_an_address_without_all_its_parts(http, session, lost, told, gone):
    url = httpx.URL(address(lost.reference)).copy_remove_param(gone)
    await refused(http, session, lost, told, url=url)


async def test_nothing_signed_by_the_provider(http, session, lost, told):
    await refused(http, session, lost, told, url=address(lost.reference), headers={})


async def test_a_provider_without_a_key_here(http, session, lost, told):
    deps.get().hooks.pop("fal")  # type: ignore[attr-defined]
    await refused(http, session, lost, told, url=address(lost.reference))


async def test_a_body_that_names_no_order(http, session, lost, told):
    answer = await send(http, address(lost.reference), b"nothing to read")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")
    assert told == []


async def test_what_cannot_be_checked_just_now_is_asked_for_again(http, session, lost, told, monkeypatch):
    async def read(*_: object) -> str:
        raise ProviderError("The keys could not be read.")

    monkeypatch.setattr(Reader, "read", read)
    assert (await send(http, address(lost.reference))).status_code == 503
    assert (await state(session, lost))["provider_id"] is None


async def test_a_body_of_more_than_a_megabyte(http, session, lost, told):
    answer = await send(http, address(lost.reference), b" " * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert (await state(session, lost))["provider_id"] is None


async def test_another_sites_origin_and_a_thousand_deliveries_are_no_matter(http, session, lost, told):
    headers = {SIGNATURE: signature(BODY), "Origin": "https://evil.example", "Cookie": "pexit_dev=1"}
    for _ in range(100):
        answer = await http.post(address(lost.reference), content=BODY, headers=headers)
        assert answer.status_code == 200
    assert not any(name.startswith("x-ratelimit") for name in answer.headers)


async def test_two_deliveries_at_once_have_one_effect(live_db, http):
    row = submission(f"frame:{uuid4()}:1", lost_at=now())
    body = json.dumps({"id": f"fal-{uuid4()}"}).encode()
    async with db.transaction() as session:
        session.add(row)
    url = address(row.reference)
    assert all(await asyncio.gather(*(known(http, url, body) for _ in range(8))))
    async with db.transaction() as session:
        found = await submissions.find(session, row.reference)
        await session.delete(await session.get(Submission, row.id))
    assert found is not None
    assert found.provider_id == json.loads(body)["id"]


async def test_of_two_lost_orders_only_one_gets_a_name(live_db, http):
    rows = [submission(f"frame:{uuid4()}:{n}", lost_at=now()) for n in range(4)]
    body = json.dumps({"id": f"fal-{uuid4()}"}).encode()
    async with db.transaction() as session:
        session.add_all(rows)
    answers = await asyncio.gather(*(known(http, address(row.reference), body) for row in rows))
    async with db.transaction() as session:
        named = [row for row in rows if (await submissions.find(session, row.reference)).provider_id]
        for row in rows:
            await session.delete(await session.get(Submission, row.id))
    assert sum(answers) == len(named) == 1
