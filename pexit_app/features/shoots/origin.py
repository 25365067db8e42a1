"""Where complete URLs begin."""

from fastapi import Request

from pexit_app.core import settings


def origin_of(request: Request) -> str:
    """The public address when it is set; otherwise the one the request came to."""
    return settings.load().public_url or str(request.base_url).rstrip("/")
