"""From which pages a browser may speak to us: a cookie comes along whoever asks, so the page that asks must be ours."""

from urllib.parse import urlsplit

from pexit_app.core import settings


def is_ours(origin: str, host: str) -> bool:
    """In production only PEXIT_PUBLIC_URL, scheme included. Elsewhere also whatever host was called: one build serves any
    port, and a developer's browser is not at the public address."""
    known = settings.load()
    if origin == known.origin:
        return True
    try:
        netloc = urlsplit(origin).netloc
    except ValueError:  # such as "http://[": no address at all
        return False
    return not known.is_production and netloc != "" and netloc == host
