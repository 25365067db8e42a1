"""How much a draft and a change to it may hold: looked at before anything of it is used."""

import json
import math
from typing import Any

from pexit_app.core.errors import BadInput

MAX_OPS = 500  # a knob of the whole pack is taken out of 40 scenes, and out of what they and their pictures say of it
MAX_DOCUMENT_BYTES = 500 * 1024
MAX_DEPTH = 12  # as in pack.yaml: the document is the first level, a plain value in it the second
MAX_POINTER_CHARS = 400
MAX_NUMBER = 1e15
OPS = ("add", "remove", "replace", "move", "copy", "test")
_WITH_VALUE, _WITH_FROM = ("add", "replace", "test"), ("move", "copy")


def size_of(value: Any) -> int:
    """Bytes of its JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def check_patch(patch: Any) -> None:
    """The form of an RFC 6902 patch from a stranger. Raises BadInput, naming the operation."""
    if not isinstance(patch, list):
        raise BadInput.of("ops", "A change is a list of operations.")
    if not 1 <= len(patch) <= MAX_OPS:
        raise BadInput.of("ops", f"A change has 1 to {MAX_OPS} operations.", len(patch), MAX_OPS)
    for index, op in enumerate(patch):
        field = f"ops[{index}]"
        if not isinstance(op, dict) or op.get("op") not in OPS:
            raise BadInput.of(f"{field}.op", f"An operation is one of {', '.join(OPS)}.", None, list(OPS))
        _check_pointer(f"{field}.path", op.get("path"))
        if op["op"] in _WITH_FROM:
            _check_pointer(f"{field}.from", op.get("from"))
        if op["op"] in _WITH_VALUE:
            if "value" not in op:
                raise BadInput.of(f"{field}.value", "is missing.")
            check_value(f"{field}.value", op["value"])
    total = sum(size_of(op["value"]) for op in patch if op["op"] in _WITH_VALUE)
    if total > MAX_DOCUMENT_BYTES:
        raise BadInput.of("ops", f"A change may bring {MAX_DOCUMENT_BYTES // 1024} KB.", total, MAX_DOCUMENT_BYTES)


def check_document(document: Any, field: str = "document") -> None:
    """Raises BadInput for what cannot be kept as a draft, however incomplete a draft may be."""
    if not isinstance(document, dict):
        raise BadInput.of(field, "A pack is a list of fields, such as title: Open water.")
    check_value(field, document)
    if (size := size_of(document)) > MAX_DOCUMENT_BYTES:
        message = f"A draft may have {MAX_DOCUMENT_BYTES // 1024} KB; this one would have {size // 1024}."
        raise BadInput.of(field, message, size, MAX_DOCUMENT_BYTES)


def check_value(field: str, value: Any, depth: int = 1) -> None:
    """Plain JSON, of text and numbers that the database can keep. Raises BadInput."""
    if depth > MAX_DEPTH:
        raise BadInput.of(field, f"Nested deeper than {MAX_DEPTH} levels.", None, MAX_DEPTH)
    if isinstance(value, dict):
        for key, each in value.items():
            _check_text(field, key)
            check_value(field, each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            check_value(field, each, depth + 1)
    elif isinstance(value, str):
        _check_text(field, value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value) or abs(value) > MAX_NUMBER:
            raise BadInput.of(field, f"Numbers go to {MAX_NUMBER:g}.", None, MAX_NUMBER)
    elif value is not None and not isinstance(value, bool):
        raise BadInput.of(field, "must be plain JSON.")


def check_line(field: str, text: str, most: int) -> str:
    """A name or a label: one line, trimmed. Raises BadInput."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= most or not trimmed.isprintable():
        raise BadInput.of(field, f"Use 1 to {most} characters, on one line.", text[: most + 1], most)
    return trimmed


def _check_pointer(field: str, pointer: Any) -> None:
    if not isinstance(pointer, str) or len(pointer) > MAX_POINTER_CHARS or (pointer and pointer[0] != "/"):
        message = f"A place is written like /scenes/0/title, in {MAX_POINTER_CHARS} characters at most."
        raise BadInput.of(field, message, None, MAX_POINTER_CHARS)
    _check_text(field, pointer)


def _check_text(field: str, text: Any) -> None:
    if not isinstance(text, str) or "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadInput.of(field, "Some text in it cannot be stored.")
