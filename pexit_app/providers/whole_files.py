"""Files that are whole or absent: written beside their place and renamed into it."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pexit_app.core.errors import NO_ROOM
from pexit_app.core.ports import StoreFull

PART = ".part-"
FULL = "The disk is full."


@contextlib.contextmanager
def room() -> Iterator[None]:
    """Turns a full disk and a used-up quota into StoreFull."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StoreFull(FULL) from None
        raise


class Part:
    """A file on its way. Every method blocks, and raises StoreFull; call keep() or drop() at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with room():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
        self.file: BinaryIO = os.fdopen(handle, "wb")
        self._name = Path(name)

    def write(self, content: bytes) -> None:
        with room():
            self.file.write(content)

    def keep(self) -> None:
        """From here on the file is there, power cut or not."""
        with room():
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            os.replace(self._name, self.path)

    def drop(self) -> None:
        with contextlib.suppress(OSError):  # what close() would still write has no room either
            self.file.close()
        self._name.unlink(missing_ok=True)


@contextlib.contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """`with whole(path) as file`: at the end of the block the file is in its place, after an exception nothing is."""
    part = Part(path)
    try:
        with room():
            yield part.file
        part.keep()
    except BaseException:
        part.drop()
        raise


def drop_old_parts(folder: Path, older_s: float) -> int:
    """What killed writers left behind; how many there were."""
    count, until = 0, time.time() - older_s
    for path in folder.rglob(f"{PART}*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < until:
                path.unlink()
                count += 1
    return count
