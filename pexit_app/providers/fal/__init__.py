"""fal.ai as a provider of pictures and of trained likenesses."""

from collections.abc import Sequence

from pexit_app.core.ports import HookUrl, ObjectStore
from pexit_app.providers.fal.clients import Clients
from pexit_app.providers.fal.hooks import FalHooks
from pexit_app.providers.fal.images import FalImages
from pexit_app.providers.fal.trainer import FalTrainer
from pexit_app.providers.results import FAL_HOSTS, Results

__all__ = ["FalHooks", "FalImages", "FalTrainer", "open_fal"]


def open_fal(
    key: str, store: ObjectStore, hook_url: HookUrl, trusted_hosts: Sequence[str]
) -> tuple[FalImages, FalTrainer, FalHooks]:
    """`key` is the FAL_KEY; `hook_url` gives the address for webhooks, None where ours cannot be reached;
    `trusted_hosts` ("host[:port]") may serve results beside fal's own. No connection is opened yet."""
    results = Results(FAL_HOSTS, tuple(trusted_hosts))
    clients = Clients(key)
    return (
        FalImages(clients, store, hook_url, results),
        FalTrainer(clients, store, hook_url, results),
        FalHooks(),
    )
