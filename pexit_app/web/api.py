"""The REST envelope, our errors as answers, request ids. Knows no feature."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pexit_app.core import log
from pexit_app.core.errors import FieldProblem, PexitError

EXTRA_HEADERS = "pexit.headers"  # scope key: headers that dependencies want on whatever answer goes out
logger = log.get("api")


def request_id_of(request: Request) -> str:
    return str(request.scope.get("pexit.request_id", ""))


def ok(
    request: Request, data: Any, status: int = 200, next_cursor: str | None = None, limit: int | None = None
) -> Response:
    """The success envelope. `limit` given: a list, with its page."""
    meta: dict[str, Any] = {"request_id": request_id_of(request)}
    if limit is not None:
        meta["page"] = {"next_cursor": next_cursor, "limit": limit}
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
    return JSONResponse({"success": False, "error": error}, status, headers=headers)


_HTTP_CODES = {400: "malformed", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def add_error_answers(app: FastAPI) -> None:
    async def pexit_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, PexitError)
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

    app.add_exception_handler(PexitError, pexit_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, schema_error)


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
