"""Whoever is down is left alone for a while: one breaker a provider and process.

Five outages in a row open it for 30 s; then one order tries whether the provider works again while the others still
keep away. Only outages count: a provider that says no to an order works.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import HALF_OPENED, OPENED, HalfOpenedState
from purgatory.service._async.circuitbreaker import AsyncCircuitBreaker

from pexit_app.core import log
from pexit_app.core.ports import AnswerLost, NotTaken, ProviderError
from pexit_app.features.routing.errors import Avoided

OUTAGES = 5
OPEN_S = 30.0
logger = log.get("routing")

_factory = AsyncCircuitBreakerFactory(default_threshold=OUTAGES, default_ttl=OPEN_S)
_breakers: dict[str, AsyncCircuitBreaker] = {}
_on_trial: set[str] = set()


def is_outage(error: BaseException) -> bool:
    """Whether it says that the provider is down, not that an order was bad."""
    if isinstance(error, NotTaken):
        return error.is_outage
    return isinstance(error, AnswerLost | ConnectionError | TimeoutError)


def is_open(provider: str) -> bool:
    """Whether it is found down just now, and not yet to be tried again."""
    if (breaker := _breakers.get(provider)) is None:
        return False
    context = breaker.context
    if context.state == OPENED:
        return context.opened_at is not None and time.time() <= context.opened_at + context.ttl
    return context.state == HALF_OPENED and provider in _on_trial


def states() -> dict[str, str]:
    """Provider -> "closed", "open" or "half-open", of all that were asked since the start."""
    words = {OPENED: "open", HALF_OPENED: "half-open"}
    return {name: words.get(each.context.state, "closed") for name, each in sorted(_breakers.items())}


def forget() -> None:
    """As after a start."""
    global _factory
    _factory = AsyncCircuitBreakerFactory(default_threshold=OUTAGES, default_ttl=OPEN_S)
    _breakers.clear()
    _on_trial.clear()


@asynccontextmanager
async def guarded(provider: str, *, insists: bool = False) -> AsyncIterator[None]:
    """Around handing an order over: notes whether the provider works. Raises Avoided, with nothing sent, while it is
    open, unless the caller `insists` because nobody else is left; that one is a trial as well."""
    if is_open(provider) and not insists:
        raise Avoided(provider)
    if provider not in _breakers:
        _breakers[provider] = await _factory.get_breaker(provider)
    breaker = _breakers[provider]
    before = breaker.context.state
    if before == OPENED:
        breaker.context.set_state(HalfOpenedState())
    await breaker.__aenter__()
    is_trial = breaker.context.state == HALF_OPENED
    if is_trial:
        _on_trial.add(provider)
    try:
        yield
    except BaseException as error:
        if is_outage(error):
            await breaker.__aexit__(type(error), error, error.__traceback__)
        elif isinstance(error, ProviderError):
            await breaker.__aexit__(None, None, None)
        raise  # anything else, such as our own stopping, says nothing about the provider
    else:
        await breaker.__aexit__(None, None, None)
    finally:
        if is_trial:
            _on_trial.discard(provider)
        if breaker.context.state != before:
            logger.warning("breaker", provider=provider, state=states().get(provider))
