"""The REST envelope, our errors as answers, request ids. Knows no feature."""

import json
import math
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pexit_app.core import log
from pexit_app.core.errors import NO_ROOM, FieldProblem, PexitError
from pexit_app.core.policy import OPEN, allow
from pexit_app.core.ports import StoreFull

EXTRA_HEADERS = "pexit.headers"  # scope key: headers that dependencies want on whatever answer goes out
TURNED_AWAY = (401, 403, 429)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
logger = log.get("api")


def request_id_of(request: Request) -> str:
    return str(request.scope.get("pexit.request_id", ""))


def ok(
    request: Request,
    data: Any,
    status: int = 200,
    next_cursor: str | None = None,
    limit: int | None = None,
    more: dict[str, Any] | None = None,
) -> Response:
    """The success envelope. `limit` given: a list, with its page; `more` stands beside it in `meta`."""
    meta: dict[str, Any] = {"request_id": request_id_of(request)}
    if limit is not None:
        meta["page"] = {"next_cursor": next_cursor, "limit": limit}
    meta |= more or {}
    return JSONResponse(jsonable_encoder({"success": True, "data": data, "meta": meta}), status)


def failure(
    request: Request, code: str, message: str, status: int, details: Any = None, headers: Any = None
) -> Response:
    error = {
        "code": code,
        "message": message,
        "status_code": status,
        "timestamp": datetime.now(UTC).isoformat(),
        "details": jsonable_encoder(details),
        "request_id": request_id_of(request),
    }
    return _SafeJSON({"success": False, "error": error}, status, headers=headers)


class _SafeJSON(JSONResponse):
    """Tells back what was sent, whatever it was: half a surrogate pair, infinity."""

    def render(self, content: Any) -> bytes:
        return json.dumps(_finite(content), separators=(",", ":"), allow_nan=False).encode()


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


_HTTP_CODES = {400: "malformed", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def add_error_answers(app: FastAPI) -> None:
    async def pexit_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, PexitError)
        if error.status in TURNED_AWAY:
            logger.info("turned away", code=error.code, method=request.method, path=request.url.path)
        return failure(request, error.code, error.message, error.status, error.details, error.headers)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _HTTP_CODES.get(error.status_code, "error")
        return failure(request, code, str(error.detail), error.status_code, headers=error.headers)

    async def schema_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        problems = [_problem(each) for each in error.errors()]
        if any(each["type"] == "json_invalid" for each in error.errors()):
            return failure(request, "malformed", "The body is not JSON.", 400, problems)
        fields = ", ".join(dict.fromkeys(problem.field for problem in problems))
        return failure(request, "invalid", f"Mend these fields: {fields}.", 422, problems)

    async def unstorable(request: Request, error: Exception) -> Response:
        """NUL, half a surrogate pair or a number beyond its column, past every check: the sender's fault all the same."""
        logger.warning("refused by the database", path=request.url.path, error=type(error).__name__)
        problem = FieldProblem("body", "Some text or number in it cannot be stored.")
        return failure(request, "invalid", problem.message, 422, [problem])

    async def no_room(request: Request, error: Exception) -> Response:
        """While an upload was spooled, say. What is stored says StoreFull by itself."""
        if not isinstance(error, OSError) or error.errno not in NO_ROOM:
            raise error
        return failure(request, StoreFull.code, "The disk is full. Nothing of this was kept.", StoreFull.status)

    app.add_exception_handler(OSError, no_room)
    app.add_exception_handler(DataError, unstorable)
    app.add_exception_handler(UnicodeEncodeError, unstorable)
    app.add_exception_handler(PexitError, pexit_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, schema_error)


def close_api(app: FastAPI, prefix: str) -> None:
    """Call it last: what no route under `prefix` answers is told in the envelope, not by the pages behind it."""

    @allow(OPEN)
    async def nothing_here(request: Request) -> Response:
        routes = [route for route in app.routes if not isinstance(route, Mount) and route is not last]
        known = {"type": "http", **{name: request.scope[name] for name in ("path", "headers", "root_path")}}
        methods = [
            method
            for method in METHODS
            if any(route.matches({**known, "method": method})[0] is Match.FULL for route in routes)
        ]
        if methods:
            allowed = ", ".join(methods)
            raise HTTPException(405, f"This address takes {allowed}.", headers={"Allow": allowed})
        raise HTTPException(404, "There is nothing at this address.")

    last = Route(prefix + "/{rest:path}", nothing_here, methods=list(METHODS), include_in_schema=False)
    app.routes.append(last)


def _problem(error: dict[str, Any]) -> FieldProblem:
    """pydantic's error in our words; `limit` is the bound its context names."""
    field = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")) or "body"
    context = error.get("ctx") or {}
    names = ("le", "ge", "lt", "gt", "max_length", "min_length", "expected", "pattern", "multiple_of")
    limit = next((context[name] for name in names if name in context), None)
    value = error.get("input")
    is_small = isinstance(value, str | int | float | bool) and len(str(value)) <= 200
    return FieldProblem(field, error["msg"].removeprefix("Value error, "), value if is_small else None, limit)


class RequestContext:
    """ASGI: a request id on every log line and answer, headers collected on the way, an envelope for what none caught."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id = uuid4().hex
        scope["pexit.request_id"] = request_id
        extra: dict[str, str] = scope.setdefault(EXTRA_HEADERS, {})
        has_started = False

        async def with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "private, no-store")
                for name, value in extra.items():
                    headers[name] = value
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, with_headers)
            except Exception:
                logger.exception("unhandled", path=scope["path"])
                if has_started:
                    raise
                answer = failure(Request(scope), "error", "Something broke on our side. Nothing was charged.", 500)
                await answer(scope, receive, with_headers)
