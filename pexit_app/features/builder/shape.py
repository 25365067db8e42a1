"""The shape of a pack, checked while it is typed: pydantic's errors in sentences that name the remedy."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from pexit_app.features.builder.problems import Problem
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.rules import Path

_ECHOED_CHARS = 80
_PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "Use small letters, digits and single hyphens, such as open-water.",
    r"^[a-z][a-z0-9_]*$": "Start with a small letter; then small letters, digits and _, such as own_ink.",
    r"^[^\n\r\t{}]*$": "Keep it to one line without braces.",
    r"^#[0-9a-f]{6}$": "Give a colour as # and six digits or small letters a to f, such as #1d6fb8.",
    r"^[A-Z]{3}$": "Give three capital letters, such as SAL.",
    r"^[^\s{}]+$": "Give single words, without spaces and braces.",
    r"^[^{}]*$": "Braces have no meaning here; take them out.",
}
_PLAIN = {
    "missing": "This is missing; fill it in.",
    "extra_forbidden": "There is no such field here; take it out.",
    "string_type": "This must be text.",
    "float_type": "This must be a number.",
    "int_type": "This must be a whole number.",
    "bool_type": "This must be on or off.",
    "list_type": "This must be a list.",
    "dict_type": "This must hold fields of its own.",
    "model_type": "This must hold fields of its own.",
    "model_attributes_type": "This must hold fields of its own.",
    "union_tag_not_found": "Choose what kind of knob this is.",
    "finite_number": "This must be a number that ends.",
}
_MISSING = {
    "cover": "The pack has no cover; choose one of its frames.",
    "samples": "The pack has no sample pictures; choose frames of its scenes.",
    "scenes": "The pack has no scene yet; add one.",
    "stand_ins": "Choose who plays the part until people bring a face.",
    "alt": "Say in a sentence what the picture shows, for those who cannot see it.",
    "words": "Say what this adds to the prompt.",
    "sets": "Say what this changes in the picture.",
    "default": "Say where the knob stands at first.",
    "prompt": "Write what the picture shows; say where {person} goes.",
}


def read(document: Any) -> tuple[PackDefinition | None, list[Problem]]:
    """The pack if the document has the shape of one, else None and one problem a field."""
    try:
        return PackDefinition.model_validate(document), []
    except ValidationError as error:
        return None, _merged([_problem(document, each) for each in error.errors(include_url=False)])


def _problem(document: Any, error: Any) -> Problem:
    path = _in_document(document, error["loc"], is_missing=error["type"] == "missing")
    path = (*path, "type") if error["type"].startswith("union_tag") else path
    value = error.get("input")
    is_small = isinstance(value, str | int | float | bool) and len(str(value)) <= _ECHOED_CHARS
    message, limit = _sentence(error, str(path[-1]) if path else "")
    return Problem(path, message, "error", value if is_small else None, limit)


def _sentence(error: Any, field: str) -> tuple[str, Any]:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "missing" and field in _MISSING:
        return _MISSING[field], None
    if kind == "string_too_long":
        most, given = context["max_length"], len(error["input"])
        return f"This has {given} characters; {most} fit. Take out {given - most}.", most
    if kind in ("string_too_short", "too_short"):
        least = context["min_length"]
        if kind == "string_too_short":
            return "This is empty; write something.", least
        count = "This list is empty; add one." if least == 1 else f"This needs {least} or more."
        return _MISSING[field] if field == "scenes" else count, least
    if kind == "too_long":
        return f"There are {context['actual_length']}; {context['max_length']} is the most.", context["max_length"]
    if kind == "string_pattern_mismatch":
        return _PATTERNS[context["pattern"]], None
    if kind in ("literal_error", "union_tag_invalid"):
        wanted = context.get("expected") or context["expected_tags"]
        choices = re.findall(r"'([^']*)'", wanted)
        return f"Choose one of {', '.join(choices)}.", choices
    for name, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
        if name in context:
            return f"This must be {words} {context[name]:g}.", context[name]
    return _PLAIN.get(kind, f"{error['msg'].removeprefix('Value error, ').rstrip('.')}."), None


def _in_document(value: Any, location: tuple[str | int, ...], is_missing: bool) -> Path:
    """pydantic's location without the names of union members, which are not in the document."""
    path: list[str | int] = []
    for index, part in enumerate(location):
        is_here = (isinstance(value, Mapping) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        )
        if is_here:
            path.append(part)
            value = value[part]  # type: ignore[index]
        elif is_missing and index == len(location) - 1:
            path.append(part)
    return tuple(path)


def _merged(problems: list[Problem]) -> list[Problem]:
    """One problem a field: what may be one of several shapes gets an error from each."""
    merged: dict[Path, Problem] = {}
    for problem in problems:
        first = merged.setdefault(problem.path, problem)
        if first is not problem and problem.message not in first.message:
            also = problem.message.removeprefix("This must be ")
            is_same = also != problem.message and first.message.startswith("This must be ")
            joined = f"{first.message.rstrip('.')} or {also}" if is_same else first.message
            merged[problem.path] = replace(first, message=joined)
    return list(merged.values())
