"""Replicate (https://replicate.com) through its official client: pictures, trainings, and its calls back."""

from collections.abc import Sequence

from pexit_app.core.ports import ObjectStore
from pexit_app.providers.replicate.account import Account
from pexit_app.providers.replicate.images import HookUrl, ReplicateImages
from pexit_app.providers.replicate.training import ReplicateTrainer
from pexit_app.providers.replicate.uploads import Uploads
from pexit_app.providers.replicate.webhooks import ReplicateHooks
from pexit_app.providers.results import REPLICATE_HOSTS, Results


def open_replicate(
    token: str, store: ObjectStore, hook_url: HookUrl, trusted_hosts: Sequence[str], *, destination: str
) -> tuple[ReplicateImages, ReplicateTrainer, ReplicateHooks]:
    """The three sides of one account, which share its connections: close() of any closes them."""
    account = Account(token)
    uploads = Uploads(account, store)
    results = Results(REPLICATE_HOSTS, trusted_hosts)
    return (
        ReplicateImages(account, uploads, results, hook_url),
        ReplicateTrainer(account, uploads, store, results, hook_url, destination),
        ReplicateHooks(account),
    )


__all__ = ["ReplicateHooks", "ReplicateImages", "ReplicateTrainer", "open_replicate"]
