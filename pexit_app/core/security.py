"""Hashes, signatures and random secrets. Everything secret that is stored is stored as a hash."""

import hashlib
import hmac
import secrets

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from pexit_app.core import settings


def secret_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def keyed_hash(purpose: str, text: str) -> str:
    """HMAC-SHA256 under the signing key: for short secrets (a 6-digit code) that a plain hash would not hide."""
    return hmac.new(settings.load().signing_key(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def sign(purpose: str, text: str) -> str:
    return TimestampSigner(settings.load().signing_key(), salt=purpose).sign(text).decode()


def unsign(purpose: str, signed: str, max_age_s: int) -> str | None:
    """The signed text, or None when forged or older than `max_age_s`."""
    try:
        return TimestampSigner(settings.load().signing_key(), salt=purpose).unsign(signed, max_age=max_age_s).decode()
    except (BadSignature, SignatureExpired):
        return None
