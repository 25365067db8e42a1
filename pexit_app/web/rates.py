"""How often: moving windows in memory, told in X-RateLimit-* on every answer and Retry-After when it was too often."""

import math
import time
from typing import Literal

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from pexit_app.core.errors import TooMany
from pexit_app.web.api import EXTRA_HEADERS

Kind = Literal["read", "spend", "public", "sign_in"]
PER_MINUTE: dict[tuple[Kind, str], int] = {
    ("read", "starter"): 1200,
    ("read", "creator"): 1200,
    ("spend", "starter"): 60,
    ("spend", "creator"): 300,
    ("public", ""): 1200,
    ("sign_in", ""): 30,
}

_limiter = MovingWindowRateLimiter(MemoryStorage())


async def count(request: Request, kind: Kind, who: str, tier: str = "") -> None:
    """Counts this request for `who` (a user id or an address). Raises TooMany."""
    per_minute = PER_MINUTE[kind, tier]
    item = RateLimitItemPerMinute(per_minute)
    is_within = await _limiter.hit(item, kind, who)
    stats = await _limiter.get_window_stats(item, kind, who)
    wait_s = max(1, math.ceil(stats.reset_time - time.time()))
    headers = {
        "X-RateLimit-Limit": str(per_minute),
        "X-RateLimit-Remaining": str(stats.remaining),
        "X-RateLimit-Reset": str(math.ceil(stats.reset_time)),
    }
    request.scope.setdefault(EXTRA_HEADERS, {}).update(headers)
    if not is_within:
        raise TooMany(
            f"That was more than {per_minute} requests in a minute. Wait {wait_s} s.",
            {"limit": per_minute, "retry_after_s": wait_s},
            {"Retry-After": str(wait_s)},
        )


def address_of(request: Request) -> str:
    """The peer's address. X-Forwarded-For is not read: anybody can write it."""
    return request.client.host if request.client else "unknown"
