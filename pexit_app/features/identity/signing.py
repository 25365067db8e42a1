"""The keys that access tokens are signed with (ES256), and the list of them that anybody may verify with.

A new key every 30 days. Each is derived from the secret key and the number of its period, so every process has the same
ones, nothing is stored, and none of them tells another. The next one is published a day before it is used, the last one a
day after: whoever keeps our list for a day is never wrong.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from pexit_app.core import security, settings
from pexit_app.core.clock import now

ALGORITHM = "ES256"
PERIOD, OVERLAP = timedelta(days=30), timedelta(days=1)
# Of the curve P-256. 64 more bits than it has make the remainder as good as even (FIPS 186-5, A.2.1).
_ORDER, _BYTES = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551, 40


def _number(when: datetime) -> int:
    return int(when.timestamp() // PERIOD.total_seconds())


def _key(number: int) -> ECKey:
    return _made(settings.load().signing_key(), number)


@lru_cache(maxsize=8)
def _made(secret: bytes, number: int) -> ECKey:
    """`secret` is only what the key is remembered by: another secret key is another key."""
    seed = int.from_bytes(security.derived_key(f"access token {number}", _BYTES), "big")
    private = ec.derive_private_key(seed % (_ORDER - 1) + 1, ec.SECP256R1())
    key = ECKey.import_key(private, {"alg": ALGORITHM, "use": "sig"})
    key.ensure_kid()
    return key


def current() -> ECKey:
    return _key(_number(now()))


def live() -> Sequence[ECKey]:
    """Those a good token may be signed with, now or by the clock of who verifies it, oldest first."""
    return [_key(number) for number in range(_number(now() - OVERLAP), _number(now() + OVERLAP) + 1)]


def published() -> dict[str, Any]:
    """The JSON Web Key Set."""
    return {"keys": [key.as_dict(private=False) for key in live()]}
