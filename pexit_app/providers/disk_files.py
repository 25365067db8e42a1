"""`/files/...`: signed URLs of the store on disk. Nothing else is asked: the URL itself is the secret, and expires."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from pexit_app.core import deps
from pexit_app.core.errors import Malformed, NotFound, PexitError
from pexit_app.core.policy import OPEN, allow
from pexit_app.providers import disk

router = APIRouter(include_in_schema=False)
INVALID, GONE = "This link is not valid, or has expired.", "This picture is gone."
HEADERS = {
    "Cache-Control": "private, max-age=600",
    "Content-Security-Policy": "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}


class WrongType(PexitError):
    code, status = "wrong_type", 415


@router.api_route(disk.PATH + "/{key:path}", methods=["GET", "HEAD"])
@allow(OPEN)
async def read_object(key: str, e: int, s: str, t: str, n: str = "") -> Response:
    """An object by its signed URL, whole or in ranges."""
    store = deps.get().store
    if not isinstance(store, disk.DiskStore) or not disk.is_valid(key, t, e, n, s):
        return Response(INVALID, 404, media_type="text/plain")
    try:
        path = await store.local_file(key)
    except FileNotFoundError:
        return Response(GONE, 404, media_type="text/plain")
    return FileResponse(path, media_type=t, headers=HEADERS, filename=n or None)


@router.put(disk.PATH + "/{key:path}")
@allow(OPEN)
async def write_object(request: Request, key: str, e: int, s: str, t: str, l: int) -> Response:  # noqa: E741
    """Takes exactly the agreed bytes, streamed to disk; 200 and no words, as an S3 bucket answers."""
    store = deps.get().store
    if not isinstance(store, disk.DiskStore) or not disk.is_valid_put(key, t, l, e, s):
        raise NotFound(INVALID)
    if request.headers.get("content-type", "") != t:
        raise WrongType(f"This link takes {t} only.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > l:
        raise HTTPException(413, f"This link takes {l} bytes.")
    try:
        await store.receive(key, t, l, request.stream())
    except OverflowError:
        raise HTTPException(413, f"This link takes {l} bytes.") from None
    except EOFError:
        raise Malformed(f"This link takes {l} bytes, and fewer came.") from None
    return Response(status_code=200)
