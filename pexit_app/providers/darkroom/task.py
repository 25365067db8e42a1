"""What crosses the pipe between the pool and its worker processes: four kinds of work and what comes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pexit_app.core.ports import Inspected, OutputFormat
from pexit_app.providers.darkroom.parameters import Look


@dataclass(frozen=True, slots=True)
class Task:
    """One picture. `personas` are `standin:<name>` or paths of persona files, one a role; sizes in pixels."""

    LOST: ClassVar[str] = "The darkroom stopped while making this picture. Please try again."
    CANCELED: ClassVar[str] = "This picture was canceled."

    personas: tuple[str, ...]
    look: Look
    seed: int
    width: int
    height: int
    output_format: OutputFormat
    is_draft: bool

    @property
    def limit_s(self) -> float:
        return 30.0 if self.is_draft else 180.0


@dataclass(frozen=True, slots=True)
class Inspection:
    """An uploaded file of unknown worth, to be read and looked at by the gate."""

    LOST: ClassVar[str] = "The darkroom stopped while looking at this photo. Please try again."
    CANCELED: ClassVar[str] = "This photo was given up."

    content: bytes

    @property
    def limit_s(self) -> float:
        return 5.0


@dataclass(frozen=True, slots=True)
class Portrait:
    """One kept photo, to become a persona of one source."""

    LOST: ClassVar[str] = "The darkroom stopped while cutting out this photo. Please try again."
    CANCELED: ClassVar[str] = "This photo was given up."

    photo: bytes

    @property
    def limit_s(self) -> float:
        return 60.0


@dataclass(frozen=True, slots=True)
class Training:
    """Kept photos (paths on this machine), to become a persona of their best."""

    LOST: ClassVar[str] = "The darkroom stopped while learning this likeness. Please try again."
    CANCELED: ClassVar[str] = "This training was canceled."

    photos: tuple[str, ...]

    @property
    def limit_s(self) -> float:
        return 60.0 + 20.0 * len(self.photos)


AnyTask = Task | Inspection | Portrait | Training


@dataclass(frozen=True, slots=True)
class Ready:
    """Worker -> pool: loaded and warm; before this nothing is asked of it."""


@dataclass(frozen=True, slots=True)
class Work:
    """Pool -> worker: do `task`; `number` tells this work from any other."""

    number: int
    task: AnyTask


@dataclass(frozen=True, slots=True)
class Stop:
    """Pool -> worker: give up work `number` at its next stage."""

    number: int


@dataclass(frozen=True, slots=True)
class Stage:
    """Worker -> pool: this stage begins, and so many percent lie behind it."""

    name: str
    progress: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Worker -> pool: the file, and how long it took by part, in milliseconds."""

    content: bytes
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """Worker -> pool: what the gate found in a photo."""

    inspected: Inspected


@dataclass(frozen=True, slots=True)
class Refused:
    """Worker -> pool: the file is no usable photo (see BadPhoto)."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Worker -> pool: why there is no result, in words for the person who ordered it."""

    message: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Worker -> pool: given up as asked."""
