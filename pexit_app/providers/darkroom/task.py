"""What crosses the pipe between the pool and its worker processes."""

from collections.abc import Mapping
from dataclasses import dataclass

from pexit_app.core.ports import OutputFormat
from pexit_app.providers.darkroom.parameters import Look


@dataclass(frozen=True, slots=True)
class Task:
    """One picture. `personas` are `standin:<name>` or paths of persona files, one a role; sizes in pixels."""

    personas: tuple[str, ...]
    look: Look
    seed: int
    width: int
    height: int
    output_format: OutputFormat
    is_draft: bool


@dataclass(frozen=True, slots=True)
class Work:
    """Pool -> worker: do `task`; `number` tells this work from any other."""

    number: int
    task: Task


@dataclass(frozen=True, slots=True)
class Stop:
    """Pool -> worker: give up work `number` at its next stage."""

    number: int


@dataclass(frozen=True, slots=True)
class Stage:
    """Worker -> pool: this stage begins."""

    name: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Worker -> pool: the file, and how long it took by part, in milliseconds."""

    content: bytes
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Failed:
    """Worker -> pool: why there is no picture, in words for the person who ordered it."""

    message: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Worker -> pool: given up as asked."""
