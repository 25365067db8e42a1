"""Time in one place, so that tests can move it. All times are UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_ahead = timedelta()


def now() -> datetime:
    return datetime.now(UTC) + _ahead


def after(**units: float) -> datetime:
    """`after(minutes=10)`: that long from now."""
    return now() + timedelta(**units)


@contextmanager
def moved(**units: float) -> Iterator[None]:
    """Tests: within it, it is that much later (or earlier) everywhere in this process."""
    global _ahead
    before, _ahead = _ahead, _ahead + timedelta(**units)
    try:
        yield
    finally:
        _ahead = before
