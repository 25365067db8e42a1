"""Pages without the live frontend: whole documents drawn by the same view functions, with plain forms and no framework
script. They work without JavaScript; light.js only switches the light."""

import html
from collections.abc import Sequence

import reflex as rx
from starlette.responses import HTMLResponse

from pexit_app.web.html import to_html

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>{robots}
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<script src="/light.js"></script>{scripts}
<link rel="preload" href="/fonts/archivo-latin-wdth-normal.woff2" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="/pexit.css">
</head>
<body>{body}</body>
</html>
"""


def answer(
    title: str, body: rx.Component, status: int = 200, is_indexed: bool = False, scripts: Sequence[str] = (),
    forms_to: Sequence[str] = (),
) -> HTMLResponse:  # fmt: skip
    """`scripts` are files of ours that add what cannot be done without; the page must say what it can without them.
    `forms_to`: other origins that the answer to a form of the page may lead to."""
    robots = "" if is_indexed else '<meta name="robots" content="noindex">'
    tags = "".join(f'<script src="{html.escape(each)}" defer></script>' for each in scripts)
    text = _DOCUMENT.format(title=html.escape(title), robots=robots, scripts=tags, body=to_html(body))
    policy = POLICY.replace("form-action 'self'", " ".join(("form-action 'self'", *forms_to)))
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(text, status, headers)
