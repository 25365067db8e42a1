"""What the fake fal remembers, for tests to read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LOG_LINES = ("Downloading weights: 100%|##########| 7/7 [00:01<00:00]", "Starting")


@dataclass(frozen=True)
class Made:
    """What an order comes to: an HTTP status and a JSON body, as its result shows them. `error_type` goes into its
    header as well."""

    body: Any
    status: int = 200
    error_type: str = ""


@dataclass
class FalOrder:
    """`looks` are the status calls left until it is done by itself; None: never, somebody finishes it."""

    request_id: str
    model: str
    arguments: Mapping[str, Any]
    webhook: str | None
    headers: Mapping[str, str]
    state: str = "IN_QUEUE"
    looks: int | None = 0
    logs: list[str] = field(default_factory=list)
    made: Made | None = None
    is_seen: bool = False
    is_removed: bool = False

    @property
    def keep_s(self) -> int | None:
        """After how many seconds what it makes is deleted."""
        return lifecycle_s(self.headers)


@dataclass(frozen=True)
class FalUpload:
    url: str
    content: bytes
    media_type: str
    keep_s: int | None
    way: str  # "cdn", "multipart", "storage"


def lifecycle_s(headers: Mapping[str, str]) -> int | None:
    said = headers.get("x-fal-object-lifecycle-preference") or headers.get("x-fal-object-lifecycle")
    found: int | None = json.loads(said).get("expiration_duration_seconds") if said else None
    return found


def model_error(kind: str, where: str = "prompt", status: int = 422) -> Made:
    """A model's own error, as a list."""
    return Made({"detail": [{"loc": ["body", where], "msg": f"{kind} at https://fal.ai/x", "type": kind}]}, status)


def request_error(kind: str, status: int = 504) -> Made:
    """An error of the platform around a model."""
    return Made({"detail": f"{kind} happened", "error_type": kind}, status, error_type=kind)
