"""Reflex's build configuration. Everything the server needs at run time is in pexit_app/core/settings.py."""

import reflex as rx

from pexit_app.web.build import OneOriginPlugin

config = rx.Config(
    app_name="pexit_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # Any origin at build time; the compiled chunk is made relative by OneOriginPlugin.
    api_url="http://localhost:8000",
    # No CORS headers at all, and no list for engine.io, which would have to name every host and port we are served on.
    # web/sockets.py compares Origin with Host instead. ([] means "do not check" to engine.io: the guard must stay.)
    cors_allowed_origins=[],
    # The default, DISK, pickles every tab's private state into .states/ in the working directory.
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    frontend_packages=["swagger-ui-dist@5.35.0"],
    plugins=[OneOriginPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
