"""One task in a worker process: what is done for each kind of work, and in whose words it fails."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import cv2

from pexit_app.core.ports import BadPhoto
from pexit_app.providers.darkroom import memory, persona_store
from pexit_app.providers.darkroom.encode import encode
from pexit_app.providers.darkroom.gate.inspect import inspect
from pexit_app.providers.darkroom.persona import PersonaFileError
from pexit_app.providers.darkroom.render import STAGES, draft, forget_drafts, render
from pexit_app.providers.darkroom.task import (
    AnyTask,
    Failed,
    Finished,
    Inspection,
    Portrait,
    Refused,
    Seen,
    Task,
    Training,
)
from pexit_app.providers.darkroom.training import train

Tell = Callable[[str, int], None]
Result = Finished | Seen | Refused | Failed
log = logging.getLogger(__name__)


def perform(task: AnyTask, tell: Tell) -> Result:
    """`tell(stage, percent)` hears each stage as it begins; what it raises ends the work and is passed on."""
    match task:
        case Task():
            return _picture(task, tell)
        case Inspection(content):
            return _inspection(content)
        case Portrait(photo):
            return _portrait(photo)
        case Training(photos):
            return _training(photos, tell)


def _picture(task: Task, tell: Tell) -> Finished | Failed:
    began = time.perf_counter()
    try:
        person, *others = (persona_store.load(name) for name in task.personas)
        other = others[0] if others else None
        size = (task.width, task.height)
        loaded = time.perf_counter()
        if task.is_draft:
            memory.suit(is_draft=True)
            picture = draft(person, task.look, size, task.seed, other)
        else:
            forget_drafts()
            memory.suit(is_draft=False)
            picture = render(
                person, task.look, size, task.seed, lambda stage: tell(stage, _percent(stage)), other
            )
            tell("encode", _percent("encode"))
    except PersonaFileError:
        log.exception("persona cannot be read")
        return Failed("This likeness cannot be read; train it again.")
    rendered = time.perf_counter()
    content = encode(picture, task.output_format, task.personas, task.is_draft)
    encoded = time.perf_counter()
    return Finished(
        content,
        {
            "persona": (loaded - began) * 1000,
            "render": (rendered - loaded) * 1000,
            "encode": (encoded - rendered) * 1000,
        },
    )


def _percent(stage: str) -> int:
    """As many percent as stages lie behind this one."""
    return 100 * STAGES.index(stage) // len(STAGES)


def _inspection(content: bytes) -> Seen | Refused:
    memory.make_room()
    try:
        with memory.guard():
            return Seen(inspect(content))
    except BadPhoto as error:
        return Refused(error.code, error.message)
    except (MemoryError, cv2.error):
        log.exception("a photo needs more than a worker may take")
        return Refused("damaged", "This file could not be opened. Save it again as a JPEG and add that.")


def _portrait(photo: bytes) -> Finished | Failed:
    memory.make_room()
    began = time.perf_counter()
    try:
        content = train.from_one_photo(photo)
    except train.NothingToLearn as error:
        return Failed(str(error))
    return Finished(content, {"portrait": (time.perf_counter() - began) * 1000})


def _training(photos: tuple[str, ...], tell: Tell) -> Finished | Failed:
    forget_drafts()
    memory.suit(is_draft=False)
    began = time.perf_counter()
    try:
        content = train.from_photos([Path(photo) for photo in photos], tell)
    except train.NothingToLearn as error:
        return Failed(str(error))
    return Finished(content, {"training": (time.perf_counter() - began) * 1000})
