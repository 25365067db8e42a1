"""fal's own clients, one pair an event loop: their connections belong to the loop that opened them."""

import asyncio
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from fal_client import AsyncClient

from pexit_app.core import log
from pexit_app.core.ports import NotTaken
from pexit_app.providers.fal import messages
from pexit_app.providers.fal.once import OnceClient

SUBMIT_S = 30.0
CALL_S = 30.0

logger = log.get("fal")


@dataclass(frozen=True, slots=True)
class Pair:
    """`once` submits and nothing else; `client` does everything that may be done twice, with its own retries."""

    once: OnceClient
    client: AsyncClient


class Clients:
    def __init__(self, key: str) -> None:
        self._key = key
        self._pairs: WeakKeyDictionary[asyncio.AbstractEventLoop, Pair] = WeakKeyDictionary()

    @property
    def key(self) -> str:
        return self._key

    def here(self) -> Pair:
        """Raises NotTaken when none can be made (a certificate file of the environment's that is not there)."""
        loop = asyncio.get_running_loop()
        pair = self._pairs.get(loop)
        if pair is None:
            try:
                pair = Pair(OnceClient(self._key, SUBMIT_S), AsyncClient(key=self._key, default_timeout=CALL_S))
            except OSError as error:
                logger.error("fal_client_not_made", reason=str(error))
                raise NotTaken(messages.AWAY, is_outage=True) from error
            self._pairs[loop] = pair
        return pair

    async def close(self) -> None:
        """Closes what this loop opened; what others did ends with them."""
        pair = self._pairs.pop(asyncio.get_running_loop(), None)
        if pair is not None:
            await pair.once.close()
            await (await pair.client._client).aclose()
