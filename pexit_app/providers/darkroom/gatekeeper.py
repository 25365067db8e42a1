"""The photo gate on the darkroom's workers: files are opened there, never in the process that serves."""

import asyncio

from pexit_app.core.ports import Inspected
from pexit_app.providers.darkroom.gate.port import DarkroomGate
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.task import Finished, Inspection, Portrait, Seen


def gate_on(pool: Pool) -> DarkroomGate:
    """A PhotoGate that works on the workers of `pool`."""

    async def inspect(content: bytes) -> Inspected:
        seen = await asyncio.wrap_future(pool.photo(Inspection(content)))
        assert isinstance(seen, Seen)
        return seen.inspected

    async def make_persona(photo: bytes) -> bytes:
        finished = await asyncio.wrap_future(pool.photo(Portrait(photo)))
        assert isinstance(finished, Finished)
        return finished.content

    return DarkroomGate(inspect, make_persona)
