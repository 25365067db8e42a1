"""Providers that only say what they can do, and a reader of webhooks that really checks a signature."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import SimpleNamespace

from pexit_app.core import deps
from pexit_app.core.clock import now
from pexit_app.core.ports import Capabilities, Forged, Kind
from pexit_app.features.routing.models import Submission

PICTURES = frozenset(Kind) - {Kind.TRAIN}
SECRET = b"known to the provider and to us"
SIGNATURE = "x-signature"


def able(kinds: Iterable[Kind] = PICTURES, at_once: int = 2, per_minute: int | None = None) -> Capabilities:
    return Capabilities(frozenset(kinds), False, True, 2048, at_once, per_minute)


class Able:
    """The one thing that routing asks of a provider."""

    def __init__(self, name: str, kinds: Iterable[Kind] = PICTURES, at_once: int = 2) -> None:
        self.name, self._able = name, able(kinds, at_once)

    def capabilities(self) -> Capabilities:
        return self._able


class Reader:
    """The id is signed together with the body, so that nothing of a delivery may be changed."""

    async def read(self, headers: Mapping[str, str], body: bytes, model: str) -> str:
        if not hmac.compare_digest(headers.get(SIGNATURE, "").encode(), signature(body).encode()):
            raise Forged
        return str(json.loads(body)["id"])


def signature(body: bytes) -> str:
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest()


def use(images: Iterable[Able] = (), trainers: Iterable[Able] = ()) -> None:
    """This house has these providers' keys."""
    made = SimpleNamespace(
        gpu_images={each.name: each for each in images},
        gpu_trainers={each.name: each for each in trainers},
        hooks={"fal": Reader(), "replicate": Reader()},
    )
    deps.use(made)  # type: ignore[arg-type]


def submission(reference: str, **values: object) -> Submission:
    """One order under way at fal, its answer not there yet."""
    given = {"kind": "generate", "provider": "fal", "model": "fal-ai/flux-lora", "intent_at": now(), **values}
    return Submission(reference=reference, **given)


def ended(reference: str, took_s: float, ago_s: float = 0, outcome: str = "done", **values: object) -> Submission:
    """One that ran for `took_s` and ended `ago_s` ago."""
    at = now() - timedelta(seconds=ago_s)
    began = at - timedelta(seconds=took_s)
    return submission(reference, started_at=began, ended_at=at, outcome=outcome, provider_id=reference, **values)
