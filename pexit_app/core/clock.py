"""Time in one place, so that tests can move it. All times are UTC."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    return datetime.now(UTC)


def after(**units: float) -> datetime:
    """`after(minutes=10)`: that long from now."""
    return now() + timedelta(**units)
