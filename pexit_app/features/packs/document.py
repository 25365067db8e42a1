"""pack.yaml -> a checked PackDefinition, or every problem at once, each with its field and line."""

from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.features.packs import rules
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.yaml_source import Path, Source, read, written

_BOUNDS = ("le", "ge", "lt", "gt", "max_length", "min_length", "expected", "expected_tags", "pattern")
_PLAIN = {
    "extra_forbidden": "there is no such field here",
    "missing": "is missing",
    "string_type": "must be text",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must hold fields",
    "model_type": "must hold fields",
    "model_attributes_type": "must hold fields",
    "union_tag_not_found": "needs a type",
}


FILE = "pack.yaml"
MAX_PICTURE_BYTES = 120 * 1024


def load_folder(folder: FilePath, needs_pictures: bool = True) -> PackDefinition:
    """The pack of `folder`, which is named after it and holds its pictures. Raises BadInput with all problems."""
    try:
        content = (folder / FILE).read_bytes()
    except OSError:
        raise BadInput.of("file", f"There is no {FILE} in {folder}.") from None
    definition = parse(content)
    problems = []
    if definition.slug != folder.resolve().name:
        problems.append(FieldProblem("slug", "must be the name of the pack's folder.", definition.slug, folder.name))
    shown = [(picture.name, "render the pack's pictures") for picture in definition.pictures if needs_pictures]
    for name, remedy in [*shown, *((each, "put it there") for each in definition.references)]:
        path = picture_path(folder, name)
        if not path.is_file():
            problems.append(FieldProblem(path.name, f"is missing from the folder; {remedy}."))
        elif path.stat().st_size > MAX_PICTURE_BYTES:
            size, limit = path.stat().st_size, MAX_PICTURE_BYTES
            problems.append(FieldProblem(path.name, f"has more than {limit // 1024} KB.", size, limit))
    if problems:
        raise BadInput(f"The pack has {_count(len(problems))} to mend.", problems)
    return definition


def picture_path(folder: FilePath, name: str) -> FilePath:
    return folder / f"{name}.jpg"


def parse(content: bytes | str) -> PackDefinition:
    """Raises BadInput with all problems."""
    source = read(content)
    problems = list(source.problems)
    if not isinstance(source.value, dict):
        raise BadInput.of("file", "A pack is a list of fields, such as title: Open water.")
    try:
        definition = PackDefinition.model_validate(source.value)
    except ValidationError as error:
        problems += _merged([_from_pydantic(source, each) for each in error.errors()])
    else:
        problems += [
            _placed(source, each.path, each.message, each.value, each.limit) for each in rules.check(definition)
        ]
    if problems:
        raise BadInput(f"The pack has {_count(len(problems))} to mend.", problems)
    return definition


def _merged(problems: list[FieldProblem]) -> list[FieldProblem]:
    """One problem a field: what may be one of several shapes gets an error from each."""
    merged: dict[str, FieldProblem] = {}
    for problem in problems:
        first = merged.setdefault(problem.field, problem)
        if first is not problem and problem.message != first.message:
            also = problem.message.partition(": ")[2]
            merged[problem.field] = replace(first, message=f"{first.message.rstrip('.')}, or {also}")
    return list(merged.values())


def _count(problems: int) -> str:
    return "1 thing" if problems == 1 else f"{problems} things"


def _from_pydantic(source: Source, error: Any) -> FieldProblem:
    """pydantic's error in our words. Its location also holds names of union members: those are not in the file."""
    path = _in_file(source.value, error["loc"], is_missing=error["type"] == "missing")
    context = error.get("ctx") or {}
    limit = next((context[name] for name in _BOUNDS if name in context), None)
    message = _PLAIN.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    value = error.get("input")
    is_small = isinstance(value, str | int | float | bool) and len(str(value)) <= 80
    return _placed(source, path, message, value if is_small else None, limit)


def _in_file(value: Any, location: tuple[str | int, ...], is_missing: bool) -> Path:
    path: list[str | int] = []
    for index, part in enumerate(location):
        is_here = (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        )
        if is_here:
            path.append(part)
            value = value[part]
        elif is_missing and index == len(location) - 1:
            path.append(part)
    return tuple(path)


def _placed(source: Source, path: Path, message: str, value: Any = None, limit: Any = None) -> FieldProblem:
    """The problem with its line (of the nearest thing above that stands in the file), knobs named by their id."""
    known = next(path[:n] for n in range(len(path), -1, -1) if path[:n] in source.lines)
    text = f"line {source.lines[known]}: {message[0].lower()}{message[1:].rstrip('.')}."
    return FieldProblem(written(_by_id(source.value, path)), text, value, limit)


def _by_id(value: Any, path: Path) -> Path:
    """scenes[1].knobs[0].max -> scenes[1].knobs.hour.max: a knob is easier to find by its name."""
    named: list[str | int] = []
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            value = None
        is_knob = isinstance(part, int) and named[-1:] == ["knobs"] and isinstance(value, dict)
        knob_id = value.get("id") if is_knob else None
        named.append(knob_id if isinstance(knob_id, str) and knob_id else part)
    return tuple(named)
