"""The addresses that providers call when an order is done. Each is good for one order of ours, one model and one
provider, and says so by a signature: nobody else can make one, and none serves another order."""

import json
from urllib.parse import quote, urlencode

from pexit_app.core import security, settings

PATH = "/api/v1/hooks/"
PURPOSE = "hook"


def _signature(provider: str, reference: str, model: str) -> str:
    return security.keyed_hash(PURPOSE, json.dumps([provider, reference, model]))


def hook_url(provider: str, reference: str, model: str) -> str | None:
    """Where `provider` calls about our order `reference` of its `model`; None where it could not reach us: then polling
    alone tells. The services call https addresses only; in development one that stands in for them may call any that was
    set."""
    config = settings.load()
    base = config.public_url
    if not base or (config.is_production and not base.startswith("https://")):
        return None
    query = {"ref": reference, "model": model, "s": _signature(provider, reference, model)}
    return f"{base}{PATH}{quote(provider, safe='')}?{urlencode(query)}"


def is_ours(provider: str, reference: str, model: str, signature: str) -> bool:
    """Whether hook_url() made that address."""
    return security.same(_signature(provider, reference, model), signature)
