"""A composed scene -> a quick picture. Behind the public draft of a pack's page and behind POST /api/v1/drafts."""

import hashlib
import json
from collections import Counter, OrderedDict

from pexit_app.core import deps
from pexit_app.core.errors import BadInput
from pexit_app.core.ports import Busy, Draft, DraftOrder, InvalidOrder, ProviderError, Superseded
from pexit_app.features.packs.compose import Composed
from pexit_app.features.packs.errors import DraftFailed, DraftsBusy, DraftSuperseded

MIN_PX, MAX_PX = 256, 768
MAX_SEED = 2**31 - 1
KEPT_BYTES = 24 * 1024 * 1024
AT_ONCE = 12  # drafts of one person or address; a bench asks for four at most
_under_way: Counter[str] = Counter()


async def draft(
    composed: Composed, *, personas: tuple[str, ...], seed: int, size_px: int, owner: str, stream: str
) -> Draft:
    """`personas` as in ImageOrder. Of drafts waiting in one `stream` of `owner`, only the newest is rendered; an owner's
    streams may fill a part of the darkroom's backlog, never all of it.

    Raises DraftSuperseded 409, DraftsBusy 503, DraftFailed 502, BadInput 422."""
    if _under_way[owner] >= AT_ONCE:
        raise DraftsBusy(f"{AT_ONCE} drafts of yours are being made.", headers={"Retry-After": "1"})
    _under_way[owner] += 1
    try:
        return await _made(DraftOrder(personas, composed.look, seed, composed.aspect, size_px, f"{owner}:{stream}"))
    finally:
        _under_way[owner] -= 1
        if not _under_way[owner]:
            del _under_way[owner]


async def _made(order: DraftOrder) -> Draft:
    try:
        return await deps.get().drafts.draft(order)
    except Superseded:
        raise DraftSuperseded("A newer draft took this one's place.") from None
    except Busy as error:
        raise DraftsBusy(error.message, headers={"Retry-After": "1"}) from None
    except InvalidOrder as error:
        raise BadInput.of(f"look.{error.field}", f"{error}.", error.value, error.limit) from None
    except ProviderError as error:
        raise DraftFailed(error.message) from None


def server_timing(made: Draft) -> str:
    """The value of a Server-Timing header."""
    return ", ".join(f"{name};dur={ms:.1f}" for name, ms in made.timings_ms.items())


class KeptDrafts:
    """Drafts on stand-ins are the same for everybody: the newest `capacity` bytes of them stay in memory."""

    def __init__(self, capacity: int = KEPT_BYTES) -> None:
        self.capacity = capacity
        self.size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def find(self, key: str) -> bytes | None:
        content = self._kept.get(key)
        if content is not None:
            self._kept.move_to_end(key)
        return content

    def keep(self, key: str, content: bytes) -> None:
        self.size += len(content) - len(self._kept.pop(key, b""))
        self._kept[key] = content
        while self.size > self.capacity:
            _, oldest = self._kept.popitem(last=False)
            self.size -= len(oldest)


def key_of(composed: Composed, seed: int, size_px: int) -> str:
    """Names a draft on the scene's stand-in by all that it depends on."""
    parts = [composed.look, composed.stand_ins, composed.aspect, seed, size_px]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
