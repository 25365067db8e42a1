"""A worker process: takes work from its pipe, answers with stages and a picture, and dies with its parent.

Started by the pool as `python -m pexit_app.providers.darkroom.child <fd> <parent pid> <niceness>`.
"""

import ctypes
import logging
import os
import signal
import sys
import time
from multiprocessing.connection import Connection

from pexit_app.providers.darkroom import colour, persona_store
from pexit_app.providers.darkroom.encode import encode
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.persona import PersonaFileError
from pexit_app.providers.darkroom.render import OnStage, draft, forget_drafts, render
from pexit_app.providers.darkroom.task import Failed, Finished, Stage, Stop, Stopped, Task, Work

_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEEP_BELOW, _RETURN_FROM = 1 << 30, 1 << 20
log = logging.getLogger(__name__)


class _Given(Exception):
    """The pool asked for this work to be given up."""


def die_with(parent_pid: int) -> None:
    """Make the kernel kill this process when its parent dies, whatever kills that (Linux); elsewhere the end of the
    pipe does it. A parent that died before we could ask is noticed by its pid."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit(0)


def keep_memory(for_drafts: bool = True) -> None:
    """For drafts have the C library reuse freed pictures instead of returning them to the kernel: a fifth of a draft's
    time is page faults otherwise. For renders the other way round: large arrays come from the kernel and go back to
    it, so that what drafts left behind does not add to the peak. Only glibc has the switches."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt") and hasattr(library, "malloc_trim"):
        library.mallopt(_M_MMAP_THRESHOLD, _KEEP_BELOW if for_drafts else _RETURN_FROM)
        library.mallopt(_M_TRIM_THRESHOLD, _KEEP_BELOW)
        if not for_drafts:
            library.malloc_trim(0)


def warm_up() -> None:
    """One small draft runs all the code once; grade tables are built before anyone waits for them."""
    colour.warm_up()
    draft(persona_store.load("standin:alba"), Look(), (256, 256), 0)


def serve(channel: "Connection[object, object]") -> None:
    """Works until the pipe ends."""
    try:
        warm_up()
        while True:
            message = channel.recv()
            if isinstance(message, Work):
                channel.send(_do(channel, message))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _do(channel: "Connection[object, object]", work: Work) -> Finished | Failed | Stopped:
    def on_stage(name: str) -> None:
        while channel.poll():
            message = channel.recv()
            if isinstance(message, Stop) and message.number == work.number:
                raise _Given
        channel.send(Stage(name))

    try:
        return _picture(work.task, on_stage)
    except _Given:
        return Stopped()
    except (EOFError, OSError):
        raise
    except PersonaFileError:
        log.exception("persona cannot be read")
        return Failed("This likeness cannot be read; train it again.")
    except Exception as error:
        log.exception("render failed")
        return Failed(f"The darkroom could not make this picture ({type(error).__name__}).")


def _picture(task: Task, on_stage: OnStage) -> Finished:
    began = time.perf_counter()
    persona = persona_store.load(task.personas[0])
    size = (task.width, task.height)
    loaded = time.perf_counter()
    if task.is_draft:
        keep_memory()
        picture = draft(persona, task.look, size, task.seed)
    else:
        forget_drafts()
        keep_memory(for_drafts=False)
        picture = render(persona, task.look, size, task.seed, on_stage)
        on_stage("encode")
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


def main() -> None:
    descriptor, parent_pid, niceness = (int(argument) for argument in sys.argv[1:4])
    die_with(parent_pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(niceness)
    keep_memory()
    with Connection(descriptor) as channel:
        serve(channel)


if __name__ == "__main__":
    main()
