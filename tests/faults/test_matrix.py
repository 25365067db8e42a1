"""Every trouble at each service, with a training and with a picture, alone and with a backup: how it ends, what it costs,
how often it was ordered, and what the user is told. The whole way, from the order to the stored result, over real
connections; see troubles.py for the table."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.ports import Kind
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import learning
from pexit_app.features.people.models import Likeness, likeness_prefix
from pexit_app.features.routing import following, limits
from pexit_app.features.routing import service as routing
from pexit_app.features.routing.models import Submission
from pexit_app.features.routing.table import RouteRow
from pexit_app.features.shoots import developing
from pexit_app.features.shoots.models import Frame, prefix_of
from pexit_app.features.wallet import audit
from pexit_app.features.wallet import service as wallet
from tests.faults.conftest import PATIENT, Bench
from tests.faults.troubles import TROUBLES, End, Trouble
from tests.features.people.support import new_user, order_training, person_with_photos
from tests.features.shoots.support import order, publish
from tests.providers.contract import is_plain
from tests.support.thinned import thinned

DUST, PRICE = 100, 9
MODELS = {
    "fal": {Kind.TRAIN: "fal-ai/flux-lora-portrait-trainer", Kind.GENERATE: "fal-ai/flux-lora"},
    "replicate": {Kind.TRAIN: "ostris/flux-dev-lora-trainer", Kind.GENERATE: "black-forest-labs/flux-dev-lora"},
}
OTHER = {"fal": "replicate", "replicate": "fal"}
SHORT_S = 1  # a route's time-out where an order never begins


@dataclass(frozen=True)
class Cell:
    trouble: Trouble
    kind: Kind
    provider: str
    has_backup: bool

    @property
    def end(self) -> End:
        return self.trouble.end_of(self.provider, self.kind, has_backup=self.has_backup)

    def __str__(self) -> str:
        return f"{self.trouble.name}, {self.kind} at {self.provider}{' with a backup' * self.has_backup}"


CELLS = [
    Cell(trouble, kind, provider, has_backup)
    for trouble in TROUBLES
    for kind in (Kind.TRAIN, Kind.GENERATE)
    for provider in ("fal", "replicate")
    for has_backup in (False, True)
    if trouble.is_at_submit or not has_backup
]


def is_in_gate(_: int, cell: Cell) -> bool:
    """Each trouble with a training at one service and a picture at the other, by turns, and with a backup the other way."""
    turns = TROUBLES.index(cell.trouble), cell.kind == Kind.GENERATE, cell.provider == "replicate", cell.has_backup
    return sum(turns) % 2 == 0


@pytest.mark.parametrize("cell", thinned(CELLS, is_in_gate), ids=str)
async def test_it_ends_as_specified(session: AsyncSession, bench: Bench, cell: Cell) -> None:
    trouble, side = cell.trouble, bench.side(cell.provider)
    side.plan(trouble, cell.kind)
    if trouble.dead:
        bench.wire.kill(cell.provider, trouble.dead, bench.dead)
    if trouble.dead == "silent":  # each try takes as long as the client waits for a connection
        bench.monkeypatch.setattr(following, "patience", replace(PATIENT, tries=1))
    names = (cell.provider, OTHER[cell.provider]) if cell.has_backup else (cell.provider,)
    bench.open(*names, trains=cell.kind == Kind.TRAIN, hurries=trouble.hurries)
    await _route(session, cell)
    me = await new_user(session, DUST)
    row = await (_learned if cell.kind == Kind.TRAIN else _developed)(bench, me, cell)
    await _is_as_specified(bench, me, cell, row)
    if trouble.is_stuck and cell.end.taken:
        assert side.canceled, "the service was not told to stop"


async def _route(session: AsyncSession, cell: Cell) -> None:
    first, second = cell.provider, OTHER[cell.provider] if cell.has_backup else ""
    timeout_s = SHORT_S if cell.trouble.is_stuck and not cell.trouble.is_stopped else 300
    row = RouteRow(
        first, MODELS[first][cell.kind], second, MODELS[second][cell.kind] if second else "", PRICE, timeout_s, 1
    )
    await routing.set_route(session, cell.kind, row)
    await session.commit()


async def _learned(bench: Bench, me: Actor, cell: Cell) -> Likeness:
    person, _ = await person_with_photos(me)
    likeness = await order_training(me, person.id)
    await _run(bench, me, cell, learning.learn(likeness.id), likeness)
    return likeness


async def _developed(bench: Bench, me: Actor, cell: Cell) -> Frame:
    async with db.transaction() as session:
        await publish(session)
        [frame] = (await order(session, me, 1)).frames
    await _run(bench, me, cell, developing.develop_frame(frame.id, 1), frame)
    return frame


async def _run(bench: Bench, me: Actor, cell: Cell, work: Any, row: Frame | Likeness) -> None:
    async with asyncio.timeout(60):
        if not cell.trouble.is_stopped:
            return await work
        running = asyncio.create_task(work)
        await bench.side(cell.provider).until_followed()
        async with db.transaction() as session:
            await jobs.cancel_job(session, me, row.job_id)
        await running


async def _is_as_specified(bench: Bench, me: Actor, cell: Cell, row: Frame | Likeness) -> None:
    end, is_training = cell.end, isinstance(row, Likeness)
    prefix = likeness_prefix(row.id) if is_training else prefix_of(row.id)
    async with db.transaction() as session:
        row = await session.get(type(row), row.id, populate_existing=True)
        card = await wallet.card(session, me.user_id)
        job = await jobs.find_job(session, me, row.job_id)
        sent = (await session.exec(select(Submission))).all()
        assert await audit.reconcile(session) == []
        assert await audit.open_holds(session) == []
        assert await jobs.reconcile_holds(session) == []
    good = "ready" if is_training else "done"
    status, _, failure = end.state.partition(": ")
    assert row.status == {"done": good}.get(status, status), (row.status, row.error)
    assert row.error == (end.says if status == "failed" else "")
    assert not row.error or is_plain(row.error), row.error
    assert str(job.failure_type or "") == (failure if status == "failed" else job.failure_type or "")
    paid = PRICE if status == "done" else 0
    assert (card.balance, card.held, job.charge_dust) == (DUST - paid, 0, paid)
    stored = [key async for key in deps.get().store.list(prefix)]
    assert bool(stored) == (status == "done"), stored
    assert [each.outcome for each in sent if not each.outcome] == [], "a submission was left open"
    assert len(sent) == 1
    _is_within_budget(bench, cell)


def _is_within_budget(bench: Bench, cell: Cell) -> None:
    end, first, second = cell.end, bench.side(cell.provider), bench.side(OTHER[cell.provider])
    assert first.posts <= end.posts
    assert first.taken == end.taken
    made_there = cell.has_backup and end.state == "done" and not end.taken
    assert (second.posts, second.taken) == (made_there, made_there)
    assert first.taken + second.taken <= 1, "two services were paid"
    for name, desks in bench.desks.items():
        for desk in (desks.images, desks.trainer):
            assert limits.line_of(name, desk.capabilities()).busy == 0, "a place was not given back"
