"""The operator's commands over appeals and tickets, on a database that really commits."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from typer.testing import CliRunner, Result

from pexit_app import bootstrap, cli
from pexit_app.commands import running
from pexit_app.core import db, deps
from pexit_app.features.safety.models import Appeal
from pexit_app.features.takedowns import service
from pexit_app.features.takedowns.service import Report
from tests.features.shoots.support import new_user

Task = Callable[[], Awaitable[object]]
ASKED = Report("Ann", "ann@example.com", "me", "That is my face.\x1b[2J", "https://elsewhere.example/a.jpg")


@pytest.fixture
def on_live(live_url, monkeypatch, house):
    def run(task: Task) -> object:
        async def opened() -> object:
            async with db.engine(live_url):
                return await task()

        return asyncio.run(opened())

    monkeypatch.setattr(running, "on_database", run)
    monkeypatch.setattr(bootstrap, "store", lambda config: deps.get().store)
    return run


def told(*args: str) -> Result:
    return CliRunner().invoke(cli.app, list(args))


def test_a_ticket_is_listed_shown_and_closed(on_live, tmp_path):
    async def task() -> str:
        return (await service.report(ASKED)).number

    number = on_live(task)
    assert f"{number}  4" in told("takedowns", "list").stdout
    shown = told("takedowns", "show", number, "--folder", str(tmp_path)).stdout
    assert "\x1b" not in shown
    assert "ann@example.com" in shown
    assert told("takedowns", "hide", number, "--by", "Bea").stdout == "0 hidden.\n"
    assert told("takedowns", "restore", number, "--by", "Bea", "--why", "x").stdout == "0 shown again.\n"
    assert told("takedowns", "close", number, "--by", "Bea", "--outcome", "Not ours.").exit_code == 0
    late = told("takedowns", "close", number, "--by", "Bea", "--outcome", "Again.")
    assert (late.exit_code, late.stderr) == (1, f"{number} is closed.\n")
    assert number not in told("takedowns", "list").stdout
    assert number in told("takedowns", "list", "--all").stdout
    assert told("takedowns", "show", "T-0").exit_code == 1


def test_an_appeal_is_listed_and_answered(on_live):
    async def task() -> str:
        async with db.transaction() as session:
            me = await new_user(session)
            said = {"field": "prompt", "label": "Your prompt", "text": "the nude gallery\x1b[2J", "is_negative": False}
            row = Appeal(
                user_id=me.user_id, category="sexual", field="prompt", label="Your prompt", term="nude", typed="nude",
                has_likeness=True, texts=[said],
            )  # fmt: skip
            session.add(row)
            await session.flush()
            return str(row.id)

    appeal_id = on_live(task)
    listed = told("appeals", "list").stdout
    assert appeal_id in listed
    assert "\x1b" not in listed
    answered = told("appeals", "answer", appeal_id, "--grant", "--why", "A museum.")
    assert "was granted: you can render it now. A museum." in answered.stdout
    again = told("appeals", "answer", appeal_id, "--uphold", "--why", "No.")
    assert (again.exit_code, again.stderr) == (1, "This appeal is granted already.\n")
    assert appeal_id not in told("appeals", "list").stdout
