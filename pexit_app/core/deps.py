"""The adapters chosen at start, for services to use. bootstrap.py fills it; tests put fakes in.

A module-level holder, because Reflex makes its own State objects: there is no constructor to pass dependencies through.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pexit_app.core.ports import (
    DraftEngine,
    HookReader,
    ImageProvider,
    Json,
    LikenessTrainer,
    ObjectStore,
    PhotoGate,
)
from pexit_app.core.safety_ports import WordJudge
from pexit_app.core.sign_in_ports import CodeSender, IdentityProvider, TokenReader

EmbedRecipe = Callable[[bytes, Mapping[str, object]], bytes]  # a PNG or JPEG, with a recipe beside its AI mark
CheckLook = Callable[[Mapping[str, Json]], object]  # raises InvalidOrder for a parameter the darkroom does not know
CheckWeights = Callable[[str], Awaitable[object]]  # of a user's own https address; raises ValueError with a sentence


@dataclass(frozen=True, slots=True)
class Deps:
    """`images` and `trainer` are our own darkroom. What is rented stands by provider name in `gpu_images`, `gpu_trainers`
    and `hooks`, which are empty where no key is set. `stand_ins` are the busts the darkroom can cast, by name."""

    store: ObjectStore
    sender: CodeSender
    drafts: DraftEngine
    images: ImageProvider
    embed_recipe: EmbedRecipe
    gate: PhotoGate | None = None
    trainer: LikenessTrainer | None = None
    gpu_images: Mapping[str, ImageProvider] = field(default_factory=dict)
    gpu_trainers: Mapping[str, LikenessTrainer] = field(default_factory=dict)
    hooks: Mapping[str, HookReader] = field(default_factory=dict)
    check_weights: CheckWeights | None = None
    check_look: CheckLook | None = None
    word_judge: WordJudge | None = None
    stand_ins: tuple[str, ...] = ()
    elsewhere: Mapping[str, IdentityProvider] = field(default_factory=dict)  # by the name in their addresses
    token_reader: TokenReader | None = None


_deps: Deps | None = None


def use(deps: Deps | None) -> None:
    global _deps
    _deps = deps


def get() -> Deps:
    assert _deps is not None, "bootstrap.adapters() is not open"
    return _deps
