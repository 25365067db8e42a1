"""Letters and short messages, handed over at once and carried in the background, so that no answer tells by its time
whether something was sent. What fails in passing is tried again; what no trying helps is told in the log."""

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import uuid4

from pexit_app.core import log
from pexit_app.providers import letters
from pexit_app.providers.console import ConsoleSender
from pexit_app.providers.letters import Letter

PAUSES_S = (1.0, 5.0, 20.0)  # between tries: a code older than half a minute has been asked for again
AT_ONCE, AT_MOST = 10, 500  # on their way, and waiting: a flood must not fill the memory
CLOSING_S = 5.0

logger = log.get("post")


class CarryError(Exception):
    """A carrier could not deliver. `is_passing`: another try may go better."""

    def __init__(self, message: str, *, is_passing: bool) -> None:
        super().__init__(message)
        self.is_passing = is_passing


class MailCarrier(Protocol):
    async def carry(self, address: str, letter: Letter, key: str) -> None:
        """`key` is the same for every try of one letter. Raises CarryError."""
        ...


class SmsCarrier(Protocol):
    async def carry(self, number: str, text: str) -> None:
        """Raises CarryError."""
        ...


class PostOffice:
    """A CodeSender. Without a carrier for mail, or for SMS, the console shows what would have left."""

    def __init__(
        self, mail: MailCarrier | None, sms: SmsCarrier | None, host: str, pauses_s: Sequence[float] = PAUSES_S
    ) -> None:
        self.mail, self.sms, self.host, self.pauses_s = mail, sms, host, pauses_s
        self.console = ConsoleSender()
        self._tasks: set[asyncio.Task[None]] = set()
        self._carriers = asyncio.Semaphore(AT_ONCE)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """What the console shows; for /dev/outbox."""
        return self.console.sent

    def _is_real(self, identifier: str) -> bool:
        return (self.mail if "@" in identifier else self.sms) is not None

    def where(self, identifier: str) -> str:
        return "" if self._is_real(identifier) else self.console.where(identifier)

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "sign in to Pexit") -> None:
        if not self._is_real(identifier):
            return await self.console.send_code(identifier, code, link, use)
        message = letters.code_message(code, link, use, self.host)
        self._hand_over(identifier, letters.code_letter(code, link, use), message)

    async def send_notice(self, identifier: str, subject: str, text: str) -> None:
        if not self._is_real(identifier):
            return await self.console.send_notice(identifier, subject, text)
        self._hand_over(identifier, letters.notice_letter(subject, text), letters.notice_message(subject, text))

    def _hand_over(self, identifier: str, letter: Letter, message: str) -> None:
        if len(self._tasks) >= AT_MOST:
            logger.error("too many letters at once: one was dropped")
            return
        task = asyncio.create_task(self._deliver(identifier, letter, message), name="letter")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, identifier: str, letter: Letter, message: str) -> None:
        key = uuid4().hex
        for pause_s in (*self.pauses_s, None):
            try:
                async with self._carriers:
                    await self._carry(identifier, letter, message, key)
                return
            except CarryError as error:
                if pause_s is None or not error.is_passing:
                    logger.error("a letter was not delivered", way=_way(identifier), why=str(error))
                    return
                await asyncio.sleep(pause_s)
            except Exception as error:
                logger.error("a letter was not delivered", way=_way(identifier), exc_info=error)
                return

    async def _carry(self, identifier: str, letter: Letter, message: str, key: str) -> None:
        if "@" in identifier:
            assert self.mail is not None
            await self.mail.carry(identifier, letter, key)
        else:
            assert self.sms is not None
            await self.sms.carry(identifier, message)

    async def close(self) -> None:
        """Waits a little for what is on its way."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSING_S)
            for task in late:
                task.cancel()


def _way(identifier: str) -> str:
    """Never whose."""
    return "mail" if "@" in identifier else "sms"
