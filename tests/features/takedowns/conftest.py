"""A house with a pack, somebody with a finished frame, and a gate for what strangers send."""

from dataclasses import replace

import pytest

from pexit_app.core import deps
from tests.features.shoots.support import House, new_user, open_house, publish
from tests.features.takedowns.support import PlainGate, shot


@pytest.fixture(autouse=True)
def house() -> House:
    yield open_house()
    deps.use(None)


@pytest.fixture
def gate(house) -> PlainGate:
    made = PlainGate()
    deps.use(replace(deps.get(), gate=made))
    return made


@pytest.fixture
async def owner(session):
    await publish(session)
    return await new_user(session)


@pytest.fixture
async def frame(session, house, owner, gate):
    return await shot(session, house, owner, 7)
