"""YAML from strangers -> plain values and the line each came from. The language of docs/packs.md: YAML 1.2's core
scalars (so `on`, `no` and `17:30` are words), no anchors, aliases, tags or repeated keys, and nothing large or deep.

Values are built from the parser's events, one at a time: a hostile file is refused before it grows in memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from pexit_app.core.errors import BadInput, FieldProblem

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
MAX_NODES = 20_000

Path = tuple[str | int, ...]
_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(slots=True)
class Source:
    """`value` is what was written; `lines` holds the line (from 1) of every node by its path."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)


def read(content: bytes | str) -> Source:
    """Raises BadInput when the text cannot be read at all; repeated keys are listed in `problems`."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if len(raw) > MAX_BYTES:
        raise BadInput.of("file", f"The file may have {MAX_BYTES // 1024} KB at most.", len(raw), MAX_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput.of("file", "The file is not UTF-8 text.") from None
    source = Source()
    try:
        _Builder(source, yaml.parse(text, Loader=_Loader)).build()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise BadInput.of("file", f"{line}{getattr(error, 'problem', None) or 'this is not YAML'}.") from None
    return source


class _Builder:
    def __init__(self, source: Source, events: Iterator[Any]) -> None:
        self.source = source
        self.events = events
        self.nodes = 0

    def build(self) -> None:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self.source.lines:
                    raise _refused((), event, "only one document is allowed in a file")
                self.source.value = self.node((), next(self.events))

    def node(self, path: Path, event: Any, depth: int = 1) -> Any:
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _refused(path, event, "anchors and aliases (& and *) are not allowed; write it out")
        if depth > MAX_DEPTH:
            raise _refused(path, event, f"nested deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        if self.nodes > MAX_NODES:
            raise _refused(path, event, f"more than {MAX_NODES} values in one file", MAX_NODES)
        if event.tag is not None and event.tag != "!":
            raise _refused(path, event, f"the tag {event.tag} is not allowed")
        self.source.lines[path] = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            return plain(event.value) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path, depth)
        return self.mapping(path, depth)

    def sequence(self, path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node((*path, len(items)), event, depth + 1))
        return items

    def mapping(self, path: Path, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            is_plain_key = isinstance(event, yaml.ScalarEvent) and event.tag is None and event.anchor is None
            if not is_plain_key:
                raise _refused(path, event, "a field's name must be plain text")
            self.nodes += 1
            key = event.value
            is_repeated = key in fields
            value = self.node((*path, key), next(self.events), depth + 1)
            if is_repeated:
                line = event.start_mark.line + 1
                problem = FieldProblem(written((*path, key)), f"line {line}: {key} is given twice.")
                self.source.problems.append(problem)
            else:
                fields[key] = value
        return fields


def plain(text: str) -> Any:
    """What unquoted text means."""
    lowered = text if text != text.title() else text.lower()
    if lowered in _WORDS:
        return _WORDS[lowered]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def written(path: Path) -> str:
    """("scenes", 1, "title") -> "scenes[1].title"."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "file"


def _refused(path: Path, event: Any, message: str, limit: int | None = None) -> BadInput:
    return BadInput.of(written(path), f"line {event.start_mark.line + 1}: {message}.", None, limit)
