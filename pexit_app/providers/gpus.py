"""The GPU services whose keys are set."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from pexit_app.core.ports import HookReader, HookUrl, ImageProvider, LikenessTrainer, ObjectStore
from pexit_app.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Gpus:
    """By provider name."""

    images: dict[str, ImageProvider] = field(default_factory=dict)
    trainers: dict[str, LikenessTrainer] = field(default_factory=dict)
    hooks: dict[str, HookReader] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def opened(config: Settings, store: ObjectStore, hook_url: HookUrl) -> AsyncIterator[Gpus]:
    """Opens no connection by itself; closes those that were opened. A service's client is loaded where its key is set: that
    takes a third of a second, and most houses have no key."""
    made, hosts = Gpus(), config.result_hosts
    async with contextlib.AsyncExitStack() as closing:
        if key := config.fal_key.get_secret_value():
            from pexit_app.providers.fal import open_fal

            images, trainer, hooks = open_fal(key, store, hook_url, hosts)
            for each in (images, trainer, hooks):
                closing.push_async_callback(each.close)
            made.images["fal"], made.trainers["fal"], made.hooks["fal"] = images, trainer, hooks
        if token := config.replicate_api_token.get_secret_value():
            from pexit_app.providers.replicate import open_replicate

            more = open_replicate(token, store, hook_url, hosts, destination=config.replicate_destination)
            for one in more:
                closing.push_async_callback(one.close)
            made.images["replicate"], made.trainers["replicate"], made.hooks["replicate"] = more
        yield made
