"""A worker process: takes work from its pipe, answers with stages and a result, and dies with its parent.

Started by the pool as `python -m pexit_app.providers.darkroom.child <fd> <parent pid> <niceness>`.
"""

import ctypes
import logging
import os
import signal
import sys
import time
from multiprocessing.connection import Connection

from pexit_app.providers.darkroom import colour, memory, persona_store
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.perform import Result, perform
from pexit_app.providers.darkroom.render import draft, forget_faces
from pexit_app.providers.darkroom.task import Failed, Ready, Stage, Stop, Stopped, Work

_PR_SET_PDEATHSIG = 1
FORGET_S = 2.0  # between looks whether a face was deleted
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


def warm_up() -> None:
    """One small draft runs all the code once; grade tables are built before anyone waits for them."""
    colour.warm_up()
    draft(persona_store.load("standin:alba"), Look(), (256, 256), 0)


def forget_gone_faces() -> None:
    """A likeness or photo that was deleted leaves this process too."""
    if persona_store.forget_gone():
        forget_faces()


def serve(channel: "Connection[object, object]") -> None:
    """Works until the pipe ends. A Stop may overtake the work it speaks of."""
    stopped = 0
    try:
        warm_up()
        channel.send(Ready())
        forget_at = 0.0
        while True:
            is_idle = not channel.poll(FORGET_S)
            if is_idle or time.monotonic() >= forget_at:
                forget_gone_faces()
                forget_at = time.monotonic() + FORGET_S
            if is_idle:
                continue
            message = channel.recv()
            if isinstance(message, Stop):
                stopped = message.number
            elif isinstance(message, Work):
                channel.send(Stopped() if message.number == stopped else _do(channel, message))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _do(channel: "Connection[object, object]", work: Work) -> Result | Stopped:
    def tell(stage: str, progress: int) -> None:
        while channel.poll():
            message = channel.recv()
            if isinstance(message, Stop) and message.number == work.number:
                raise _Given
        channel.send(Stage(stage, progress))

    try:
        return perform(work.task, tell)
    except _Given:
        return Stopped()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:
        log.exception("work failed")
        return Failed(f"The darkroom could not do this ({type(error).__name__}).")


def main() -> None:
    descriptor, parent_pid, niceness = (int(argument) for argument in sys.argv[1:4])
    die_with(parent_pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(niceness)
    memory.suit(is_draft=True)
    with Connection(descriptor) as channel:
        serve(channel)


if __name__ == "__main__":
    main()
