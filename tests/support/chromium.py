"""A Chromium for the browser stories: one that is installed, else Playwright's own, else Debian's package.

`python -m tests.support.chromium` makes sure there is one, and prints where.
"""

import os
import shutil
import subprocess
import sys

ARGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find() -> str | None:
    if chosen := os.environ.get("CHROMIUM"):
        return chosen
    return (
        shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or _playwrights()
    )


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        path = driver.chromium.executable_path
    return path if os.path.exists(path) else None


def _run(*command: str) -> bool:
    print("$", *command, flush=True)
    return subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0


def ensure() -> str:
    if found := find():
        return found
    sudo = ["sudo", "-n"] if os.geteuid() != 0 and shutil.which("sudo") else []
    if _run(sys.executable, "-m", "playwright", "install", "--with-deps", "chromium") and (found := find()):
        return found
    if shutil.which("apt-get"):
        _run(*sudo, "apt-get", "-qq", "update")
        _run(*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "install", "-y", "chromium")
    if found := find():
        return found
    sys.exit("The browser stories need Chromium. Install it, or name it in CHROMIUM=/path/to/chromium.")


if __name__ == "__main__":
    print("chromium:", ensure())
