"""Grids and proofs as durable work: begun, finished, and taken up again where they were never started."""

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlmodel import col

from pexit_app.core import db, deps, events, workflows
from pexit_app.core.clock import now
from pexit_app.features.builder import following, grids, proofs, service
from pexit_app.features.builder.following import CellsMoved, Ready
from pexit_app.features.builder.grid_layout import GridAsk
from pexit_app.features.builder.models import DraftCell, KnobProof
from pexit_app.features.builder.service import Start
from tests.features.builder.test_checks import DOCUMENT
from tests.features.shoots.support import House, new_user, open_house

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOO_LONG_S = 60


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def engine(work_url: str) -> AsyncIterator[None]:
    open_house()
    async with db.engine(work_url), events.hub(work_url), workflows.runner(work_url, "test-builder"):
        yield
    deps.use(None)


@pytest.fixture
def house() -> House:
    return open_house()


@pytest_asyncio.fixture(loop_scope="module")
async def me(house):
    async with db.transaction() as session:
        return await new_user(session)


@pytest_asyncio.fixture(loop_scope="module")
async def draft(me):
    async with db.transaction() as session:
        return await service.create_draft(session, me, Start(document=copy.deepcopy(DOCUMENT)))


async def once(draft, is_so: Callable[[], Awaitable[bool]]) -> None:
    """Woken by what is told of the draft."""
    with events.subscribe(proofs.topic_of(draft.id)) as waker:
        async with asyncio.timeout(TOO_LONG_S):
            while not await is_so():
                await events.woken(waker, 5)


async def test_a_grid_is_drawn_to_its_end_also_when_it_was_never_started(house, me, draft):
    async with db.transaction() as session:
        made = await grids.order_grid(session, me, draft.id, GridAsk("film", "haze"))

    async def is_done() -> bool:
        async with db.transaction() as session:
            return (await grids.find_grid(session, me, made.grid.id)).done == 4

    async with db.transaction() as session:
        mine = col(DraftCell.grid_id) == made.grid.id
        await session.exec(update(DraftCell).where(mine).values(updated_at=now() - timedelta(minutes=1)))
    await grids.draw_unstarted()
    await once(draft, is_done)
    await grids.dispatch(made)
    assert len(house.drafts.orders) == 4


async def test_knobs_are_proven_to_the_last_also_when_it_was_never_started(house, me, draft):
    async with db.transaction() as session:
        row = await proofs.begin(session, me, draft.id)

    async def is_done() -> bool:
        async with db.transaction() as session:
            found = await proofs.find_proof(session, me, draft.id)
        return found is not None and found.row.status == "done"

    async with db.transaction() as session:
        mine = col(KnobProof.id) == row.id
        await session.exec(update(KnobProof).where(mine).values(updated_at=now() - timedelta(minutes=1)))
    await proofs.prove_unstarted()
    await once(draft, is_done)
    async with db.transaction() as session:
        found = (await proofs.find_proof(session, me, draft.id)).standing()
    assert found.is_current
    assert len(found.proof.knobs) == 7


async def test_cells_are_told_as_they_are_drawn(house, me, draft):
    """By what wakes the listener, not by asking again: that would come after 15 s."""
    async with db.transaction() as session:
        made = await grids.order_grid(session, me, draft.id, GridAsk("film", "haze"))
    done: set[int] = set()
    async with asyncio.timeout(TOO_LONG_S):
        async for news in following.follow(me, draft.id):
            if isinstance(news, Ready):
                await grids.dispatch(made)
            if isinstance(news, CellsMoved):
                done |= {cell.number for cell in news.cells if cell.status == "done"}
            if len(done) == 4:
                break
