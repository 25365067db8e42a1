"""Pictures and weights on their way to Replicate: its files, which it deletes after a day by itself and we before that.

Each file carries our reference as metadata, so that an order whose answer was lost is known by the files it names.
"""

import re
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pexit_app.core import log
from pexit_app.core.ports import InvalidOrder, NotTaken, ObjectStore
from pexit_app.providers.replicate import messages
from pexit_app.providers.replicate.account import NO_ANSWER, OUR_ACCOUNT, Account, Answer, Trouble
from pexit_app.providers.replicate.inputs import FromStore, as_weights
from pexit_app.providers.replicate.line import Answered

LINK_S = 24 * 3600  # how long a link to our own store is good: longer than any queue
_FILE = re.compile(r"/v1/files/([A-Za-z0-9_-]+)", re.ASCII)

logger = log.get("replicate")


class Uploads:
    def __init__(self, account: Account, store: ObjectStore) -> None:
        self._account, self._store = account, store

    async def url_of(self, field: str, wanted: FromStore, reference: str) -> str:
        """Where a model reads an object of ours, as its input `field`. Raises InvalidOrder, NotTaken."""
        if wanted.is_weights and self._store.is_public:
            return as_weights(self._store.signed_url(wanted.key, "application/octet-stream", LINK_S))
        with tempfile.TemporaryDirectory(prefix="replicate-") as folder:
            path = Path(folder) / PurePosixPath(wanted.key).name
            try:
                await self._store.get_file(wanted.key, path)
            except FileNotFoundError:
                raise InvalidOrder(field, wanted.key, "a picture that is still there") from None
            url = await self.send(path, reference)
        return as_weights(url) if wanted.is_weights else url

    async def send(self, path: Path, reference: str) -> str:
        """The URL of a file there. Raises NotTaken."""
        try:
            file = await self._account.prepare(
                self._account.client.files.async_create(path, metadata={"reference": reference})
            )
            return file.urls["get"]
        except KeyError as error:
            raise NotTaken(messages.UPLOAD_FAILED, is_outage=True) from error

    async def named(self, reference: str) -> set[str]:
        """The URLs of what was uploaded under `reference` and is still there. Raises Trouble."""
        urls: set[str] = set()
        async for page in self._account.pages("/v1/files"):
            for file in page:
                if (file.get("metadata") or {}).get("reference") == reference:
                    urls.add(str((file.get("urls") or {}).get("get", "")))
        return urls

    async def drop(self, urls: Iterable[str]) -> datetime | None:
        """Deletes files there; what is gone already counts. The time when all were, None when one may be left, which then
        goes by itself after a day."""
        is_all = True
        for file_id in ids_in(urls):
            try:
                await self._account.client.files.async_delete(file_id)
            except Answered as error:
                is_all &= error.status in (404, 410)
                if error.status in OUR_ACCOUNT:
                    logger.error("replicate_refuses_us", status=error.status, reason=error.detail)
            except NO_ANSWER:
                is_all = False
        return datetime.now(UTC) if is_all else None

    async def expiry(self, urls: Iterable[str]) -> datetime | None:
        """When the last of the files goes by itself; None where nobody says."""
        last: datetime | None = None
        for file_id in ids_in(urls):
            try:
                at = moment((await self._account.read(f"/v1/files/{file_id}")).get("expires_at"))
            except Trouble:
                continue
            last = max(last, at) if last and at else last or at
        return last


def files_of(answer: Answer) -> list[str]:
    """The URLs of our uploads that an order names in its input."""
    values = answer.get("input")
    texts = [value for value in values.values() if isinstance(value, str)] if isinstance(values, dict) else []
    return [text for text in texts if _FILE.search(text)]


def ids_in(urls: Iterable[str]) -> list[str]:
    return [found[1] for url in urls if (found := _FILE.search(url))]


def moment(text: object) -> datetime | None:
    """A time as Replicate writes it ("2026-11-21T06:00:00.123456Z"); None for anything else."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
