"""What a worker process may take of the machine's memory, and what it gives back."""

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

from pexit_app.providers.darkroom.render import forget_drafts

if sys.platform != "win32":
    import resource

WORKER_BYTES_MAX = 512 * 2**20
_ROOMY_BELOW = 256 * 2**20
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEEP_BELOW, _RETURN_FROM = 1 << 30, 1 << 20


def suit(is_draft: bool) -> None:
    """For drafts have the C library reuse freed pictures instead of returning them to the kernel: a fifth of a draft's
    time is page faults otherwise. For all else the other way round: large arrays come from the kernel and go back to
    it, so that what drafts left behind does not add to the peak. Only glibc has the switches."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt") and hasattr(library, "malloc_trim"):
        library.mallopt(_M_MMAP_THRESHOLD, _KEEP_BELOW if is_draft else _RETURN_FROM)
        library.mallopt(_M_TRIM_THRESHOLD, _KEEP_BELOW)
        if not is_draft:
            library.malloc_trim(0)


def make_room() -> None:
    """Lets go of what drafts kept when it is much."""
    if _status("VmRSS") > _ROOMY_BELOW:
        forget_drafts()
    suit(is_draft=False)


@contextlib.contextmanager
def guard() -> Iterator[None]:
    """Within it an allocation that would take this process over 512 MB fails (MemoryError, cv2.error) instead of taking
    the machine down. Linux only: the limit is on data, as address space says nothing of memory."""
    resident, data = _status("VmRSS"), _status("VmData")
    if not resident or not data:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (data + max(WORKER_BYTES_MAX - resident, 0), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _status(name: str) -> int:
    """A line of /proc/self/status in bytes; 0 where there is no such thing."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
    return 0
