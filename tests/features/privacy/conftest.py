"""Somebody who has one of everything (tests/attack/world.py), and another beside them whom nothing of it may touch."""

from uuid import UUID

import pytest
from sqlmodel import col, update

import pexit_app.bootstrap  # noqa: F401  (registers what every slice keeps)
from pexit_app.core import deps, workflows
from pexit_app.features.identity import passwords
from pexit_app.features.people import transitions
from pexit_app.features.people.models import Likeness, LikenessStatus
from tests.attack.world import World, open_house, open_shop, settle_in


class Letters:
    """A sender whose letters can be read."""

    def __init__(self) -> None:
        self.codes: list[tuple[str, str]] = []
        self.notices: list[tuple[str, str, str]] = []

    def where(self, identifier: str) -> str:
        return ""

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "") -> None:
        self.codes.append((identifier, code))

    async def send_notice(self, identifier: str, subject: str, text: str) -> None:
        self.notices.append((identifier, subject, text))


@pytest.fixture
def letters(monkeypatch) -> Letters:
    async def nothing(*_: object) -> None:
        """No work is started."""

    monkeypatch.setattr(workflows, "start", nothing)
    monkeypatch.setattr(passwords, "COST", 4)
    open_house()
    sent = Letters()
    object.__setattr__(deps.get(), "sender", sent)
    yield sent
    deps.use(None)


async def settled(session, name: str) -> World:
    """Their likeness has ended as trainings do, its job with it."""
    world = await settle_in(session, name)
    likeness_id = UUID(world.ids["likeness"])
    trains = {"status": LikenessStatus.TRAINING, "finished_at": None}
    await session.exec(update(Likeness).where(col(Likeness.id) == likeness_id).values(**trains))
    assert await transitions.finish_training(session, likeness_id)
    await session.commit()
    return world


@pytest.fixture
async def ann(session, letters):
    await open_shop(session)
    return await settled(session, "ann")


@pytest.fixture
async def bo(session, ann):
    return await settled(session, "bo")
