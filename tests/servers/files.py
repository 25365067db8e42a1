"""A CDN: the files a test puts there, with ranges, and with the faults it plans at "file"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.servers.base import Receive, Scope, Send
from tests.servers.faults import Faults, faulty, respond

RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


@dataclass(frozen=True)
class File:
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Asked:
    method: str
    path: str  # with its query
    headers: Mapping[str, str]  # lower-case names


@dataclass
class Files:
    """`app` is the ASGI app; `asked` every request so far, in order."""

    faults: Faults = field(default_factory=Faults)
    takes_ranges: bool = True
    asked: list[Asked] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, content: bytes, media_type: str = "application/octet-stream") -> str:
        """The path (with its leading slash) at which `content` is served from now on."""
        path = "/" + path.lstrip("/")
        self.files[path] = File(content, media_type)
        return path

    def redirect(self, path: str, to: str) -> str:
        """The path at which `to` is answered as a 302 from now on."""
        path = "/" + path.lstrip("/")
        self.redirects[path] = to
        return path

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        self.asked.append(Asked(scope["method"], scope["path"] + (f"?{query}" if query else ""), headers))
        await faulty(self._answer, self.faults, lambda _: "file")(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in self.redirects:
            await respond(send, 302, b"", {"location": self.redirects[path]})
            return
        file = self.files.get(path)
        if file is None:
            await respond(send, 404, b"not found", {"content-type": "text/plain"})
            return
        wanted = next((value.decode() for name, value in scope["headers"] if name.lower() == b"range"), "")
        found = RANGE.match(wanted) if self.takes_ranges else None
        headers = {"content-type": file.media_type}
        if not found:
            await respond(send, 200, file.content, headers)
            return
        size, first = len(file.content), int(found[1])
        if first >= size:
            await respond(send, 416, b"", {"content-range": f"bytes */{size}"})
            return
        last = min(int(found[2] or size - 1), size - 1)
        headers["content-range"] = f"bytes {first}-{last}/{size}"
        await respond(send, 206, file.content[first : last + 1], headers)
