"""fal's queue, through its own client: submit once, look until it is over, keep the small result by id."""

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
from fal_client import Completed, FalClientHTTPError, InProgress, Queued, Status

from pexit_app.core import events, log
from pexit_app.core.ports import (
    AnswerLost,
    InvalidOrder,
    NotTaken,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
)
from pexit_app.providers.fal import errors, messages, progress
from pexit_app.providers.fal.clients import CALL_S, SUBMIT_S, Clients
from pexit_app.providers.fal.messages import Trouble
from pexit_app.providers.fal.once import NoAnswer, Refused

NAME = "fal"
FIRST_PAUSE_S = 1.0
LONGEST_TROUBLE_PAUSE_S = 20.0
GROWTH = 1.4
LOOKS_AT_BROKEN_RESULT = 4  # a result that is an HTTP 500 may be the model's failure, or a hiccup on the way to it
MOST_REMEMBERED = 512
MOST_AHEAD = 1_000_000  # no line is longer; what is told is a vendor's word
_MODEL = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)+")
_REQUEST = re.compile(r"[A-Za-z0-9_-]{1,100}")
# What a call that may be repeated can raise when the network or fal has a bad moment.
HICCUPS = (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, AttributeError)

logger = log.get("fal")
Judge = Callable[[Mapping[str, Any]], Trouble | None]  # what is wrong with a result that came


@dataclass(frozen=True, slots=True)
class Manner:
    """How orders of one sort are followed: what a result must hold, the word for the work, the longest pause."""

    judge: Judge
    stage: str
    longest_pause_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """`trouble` None: `result` is good."""

    result: Mapping[str, Any]
    trouble: Trouble | None = None

    def update(self, log_line: str = "") -> ProviderUpdate:
        if self.trouble is None:
            return ProviderUpdate(ProviderState.DONE, progress=100, log=log_line)
        state = ProviderState.CANCELED if self.trouble.is_canceled else ProviderState.FAILED
        return ProviderUpdate(state, log=log_line, error=self.trouble.sentence, failure=self.trouble.failure)


class FalQueue:
    """Orders by `provider_id`, which is "<model>#<request id>". May be used from any event loop."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self._canceled: OrderedDict[str, None] = OrderedDict()

    async def submit(
        self, model: str, arguments: Mapping[str, Any], hook: str | None, keep_s: int, endpoint: str = ""
    ) -> str:
        """One POST, never two. What the order makes is deleted at fal after `keep_s` seconds. `endpoint` is of the same
        app as `model`, where another than its own shall do it.

        Raises NotTaken, AnswerLost."""
        lifecycle = json.dumps({"expiration_duration_seconds": keep_s})
        # Each over a connection of its own: one that was kept may be dead, which shows only after the order went into it,
        # as a lost answer; a new one that fails has surely taken nothing.
        headers = {"X-Fal-Object-Lifecycle-Preference": lifecycle, "Connection": "close"}
        try:
            async with asyncio.timeout(2 * SUBMIT_S):
                handle = await self._clients.here().once.submit(
                    endpoint or model, dict(arguments), webhook_url=hook, headers=headers
                )
        except NoAnswer as error:
            if error.is_sent:
                raise AnswerLost(str(error)) from error
            logger.warning("fal_not_reached", reason=str(error))
            raise NotTaken(messages.AWAY, is_outage=True) from error
        except Refused as refused:
            raise errors.of_refusal(refused) from refused
        except HICCUPS as error:
            raise AnswerLost(type(error).__name__) from error
        if not isinstance(handle.request_id, str) or not _REQUEST.fullmatch(handle.request_id):
            raise AnswerLost("an answer without an id")
        return provider_id(model, handle.request_id)

    async def follow(self, order: str, manner: Manner) -> AsyncIterator[ProviderUpdate]:
        """One update a look, with growing pauses that a webhook cuts short; progress never falls, though a runner that
        breaks down begins anew. Raises UnknownOrder."""
        model, request_id = parts(order)
        pause_s, trouble_s, broken, best = FIRST_PAUSE_S, FIRST_PAUSE_S, 0, 0
        with events.subscribe(f"order:{NAME}:{order}") as waker:
            while True:
                update = await self._look(order, model, request_id, manner, broken >= LOOKS_AT_BROKEN_RESULT - 1)
                if update is None:
                    broken += 1
                    await events.woken(waker, trouble_s)
                    trouble_s = min(trouble_s * 2, LONGEST_TROUBLE_PAUSE_S)
                    continue
                best = max(best, update.progress)
                yield replace(update, progress=best)
                if update.state in (ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED):
                    return
                trouble_s, broken = FIRST_PAUSE_S, 0
                await events.woken(waker, pause_s)
                pause_s = min(pause_s * GROWTH, manner.longest_pause_s)

    async def outcome(self, order: str, manner: Manner) -> Outcome:
        """How it ended; waits for the end if need be. Raises UnknownOrder."""
        if order not in self._outcomes:
            async for _ in self.follow(order, manner):
                pass
        found = self._outcomes.get(order)
        if found is None:  # forgotten meanwhile
            raise UnknownOrder(messages.UNKNOWN)
        return found

    async def cancel(self, order: str) -> None:
        """Raises ProviderError when fal could not be told."""
        try:
            model, request_id = parts(order)
        except UnknownOrder:
            return
        try:
            async with asyncio.timeout(CALL_S):
                await self._clients.here().client.cancel(model, request_id)
        except FalClientHTTPError as error:
            if error.status_code not in (400, 404, 409, 410, 422):
                raise ProviderError(messages.AWAY) from error
            return  # it is over, or was never there
        except HICCUPS as error:
            raise ProviderError(messages.AWAY) from error
        remember(self._canceled, order, None)

    def forget(self, order: str) -> None:
        self._outcomes.pop(order, None)
        self._canceled.pop(order, None)

    async def _look(
        self, order: str, model: str, request_id: str, manner: Manner, is_last: bool
    ) -> ProviderUpdate | None:
        """What is known of it now; None when no answer came that tells."""
        if order in self._outcomes:
            return self._outcomes[order].update()
        try:
            async with asyncio.timeout(CALL_S):
                status = await self._clients.here().client.status(model, request_id, with_logs=True)
        except FalClientHTTPError as error:
            if error.status_code in (404, 410):
                return self._gone(order)
            logger.warning("fal_status_failed", status=error.status_code)
            return None
        except HICCUPS as error:
            logger.info("fal_status_failed", reason=type(error).__name__)
            return None
        if not isinstance(status, Completed):
            return _under_way(status, manner)
        outcome = await self._read(model, request_id, manner.judge, is_last)
        if outcome is None:
            return None
        remember(self._outcomes, order, outcome)
        return outcome.update(progress.last_line(_lines(status)))

    def _gone(self, order: str) -> ProviderUpdate:
        """An order taken back while it waited is no longer known there."""
        if order not in self._canceled:
            raise UnknownOrder(messages.UNKNOWN)
        remember(self._outcomes, order, Outcome({}, messages.of_type("client_cancelled")))
        return self._outcomes[order].update()

    async def _read(self, model: str, request_id: str, judge: Judge, is_last: bool) -> Outcome | None:
        """The result of a completed order, which may be an error; None when it could not be had."""
        try:
            async with asyncio.timeout(2 * CALL_S):
                result = await self._clients.here().client.result(model, request_id)
        except FalClientHTTPError as error:
            trouble = errors.of_result(error)
            if trouble is None and error.status_code == 500 and is_last:
                trouble = messages.of_errors([])
            logger.warning("fal_result_failed", status=error.status_code, reason=errors.reason_of(error))
            return Outcome({}, trouble) if trouble else None
        except HICCUPS as error:
            logger.info("fal_result_failed", reason=type(error).__name__)
            return None
        if not isinstance(result, dict):
            return Outcome({}, messages.no_result())
        return Outcome(result, judge(result))


def provider_id(model: str, request_id: str) -> str:
    return f"{model}#{request_id}"


def parts(order: str) -> tuple[str, str]:
    """(model, request id). Raises UnknownOrder."""
    model, _, request_id = order.partition("#")
    if not _MODEL.fullmatch(model) or not _REQUEST.fullmatch(request_id):
        raise UnknownOrder(messages.UNKNOWN)
    return model, request_id


def check_model(model: str) -> str:
    """Raises InvalidOrder."""
    if not _MODEL.fullmatch(model):
        raise InvalidOrder("model", model, "the name of a model at fal.ai, such as fal-ai/flux-lora")
    return model


def _under_way(status: Status, manner: Manner) -> ProviderUpdate:
    if isinstance(status, Queued):
        ahead = min(max(int(status.position), 0), MOST_AHEAD)
        return ProviderUpdate(ProviderState.QUEUED, stage="in line", queue_position=ahead)
    lines = _lines(status)
    return ProviderUpdate(
        ProviderState.RUNNING, progress=progress.percent(lines), stage=manner.stage, log=progress.last_line(lines)
    )


def _lines(status: Status) -> list[str]:
    logs = status.logs if isinstance(status, InProgress | Completed) else None
    return [str(each.get("message", "")) for each in logs or () if isinstance(each, dict)]


def remember(shelf: OrderedDict[str, Any], order: str, value: Any) -> None:
    """The newest of what is known by order; the rest is told by fal, or not needed any more."""
    shelf[order] = value
    while len(shelf) > MOST_REMEMBERED:
        shelf.popitem(last=False)
