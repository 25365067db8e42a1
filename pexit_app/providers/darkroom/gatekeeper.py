"""The photo gate as the rest of Pexit sees it: looks at files in the darkroom's workers, compares readings here."""

import asyncio
from collections.abc import Sequence

from pexit_app.core.ports import Inspected, Readiness, Reading, Reason
from pexit_app.providers.darkroom.gate import judge, readiness
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.task import Finished, Inspection, Portrait, Seen


class DarkroomGate:
    """Implements PhotoGate on the workers of a `Darkroom` (its `pool`)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def inspect(self, content: bytes) -> Inspected:
        """Raises BadPhoto, Busy, ProviderError."""
        seen = await asyncio.wrap_future(self._pool.photo(Inspection(content)))
        assert isinstance(seen, Seen)
        return seen.inspected

    def judge(self, reading: Reading, others: Sequence[Reading]) -> tuple[Reason, ...]:
        return judge.judge(reading, others)

    def readiness(self, accepted: Sequence[Reading]) -> Readiness:
        return readiness.readiness(accepted)

    async def one_photo_persona(self, photo: bytes) -> bytes:
        """Raises Busy, ProviderError."""
        finished = await asyncio.wrap_future(self._pool.photo(Portrait(photo)))
        assert isinstance(finished, Finished)
        return finished.content
