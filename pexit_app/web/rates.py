"""How often: moving windows in memory, told in X-RateLimit-* on every answer and Retry-After when it was too often."""

import math
import time
from typing import Literal

from fastapi import Request
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from pexit_app.core import settings
from pexit_app.core.errors import TooMany
from pexit_app.web.api import EXTRA_HEADERS

Kind = Literal["read", "spend", "public", "draft", "sign_in"]
PER_MINUTE: dict[tuple[Kind, str], int] = {
    ("read", "starter"): 1200,
    ("read", "creator"): 1200,
    ("spend", "starter"): 60,
    ("spend", "creator"): 300,
    ("public", ""): 1200,
    ("draft", ""): 360,  # drawn for people without an account: six a second is a knob that moves; kept ones are free
    ("sign_in", ""): 30,
}
# Five tries a code: fifty guesses an hour at six digits, however many addresses they come from.
CODES_PER_HOUR = RateLimitItemPerHour(10)
LETTERS_OF_ONE_PER_HOUR = RateLimitItemPerHour(600)  # codes and links that one address may have sent to anybody
LETTERS_PER_HOUR = RateLimitItemPerHour(6000)  # in all: what a flood of requests can make us send, and pay for

TAKEDOWNS_PER_HOUR = RateLimitItemPerHour(10)  # of one address

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


async def count_letter(address: str) -> None:
    """Counts what this address asks to be sent, to whomever. Raises TooMany."""
    if not await _limiter.hit(LETTERS_OF_ONE_PER_HOUR, "letters", address):
        stats = await _limiter.get_window_stats(LETTERS_OF_ONE_PER_HOUR, "letters", address)
        wait_s = max(1, math.ceil(stats.reset_time - time.time()))
        most = LETTERS_OF_ONE_PER_HOUR.amount
        details, headers = {"limit": most, "retry_after_s": wait_s}, {"Retry-After": str(wait_s)}
        raise TooMany(f"That was more than {most} codes in an hour. Wait {wait_s} s.", details, headers)


async def count_takedown(address: str) -> None:
    """Raises TooMany."""
    if not await _limiter.hit(TAKEDOWNS_PER_HOUR, "takedowns", address):
        most = TAKEDOWNS_PER_HOUR.amount
        raise TooMany(f"That was more than {most} tickets in an hour. Write once more in a while.", {"limit": most})


async def may_send_code(identifier: str) -> bool:
    """False when this identifier was sent as many codes in an hour as it may, none of them used; or all together were."""
    is_theirs_left = await _limiter.test(CODES_PER_HOUR, "codes", identifier)
    return is_theirs_left and await _limiter.test(LETTERS_PER_HOUR, "letters-in-all")


async def code_sent(identifier: str) -> None:
    await _limiter.hit(CODES_PER_HOUR, "codes", identifier)
    await _limiter.hit(LETTERS_PER_HOUR, "letters-in-all")


async def code_used(identifier: str) -> None:
    """Whoever reads the codes may have more."""
    await _limiter.clear(CODES_PER_HOUR, "codes", identifier)


def address_of(request: Request) -> str:
    """The peer's address; behind reverse proxies, the one the outermost of ours saw. Of X-Forwarded-For only what our
    own proxies added is read: anybody can write the rest."""
    count = settings.load().trusted_proxies
    seen = [each.strip() for each in ",".join(request.headers.getlist("x-forwarded-for")).split(",")]
    if count and len(seen) >= count and seen[-count]:
        return seen[-count][:60]
    return request.client.host if request.client else "unknown"
