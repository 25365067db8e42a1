"""What a GPU service holds or held of a person, and until when, as the page says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pexit_app.core.clock import now
from pexit_app.features.people.models import Likeness

SERVICES = {"fal": "fal", "replicate": "Replicate"}
THINGS = {"photos": "the copies of your photos", "weights": "its own copy of the likeness"}


def copy_lines(likeness: Likeness) -> list[str]:
    """A sentence for each kind of copy; none for a likeness that never left this machine."""
    service = service_of(likeness)
    lines = [_line(service, copy) for copy in likeness.remote_copies]
    return list(dict.fromkeys(lines))


def service_of(likeness: Likeness) -> str:
    name = likeness.weights_home or likeness.provider
    return SERVICES.get(name, name)


def _line(service: str, copy: Mapping[str, Any]) -> str:
    """`At fal the copies of your photos expire on 22 November 2026, 14:05 UTC.`"""
    thing = THINGS.get(str(copy.get("what")), "a copy")
    is_many = thing.endswith("photos")
    if deleted := _moment(copy.get("deleted_at")):
        return f"At {service} {thing} {'were' if is_many else 'was'} deleted on {_said(deleted)}."
    if expires := _moment(copy.get("expires_at")):
        is_over = expires <= now()
        verb = "expired" if is_over else "expire" if is_many else "expires"
        return f"At {service} {thing} {verb} on {_said(expires)}."
    return f"At {service} {thing} {'stay' if is_many else 'stays'} until you delete this likeness."


def _moment(value: Any) -> datetime | None:
    try:
        return value if isinstance(value, datetime) or value is None else datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _said(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
