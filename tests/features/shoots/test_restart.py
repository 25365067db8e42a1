"""A process that is told to stop with frames in flight, and the next one under the same executor id."""

import asyncio

from pexit_app.core import db, deps, events, workflows
from pexit_app.features.jobs import service as jobs
from pexit_app.features.shoots import workflows as shoot_workflows
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import Script, new_user, open_house, order, publish

TOO_LONG_S = 60


async def test_frames_in_flight_at_a_stop_come_after_the_next_start(work_url):
    before = open_house()
    never = asyncio.Event()
    before.images.default = lambda: Script(gate=never)
    async with db.engine(work_url), events.hub(work_url), asyncio.timeout(TOO_LONG_S):
        async with db.transaction() as session:
            await publish(session)
            me = await new_user(session)
        async with workflows.runner(work_url, "test-restart"):
            async with db.transaction() as session:
                done = await order(session, me, 1, 2, 3)
            await shoot_workflows.dispatch(me.user_id)
            while len(before.images.orders) < 3:
                await asyncio.sleep(0.01)
        assert before.images.forgotten == []
        after = open_house()  # its provider knows nothing of those orders
        async with workflows.runner(work_url, "test-restart"):
            with events.subscribe(events.user_topic(me.user_id)) as waker:
                while True:
                    async with db.transaction() as session:
                        job = await jobs.find_job(session, me, done.job.id)
                        card = await wallet.card(session, me.user_id)
                    if job.is_over:
                        break
                    await events.woken(waker, 5)
    deps.use(None)
    assert (job.status, job.delivered, card.balance, card.held) == ("completed", 3, 97, 0)
    assert len(after.images.submitted) == 3
