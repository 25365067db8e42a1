"""Asking an identity provider over HTTP: little, quickly, and JSON objects only."""

from typing import Any

import httpx

from pexit_app.core.sign_in_ports import ElsewhereFailed

TIMEOUT_S = 10.0
MAX_BYTES = 2**20


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, headers={"Accept": "application/json"})


async def json_of(web: httpx.AsyncClient, method: str, url: str, **options: Any) -> dict[str, Any]:
    """Raises ElsewhereFailed."""
    try:
        async with web.stream(method, url, **options) as answer:
            content = b""
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise ElsewhereFailed(f"{url}: more than {MAX_BYTES} bytes")
        if answer.status_code != httpx.codes.OK:
            raise ElsewhereFailed(f"{url}: {answer.status_code} {content[:200]!r}")
        body = httpx.Response(200, content=content).json()
    except (httpx.HTTPError, ValueError) as error:
        raise ElsewhereFailed(f"{url}: {type(error).__name__}") from error
    if not isinstance(body, dict):
        raise ElsewhereFailed(f"{url}: no JSON object")
    return body
