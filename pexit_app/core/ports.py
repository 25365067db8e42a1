"""What Pexit needs from the outside world, as protocols. Adapters live in providers/; bootstrap.py chooses them.

An image provider is asynchronous and fallible like the networks it stands for: `submit` hands over an order and
returns the provider's own id, `follow` tells what happens until a terminal update, `fetch` brings the bytes.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

Json = bool | int | float | str | None
OutputFormat = Literal["png", "jpeg"]


class ProviderState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """One picture to make. The darkroom reads `look`, a diffusion model reads `prompt`: one pack drives both.

    `personas` names whose faces, one a role in the pack's order: `standin:<name>` or the object key of a persona file.
    `look` holds darkroom parameters by name (see providers/darkroom/parameters.py for names, ranges and units).
    """

    personas: tuple[str, ...]
    look: Mapping[str, Json]
    prompt: str
    negative: str
    seed: int
    width: int
    height: int
    output_format: OutputFormat = "png"


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A quick look: longer side `size_px` (256-768), JPEG. `aspect` is "w:h" and `stream` groups requests of which only
    the newest matters (one studio tab); an older one still waiting is given up with `Superseded`."""

    personas: tuple[str, ...]
    look: Mapping[str, Json]
    seed: int
    aspect: str
    size_px: int
    stream: str


@dataclass(frozen=True, slots=True)
class ProviderUpdate:
    """`progress` is 0-100 and measured, never guessed. `stage` is a short plain word ("backdrop", "light", "grain")."""

    state: ProviderState
    progress: int = 0
    stage: str = ""
    queue_position: int | None = None
    log: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class ImageResult:
    content: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Draft:
    """JPEG bytes and server timings in milliseconds by name ("queue", "render", "encode")."""

    content: bytes
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`is_repeatable`: the same order gives the same bytes at no cost, so a lost submit may simply be sent again."""

    is_repeatable: bool
    takes_prompt: bool
    max_side_px: int
    at_once: int


ReasonCode = Literal[
    "no_face",
    "several_faces",
    "too_small",
    "blurred",
    "too_dark",
    "blown_out",
    "turned_away",
    "duplicate",
    "may_be_someone_else",
]
Pose = Literal["front", "left", "right", "up", "down"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What the gate has to say about a photo, in one sentence that says how to mend it. `refuses` False: only a hint,
    the photo counts (`may_be_someone_else` is a question, never a refusal)."""

    code: ReasonCode
    message: str
    refuses: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured on one photo. `sharpness` 0-100; angles in degrees (yaw right positive, pitch up positive);
    `face_px` the distance between the eyes' outer corners; `face_box` x, y, width, height as shares of the photo (None
    without a face); `prints` the fingerprints that judge() compares, as JSON."""

    sharpness: float
    pose: Pose | None
    yaw: float
    pitch: float
    face_px: float
    face_box: tuple[float, float, float, float] | None
    prints: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inspected:
    """A photo as it is kept: JPEG, upright, no metadata, longer side at most 2048 px; and a 480 px JPEG to look at."""

    photo: bytes
    thumb: bytes
    width: int
    height: int
    reading: Reading
    reasons: tuple[Reason, ...]  # of the photo alone; judge() adds what it is beside others


@dataclass(frozen=True, slots=True)
class Readiness:
    """`score` 0-100; `next_photo` the one sentence that gains most, empty at 100; `gain` what it would add."""

    score: int
    next_photo: str
    gain: int


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """`photos` are object keys of kept photos, best not assumed first. `trigger_word` and `steps` are for diffusion
    models; the darkroom keeps them."""

    photos: tuple[str, ...]
    trigger_word: str
    steps: int


@dataclass(frozen=True, slots=True)
class Trained:
    """`persona` is a darkroom persona file; `weights_url` where a diffusion model's weights are, empty for the darkroom."""

    persona: bytes
    weights_url: str = ""


class ProviderError(Exception):
    """The provider refused or lost the work. `message` is fit for the person who ordered it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownOrder(ProviderError):
    """The provider knows no order of that id (any more)."""


class Superseded(ProviderError):
    """A newer draft of the same stream took this one's place."""


class Busy(ProviderError):
    """Too much is waiting; try again shortly."""


class InvalidOrder(ProviderError):
    """The order asks for something that does not exist: `field` (a look parameter or a size), the `value` given and the
    `limit` it breaks, in words. Fit for `details[{field, message, value, limit}]`."""

    def __init__(self, field: str, value: Json, limit: str) -> None:
        super().__init__(f"{field} must be {limit}")
        self.field = field
        self.value = value
        self.limit = limit


class BadPhoto(Exception):
    """A file that is no usable photo. `code` one of too_large, too_many_pixels, not_an_image, unsupported, damaged;
    `message` names the reason and the remedy."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class PhotoGate(Protocol):
    async def inspect(self, content: bytes) -> Inspected:
        """Decodes in a process of its own, within 5 s and 512 MB. Raises BadPhoto, Busy, ProviderError."""
        ...

    def judge(self, reading: Reading, others: Sequence[Reading]) -> tuple[Reason, ...]:
        """`duplicate` and `may_be_someone_else`, against the photos of the person accepted before. Quick."""
        ...

    def readiness(self, accepted: Sequence[Reading]) -> Readiness: ...

    async def one_photo_persona(self, photo: bytes) -> bytes:
        """A persona file made of one kept photo, for drafts and for rendering from one photo. Raises ProviderError."""
        ...


class LikenessTrainer(Protocol):
    """Asynchronous and fallible like ImageProvider, with the same meaning of submit, follow, cancel and forget. Updates
    carry one stage a photo ("photo 3 of 12: cut out"), so that a follower hears of every photo and stage."""

    name: str
    is_repeatable: bool

    async def submit(self, order: TrainingOrder, reference: str) -> str: ...

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]: ...

    async def cancel(self, provider_id: str) -> None: ...

    async def fetch(self, provider_id: str) -> Trained: ...

    async def forget(self, provider_id: str) -> None: ...


class ImageProvider(Protocol):
    name: str

    def capabilities(self) -> Capabilities: ...

    async def submit(self, order: ImageOrder, reference: str) -> str:
        """Hand over `order`; `reference` is our own job id, echoed in webhooks. Returns the provider's id."""
        ...

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """Updates until a terminal one (done, failed, canceled), which is the last. Raises UnknownOrder."""
        ...

    async def cancel(self, provider_id: str) -> None:
        """Ask for the work to stop. Unknown or finished ids are ignored."""
        ...

    async def fetch(self, provider_id: str) -> ImageResult:
        """The finished picture; keeps answering until `forget`. Raises UnknownOrder."""
        ...

    async def forget(self, provider_id: str) -> None:
        """The result is stored: the provider may drop its copy."""
        ...


class DraftEngine(Protocol):
    async def draft(self, order: DraftOrder) -> Draft:
        """Raises Superseded, Busy, ProviderError."""
        ...


class ObjectStore(Protocol):
    """Private bytes by key (`frames/<id>/full.png`). Keys are made by us, never by a user."""

    async def put(self, key: str, content: bytes, media_type: str) -> None: ...

    async def get(self, key: str) -> bytes:
        """Raises FileNotFoundError."""
        ...

    async def delete(self, key: str) -> None:
        """Idempotent."""
        ...

    async def delete_prefix(self, prefix: str) -> int:
        """Deletes every key under `prefix` (which ends in "/"); returns how many."""
        ...

    def list(self, prefix: str) -> AsyncIterator[str]:
        """Every key under `prefix`."""
        ...

    def signed_url(self, key: str, media_type: str, expires_s: int, download_name: str | None = None) -> str:
        """A URL that reads this one object until it expires; path-absolute for the local store."""
        ...


class CodeSender(Protocol):
    where: (
        str  # where a code shows up when nothing leaves this machine ("in the terminal ..."); empty: it is really sent
    )

    async def send_code(self, identifier: str, code: str) -> None:
        """Deliver a sign-in code to an e-mail address or phone number."""
        ...
