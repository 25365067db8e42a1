"""The life of a frame: each ending once, and the dust with it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from pexit_app.core.clock import now
from pexit_app.core.models import Event
from pexit_app.core.ports import ProviderState, ProviderUpdate
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.errors import JobOver
from pexit_app.features.shoots import queries, service, transitions, workflows  # noqa: F401  (tells how jobs are stopped)
from pexit_app.features.shoots.models import Frame
from pexit_app.features.shoots.transitions import PLACES
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import new_user, order

pytestmark = pytest.mark.usefixtures("house")
RUNNING = ProviderState.RUNNING


async def status_of(session, job) -> tuple[str, int, int, int]:
    found = await jobs.lock_job(session, job.id)
    return found.status, found.delivered, found.failed, found.canceled


async def kinds(session, job) -> list[str]:
    return list((await session.exec(select(Event.kind).where(Event.job_id == job.id).order_by(Event.seq))).all())


async def test_a_frame_that_comes_is_paid_once(session, me):
    done = await order(session, me, 1)
    frame = done.frames[0]
    assert await transitions.begin_frame(session, frame.id, 1, "fake")
    assert await transitions.finish_frame(session, frame.id, 1)
    assert not await transitions.finish_frame(session, frame.id, 1)
    assert not await transitions.fail_frame(session, frame.id, 1, "too late", "system")
    assert not await transitions.stop_frame(session, frame.id)
    card = await wallet.card(session, me.user_id)
    assert (card.balance, card.held) == (99, 0)
    assert (frame.status, frame.progress, frame.charge_dust) == ("done", 100, 1)
    job = await jobs.find_job(session, me, done.job.id)
    assert (job.status, job.progress, job.charge_dust, job.held_dust) == ("completed", 100, 1, 0)
    assert await kinds(session, job) == ["job.queued", "job.started", "frame.done", "job.completed"]


async def test_a_frame_that_fails_costs_nothing_and_says_why(session, me):
    done = await order(session, me, 1)
    assert await transitions.fail_frame(session, done.frames[0].id, 1, "The lamp broke.", "system")
    assert not await transitions.finish_frame(session, done.frames[0].id, 1)
    card = await wallet.card(session, me.user_id)
    assert (card.balance, card.held) == (100, 0)
    job = await jobs.find_job(session, me, done.job.id)
    assert (job.status, job.error, job.failure_type, job.charge_dust) == ("failed", "The lamp broke.", "system", 0)
    lines = (await wallet.statement(session, me.user_id, None, 5)).rows
    assert "The lamp broke." in lines[0].reason


@pytest.mark.parametrize(
    ("delivered", "failed", "status"), [(2, 0, "completed"), (1, 1, "completed"), (0, 2, "failed")]
)
async def test_one_delivered_frame_completes_a_job(session, me, delivered, failed, status):
    done = await order(session, me, 1, 2)
    for frame in done.frames[:delivered]:
        await transitions.finish_frame(session, frame.id, 1)
    for frame in done.frames[delivered:]:
        assert (await status_of(session, done.job))[0] != status
        await transitions.fail_frame(session, frame.id, 1, "no", "system")
    assert await status_of(session, done.job) == (status, delivered, failed, 0)
    assert (await wallet.card(session, me.user_id)).balance == 100 - delivered


async def test_stopping_keeps_what_is_done_and_gives_the_rest_back(session, me):
    done = await order(session, me, 1, 2, 3)
    await transitions.finish_frame(session, done.frames[0].id, 1)
    await transitions.begin_frame(session, done.frames[1].id, 1, "fake")
    job = await jobs.cancel_job(session, me, done.job.id)
    assert (job.status, job.delivered, job.canceled, job.failure_type) == ("canceled", 1, 2, "canceled")
    card = await wallet.card(session, me.user_id)
    assert (card.balance, card.held) == (99, 0)
    assert not await transitions.finish_frame(session, done.frames[1].id, 1)
    assert not await transitions.begin_frame(session, done.frames[2].id, 1, "fake")
    assert (await jobs.cancel_job(session, me, done.job.id)).status == "canceled"


async def test_what_is_over_cannot_be_stopped(session, me):
    done = await order(session, me, 1)
    await transitions.finish_frame(session, done.frames[0].id, 1)
    with pytest.raises(JobOver):
        await jobs.cancel_job(session, me, done.job.id)


async def test_each_stage_is_told_once_and_progress_never_goes_back(session, me):
    done = await order(session, me, 1)
    frame = done.frames[0]
    await transitions.begin_frame(session, frame.id, 1, "fake")
    for update in (
        ProviderUpdate(ProviderState.QUEUED),
        ProviderUpdate(RUNNING, 10, "backdrop"),
        ProviderUpdate(RUNNING, 10, "backdrop"),
        ProviderUpdate(RUNNING, 40, "backdrop"),
        ProviderUpdate(RUNNING, 50, "light"),
        ProviderUpdate(RUNNING, 10, "backdrop"),
        ProviderUpdate(RUNNING, 50, "light"),
        ProviderUpdate(RUNNING, 120, "grain"),
    ):
        assert await transitions.note_update(session, frame.id, 1, update)
    told = select(Event).where(Event.job_id == done.job.id, Event.kind == "frame.stage").order_by(Event.seq)
    data = [event.data for event in (await session.exec(told)).all()]
    assert [(each["stage"], each["progress"]) for each in data] == [("backdrop", 10), ("light", 50), ("grain", 99)]
    assert frame.status == "developing"


async def test_a_jobs_progress_is_that_of_its_frames(session, me):
    done = await order(session, me, 1, 2)
    await transitions.note_update(session, done.frames[0].id, 1, ProviderUpdate(RUNNING, 40, "light"))
    assert (await jobs.find_job(session, me, done.job.id)).progress == 20
    await transitions.finish_frame(session, done.frames[0].id, 1)
    assert (await jobs.find_job(session, me, done.job.id)).progress == 50
    await transitions.note_update(session, done.frames[1].id, 1, ProviderUpdate(RUNNING, 50, "light"))
    assert (await jobs.find_job(session, me, done.job.id)).progress == 75


async def test_an_order_that_is_handed_over_again_starts_from_nothing(session, me):
    frame = (await order(session, me, 1)).frames[0]
    await transitions.begin_frame(session, frame.id, 1, "fake")
    await transitions.note_update(session, frame.id, 1, ProviderUpdate(RUNNING, 80, "light"))
    await transitions.begin_frame(session, frame.id, 1, "fake")
    assert (frame.status, frame.progress, frame.stage) == ("waiting", 0, "")
    await transitions.note_update(session, frame.id, 1, ProviderUpdate(RUNNING, 10, "backdrop"))
    assert (frame.status, frame.progress, frame.stage) == ("developing", 10, "backdrop")


async def test_a_place_in_the_providers_line_is_told(session, me):
    frame = (await order(session, me, 1)).frames[0]
    await transitions.begin_frame(session, frame.id, 1, "fake")
    await transitions.note_update(session, frame.id, 1, ProviderUpdate(ProviderState.QUEUED, queue_position=3))
    assert (frame.status, frame.queue_ahead) == ("waiting", 3)
    await transitions.note_update(session, frame.id, 1, ProviderUpdate(RUNNING, 5, "painting", log="step 1 of 28"))
    assert (frame.status, frame.queue_ahead, frame.log_line) == ("developing", None, "step 1 of 28")


async def test_a_user_has_so_many_places_and_the_longest_waiting_get_them(session, me):
    done = await order(session, me, *range(PLACES + 3))
    claims = await transitions.claim_frames(session, me.user_id)
    assert [claim.frame_id for claim in claims] == [frame.id for frame in done.frames[:PLACES]]
    assert await transitions.claim_frames(session, me.user_id) == []
    await transitions.finish_frame(session, done.frames[2].id, 1)
    await transitions.fail_frame(session, done.frames[3].id, 1, "no", "system")
    more = await transitions.claim_frames(session, me.user_id)
    assert [claim.frame_id for claim in more] == [frame.id for frame in done.frames[PLACES : PLACES + 2]]
    other = await new_user(session)
    await order(session, other, 1)
    assert len(await transitions.claim_frames(session, other.user_id)) == 1


async def test_queue_positions_count_the_frames_ahead(session, me):
    done = await order(session, me, *range(PLACES + 2))
    await transitions.claim_frames(session, me.user_id)
    other = await new_user(session)
    theirs = await order(session, other, 1)
    await transitions.claim_frames(session, other.user_id)
    await transitions.note_update(session, done.frames[0].id, 1, ProviderUpdate(RUNNING, 10, "light"))
    queue = await queries.queue_of(session, done.frames)
    assert [queue.ahead[frame.id] for frame in done.frames] == [0, *range(1, PLACES), PLACES + 1, PLACES + 2]
    queue = await queries.queue_of(session, theirs.frames)
    assert queue.first_ahead(theirs.frames) == PLACES
    assert queue.eta_s(theirs.frames[0]) is None


@pytest.mark.parametrize(("known", "eta_s"), [(4, None), (5, 12)])
async def test_an_eta_is_told_once_five_frames_were_made(session, me, known, eta_s):
    old = (await session.exec(select(Frame).where(Frame.status == "done"))).all()
    for frame in old:
        frame.started_at = None
    made = await order(session, me, *range(known))
    for frame, took_s in zip(made.frames, (3, 100, 4, 1, 4), strict=False):
        await transitions.begin_frame(session, frame.id, 1, "darkroom")
        await transitions.finish_frame(session, frame.id, 1)
        frame.started_at = frame.finished_at - timedelta(seconds=took_s)
    waiting = await order(session, me, *range(6))
    await session.flush()
    queue = await queries.queue_of(session, waiting.frames)
    assert queue.typical_s == (4 if eta_s else None)
    assert queue.latest_eta_s(waiting.frames) == eta_s  # six frames, two at once, 4 s each


async def test_silence_counts_from_the_last_news_and_only_while_somebody_listened(session, me):
    waiting, developing, fresh = (await order(session, me, 1, 2, 3)).frames
    await transitions.claim_frames(session, me.user_id)
    await transitions.note_update(session, developing.id, 1, ProviderUpdate(RUNNING, 10, "light"))
    for frame in (waiting, developing):
        frame.news_at = now() - timedelta(seconds=100)
    fresh.news_at = now()
    await session.flush()
    mine = {waiting.id, developing.id, fresh.id}

    async def silent(since_s: float, waiting_s: float, developing_s: float) -> set:
        found = await transitions.silent_frames(session, now() - timedelta(seconds=since_s), waiting_s, developing_s)
        return {claim.frame_id for claim in found} & mine

    assert await silent(1000, 110, 110) == set()
    assert await silent(1000, 110, 90) == {developing.id}
    assert await silent(1000, 90, 90) == {waiting.id, developing.id}
    assert await silent(50, 90, 90) == set()
