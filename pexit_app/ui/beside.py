"""Files beside a module, for the bundle: what `rx.asset(shared=True)` does, told whose file it is. Reflex finds that out
from the stack, and reads the source of every caller for it: two seconds of every start."""

import sys
from pathlib import Path
from uuid import uuid4

from pexit_app.core.settings import ROOT


def beside(module: str, name: str) -> str:
    """Where the bundle imports `name` from, a file beside `module` (its `__name__`). Links it there; FileNotFoundError
    when there is none."""
    source = Path(sys.modules[module].__file__ or "").with_name(name).resolve()
    if not source.is_file():
        raise FileNotFoundError(source)
    path = f"external/{module.replace('.', '/')}/{name}"
    _link(ROOT / "assets" / path, source)
    return f"$/public/{path}"


def _link(place: Path, source: Path) -> None:
    """In one move: several processes start at once, and each finds a link that leads somewhere."""
    if place.is_symlink() and place.resolve() == source:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{uuid4().hex}.tmp")
    new.symlink_to(source)
    new.replace(place)
