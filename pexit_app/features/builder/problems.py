"""What is wrong with a pack while it is typed: where, in words a creator can act on, and whether it stops publishing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pexit_app.features.packs.rules import Path
from pexit_app.features.packs.yaml_source import written

Severity = Literal["error", "warning"]
_LISTS = {"scenes": "scene", "knobs": "knob", "options": "option", "samples": "sample", "cast": "role", "words": "band"}
_LISTS["stand_ins"] = "stand-in"
_NAMES = {
    "alt": "alternative text",
    "code": "film code",
    "negative": "negative words",
    "max_words": "words at most",
    "price_dust": "fee for a frame",
    "prompt": "words",
    "reference": "reference picture",
    "refuses": "words refused",
    "say": "words",
    "says": "reading on screen",
    "sets": "look",
    "sees": "keywords",
    "stand_ins": "stand-ins",
    "to": "end",
    "unlock_dust": "unlock price",
    "visible_if": "shown-only-if",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` into the document; `message` is a sentence that says how to mend it, `place` the field in words. An error
    stops publishing, a warning does not. `value` is what was typed, `limit` the bound it breaks, if there is one."""

    path: Path
    message: str
    severity: Severity = "error"
    value: Any = None
    limit: Any = None
    place: str = ""

    @property
    def pointer(self) -> str:
        """The path as a JSON pointer (RFC 6901): `/scenes/1/title`."""
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in self.path)

    @property
    def field(self) -> str:
        """The path as the rest of the API writes it: `scenes[1].title`."""
        return written(self.path) if self.path else "pack"

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


def place_of(document: Any, path: Sequence[str | int]) -> str:
    """A field in words: `Scene Moonrise, knob Later in the day, label`."""
    parts: list[str] = []
    value, parent = document, ""
    for part in path:
        value = _inside(value, part)
        if isinstance(part, int):
            noun, name = _LISTS.get(parent, parent.replace("_", " ")), _title_of(value)
            parts[-1:] = [f"{noun} {name}" if name else f"{noun} {part + 1}"]
        else:
            parts.append(_NAMES.get(part, part.replace("_", " ")))
        parent = str(part)
    text = ", ".join(parts) or "the pack"
    return text[0].upper() + text[1:]


def _inside(value: Any, part: str | int) -> Any:
    is_here = (isinstance(value, Mapping) and part in value) or (
        isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value)
    )
    return value[part] if is_here else None  # type: ignore[index]


def _title_of(value: Any) -> str:
    for name in ("title", "label", "name") if isinstance(value, Mapping) else ():
        if isinstance(value.get(name), str) and value[name].strip():
            return str(value[name].strip())
    return ""
