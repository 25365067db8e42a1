"""How running work is cut off when the process stops."""

import asyncio

from pexit_app.core import workflows


async def test_work_that_loses_one_cancellation_is_still_cut_off(monkeypatch):
    """Libraries that wait with a time limit may swallow a cancellation that comes at the wrong moment."""
    monkeypatch.setattr(workflows, "CUT_AGAIN_S", 0.01)
    lost = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    monkeypatch.setattr(workflows, "_running", {task})
    await asyncio.sleep(0)
    await asyncio.wait_for(workflows._cut_off(), 10)
    assert lost.is_set()
    assert task.cancelled()
