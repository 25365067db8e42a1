"""The process is asked to stop: whoever waits for something to happen ends now, so that the server can drain.

An event stream never ends by itself, and the server waits for every answer before it closes the database and the
darkroom: one open stream would have it killed instead.
"""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from sse_starlette.sse import AppStatus

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def has_begun() -> bool:
    return AppStatus.should_exit


def _begin(signum: int, frame: FrameType | None) -> None:
    AppStatus.should_exit = True  # every stream of this process looks at it twice a second


@contextlib.contextmanager
def on_signals() -> Iterator[None]:
    """Open it in the main thread, after the server has set its own handlers on the event loop: those are called through
    the loop's wake-up descriptor and stay in force."""
    AppStatus.should_exit = False
    before = {each: signal.signal(each, _begin) for each in SIGNALS}
    for each in SIGNALS:
        signal.siginterrupt(each, False)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
