"""A Chromium for the browser stories: its headless shell where there is one (the same engine without a window's overhead,
a fifth less work), else one that is installed, else Playwright's own, else Debian's package.

`python -m tests.support.chromium` makes sure there is one, and prints where.
"""

import os
import shutil
import subprocess
import sys

SHELL = "chromium-headless-shell"
ARGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find() -> str | None:
    installed = map(shutil.which, (SHELL, "chromium", "chromium-browser", "google-chrome"))
    return os.environ.get("CHROMIUM") or next(filter(None, installed), None) or _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        path = driver.chromium.executable_path
    return path if os.path.exists(path) else None


def _run(*command: str) -> bool:
    print("$", *command, flush=True)
    return subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0


def _installed_by_debian(package: str) -> bool:
    sudo = ["sudo", "-n"] if os.geteuid() != 0 and shutil.which("sudo") else []
    if not shutil.which("apt-get"):
        return False
    _run(*sudo, "apt-get", "-qq", "update")
    return _run(*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "install", "-y", package)


def ensure() -> str:
    """Whoever may not install packages goes on with what there is."""
    if os.environ.get("CHROMIUM") or shutil.which(SHELL) or (os.geteuid() == 0 and _installed_by_debian(SHELL)):
        return find() or ""
    if found := find():
        return found
    if not _run(sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"):
        _installed_by_debian(SHELL) or _installed_by_debian("chromium")
    if found := find():
        return found
    sys.exit("The browser stories need Chromium. Install it, or name it in CHROMIUM=/path/to/chromium.")


if __name__ == "__main__":
    print("chromium:", ensure())
