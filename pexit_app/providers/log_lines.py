"""A line of a vendor's log as it may be shown to whoever ordered: no address (which may be a signed one, of a model or of
our webhook), no key, and no character that a page or a database stumbles over."""

import re

CHARS = 200
_TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # colours and moves of the cursor
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_KEY = re.compile(r"\b(?:r8|hf)_\w{8,}|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{16,}\b", re.IGNORECASE)


def shown(line: str) -> str:
    """At most 200 characters; empty where it says nothing."""
    plain = "".join(each if each.isprintable() else " " for each in _TERMINAL.sub("", line)).strip()
    return _KEY.sub("…", _ADDRESS.sub("…", plain))[:CHARS]
