"""The object store of tests: bytes in memory, readable state, and the same contract as the real ones."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from pexit_app.core.clock import now
from pexit_app.core.ports import Stored


class MemoryStore:
    """`objects` are the bytes by key, `stored` what is told of them."""

    is_public = False

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.stored: dict[str, Stored] = {}

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        self.objects[key] = content
        self.stored[key] = Stored(key, len(content), media_type, now())

    async def put_file(self, key: str, path: Path, media_type: str) -> None:
        await self.put(key, path.read_bytes(), media_type)

    async def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise FileNotFoundError(key)
        return self.objects[key]

    async def get_file(self, key: str, path: Path) -> None:
        content = await self.get(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    async def stat(self, key: str) -> Stored:
        if key not in self.objects:
            raise FileNotFoundError(key)
        return self.stored[key]

    async def delete(self, key: str) -> None:
        self.objects.pop(key, None)
        self.stored.pop(key, None)

    async def delete_prefix(self, prefix: str) -> int:
        if not prefix.endswith("/"):
            raise ValueError(f"a prefix ends in a slash: {prefix!r}")
        gone = [key for key in self.objects if key.startswith(prefix)]
        for key in gone:
            await self.delete(key)
        return len(gone)

    async def list(self, prefix: str) -> AsyncIterator[str]:
        if prefix and not prefix.endswith("/"):
            raise ValueError(f"a prefix ends in a slash: {prefix!r}")
        for key in sorted(self.objects):
            if key.startswith(prefix):
                yield key

    def signed_url(self, key: str, media_type: str, expires_s: int, download_name: str | None = None) -> str:
        return f"/files/{key}?signed" + (f"&n={quote(download_name)}" if download_name else "")

    def signed_put(self, key: str, media_type: str, size: int, expires_s: int) -> str:
        return f"/files/{key}?put&t={quote(media_type, safe='')}&l={size}"

    async def confirm(self, key: str, media_type: str, size: int) -> Stored:
        found = await self.stat(key)
        if (found.media_type, found.size) != (media_type, size):
            await self.delete(key)
            raise ValueError(f"{found.size} bytes of {found.media_type} came, not {size} of {media_type}")
        return found
