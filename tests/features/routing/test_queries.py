"""What operators are told about the orders handed out, and how long it is kept."""

from datetime import timedelta

from sqlmodel import select

from pexit_app.core.clock import now
from pexit_app.features.routing import queries, workflows
from pexit_app.features.routing.models import Submission
from pexit_app.features.routing.queries import Count
from tests.features.routing.support import ended, submission

DAY_S = 24 * 3600
FLUX = "fal-ai/flux-lora"


async def test_orders_are_counted_by_who_what_and_how_they_ended(session):
    rows = [ended("a", 5), ended("b", 5), ended("c", 5, outcome="failed"), submission("d"), ended("e", 5, model="x/y")]
    session.add_all([*rows, ended("f", 5, provider="replicate", model="o/n")])
    await session.flush()
    assert await queries.counts(session) == [
        Count("fal", FLUX, "", 1),
        Count("fal", FLUX, "done", 2),
        Count("fal", FLUX, "failed", 1),
        Count("fal", "x/y", "done", 1),
        Count("replicate", "o/n", "done", 1),
    ]


async def test_lost_are_those_that_never_got_a_name_newest_first(session):
    then = now() - timedelta(hours=1)
    found_again = submission("named", lost_at=now(), provider_id="fal-1")
    given_up = submission("given up", lost_at=then, ended_at=now(), outcome="lost")
    session.add_all([found_again, given_up, submission("waiting", lost_at=now()), submission("fine")])
    await session.flush()
    assert [row.reference for row in await queries.lost_submissions(session)] == ["waiting", "given up"]


def test_the_report_without_any_orders():
    assert queries.report([], []) == ["Nothing was ordered of anybody."]


async def test_what_ended_a_month_ago_is_forgotten(session):
    session.add_all(
        [
            ended("old", 5, ago_s=30 * DAY_S + 60),
            ended("kept", 5, ago_s=30 * DAY_S - 60),
            submission("open", intent_at=now() - timedelta(days=90)),
        ]
    )
    await session.commit()
    await workflows.forget_old()
    left = (await session.exec(select(Submission.reference).order_by(Submission.reference))).all()
    assert left == ["kept", "open"]
