"""How large a body may be: refused by its declared length, or as soon as it has grown too large while it is read."""

import re
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pexit_app.web.api import failure

JSON_BYTES = 1024 * 1024
BODY_BYTES: Sequence[tuple[str, int]] = (
    ("/api/v1/auth/", 1024),
    ("/api/v1/passkeys", 16 * 1024),  # what a device answers, with its attestation
    ("/auth/", 16 * 1024),  # forms: an address, and the path to come back to
    ("/account", 16 * 1024),
    ("/c/", 16 * 1024),  # answers by a link
    ("/api/v1/builder/import", 12 * 1024 * 1024),  # a pack's folder, zipped
    ("/takedown", 40 * 1024 * 1024),  # a picture and some words; one above 20 MB is refused on the page
    ("/files/", 5 * 1024**3),  # signed PUT: the signature says how much it is
)
UPLOADS = re.compile(r"/api/v1/people/[^/]+/photos/?")
UPLOAD_BYTES = 201 * 1024 * 1024  # 200 MB of photos and what is written between them
EDITS = re.compile(r"/api/v1/frames/[^/]+/edits/?")
EDIT_BYTES = 4 * 1024 * 1024 + 64 * 1024  # a mask, and the words with it
REFERENCES = re.compile(r"/api/v1/builder/drafts/[^/]+/references/?")
REFERENCE_BYTES = 20 * 1024 * 1024  # a picture that a scene goes by, as large as a photo may be
DRAINED_BYTES = (
    32 * 1024 * 1024
)  # read and dropped, so that a client which sends first and reads later hears the answer


def most_bytes(path: str) -> int:
    """Of a body sent to `path`."""
    if UPLOADS.fullmatch(path):
        return UPLOAD_BYTES
    if EDITS.fullmatch(path):
        return EDIT_BYTES
    if REFERENCES.fullmatch(path):
        return REFERENCE_BYTES
    return next((most for prefix, most in BODY_BYTES if path.startswith(prefix)), JSON_BYTES)


class BodyLimit:
    """ASGI: 413 in our envelope. Belongs inside RequestContext."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        most = most_bytes(scope["path"])
        message = f"The body may hold {most} bytes here."
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared[:20]) > most:
            await _drain(receive)
            answer = failure(Request(scope), "too_large", message, 413, {"limit": most})
            return await answer(scope, receive, send)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message_in = await receive()
            read += len(message_in.get("body", b""))
            if read > most:
                raise HTTPException(413, message)
            return message_in

        await self.app(scope, counted, send)


async def _drain(receive: Receive) -> None:
    read = 0
    while read < DRAINED_BYTES:
        message = await receive()
        read += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
