"""Personas by the name an order gives them, kept (undecoded: half a megabyte each) in a small cache per process."""

from functools import lru_cache
from pathlib import Path

from pexit_app.providers.darkroom import persona

_STANDIN = "standin:"
_KEPT = 6
_files: set[str] = set()  # that load() may still hold


def is_standin(name: str) -> bool:
    return name.startswith(_STANDIN)


def knows(name: str) -> bool:
    """Whether `name` is `standin:<one of the shipped>`."""
    return is_standin(name) and name.removeprefix(_STANDIN) in persona.STANDINS


@lru_cache(maxsize=_KEPT)
def load(name: str) -> persona.Persona:
    """`standin:<name>`, or the path of a persona file; files are never changed once written, so a path is a fair key.

    Raises KeyError for an unknown stand-in and PersonaFileError for an unreadable file.
    """
    if is_standin(name):
        return persona.standin(name.removeprefix(_STANDIN))
    found = persona.load(Path(name))
    _files.add(name)
    return found


def forget_gone() -> bool:
    """Lets go of personas whose file was deleted: a face is gone everywhere. True when there was one; then forget what
    was decoded of it too."""
    gone = {name for name in _files if not Path(name).is_file()}
    if gone:
        load.cache_clear()
        _files.clear()
    return bool(gone)
