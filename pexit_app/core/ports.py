"""What Pexit needs from the outside world, as protocols. Adapters live in providers/; bootstrap.py chooses them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from pexit_app.core.errors import PexitError

Json = bool | int | float | str | None
OutputFormat = Literal["png", "jpeg"]


class ProviderState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


class Kind(StrEnum):
    """What a provider can be asked for. `preview` is a picture of somebody from one photo, without training."""

    TRAIN = "train"
    GENERATE = "generate"
    PREVIEW = "preview"
    EDIT = "edit"
    FILL = "fill"
    UPSCALE = "upscale"


@dataclass(frozen=True, slots=True)
class Weights:
    """A LoRA to render with. `key` is the object key of our copy (safetensors), `home` the provider that trained it and
    `handle` that provider's own name for it ("owner/model:version" at Replicate), empty where it keeps none. Weights of
    a user's own have a `url` (https) and nothing else. `scale` 0-2."""

    key: str = ""
    url: str = ""
    home: str = ""
    handle: str = ""
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """One picture to make. The darkroom reads `look`, a diffusion model reads `prompt`: one pack drives both.

    `personas` names whose faces, one a role in the pack's order: `standin:<name>` or the object key of a persona file.
    `look` holds darkroom parameters by name (see providers/darkroom/parameters.py for names, ranges and units).
    `weights` are the trained likenesses in it, for diffusion models. `source` is the object key of the picture to start
    from: the photo of a `preview`, the finished frame of an `edit`, `fill` or `upscale`; of a `generate` its scene's
    reference, for models that can use one. `mask` is the object key of a PNG of the source's size, white where a `fill`
    shall mend. `width` and `height` bind for `generate` only; the other kinds give what they give.
    """

    personas: tuple[str, ...]
    look: Mapping[str, Json]
    prompt: str
    negative: str
    seed: int
    width: int
    height: int
    output_format: OutputFormat = "png"
    kind: Kind = Kind.GENERATE
    weights: tuple[Weights, ...] = ()
    source: str = ""
    mask: str = ""
    steps: int = 28
    guidance: float = 3.5
    factor: int = 2  # of an upscale


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


class Failure(StrEnum):
    """Why a provider failed: of itself, because the order cannot be done, or because its safety check withheld it."""

    SYSTEM = "system"
    INVALID = "invalid"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class ProviderUpdate:
    """`progress` is 0-100 and measured, never guessed. `stage` is a short plain word ("backdrop", "light", "grain").
    `queue_position` is how many orders are ahead, `log` the provider's last line. `error` is fit for the person who
    ordered it."""

    state: ProviderState
    progress: int = 0
    stage: str = ""
    queue_position: int | None = None
    log: str = ""
    error: str = ""
    failure: Failure = Failure.SYSTEM


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
    """`is_repeatable`: the same order gives the same bytes at no cost, so a lost submit may simply be sent again.
    `at_once` orders may be under way, `per_minute` may be submitted (None: any number)."""

    kinds: frozenset[Kind]
    is_repeatable: bool
    takes_prompt: bool
    max_side_px: int
    at_once: int
    per_minute: int | None = None


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
    """`photos` are object keys of kept photos, best not assumed first. `trigger_word`, `steps` and `subject` (what a
    caption calls it: "person", "pet") are for diffusion models. `boxes` say where the face is in each photo (x, y,
    width, height as shares; None: unknown), for models that want photos cropped to the subject."""

    photos: tuple[str, ...]
    trigger_word: str
    steps: int
    subject: str = "person"
    boxes: tuple[tuple[float, float, float, float] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteCopy:
    """Something of a person's that a provider holds: `what` ("photos", "weights"), `where` it is there, and until when;
    `expires_at` None: until it is deleted (`deleted_at`)."""

    what: str
    where: str
    expires_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """The darkroom gives a `persona` file. A diffusion model gives `weights`: a checked safetensors file in a folder of
    its own, which whoever fetched it moves or deletes; and a `handle`, where the provider keeps the model as well."""

    persona: bytes = b""
    weights: Path | None = None
    handle: str = ""
    copies: tuple[RemoteCopy, ...] = ()


class ProviderError(Exception):
    """The provider refused or lost the work. `message` is fit for the person who ordered it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotTaken(ProviderError):
    """The provider surely did not take the order: it could not be reached, or said no. Another one may be asked.
    `is_outage`: it cannot work at all just now (unreachable, 401, 402, 403, 503); `retry_after_s` as it asked."""

    def __init__(self, message: str, *, is_outage: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.is_outage, self.retry_after_s = is_outage, retry_after_s


class AnswerLost(Exception):
    """The order was sent and no clear answer came: it may have been taken, and must not be sent again."""


class Declined(ProviderError):
    """The order cannot be done as it is, by this provider's own word: trying again would not help."""


class Withheld(Declined):
    """Its safety check keeps the picture back."""


class UnknownOrder(ProviderError):
    """The provider knows no order of that id (any more)."""


class Superseded(ProviderError):
    """A newer draft of the same stream took this one's place."""


class Busy(NotTaken):
    """Too much is waiting; try again shortly."""


class InvalidOrder(NotTaken):
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


OrderT = TypeVar("OrderT", contravariant=True)
ProductT = TypeVar("ProductT", covariant=True)


class Provider(Protocol[OrderT, ProductT]):
    """Somebody who works for us: asynchronous and fallible like the networks between us. Every adapter passes the suite
    in tests/providers/contract.py."""

    name: str

    def capabilities(self) -> Capabilities: ...

    async def submit(self, order: OrderT, reference: str, model: str = "") -> str:
        """Hands `order` over to `model` (its own name for it; empty: its only one). `reference` is our own id, echoed by
        webhooks and found by find(). Returns the provider's id. Nothing is sent twice.

        Raises NotTaken (InvalidOrder, Busy) when it surely was not taken, AnswerLost when nobody knows."""
        ...

    async def find(self, order: OrderT, reference: str, model: str, since: datetime) -> str | None:
        """The id of an order whose answer was lost, from the provider's own listing of what came after `since`; None
        where it is not listed, or nothing is. Raises ProviderError."""
        ...

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """Updates until a terminal one (done, failed, canceled), which is the last. Short troubles of the network are
        sat out. Raises UnknownOrder."""
        ...

    async def cancel(self, provider_id: str) -> None:
        """Ask for the work to stop. Unknown or finished ids are ignored."""
        ...

    async def fetch(self, provider_id: str) -> ProductT:
        """What was made, checked; keeps answering until `forget`. Raises UnknownOrder, Withheld, ProviderError."""
        ...

    async def forget(self, provider_id: str) -> None:
        """The product is stored: the provider may drop its copy, and what was uploaded for it."""
        ...


ImageProvider = Provider[ImageOrder, ImageResult]


class LikenessTrainer(Provider[TrainingOrder, Trained], Protocol):
    async def delete_model(self, handle: str) -> None:
        """The provider keeps the trained model no longer; one that it does not know is fine. Raises ProviderError when it
        was not deleted, to be tried again."""
        ...


class Forged(Exception):
    """A webhook that its provider did not send, or sent too long ago."""


HookUrl = Callable[[str, str, str], str | None]  # (provider, reference, model) -> where it may call us; None: nowhere


class HookReader(Protocol):
    """Reads the webhooks of one provider."""

    async def read(self, headers: Mapping[str, str], body: bytes, model: str) -> str:
        """The provider's id of the order it is about, as submit() would have returned it. `headers` with lower-case
        names. Raises Forged, ValueError for a body that cannot be read."""
        ...


class DraftEngine(Protocol):
    async def draft(self, order: DraftOrder) -> Draft:
        """Raises Superseded, Busy, ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """An object without its bytes."""

    key: str
    size: int
    media_type: str
    changed_at: datetime


class StoreFull(PexitError):
    """There is no room for it; nothing of it was kept."""

    code, status = "storage_full", 507


class ObjectStore(Protocol):
    """Private bytes by key (`frames/<id>/full.png`). Keys are made by us, never by a user."""

    is_public: bool  # whether its signed URLs are reached from the whole internet, providers included

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Whole or not at all. Raises StoreFull."""
        ...

    async def put_file(self, key: str, path: Path, media_type: str) -> None:
        """The same from a file, never whole in memory."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises FileNotFoundError."""
        ...

    async def get_file(self, key: str, path: Path) -> None:
        """The same into a file (written whole or not at all)."""
        ...

    async def stat(self, key: str) -> Stored:
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

    def signed_put(self, key: str, media_type: str, size: int, expires_s: int) -> str:
        """A URL to which exactly `size` bytes of `media_type` may be PUT as this object until it expires. Call
        confirm() afterwards."""
        ...

    async def confirm(self, key: str, media_type: str, size: int) -> Stored:
        """What was PUT is of the type and length that were agreed, or it is deleted. Raises FileNotFoundError,
        ValueError."""
        ...
