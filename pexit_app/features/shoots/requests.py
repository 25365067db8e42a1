"""What frames are asked for: one shape behind REST and the pages, checked in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from uuid import UUID

from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.core.ports import OutputFormat

MAX_FRAMES = 16  # in one request
MAX_WAITING = 200  # of one user
MAX_SEED = 2**31 - 1
MIN_SIDE_PX, MAX_SIDE_PX, SIDE_STEP_PX = 512, 1536, 64
MAX_PROMPT_CHARS = 2_000
MAX_TITLE_CHARS = 80
FREE_PACK, FREE_SCENE, FREE_KNOB = "your-words", "free", "words"  # the built-in pack of a prompt without a pack
Variant = Literal["thumb", "view", "full"]

# The size of a frame when none is asked for: about 1.3 megapixels, sides that diffusion models take too.
SIZES_PX: dict[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "4:5": (1024, 1280),
    "2:3": (896, 1344),
    "3:2": (1344, 896),
    "9:16": (832, 1472),
    "16:9": (1472, 832),
}


@dataclass(frozen=True, slots=True)
class FrameAsk:
    """`count` frames of one scene; frame i has `seed` + i, a random start when it is None. `parent_frame_id`: they are
    tweaks of that frame."""

    scene: str
    knobs: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    count: int = 1
    parent_frame_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ShootRequest:
    """Frames in an existing shoot, or (with `pack`: a slug, or a version's id) in one that is opened for them. A sheet is
    one ask for each scene. Sides in pixels, both or neither. `cast` names a likeness or photo by role; None keeps the
    shoot's (in a new one: stand-ins). `prompt` and `negative` add words for models that read them; `lora_url` is a checked
    safetensors file of the user's own, for a GPU.
    `most` is how many frames it may have; a grid and a whole sheet have more than a plain request."""

    asks: tuple[FrameAsk, ...]
    shoot_id: UUID | None = None
    pack: str | UUID | None = None
    cast: Mapping[str, UUID | None] | None = None
    width: int | None = None
    height: int | None = None
    output_format: OutputFormat = "png"
    prompt: str = ""
    negative: str = ""
    lora_url: str | None = None
    quote_id: UUID | None = None
    most: int = MAX_FRAMES

    @property
    def total(self) -> int:
        return sum(ask.count for ask in self.asks)


def check(request: ShootRequest) -> None:
    """Raises BadInput with every problem found. Pages call with what a browser sent, so types are not taken on trust."""
    problems = [problem for ask in request.asks for problem in _problems_of(ask)]
    for name, side in (("width", request.width), ("height", request.height)):
        if side is not None and not _is_side(side):
            limit = f"a multiple of {SIDE_STEP_PX} from {MIN_SIDE_PX} to {MAX_SIDE_PX}"
            problems.append(FieldProblem(name, f"Sides are {limit} pixels.", _short(side), limit))
    if (request.width is None) != (request.height is None):
        missing = "width" if request.width is None else "height"
        problems.append(FieldProblem(missing, "Give both sides, or neither."))
    if request.output_format not in get_args(OutputFormat):
        formats = list(get_args(OutputFormat))
        problems.append(FieldProblem("output_format", "Use png or jpeg.", _short(request.output_format), formats))
    for name, text in (("prompt", request.prompt), ("negative", request.negative)):
        if not isinstance(text, str) or len(text) > MAX_PROMPT_CHARS or "\0" in text:
            message = f"At most {MAX_PROMPT_CHARS} characters of text."
            problems.append(FieldProblem(name, message, None, MAX_PROMPT_CHARS))
    if not problems and not 1 <= request.total <= request.most:
        message = f"Ask for 1 to {request.most} frames at once."
        problems.append(FieldProblem("count", message, request.total, request.most))
    if problems:
        raise BadInput("Mend these fields: " + ", ".join(dict.fromkeys(each.field for each in problems)), problems)


def _problems_of(ask: FrameAsk) -> list[FieldProblem]:
    if not _is_whole(ask.count) or not 1 <= ask.count <= MAX_FRAMES:
        return [FieldProblem("count", f"Ask for 1 to {MAX_FRAMES} frames at once.", _short(ask.count), MAX_FRAMES)]
    problems = []
    if not isinstance(ask.scene, str):
        problems.append(FieldProblem("scene", "Name a scene.", _short(ask.scene)))
    if not isinstance(ask.knobs, Mapping):
        problems.append(FieldProblem("knobs", "The knobs must be an object."))
    last = MAX_SEED - (ask.count - 1)
    if ask.seed is not None and (not _is_whole(ask.seed) or not 0 <= ask.seed <= last):
        problems.append(FieldProblem("seed", f"Seeds go from 0 to {last} here.", _short(ask.seed), last))
    return problems


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def sides_of(width: int, height: int) -> tuple[int, int] | tuple[None, None]:
    """The sides of a frame, for ordering another like it; none where they are not of those that can be ordered."""
    return (width, height) if _is_side(width) and _is_side(height) else (None, None)


def _is_side(value: Any) -> bool:
    return _is_whole(value) and MIN_SIDE_PX <= value <= MAX_SIDE_PX and value % SIDE_STEP_PX == 0


def _short(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else str(value)[:80]
