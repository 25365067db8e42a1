"""Composition: pages, REST, guards and lifespan. Nothing here may open a connection or start a thread at import."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import reflex as rx
from fastapi import FastAPI
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.types import ASGIApp

from pexit_app import bootstrap, rest
from pexit_app.core import db, hooks, log, settings
from pexit_app.features.builder import page as builder  # noqa: F401  (pages register themselves)
from pexit_app.features.earnings import forms as earnings_forms
from pexit_app.features.identity import documents
from pexit_app.features.identity import service as identity
from pexit_app.features.people import handshake_forms as links
from pexit_app.features.people import page as people  # noqa: F401  (pages register themselves)
from pexit_app.features.platform import dev
from pexit_app.features.pricing import forms as pricing_forms
from pexit_app.features.privacy import downloads
from pexit_app.features.privacy import forms as data
from pexit_app.features.shoots import page as shoots  # noqa: F401  (pages register themselves)
from pexit_app.features.shoots import share_page
from pexit_app.features.storefront import documents as shop_documents
from pexit_app.features.storefront import page as storefront
from pexit_app.features.storefront.state import front_card
from pexit_app.features.takedowns import forms as takedown_forms
from pexit_app.features.trials import forms as trial_forms
from pexit_app.features.wallet import checkout as wallet_checkout
from pexit_app.features.wallet import forms as wallet_forms
from pexit_app.ui.parts.sheet import StripCard
from pexit_app.web import closing, routes
from pexit_app.web.cors import ListedOrigins
from pexit_app.web.headers import SecurityHeaders
from pexit_app.web.payloads import EventGuard, check_handlers
from pexit_app.web.sockets import SocketGuard
from pexit_app.web.whole import WholePages

logger = log.get("app")
# First path words that are passed on to REST, to the frontend's files or to pages of signed-in people.
APP_WORDS = {
    "account", "api", "assets", "auth", "b", "builder", "c", "coupon", "dev", "docs", "earnings", "embed", "exports",
    "external", "f", "files", "fonts", "healthz", "login", "oembed", "og", "packs", "people", "ping", "readyz", "receipts",
    "sheets", "storefront", "studio", "t", "takedown", "wallet", "_event", "_health", ".well-known",
}  # fmt: skip
FONT = "/fonts/archivo-latin-wdth-normal.woff2"  # of the display line


def api() -> FastAPI:
    made = rest.make_api()
    for router in (*documents.ROUTERS, links.router, data.router, downloads.router):
        made.include_router(router)
    for router in (
        *pricing_forms.ROUTERS,
        earnings_forms.router,
        trial_forms.router,
        takedown_forms.router,
        wallet_forms.router,
        wallet_checkout.router,
        share_page.router,
        *shop_documents.ROUTERS,
    ):
        made.include_router(router)
    made.include_router(bootstrap.files)
    if not settings.load().is_production:
        made.include_router(dev.router)
    routes.policies(made)  # stops here for an operation without one
    return made


def whole_pages(app: ASGIApp) -> ASGIApp:
    return WholePages(app, storefront.ROUTES, storefront.NOT_FOUND, APP_WORDS)


def guarded_sockets(app: ASGIApp) -> ASGIApp:
    return SocketGuard(app, session_behind)


async def session_behind(cookie_header: str) -> str | None:
    async with db.transaction() as session:
        actor = await identity.find_by_cookie(session, cookie_header)
    return str(actor.session_id) if actor else None


async def follow_parent() -> None:
    """The server's worker outlives a kill -9 of its supervisor, and would serve on unseen. Runs in every worker."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110  (nothing announces the death of a parent)
        await asyncio.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


@contextlib.asynccontextmanager
async def resources() -> AsyncIterator[None]:
    """Opened in the worker process, closed in reverse order on SIGTERM."""
    log.configure()
    config = settings.load()
    executor = bootstrap.WEB_EXECUTOR if config.worker == "inline" else None
    with closing.on_signals():
        async with bootstrap.house(config, config.database_url, executor):
            yield


async def showcase(session: AsyncSession) -> list[StripCard]:
    """The shop's own strips beside the sign-in form, where they are only looked at."""
    front = await front_card(session)
    strips = [*(card for row in front.below for card in row), *front.beside]
    return [replace(card, slot="", size="m", href="") for card in strips[:3]]


def log_exception(exception: Exception) -> None:
    """Of a live handler. Reflex's own tells the browser by eval, which the policy refuses."""
    logger.error("a live handler failed", exc_info=exception)


hooks.on_showcase(showcase)
app = rx.App(
    api_transformer=[api(), whole_pages, guarded_sockets],  # innermost first
    stylesheets=["/pexit.css"],
    head_components=[  # as in web/plain.py, and the manifest
        rx.el.script(src="/light.js"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.link(
            rel="preload", href=FONT, custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": "anonymous"}
        ),
    ],
    reset_style=False,
    html_lang="en",
    toaster=None,  # sonner writes a <style> of its own, which the CSP refuses
    backend_exception_handler=log_exception,
    app_wraps={},  # Reflex's connection banner uses css={...}, likewise; and its error boundary
)


def served() -> ASGIApp:
    """What the server serves: everything, with our headers on every answer, the framework's own refusals included."""
    return SecurityHeaders(ListedOrigins(app()))


app.add_middleware(EventGuard("pexit_app"))
check_handlers("pexit_app")  # stops here for one without a policy, or with an argument that may be anything
app.register_lifespan_task(resources)
app.register_lifespan_task(follow_parent)
