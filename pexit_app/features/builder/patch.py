"""RFC 6902 patches as steps that know what they do: which of them shift a list, and what undoes them.

Every place in a step is resolved against the document it was written for, so that an index of a list is a number and a
key of an object is text. Documents are never changed in place: a step makes a new one that shares what stayed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pexit_app.core.errors import BadInput
from pexit_app.features.builder.guard import MAX_DOCUMENT_BYTES, size_of

Path = tuple[str | int, ...]
Json = dict[str, Any]
Kind = Literal["put", "drop", "insert", "delete", "move", "test"]
_GONE = object()


@dataclass(frozen=True, slots=True)
class Step:
    """put: a field or an element becomes `value`; drop: a field goes; insert, delete: an element of a list comes, goes;
    move: an element goes to index `to` of the list without it; test: `value` is expected there."""

    kind: Kind
    path: Path
    value: Any = None
    to: int = 0

    @property
    def shifts(self) -> bool:
        return self.kind in ("insert", "delete", "move")


@dataclass(frozen=True, slots=True)
class Recorded:
    """Steps as they are kept: both directions, and the document they lead to."""

    patch: list[Json]
    inverse: list[Json]
    document: Any


def read(document: Any, patch: Iterable[Json]) -> tuple[list[Step], Any]:
    """The steps of a patch that passed guard.check_patch, and what they make of `document`; those that change nothing are
    left out. Raises BadInput, naming the operation that does not fit."""
    steps: list[Step] = []
    copied = 0
    for index, op in enumerate(patch):
        try:
            made = _steps_of(document, op)
        except _Misfit as misfit:
            raise BadInput.of(f"ops[{index}].{misfit.field}", str(misfit), op[misfit.field]) from None
        copied += size_of(made[-1].value) if op["op"] == "copy" and made else 0
        if copied > MAX_DOCUMENT_BYTES:  # before copies of copies fill the memory
            raise BadInput.of(f"ops[{index}]", "This copies too much.", None, MAX_DOCUMENT_BYTES)
        for step in made:
            if not is_idle(document, step):
                steps.append(step)
                document = taken(document, step)
    return steps, document


def record(document: Any, steps: Iterable[Step]) -> Recorded:
    """For the history: `patch` and `inverse` as RFC 6902."""
    patch: list[Json] = []
    inverse: list[Json] = []
    for step in steps:
        if step.kind == "test" or is_idle(document, step):
            continue
        after = taken(document, step)
        back = inverted(document, step)
        patch.append(_written(document, step))
        inverse.append(_written(after, back))
        document = after
    return Recorded(patch, inverse[::-1], document)


def taken(document: Any, step: Step) -> Any:
    """The document after `step`, which fits it."""
    if step.kind == "test":
        return document
    if not step.path:
        return step.value
    return _within(document, step.path, 0, step)


def inverted(document: Any, step: Step) -> Step:
    """What leads back to `document`."""
    if step.kind == "insert":
        return Step("delete", step.path)
    if step.kind == "move":
        return Step("move", (*step.path[:-1], step.to), to=int(step.path[-1]))
    old = value_at(document, step.path, _GONE)
    if step.kind == "delete":
        return Step("insert", step.path, old)
    return Step("drop", step.path) if old is _GONE else Step("put", step.path, old)


def is_idle(document: Any, step: Step) -> bool:
    """Whether it changes nothing."""
    if step.kind == "move":
        return step.to == step.path[-1]
    return step.kind == "put" and is_same(value_at(document, step.path, _GONE), step.value)


def value_at(document: Any, path: Path, default: Any = None) -> Any:
    for part in path:
        is_field = isinstance(document, dict) and part in document
        is_element = isinstance(document, list) and isinstance(part, int) and part < len(document)
        if not is_field and not is_element:
            return default
        document = document[part]
    return document


def is_same(one: Any, other: Any) -> bool:
    """As JSON: true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(is_same(*pair) for pair in zip(one, other, strict=True))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def difference(before: Any, after: Any, path: Path = ()) -> list[Step]:
    """Steps from one document to the other, field by field; a list of another length is put as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        steps = [Step("drop", (*path, key)) for key in before if key not in after]
        for key, value in after.items():
            within = (*path, key)
            steps += difference(before[key], value, within) if key in before else [Step("put", within, value)]
        return steps
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [step for index, (old, new) in pairs for step in difference(old, new, (*path, index))]
    return [] if is_same(before, after) else [Step("put", path, after)]


def pointer(path: Path) -> str:
    """("scenes", 0, "a/b") -> "/scenes/0/a~1b"."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


class _Misfit(Exception):
    def __init__(self, message: str, field: str = "path") -> None:
        super().__init__(message)
        self.field = field


def _steps_of(document: Any, op: Json) -> list[Step]:
    name = op["op"]
    if name == "move":
        return _move(document, op)
    if name == "add":
        return [_add(document, op["path"], op["value"])]
    if name == "copy":
        return [_add(document, op["path"], value_at(document, _existing(document, op["from"], "from")))]
    path = _existing(document, op["path"])
    if name == "test":
        if not is_same(value_at(document, path), op["value"]):
            raise _Misfit("There is something else there than this change expects.")
        return [Step("test", path, op["value"])]
    return [Step("put", path, op["value"]) if name == "replace" else _remove(path)]


def _add(document: Any, place: str, value: Any) -> Step:
    path = _resolved(document, place)
    return Step("insert" if path and isinstance(path[-1], int) else "put", path, value)


def _remove(path: Path, field: str = "path") -> Step:
    if not path:
        raise _Misfit("The document itself cannot be removed.", field)
    return Step("delete" if isinstance(path[-1], int) else "drop", path)


def _move(document: Any, op: Json) -> list[Step]:
    if op["path"].startswith(op["from"] + "/"):
        raise _Misfit("A part cannot be moved into itself.")
    source = _existing(document, op["from"], "from")
    away = _remove(source, "from")
    value = value_at(document, source)
    there = _add(taken(document, away), op["path"], value)
    if away.kind == "delete" and there.kind == "insert" and there.path[:-1] == source[:-1]:
        return [Step("move", source, to=int(there.path[-1]))]
    return [] if there.path == source else [away, there]


def _existing(document: Any, place: str, field: str = "path") -> Path:
    path = _resolved(document, place, field)
    if value_at(document, path, _GONE) is _GONE:
        raise _Misfit("There is nothing at this place.", field)
    return path


def _resolved(document: Any, place: str, field: str = "path") -> Path:
    """Every part but the last exists; the last is a field's name, or an index from 0 to the length of its list."""
    path: list[str | int] = []
    node = document
    for part in place.split("/")[1:]:
        if isinstance(node, dict):
            key: str | int = _unescaped(part, field)
        elif isinstance(node, list):
            key = _index(part, len(node), field)
        else:
            raise _Misfit("There is nothing at this place.", field)
        path.append(key)
        node = value_at(node, (key,), _GONE)
    return tuple(path)


def _index(part: str, length: int, field: str) -> int:
    if part == "-":
        return length
    is_index = part.isascii() and part.isdigit() and len(part) <= 6 and (part == "0" or part[0] != "0")
    if not is_index or int(part) > length:
        raise _Misfit("There is no such place in this list.", field)
    return int(part)


def _unescaped(part: str, field: str) -> str:
    if "~" in part.replace("~0", "").replace("~1", ""):
        raise _Misfit("A ~ in a field's name is written ~0.", field)
    return part.replace("~1", "/").replace("~0", "~")


def _within(node: Any, path: Path, at: int, step: Step) -> Any:
    key: Any = path[at]
    made = dict(node) if isinstance(node, dict) else list(node)
    if at < len(path) - 1:
        made[key] = _within(node[key], path, at + 1, step)
    elif step.kind == "put":
        made[key] = step.value
    elif step.kind in ("drop", "delete"):
        del made[key]
    elif isinstance(made, list):
        made.insert(*((key, step.value) if step.kind == "insert" else (step.to, made.pop(key))))
    return made


def _written(document: Any, step: Step) -> Json:
    place = pointer(step.path)
    if step.kind in ("drop", "delete"):
        return {"op": "remove", "path": place}
    if step.kind == "move":
        return {"op": "move", "from": place, "path": pointer((*step.path[:-1], step.to))}
    is_new = step.kind == "insert" or value_at(document, step.path, _GONE) is _GONE
    return {"op": "add" if is_new else "replace", "path": place, "value": step.value}
