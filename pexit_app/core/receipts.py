"""Receipts: what was erased or exported, by id and hash, signed so that anybody can verify it, later and elsewhere.

    {"receipt": {...}, "key": {"kty": "OKP", "crv": "Ed25519", "x": ..., "kid": ...}, "signature": "<base64url>"}

Ed25519 (RFC 8032) over the receipt as canonical JSON (RFC 8785, of which texts, whole numbers, lists and objects occur).
The signing key is derived from the secret key; the public one comes along, and is worth something once it stands among
those that this Pexit publishes at /.well-known/pexit-receipt-keys.json. A receipt holds ids and hashes, never a name or an
address.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pexit_app.core import security

KEYS_PATH = "/.well-known/pexit-receipt-keys.json"
KEY_BYTES = 32
Json = dict[str, Any]


class BadReceipt(Exception):
    """It is none, was changed since, or is of somebody else; the message says which."""


def canonical(body: Any) -> bytes:
    """The bytes that are signed and hashed."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256_of(body: Any) -> str:
    return hashlib.sha256(canonical(body)).hexdigest()


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(security.derived_key("receipts", KEY_BYTES))


def public_key() -> Json:
    """As a JSON Web Key (RFC 8037); `kid` is its thumbprint (RFC 7638)."""
    known = {"crv": "Ed25519", "kty": "OKP", "x": _encoded(_private().public_key().public_bytes_raw())}
    return {**known, "kid": _thumbprint(known)}


def _thumbprint(key: Mapping[str, Any]) -> str:
    """Raises BadReceipt."""
    try:
        return _encoded(hashlib.sha256(canonical({name: key[name] for name in ("crv", "kty", "x")})).digest())
    except (KeyError, TypeError, ValueError):
        raise BadReceipt("Its key is none of Ed25519.") from None


def signed(body: Mapping[str, Any]) -> Json:
    """The whole document."""
    return {"receipt": dict(body), "key": public_key(), "signature": _encoded(_private().sign(canonical(body)))}


def verified(document: Any, known: Sequence[Mapping[str, Any]]) -> Json:
    """The receipt in `document`, when it is whole and signed with one of the `known` keys. Raises BadReceipt."""
    if not isinstance(document, dict) or not isinstance(document.get("receipt"), dict):
        raise BadReceipt("This is no receipt: it has no `receipt` in it.")
    body: Json = document["receipt"]
    told = document.get("key")
    if not isinstance(told, dict):
        raise BadReceipt("It does not say with which key it is signed.")
    kid = _thumbprint(told)
    if kid not in {_thumbprint(each) for each in known}:
        raise BadReceipt("It is signed with a key that is not among the known ones.")
    try:
        Ed25519PublicKey.from_public_bytes(_decoded(told["x"])).verify(_decoded(document["signature"]), canonical(body))
    except (InvalidSignature, ValueError, KeyError, TypeError, RecursionError):
        raise BadReceipt("Its signature does not fit: something in it was changed.") from None
    return body


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, TypeError) as error:
        raise ValueError("not base64url") from error
