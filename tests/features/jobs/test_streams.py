"""Events told from the database: replayed after any of them, refused when unknown, ended with the job or the session."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from pexit_app.core import db, events
from pexit_app.core.clock import now
from pexit_app.core.models import Event
from pexit_app.features.identity import service as identity
from pexit_app.features.jobs import api, service, streams
from pexit_app.web.api import add_error_answers
from tests.features.shoots.support import new_user
from tests.support.callers import calls_as


@pytest.fixture
async def me(session):
    return await new_user(session)


async def job_of(session, me, parts=2):
    return await service.open_job(session, me.user_id, "test", subject_id=uuid4(), total=parts, dust=parts, memo={})


async def run_to_the_end(session, job):
    await service.mark_processing(session, job)
    for number in range(job.total):
        await service.settle(session, job, 1, key=f"{job.id}:{number}", memo={})
        service.count_part(session, job, "delivered")
        await service.end_if_over(session, job)


@pytest.fixture
async def client(me):
    app = FastAPI()
    app.include_router(api.router, prefix="/api/v1")
    calls_as(app, me)
    add_error_answers(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made


def told(text: str) -> list[tuple[str, str, dict]]:
    """(id, event, data) of each event in an SSE body."""
    found = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return found


async def test_a_finished_job_is_told_whole_and_the_stream_ends(session, me, client):
    job = await job_of(session, me)
    await run_to_the_end(session, job)
    answer = await client.get(f"/api/v1/jobs/{job.id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events_told = told(answer.text)
    assert [(each[0], each[1]) for each in events_told] == [
        (f"{job.id}:1", "job.queued"),
        (f"{job.id}:2", "job.started"),
        (f"{job.id}:3", "job.completed"),
    ]
    assert (events_told[-1][2]["status"], events_told[-1][2]["charge_dust"]) == ("completed", 2)


@pytest.mark.parametrize(("after", "expected"), [(0, [1, 2, 3]), (1, [2, 3]), (2, [3]), (3, [])])
async def test_last_event_id_goes_on_after_it(session, me, client, after, expected):
    job = await job_of(session, me)
    await run_to_the_end(session, job)
    answer = await client.get(f"/api/v1/jobs/{job.id}/events", headers={"Last-Event-ID": f"{job.id}:{after}"})
    assert [each[0] for each in told(answer.text)] == [f"{job.id}:{seq}" for seq in expected]


@pytest.mark.parametrize(
    "last", ["{job}:4", "{job}:-1", "{job}:x", "{job}", "3", "other:1", "{job}:99999999999999999999"]
)
async def test_an_unknown_event_is_gone(session, me, client, last):
    job = await job_of(session, me)
    await run_to_the_end(session, job)
    headers = {"Last-Event-ID": last.format(job=job.id)}
    answer = await client.get(f"/api/v1/jobs/{job.id}/events", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "events_expired")


async def test_events_older_than_seven_days_are_gone(session, me, client):
    job = await job_of(session, me)
    await run_to_the_end(session, job)
    for row in (await session.exec(select(Event).where(Event.job_id == job.id, Event.seq < 3))).all():
        row.created_at = now() - streams.KEPT - timedelta(seconds=row.seq)
    await session.flush()
    await streams.forget_old_events(session)
    gone = await client.get(f"/api/v1/jobs/{job.id}/events", headers={"Last-Event-ID": f"{job.id}:1"})
    assert gone.status_code == 410
    answer = await client.get(f"/api/v1/jobs/{job.id}/events")
    assert [each[1] for each in told(answer.text)] == ["job.completed"]


async def test_another_users_job_has_no_stream(session, client):
    job = await job_of(session, await new_user(session))
    assert (await client.get(f"/api/v1/jobs/{job.id}/events")).status_code == 404
    assert (await client.get(f"/api/v1/jobs/{job.id}")).status_code == 404


@pytest.mark.parametrize("last", ["user:1", "user:x", "job:1", "user:"])
async def test_an_unknown_event_of_the_users_stream_is_gone(client, last):
    answer = await client.get("/api/v1/events", headers={"Last-Event-ID": last})
    assert answer.status_code == 410


async def test_jobs_are_listed_newest_first(session, me, client):
    first, second = await job_of(session, me), await job_of(session, me)
    page = (await client.get("/api/v1/jobs", params={"limit": 1})).json()
    assert [each["id"] for each in page["data"]] == [str(second.id)]
    rest = (await client.get("/api/v1/jobs", params={"cursor": page["meta"]["page"]["next_cursor"]})).json()
    assert [each["id"] for each in rest["data"]] == [str(first.id)]


async def committed(verb, *args):
    async with db.transaction() as session:
        return await verb(session, *args)


async def test_what_happens_is_told_as_it_happens_and_goes_on_after_a_break(live_db):
    me = await committed(new_user)
    async with events.hub(live_db):
        stream = streams.user_stream(me, 0)
        while (latest := await asyncio.wait_for(anext(stream), 10)).kind != "wallet":
            pass
        coming = asyncio.create_task(anext(stream))
        job = await committed(job_of, me)
        assert (await asyncio.wait_for(coming, 10)).kind == "wallet"
        queued = await asyncio.wait_for(anext(stream), 10)
        assert (queued.kind, queued.data["job_id"]) == ("job.queued", str(job.id))
        await stream.aclose()
        await committed(lambda session: _run_locked(session, job.id))
        async with db.transaction() as session:
            after = await streams.user_start(session, me, queued.id)
        again = streams.user_stream(me, after)
        kinds = [(await asyncio.wait_for(anext(again), 10)).kind for _ in range(4)]
        assert kinds == ["job.started", "wallet", "wallet", "job.completed"]
        await again.aclose()
    assert int(latest.id.partition(":")[2]) < int(queued.id.partition(":")[2])


async def _run_locked(session, job_id):
    await run_to_the_end(session, await service.lock_job(session, job_id))


async def test_a_jobs_stream_waits_for_its_end(live_db):
    me = await committed(new_user)
    job = await committed(job_of, me)
    async with events.hub(live_db):
        stream = streams.job_stream(me, job.id, 0)
        assert (await asyncio.wait_for(anext(stream), 10)).kind == "job.queued"
        rest = asyncio.create_task(_all_of(stream))
        await committed(lambda session: _run_locked(session, job.id))
        assert [each.kind for each in await asyncio.wait_for(rest, 10)] == ["job.started", "job.completed"]


async def _all_of(stream):
    return [each async for each in stream]


async def test_a_stream_ends_with_its_session(live_db):
    me = await committed(new_user)
    async with events.hub(live_db):
        stream = streams.user_stream(me, 0)
        await asyncio.wait_for(anext(stream), 10)
        rest = asyncio.create_task(_all_of(stream))
        await committed(lambda session: identity.end_session(session, me, me.session_id))
        await asyncio.wait_for(rest, 10)  # it need not wait for the next event, or to read again after 15 s
