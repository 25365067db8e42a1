"""Pages without the live frontend: whole documents drawn by the same view functions, with plain forms and no framework
script. They work without JavaScript; light.js only switches the light."""

import html
from collections.abc import Mapping, Sequence

import reflex as rx
from starlette.requests import Request
from starlette.responses import HTMLResponse

from pexit_app.web.heads import NOT_INDEXED, Page, head, origin_of
from pexit_app.web.html import to_html

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}  # the visitor's balance stands in the app bar
FRAMED_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)
_FRAMED = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><meta name="robots" content="noindex"><link rel="canonical" href="{canonical}">
<link rel="stylesheet" href="/pexit.css">
</head>
<body>{body}</body>
</html>
"""
_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
{head}
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
    robots = "" if is_indexed else NOT_INDEXED.format(mark="")
    told = f"<title>{html.escape(title)}</title>{robots}"
    policy = POLICY.replace("form-action 'self'", " ".join(("form-action 'self'", *forms_to)))
    return _document(told, body, status, {"Content-Security-Policy": policy, "Cache-Control": "no-store"}, scripts)


def public(
    request: Request, page: Page, status: int = 200, headers: Mapping[str, str] = PRIVATE, pictures: str = ""
) -> HTMLResponse:
    """A page that is found and shared: with all that its head can say. `pictures` is where else its pictures come from."""
    policy = POLICY.replace("img-src 'self' ", f"img-src 'self' {pictures}")
    told = head(page, request.url.path, origin_of(request))
    return _document(told, page.body, status, {"Content-Security-Policy": policy, **headers})


def framed(title: str, body: rx.Component, canonical: str, headers: Mapping[str, str]) -> HTMLResponse:
    """A page that other sites may show in a frame: no script, nothing to send, and nothing of the visitor's."""
    text = _FRAMED.format(title=html.escape(title), canonical=html.escape(canonical), body=to_html(body))
    return HTMLResponse(text, 200, {"Content-Security-Policy": FRAMED_POLICY, **headers})


def _document(
    told: str, body: rx.Component, status: int, headers: Mapping[str, str], scripts: Sequence[str] = ()
) -> HTMLResponse:
    tags = "".join(f'<script src="{html.escape(each)}" defer></script>' for each in scripts)
    text = _DOCUMENT.format(head=told, scripts=tags, body=to_html(body))
    return HTMLResponse(text, status, {"Content-Security-Policy": POLICY, **headers})
