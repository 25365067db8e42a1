"""The gate as the rest of Pexit sees it."""

from collections.abc import Awaitable, Callable, Sequence

from pexit_app.core.ports import Inspected, Readiness, Reading, Reason
from pexit_app.providers.darkroom.gate.decode import check_bytes
from pexit_app.providers.darkroom.gate.judge import judge
from pexit_app.providers.darkroom.gate.readiness import readiness

RunInspect = Callable[[bytes], Awaitable[Inspected]]
MakePersona = Callable[[bytes], Awaitable[bytes]]


class DarkroomGate:
    """Implements PhotoGate. `run_inspect` runs gate.inspect.inspect in a process of its own, `make_persona` makes a
    persona file of one kept photo there."""

    def __init__(self, run_inspect: RunInspect, make_persona: MakePersona) -> None:
        self._run_inspect = run_inspect
        self._make_persona = make_persona

    async def inspect(self, content: bytes) -> Inspected:
        """Raises BadPhoto, Busy, ProviderError."""
        check_bytes(content)
        return await self._run_inspect(content)

    def judge(self, reading: Reading, others: Sequence[Reading]) -> tuple[Reason, ...]:
        return judge(reading, others)

    def readiness(self, accepted: Sequence[Reading]) -> Readiness:
        return readiness(accepted)

    async def one_photo_persona(self, photo: bytes) -> bytes:
        """Raises ProviderError."""
        return await self._make_persona(photo)
