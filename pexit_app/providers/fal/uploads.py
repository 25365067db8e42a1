"""What an order needs at fal, put there by fal's own client, for an hour."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

import httpx
from fal_client import FalClientHTTPError, StorageSettings
from fal_client.auth import AuthCredentials
from fal_client.client import AsyncCDNTokenManager, AsyncMultipartUpload

from pexit_app.core import log
from pexit_app.core.clock import after, now
from pexit_app.core.ports import InvalidOrder, NotTaken, ObjectStore, Weights
from pexit_app.providers.fal import messages
from pexit_app.providers.fal.clients import Clients
from pexit_app.providers.fal.errors import OUR_ACCOUNT
from pexit_app.providers.fal.queue import HICCUPS

KEEP_S = 3600  # the client's shortest is a minute, which an order may well wait in line
REUSE_S = 1800  # an uploaded file must still be there when its order's turn comes
PICTURE_S = 120.0
FILE_S = 900.0
PART_BYTES = 10 * 2**20
PARTS_AT_ONCE = 2
WEIGHTS_TYPE = "application/octet-stream"

logger = log.get("fal")


@dataclass(slots=True)
class _Shelf:
    """Weights uploaded lately from one event loop, by object key."""

    links: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)


class Uploads:
    def __init__(self, clients: Clients, store: ObjectStore) -> None:
        self._clients, self._store = clients, store
        self._shelves: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shelf] = WeakKeyDictionary()

    async def picture(self, key: str, field_name: str) -> str:
        """The URL there of a photo, frame or mask of ours. Raises InvalidOrder when it is gone, NotTaken."""
        try:
            content = await self._store.get(key)
        except FileNotFoundError:
            raise InvalidOrder(field_name, key, "a picture that still exists") from None
        kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
        settings = StorageSettings(expires_in=KEEP_S)
        async with _uploading(PICTURE_S):
            return await self._clients.here().client.upload(
                content, f"image/{kind}", file_name=f"{field_name}.{kind}", lifecycle=settings
            )

    async def weights(self, weights: Weights) -> str:
        """A URL of theirs that fal can read. Raises InvalidOrder when they are gone, NotTaken."""
        if weights.url:
            return weights.url
        if self._store.is_public:
            return self._store.signed_url(weights.key, WEIGHTS_TYPE, 2 * KEEP_S)
        shelf = self._shelves.setdefault(asyncio.get_running_loop(), _Shelf())
        async with shelf.turns.setdefault(weights.key, asyncio.Lock()):
            link = shelf.links.get(weights.key)
            if link is None or link[1] <= now():
                shelf.links[weights.key] = link = (await self._send_weights(weights.key), after(seconds=REUSE_S))
                self._drop_old(shelf)
        return link[0]

    async def file(self, path: Path, media_type: str) -> tuple[str, datetime]:
        """(URL there, when it is deleted). Raises NotTaken.

        The client's upload_file() reads files of up to 100 MB whole; its multipart upload, used here for every size,
        holds a few parts of 10 MB."""
        # The client does not send a part again, so none goes over a kept connection that may just be closing.
        limits = httpx.Limits(max_keepalive_connections=0)
        async with _uploading(FILE_S), httpx.AsyncClient(timeout=PICTURE_S, limits=limits) as client:
            url = await AsyncMultipartUpload.save_file(
                client=client,
                token_manager=AsyncCDNTokenManager(AuthCredentials("Key", self._clients.key)),
                file_path=str(path),
                chunk_size=PART_BYTES,
                content_type=media_type,
                max_concurrency=PARTS_AT_ONCE,
                object_lifecycle_preference={"expiration_duration_seconds": KEEP_S},
            )
        return url, now() + timedelta(seconds=KEEP_S)

    async def _send_weights(self, key: str) -> str:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="pexit-weights-"))
        try:
            path = folder / "weights.safetensors"
            try:
                await self._store.get_file(key, path)
            except FileNotFoundError:
                raise InvalidOrder("weights", key, "weights that still exist") from None
            return (await self.file(path, WEIGHTS_TYPE))[0]
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    @staticmethod
    def _drop_old(shelf: _Shelf) -> None:
        moment = now()
        for key in [key for key, (_, until) in shelf.links.items() if until <= moment]:
            del shelf.links[key]
        for key in [key for key, turn in shelf.turns.items() if key not in shelf.links and not turn.locked()]:
            del shelf.turns[key]


@asynccontextmanager
async def _uploading(at_most_s: float) -> AsyncIterator[None]:
    """Nothing was ordered yet: whatever goes wrong, the order was surely not taken."""
    try:
        async with asyncio.timeout(at_most_s):
            yield
    except (FalClientHTTPError, httpx.HTTPStatusError) as error:
        status = error.response.status_code
        is_outage = status in OUR_ACCOUNT or status >= 500
        logger.error("fal_upload_refused", status=status)
        raise NotTaken(messages.AWAY if is_outage else messages.UPLOAD_FAILED, is_outage=is_outage) from error
    except HICCUPS as error:
        logger.warning("fal_upload_failed", reason=type(error).__name__)
        is_outage = isinstance(error, httpx.TransportError)
        raise NotTaken(messages.AWAY if is_outage else messages.UPLOAD_FAILED, is_outage=is_outage) from error
