"""What Pexit needs from the outside world, as protocols. Adapters live in providers/; bootstrap.py chooses them.

An image provider is asynchronous and fallible like the networks it stands for: `submit` hands over an order and
returns the provider's own id, `follow` tells what happens until a terminal update, `fetch` brings the bytes.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

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

    `persona` names whose face: `standin:<name>` or, for a trained likeness, its object key.
    `look` holds darkroom parameters by name (see providers/darkroom/parameters.py for names, ranges and units).
    """

    persona: str
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

    persona: str
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
