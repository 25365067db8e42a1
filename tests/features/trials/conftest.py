"""A house, a creator with a pack, and a trial of it."""

import pytest

from pexit_app.core import deps
from pexit_app.features.packs import service as packs
from pexit_app.features.trials import service
from tests.features.shoots.support import PACK, House, new_user, open_house, publish


@pytest.fixture(autouse=True)
def house() -> House:
    yield open_house()
    deps.use(None)


@pytest.fixture
async def creator(session):
    made = await new_user(session)
    await publish(session, PACK, 2, 30, made)
    return made


@pytest.fixture
async def pack(session, creator):
    return (await packs.find_pack(session, PACK)).pack


@pytest.fixture
async def me(session):
    return await new_user(session)


@pytest.fixture
async def link(session, creator, pack):
    """A trial for two, and the secret of its link."""
    return await service.make_trial(session, creator, pack.id, 2)
