"""Hashes, signatures, seals and random secrets. Everything secret that is stored is stored as a hash; what we must be able
to read again is sealed."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from pexit_app.core import settings
from pexit_app.core.clock import now


class _Signer(TimestampSigner):
    """By our own clock."""

    def get_timestamp(self) -> int:
        return int(now().timestamp())


def secret_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def keyed_hash(purpose: str, text: str) -> str:
    """HMAC-SHA256 under the signing key: for short secrets (a 6-digit code) that a plain hash would not hide."""
    return hmac.new(settings.load().signing_key(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def derived_key(purpose: str, length: int = 32) -> bytes:
    """A key of its own for each purpose: HKDF-SHA256 (RFC 5869) of the signing key. None of them tells another."""
    extracted = hmac.new(b"pexit", settings.load().signing_key(), hashlib.sha256).digest()
    block, made = b"", b""
    while len(made) < length:
        block = hmac.new(extracted, block + purpose.encode() + bytes([len(made) // 32 + 1]), hashlib.sha256).digest()
        made += block
    return made[:length]


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def sign(purpose: str, text: str) -> str:
    return _Signer(settings.load().signing_key(), salt=purpose).sign(text).decode()


def unsign(purpose: str, signed: str, max_age_s: int) -> str | None:
    """The signed text, or None when forged or older than `max_age_s`."""
    try:
        return _Signer(settings.load().signing_key(), salt=purpose).unsign(signed, max_age=max_age_s).decode()
    except (BadSignature, SignatureExpired, UnicodeDecodeError):
        return None


def seal(purpose: str, text: str) -> str:
    """Encrypted and authenticated (Fernet), for what must be read again: an authenticator's secret, a sign-in under way."""
    return _fernet(purpose).encrypt_at_time(text.encode(), int(now().timestamp())).decode()


def unseal(purpose: str, sealed: str, max_age_s: int | None = None) -> str | None:
    """The sealed text, or None when it is not ours, of another purpose, or older than `max_age_s`."""
    try:
        if max_age_s is None:
            return _fernet(purpose).decrypt(sealed).decode()
        return _fernet(purpose).decrypt_at_time(sealed, max_age_s, int(now().timestamp())).decode()
    except (InvalidToken, ValueError):
        return None


def _fernet(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key(f"seal {purpose}")))
