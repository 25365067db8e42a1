"""What is the same of pictures and trainings: following, stopping, finding and forgetting an order."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from pexit_app.core import events, log
from pexit_app.core.ports import (
    Failure,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
    Withheld,
)
from pexit_app.providers import log_lines
from pexit_app.providers.replicate import messages, progress
from pexit_app.providers.replicate.account import NO_ANSWER, OUR_ACCOUNT, UNREADABLE, Account, Answer, Trouble
from pexit_app.providers.replicate.line import Answered
from pexit_app.providers.replicate.tickets import NAME, Ticket, Work
from pexit_app.providers.replicate.uploads import Uploads, files_of, moment

ENDS = (ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED)
SKEW = timedelta(seconds=30)  # between their clock and ours
CANCEL_TRIES = 3
HOOK_EVENTS = ["start", "completed"]  # polling reads the logs

logger = log.get("replicate")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between looks: `first_s`, growing to `longest_s`; after a trouble up to `trouble_s`."""

    first_s: float = 1.0
    longest_s: float = 5.0
    trouble_s: float = 20.0
    growth: float = 1.4


class Desk:
    """Orders of one sort of work. `stage` is the word for the work itself."""

    def __init__(self, account: Account, uploads: Uploads, work: Work, stage: str, pace: Pace) -> None:
        self._account, self._uploads = account, uploads
        self._work, self._stage, self._pace = work, stage, pace

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """One update a look. Raises UnknownOrder."""
        furthest = 0
        async with aclosing(self._looks(provider_id)) as looks:
            async for answer in looks:
                update = self._update(answer, furthest)
                furthest = update.progress
                yield update

    async def ended(self, provider_id: str) -> Answer:
        """A good end, waited for if need be. Raises UnknownOrder, Withheld, ProviderError."""
        answer: Answer = {}
        async for look in self._looks(provider_id):
            answer = look
        update = self._update(answer, 0)
        if update.state == ProviderState.CANCELED:
            raise ProviderError(messages.CANCELED)
        if update.state == ProviderState.FAILED:
            raise (Withheld if update.failure == Failure.WITHHELD else ProviderError)(update.error)
        return answer

    async def cancel(self, provider_id: str) -> None:
        """Asks up to three times; what is over or unknown there is no trouble."""
        try:
            ticket = Ticket.parse(provider_id)
        except UnknownOrder:
            return
        client = self._account.client
        stop = (client.predictions if ticket.work == "prediction" else client.trainings).async_cancel
        for turn in range(CANCEL_TRIES):
            try:
                await stop(ticket.id)
            except UNREADABLE:
                return  # it was stopped; the client does not know the state it has now
            except (Answered, *NO_ANSWER) as error:
                if isinstance(error, Answered) and error.status in (400, 404, 409, 410, 422):
                    return
                if turn == CANCEL_TRIES - 1:
                    logger.warning("replicate_cancel_failed", order=provider_id, reason=str(error))
                    return
                await asyncio.sleep(self._pace.first_s)
            else:
                return

    async def listed(self, since: datetime, hook: str | None, is_it: Callable[[Answer], bool]) -> Ticket | None:
        """The oldest order made since then that `is_it`. Where the listing tells where it calls (`hook` is our address
        for this one order), that alone decides. Raises ProviderError."""
        found: Ticket | None = None
        try:
            async for page in self._account.pages(f"/v1/{self._work}s"):
                for answer in page:
                    made = moment(answer.get("created_at"))
                    if made is not None and made < since - SKEW:
                        return found
                    calls = answer.get("webhook")
                    if calls == hook if hook and calls else is_it(answer):
                        found = Ticket.parse(f"{self._work}#{answer.get('id')}")
        except Trouble as trouble:
            raise ProviderError(messages.AWAY) from trouble
        return found

    async def forget(self, provider_id: str) -> None:
        """Deletes what was uploaded for it, which the order itself names."""
        try:
            answer = await self._account.read(Ticket.parse(provider_id).path)
        except (UnknownOrder, Trouble):
            return  # its files go by themselves after a day
        await self._uploads.drop(files_of(answer))

    async def _looks(self, provider_id: str) -> AsyncGenerator[Answer, None]:
        """Every good answer, up to the one that is the end. Troubles are sat out: whoever waits has a watchdog."""
        ticket, pace = Ticket.parse(provider_id), self._pace
        pause_s, trouble_s = pace.first_s, pace.first_s
        with events.subscribe(f"order:{NAME}:{ticket}") as waker:
            while True:
                try:
                    answer = await self._look(ticket)
                except Trouble as trouble:
                    if trouble.status in (404, 410):
                        raise UnknownOrder(messages.UNKNOWN) from trouble
                    if trouble.status in OUR_ACCOUNT:
                        logger.error("replicate_refuses_us", status=trouble.status)
                    await events.woken(waker, min(max(trouble_s, trouble.retry_after_s or 0.0), pace.trouble_s))
                    trouble_s = min(trouble_s * 2, pace.trouble_s)
                    continue
                yield answer
                if _state(answer) in ENDS:
                    return
                trouble_s = pace.first_s
                await events.woken(waker, pause_s)
                pause_s = min(pause_s * pace.growth, pace.longest_s)

    async def _look(self, ticket: Ticket) -> Answer:
        answer = await self._account.read(ticket.path)
        if not isinstance(answer.get("status"), str):
            raise Trouble
        return answer

    def _update(self, answer: Answer, furthest: int) -> ProviderUpdate:
        state = _state(answer)
        logs = answer.get("logs") if isinstance(answer.get("logs"), str) else ""
        line = progress.last_line(logs or "")
        if state == ProviderState.QUEUED:
            return ProviderUpdate(state, stage="warming up" if line else "in line", log=line)
        if state == ProviderState.RUNNING:
            share = max(furthest, progress.percent(logs or "", _steps(answer)))
            return ProviderUpdate(state, progress=share, stage=self._stage, log=line)
        if state == ProviderState.CANCELED:
            return ProviderUpdate(state, log=line, error=messages.CANCELED)
        if state == ProviderState.FAILED:
            failure, sentence = _why(answer, logs or "")
            return ProviderUpdate(state, log=line, error=sentence, failure=failure)
        return ProviderUpdate(state, progress=100, log=line)


def _state(answer: Answer) -> ProviderState:
    """A success without a result, or with an error, is a failure."""
    status = answer.get("status")
    if status == "succeeded":
        return ProviderState.DONE if answer.get("output") and not answer.get("error") else ProviderState.FAILED
    states = {
        "starting": ProviderState.QUEUED,
        "queued": ProviderState.QUEUED,
        "failed": ProviderState.FAILED,
        "canceled": ProviderState.CANCELED,
        "aborted": ProviderState.CANCELED,
    }
    return states.get(str(status), ProviderState.RUNNING)


def _steps(answer: Answer) -> int:
    values = answer.get("input")
    said = values.get("steps") or values.get("num_inference_steps") if isinstance(values, dict) else None
    return said if isinstance(said, int) else 0


def _why(answer: Answer, logs: str) -> tuple[Failure, str]:
    error = str(answer.get("error") or "")
    if answer.get("data_removed") is True and not error:
        return Failure.SYSTEM, messages.EXPIRED
    logger.warning("replicate_order_failed", order=answer.get("id"), reason=log_lines.shown(error))
    if answer.get("status") == "failed" and not error:
        error = "failed"
    return messages.failure_of(error, logs)
