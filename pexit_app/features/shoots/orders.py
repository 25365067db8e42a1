"""What the bench in the browser says is turned -> what is asked for. The browser is not trusted: everything is parsed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from pexit_app.core.errors import BadInput
from pexit_app.features.packs.definition import MAX_SCENES
from pexit_app.features.shoots.requests import MAX_FRAMES, SIZES_PX, FrameAsk, ShootRequest

MAX_CHARS = 200_000  # every knob of every scene turned
MAX_COUNT = 8
Scope = Literal["sheet", "scene", "vary", "strip", "grid"]


@dataclass(frozen=True)
class Settings:
    """Where the bench stands. `scenes` holds (scene, its turned knobs) in the pack's order, `version` is the pack's,
    `aspect` the shape of all pictures, empty for each scene's own."""

    version: int = 0
    scene: str = ""
    seed: int | None = None
    scenes: tuple[tuple[str, dict[str, Any]], ...] = ()
    turned: int = 0
    aspect: str = ""

    @property
    def sides(self) -> tuple[int, int] | tuple[None, None]:
        """In pixels; none for each scene's own."""
        return SIZES_PX.get(self.aspect, (None, None))


@dataclass(frozen=True)
class Axes:
    """The knobs of a test strip or grid and the values that were chosen of them."""

    knob_x: str = ""
    values_x: tuple[Any, ...] = ()
    knob_y: str = ""
    values_y: tuple[Any, ...] = ()

    def afresh(self, is_same: bool) -> "Axes":
        """The same knobs; their values start anew unless it is the same kind of grid still."""
        return self if is_same else replace(self, values_x=(), values_y=())


@dataclass(frozen=True)
class Order:
    """What the ticket is about: every scene once, `count` frames of the selected scene, four more of a frame, or the cells
    of a test strip or grid of the selected scene."""

    scope: Scope = "sheet"
    count: int = 1
    parent_id: str = ""
    frame_id: str = ""
    settings: Settings = field(default_factory=Settings)
    axes: Axes = field(default_factory=Axes)

    @property
    def is_grid(self) -> bool:
        return self.scope in ("strip", "grid")

    def with_settings(self, settings: Settings) -> "Order":
        """A tweak is of one scene: going to another one starts afresh."""
        is_moved = bool(self.parent_id) and settings.scene != self.settings.scene and self.settings.scene != ""
        return replace(self, settings=settings, parent_id="" if is_moved else self.parent_id)


def parse_settings(text: str) -> Settings:
    """Raises BadInput. Knob values are judged by the service, which knows the pack."""
    bad = BadInput.of("values", "The bench sent something unreadable. Reload the page.")
    if len(text) > MAX_CHARS:
        raise bad
    try:
        told = json.loads(text)
        scenes = tuple((str(each["id"])[:60], dict(each["knobs"])) for each in told["scenes"][:MAX_SCENES])
        seed = told["seed"]
        aspect = str(told.get("aspect", ""))[:5]
        settings = Settings(int(told["version"]), str(told["scene"])[:60], seed, scenes, int(told["turned"]), aspect)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise bad from None
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise bad
    return settings


def seeds_of(scenes: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """By scene, as SceneOut tells them; none for a scene whose frames are each another take."""
    return {scene["id"]: scene["seed"] for scene in scenes if scene.get("seed_policy") != "fresh"}


def request_of(order: Order, pack: str | UUID, shoot_id: UUID | None, seeds: dict[str, int]) -> ShootRequest:
    """`seeds` are the scenes' own, which the drafts are drawn with unless the bench says another; without one a frame's
    is random."""
    settings = order.settings
    parent = UUID(order.parent_id) if order.parent_id and order.scope != "sheet" else None
    chosen = settings.scenes if order.scope == "sheet" else _selected(settings)
    count = order.count if order.scope == "scene" else 1
    asks = tuple(
        FrameAsk(scene, knobs, settings.seed if settings.seed is not None else seeds.get(scene), count, parent)
        for scene, knobs in chosen
    )
    width, height = settings.sides
    most = MAX_SCENES if order.scope == "sheet" else MAX_FRAMES
    pack_of_new = pack if shoot_id is None else None
    return ShootRequest(asks, shoot_id=shoot_id, pack=pack_of_new, width=width, height=height, most=most)


def _selected(settings: Settings) -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple(each for each in settings.scenes if each[0] == settings.scene)
