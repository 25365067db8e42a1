"""Work that was begun at a provider and comes to nothing by its user's doing: stopped after it was taken, or kept back by a
safety check. The provider may be paid for it and the user is not asked for a thing, so there is a limit to it.

Counted where orders leave, so that no door goes round it: each process counts its own, and forgets with its end.
"""

from uuid import UUID

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from pexit_app.core.ports import Declined, Kind

PICTURES = RateLimitItemPerHour(60)
TRAININGS = RateLimitItemPerDay(5)
SAYS = "Too many of your orders were stopped, or kept back, after the GPU service had begun. It costs nothing; try again "

_limiter = MovingWindowRateLimiter(MemoryStorage())


def _item(kind: Kind) -> RateLimitItem:
    return TRAININGS if kind == Kind.TRAIN else PICTURES


def _key(kind: Kind) -> str:
    return "training" if kind == Kind.TRAIN else "picture"


async def note(user_id: UUID, kind: Kind) -> None:
    """One more of this user's came to nothing."""
    await _limiter.hit(_item(kind), _key(kind), str(user_id))


async def check(user_id: UUID, kind: Kind) -> None:
    """Whether another order of this user may leave. Raises Declined."""
    if not await _limiter.test(_item(kind), _key(kind), str(user_id)):
        raise Declined(SAYS + ("tomorrow." if kind == Kind.TRAIN else "in an hour."))


def forget() -> None:
    """As after a start."""
    global _limiter
    _limiter = MovingWindowRateLimiter(MemoryStorage())
