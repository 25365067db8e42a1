"""The adapters chosen at start, for services to use. bootstrap.py fills it; tests put fakes in.

A module-level holder, because Reflex makes its own State objects: there is no constructor to pass dependencies through.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pexit_app.core.ports import CodeSender, DraftEngine, ImageProvider, LikenessTrainer, ObjectStore, PhotoGate

EmbedRecipe = Callable[[bytes, Mapping[str, object]], bytes]  # a PNG or JPEG, with a recipe beside its AI mark


@dataclass(frozen=True, slots=True)
class Deps:
    store: ObjectStore
    sender: CodeSender
    drafts: DraftEngine
    images: ImageProvider
    embed_recipe: EmbedRecipe
    gate: PhotoGate | None = None
    trainer: LikenessTrainer | None = None


_deps: Deps | None = None


def use(deps: Deps | None) -> None:
    global _deps
    _deps = deps


def get() -> Deps:
    assert _deps is not None, "bootstrap.adapters() is not open"
    return _deps
