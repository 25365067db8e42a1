"""The operator's commands over the table, on a database that really commits."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner, Result

from pexit_app import cli
from pexit_app.commands import running
from pexit_app.core import db
from pexit_app.core.ports import Kind
from pexit_app.features.routing import service, table
from pexit_app.features.routing.models import Route, Submission
from tests.features.routing.support import ended, submission

Task = Callable[[], Awaitable[object]]


@pytest.fixture
def on_live(live_url, monkeypatch):
    """Runs a task on the live database, as the commands do in this test."""

    def run(task: Task) -> object:
        async def opened() -> object:
            async with db.engine(live_url):
                return await task()

        return asyncio.run(opened())

    async def clear() -> None:
        async with db.transaction() as session:
            await session.exec(delete(Route))
            await session.exec(delete(Submission))

    monkeypatch.setattr(running, "on_database", run)
    run(clear)
    yield run
    run(clear)


def routes(*args: str) -> Result:
    return CliRunner().invoke(cli.app, ["routes", *args])


def row_now(on_live, kind: Kind) -> table.RouteRow:
    async def task() -> table.RouteRow:
        async with db.transaction() as session:
            return await service.find_route(session, kind)

    return on_live(task)


def test_the_list_has_every_kind_with_the_houses_values(on_live):
    told = routes("list")
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [*Kind]
    assert (
        lines[0]
        .split("  ")[-1]
        .endswith("fal:fal-ai/flux-lora-portrait-trainer, backup replicate:ostris/flux-dev-lora-trainer")
    )
    assert "250 dust" in lines[0] and "5400 s" in lines[0] and "1200 s" in lines[0]


def test_set_changes_what_is_named_and_keeps_the_rest(on_live):
    told = routes("set", "generate", "--dust", "4", "--timeout", "180", "--expected", "20")
    assert told.exit_code == 0, told.output
    was = table.ROUTES[Kind.GENERATE]
    assert row_now(on_live, Kind.GENERATE) == was.changed(None, None, 4, 180, 20)
    told = routes("set", "generate", "--primary", "replicate:owner/name:abc123", "--backup", "none")
    assert told.exit_code == 0, told.output
    assert row_now(on_live, Kind.GENERATE) == table.RouteRow("replicate", "owner/name:abc123", "", "", 4, 180, 20)
    assert told.stdout in routes("list").stdout


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["--primary", "flux-lora"], "primary: Write it as provider:model"),
        (["--primary", "fall:fal-ai/flux-lora"], "primary: There is no provider 'fall'; there are fal, replicate."),
        (["--primary", "none"], "primary: Somebody has to be asked first."),
        (["--backup", "replicate:"], "backup: '' is no model"),
        (["--backup", "fal:fal-ai/other"], "backup: The backup is somebody else"),
        (["--dust", "-1"], "dust: Give 0 to 10000 dust."),
        (["--timeout", "0"], "timeout: Give 1 to 86400 seconds."),
        (["--expected", "301"], "expected: It is given up after 300 seconds"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_option(on_live, args, complaint):
    told = routes("set", "generate", *args)
    assert told.exit_code == 1
    assert complaint in told.stderr
    assert row_now(on_live, Kind.GENERATE) == table.ROUTES[Kind.GENERATE]


def test_an_unknown_kind_is_refused_with_those_there_are(on_live):
    told = routes("set", "video", "--dust", "4")
    assert told.exit_code == 2
    assert "upscale" in told.output


def test_the_report_names_every_lost_answer(on_live):
    async def order() -> None:
        at = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
        async with db.transaction() as session:
            session.add_all([ended("a", 5), submission("b"), submission("frame:c:1", lost_at=at)])
            session.add(submission("d", provider="", model=""))

    assert routes("report").stdout == "Nothing was ordered of anybody.\n"
    on_live(order)
    told = routes("report")
    assert told.exit_code == 0
    assert [line.split() for line in told.stdout.splitlines()[:3]] == [
        ["1", "under", "way", "nobody:", "all", "said", "no"],
        ["2", "under", "way", "fal", "fal-ai/flux-lora"],
        ["1", "done", "fal", "fal-ai/flux-lora"],
    ]
    assert told.stdout.splitlines()[3:] == [
        "answer lost 2026-11-20 08:30 UTC: frame:c:1 at fal fal-ai/flux-lora",
        "1 lost: perhaps taken and paid without our knowing, never billed.",
    ]
