"""What operators and developers ask: is it alive, is it ready, what does the API look like."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import text

from pexit_app.core import db, log
from pexit_app.core.errors import Unavailable
from pexit_app.core.policy import OPEN, allow
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
logger = log.get("platform")

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOCS_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pexit API</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs-start.js"></script>
</body>
</html>
"""


@router.get("/healthz")
@allow(OPEN)
async def alive(request: Request) -> Response:
    """The process answers."""
    return ok(request, {"status": "ok"})


@router.get("/readyz")
@allow(OPEN)
async def ready(request: Request) -> Response:
    """The process can do its work: the database answers."""
    try:
        async with db.transaction() as session:
            await session.scalar(text("SELECT 1"))
    except Exception as error:
        logger.warning("not ready", error=str(error))
        raise Unavailable("The database does not answer.") from error
    return ok(request, {"status": "ready"})


@router.get("/api/openapi.json")
@allow(OPEN)
async def contract(request: Request) -> Response:
    """The REST contract, as it describes itself."""
    return JSONResponse(request.app.openapi())


@router.get("/api/docs")
@allow(OPEN)
async def docs() -> Response:
    """Swagger UI, from files of our own."""
    return HTMLResponse(DOCS_PAGE, headers={"Content-Security-Policy": DOCS_POLICY})
