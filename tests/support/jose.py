"""Tokens no good library would make."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def hs256(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    """Signed with whatever bytes, such as somebody's public key."""
    parts = [_coded(json.dumps(each).encode()) for each in ({"alg": "HS256", **header}, claims)]
    text = ".".join(parts)
    return f"{text}.{_coded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def unsigned(claims: Mapping[str, Any]) -> str:
    return ".".join([_coded(json.dumps(each).encode()) for each in ({"alg": "none"}, claims)] + [""])
