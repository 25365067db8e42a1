"""How often: moving windows in memory, told in X-RateLimit-* on every answer and Retry-After when it was too often."""

import ipaddress
import math
import time
from dataclasses import dataclass

from fastapi import Request
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from pexit_app.core import settings
from pexit_app.core.errors import TooMany
from pexit_app.core.policy import Window
from pexit_app.web.api import EXTRA_HEADERS

PER_MINUTE: dict[tuple[Window, str], int] = {
    ("read", "starter"): 1200,
    ("read", "creator"): 1200,
    ("spend", "starter"): 60,
    ("spend", "creator"): 300,
    ("public", ""): 1200,
    ("draft", ""): 360,  # drawn for people without an account: six a second is a knob that moves; kept ones are free
    ("sign_in", ""): 30,
    ("socket", ""): 300,  # a page opened anew is one connection
    ("event", ""): 600,  # what the live pages of one session say: ten a second is faster than anybody presses
}
TOLD = ("Limit", "Remaining", "Reset")  # X-RateLimit-*
IPV6_NETWORK_BITS = 64  # what one household or server is given: each of its 2^64 addresses is the same caller
# Five tries a code: fifty guesses an hour at six digits, however many addresses they come from.
CODES_PER_HOUR = RateLimitItemPerHour(10)
LETTERS_OF_ONE_PER_HOUR = RateLimitItemPerHour(600)  # codes and links that one address may have sent to anybody
LETTERS_PER_HOUR = RateLimitItemPerHour(6000)  # in all: what a flood of requests can make us send, and pay for

TAKEDOWNS_PER_HOUR = RateLimitItemPerHour(10)  # of one address

_limiter = MovingWindowRateLimiter(MemoryStorage())


@dataclass(frozen=True, slots=True)
class Left:
    """Of one window, after something was counted. `reset` is in seconds since 1970."""

    limit: int
    remaining: int
    reset: float
    is_over: bool

    def refuse(self, what: str) -> None:
        """Raises TooMany when there was more than may be."""
        if self.is_over:
            wait_s = max(1, math.ceil(self.reset - time.time()))
            raise TooMany(
                f"That was more than {self.limit} {what} in a minute. Wait {wait_s}\N{NO-BREAK SPACE}s.",
                {"limit": self.limit, "retry_after_s": wait_s},
                {"Retry-After": str(wait_s)},
            )


async def hit(window: Window, who: str, tier: str = "") -> Left:
    """Counts one for `who` (a user or session id, or an address)."""
    per_minute = PER_MINUTE[window, tier]
    item = RateLimitItemPerMinute(per_minute)
    is_within = await _limiter.hit(item, window, who)
    stats = await _limiter.get_window_stats(item, window, who)
    return Left(per_minute, stats.remaining, stats.reset_time, not is_within)


async def count(request: Request, window: Window, who: str, tier: str = "") -> None:
    """Counts this request, and tells what is left on its answer. Raises TooMany."""
    left = await hit(window, who, tier)
    told = zip(TOLD, (left.limit, left.remaining, math.ceil(left.reset)), strict=True)
    request.scope.setdefault(EXTRA_HEADERS, {}).update({f"X-RateLimit-{name}": str(value) for name, value in told})
    left.refuse("requests")


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
    """Who is calling, as far as the network can say."""
    peer = request.client.host if request.client else ""
    return caller(peer, ",".join(request.headers.getlist("x-forwarded-for")))


def caller(peer: str, forwarded: str) -> str:
    """The peer's address; behind reverse proxies, the one the outermost of ours saw. Of X-Forwarded-For only what our own
    proxies added is read: anybody can write the rest."""
    count = settings.load().trusted_proxies
    seen = [each.strip() for each in forwarded.split(",")]
    return _network(seen[-count] if count and len(seen) >= count and seen[-count] else peer)


def _network(address: str) -> str:
    """One name for all addresses that one caller has, whatever port a proxy noted with them."""
    plain = address[1:].partition("]")[0] if address.startswith("[") else address
    plain = plain.partition(":")[0] if plain.count(":") == 1 else plain.partition("%")[0]
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        return address[:60] or "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        if not found.is_loopback:
            return str(ipaddress.ip_network((found, IPV6_NETWORK_BITS), strict=False))
    return str(found)
