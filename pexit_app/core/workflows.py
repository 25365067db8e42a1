"""Durable work by DBOS: in the web process, or in pexit_app/worker.py; the same functions either way.

A feature declares `@workflow("name")` functions of JSON arguments and calls `start("name", id, *args)` after its
commit. The id is ours (a job's or a frame's), so starting twice is harmless. Steps are at-least-once: each must find
out from the database whether it has already happened. When the process stops, what runs is cut off where it waits and
taken up at the next launch; what was committed and never started is started by the sweeps that features register.
"""

import asyncio
import contextlib
import functools
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, SetWorkflowID, run_dbos_database_migrations

from pexit_app.core import db, log

# The default hashes the source, which would strand running work at every deploy. Raise it only when a workflow changes
# so much that old runs must not be continued by new code.
VERSION = "1"
QUEUE = "work"
AT_ONCE = 200
SWEEP_S = 60.0
SOON_S = 6.0  # after the launch: what a crash left unstarted a moment ago was too young for the first sweep
CUT_AGAIN_S = 1.0

logger = log.get("workflows")
Sweep = Callable[[], Awaitable[None]]
_sweeps: list[Sweep] = []
_names: dict[str, Any] = {}
_running: set[asyncio.Task[Any]] = set()
_client: DBOSClient | None = None


def workflow(name: str) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    def register(fn: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        @functools.wraps(fn)
        async def tracked(*args: Any) -> None:
            task = asyncio.current_task()
            assert task is not None
            _running.add(task)
            try:
                await fn(*args)
            finally:
                _running.discard(task)

        durable = DBOS.workflow(name=name)(tracked)
        _names[name] = durable
        return durable

    return register


def step(fn: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A checkpointed step, at least once: its result is remembered when the workflow is replayed."""
    durable: Callable[..., Awaitable[Any]] = DBOS.step()(fn)
    return durable


def sweep(fn: Sweep) -> Sweep:
    """Run `fn` at launch, soon after, and each minute: it starts what was committed but never started."""
    _sweeps.append(fn)
    return fn


async def start(name: str, workflow_id: str, *args: Any) -> None:
    """Call after the commit. The same id twice is one run."""
    if _client is not None:
        options: EnqueueOptions = {"queue_name": QUEUE, "workflow_name": name, "workflow_id": workflow_id}
        await _client.enqueue_async(options, *args)
        return
    with SetWorkflowID(workflow_id):
        await DBOS.start_workflow_async(_names[name], *args)


def migrate(url: str) -> None:
    """DBOS's own tables, in their own schema. A client never creates them, so this runs before any process starts."""
    run_dbos_database_migrations(db.sqlalchemy_url(url))


async def _sweep_for_ever() -> None:
    pauses = itertools.chain([SOON_S], itertools.repeat(SWEEP_S))
    while True:
        for each in _sweeps:
            try:
                await each()
            except Exception:
                logger.exception("sweep failed", sweep=each.__qualname__)
        await asyncio.sleep(next(pauses))


async def _cut_off() -> None:
    """Before the providers close, lest a workflow take that for a failure. DBOS keeps a cancelled one as pending. Told
    again until it heeds: a library on the way may take the first cancellation for its own."""
    cut = set(_running)
    while cut:
        for task in cut:
            task.cancel()
        _, cut = await asyncio.wait(cut, timeout=CUT_AGAIN_S)


@contextlib.asynccontextmanager
async def runner(url: str, executor_id: str) -> AsyncIterator[None]:
    """Does the work here. `executor_id` must be stable: DBOS recovers the unfinished work of its own id at launch."""
    config: dict[str, Any] = {
        "name": "pexit",
        "system_database_url": db.sqlalchemy_url(url),
        "executor_id": executor_id,
        "application_version": VERSION,
        "log_level": "ERROR",
        "run_admin_server": False,
    }
    DBOS(config=cast(DBOSConfig, config))
    DBOS.launch()
    await DBOS.register_queue_async(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=0.1)
    sweeper = asyncio.create_task(_sweep_for_ever(), name="sweep")
    try:
        yield
    finally:
        sweeper.cancel()
        await _cut_off()
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=0)
        # DBOS had made its own pool the loop's default and has shut it down; Reflex still closes its state after us.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="default"))


@contextlib.asynccontextmanager
async def client(url: str) -> AsyncIterator[None]:
    """Only hands work over; `python -m pexit_app.worker` does it."""
    global _client
    _client = DBOSClient(system_database_url=db.sqlalchemy_url(url))
    try:
        yield
    finally:
        _client.destroy()
        _client = None
