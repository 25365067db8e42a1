"""A pack as a zip of its folder: `<slug>/pack.yaml` and its pictures beside it. What is written is read back the same.

A zip comes from strangers: it is bounded before it is opened, entries are counted before they are read, each is read no
further than it may be long (whatever its header says), and nothing is ever written to disk.
"""

import io
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image, UnidentifiedImageError

from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.features.builder.yaml_text import yaml_text
from pexit_app.features.packs import yaml_source
from pexit_app.features.packs.document import FILE, MAX_PICTURE_BYTES

MAX_BYTES = 12 * 1024 * 1024
MAX_ENTRIES = 120  # 49 pictures of the shop, a reference for each of 40 scenes, and what systems put beside them
MAX_SIDE_PX = 2048
MEDIA_TYPE = "application/zip"
_LITTER = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$")
_PICTURE = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.jpg")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MADE_AT = (1980, 1, 1, 0, 0, 0)  # so that the same pack is the same file
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Bundle:
    """`document` as it was typed, checked for nothing; `pictures` are JPEGs by name."""

    document: dict[str, Any]
    pictures: dict[str, bytes] = field(default_factory=dict)


def write(bundle: Bundle) -> bytes:
    """Raises BadInput when the document is larger than pack.yaml may be, or holds what YAML cannot."""
    text = yaml_text(bundle.document)
    slug = bundle.document.get("slug")
    folder = slug if isinstance(slug, str) and len(slug) <= 60 and _SLUG.fullmatch(slug) else "pack"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        _add(made, f"{folder}/{FILE}", text.encode())
        for name, content in bundle.pictures.items():
            _add(made, f"{folder}/{name}.jpg", content)
    return out.getvalue()


def name_of(document: Mapping[str, Any]) -> str:
    """What the file is called when it is downloaded."""
    slug = document.get("slug")
    return f"{slug}.zip" if isinstance(slug, str) and _SLUG.fullmatch(slug) else "pack.zip"


def _add(made: zipfile.ZipFile, path: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(path, _MADE_AT)
    entry.compress_type = zipfile.ZIP_STORED if path.endswith(".jpg") else zipfile.ZIP_DEFLATED
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    made.writestr(entry, content)


def read(content: bytes) -> Bundle:
    """Raises BadInput naming every file that does not belong, or what pack.yaml's text breaks."""
    if len(content) > MAX_BYTES:
        raise BadInput.of("file", f"The file may have {MAX_BYTES >> 20} MB at most.", len(content), MAX_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            entries = _checked(opened)
            contents = {name: _unpacked(opened, entry) for name, entry in entries.items()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise BadInput.of("file", "This is not a zip file, or it is damaged.") from error
    if FILE not in contents:
        raise BadInput.of("file", f"There is no {FILE} in it.")
    source = _source(contents.pop(FILE))
    if not isinstance(source.value, dict):
        raise BadInput.of(FILE, "A pack is a list of fields, such as title: Open water.")
    return Bundle(source.value, {name.removesuffix(".jpg"): each for name, each in contents.items()})


def _source(content: bytes) -> yaml_source.Source:
    """Raises BadInput that says in which file and line."""
    try:
        source = yaml_source.read(content)
        problems = source.problems
    except BadInput as error:
        problems = error.problems
    if problems:
        named = [replace(each, field=each.field if each.field != "file" else FILE) for each in problems]
        placed = [replace(each, message=f"{FILE}, {each.message[0].lower()}{each.message[1:]}") for each in named]
        raise BadInput(placed[0].message, placed)
    return source


def _checked(opened: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Files by their name in the folder. Raises BadInput with all that is wrong."""
    entries = opened.infolist()
    if len(entries) > MAX_ENTRIES:
        limit = f"There are {len(entries)} files in it; a pack has {MAX_ENTRIES} at most."
        raise BadInput.of("file", limit, len(entries), MAX_ENTRIES)
    files = [entry for entry in entries if not _LITTER.search(entry.filename) and not entry.is_dir()]
    found: dict[str, zipfile.ZipInfo] = {}
    problems: list[FieldProblem] = []
    folders = {entry.filename.rpartition("/")[0] for entry in files}
    for entry in files:
        name = entry.filename.rpartition("/")[2]
        fault = _fault(entry, name) or ("is there twice" if name in found else None)
        if fault:
            problems.append(FieldProblem(_shown(entry.filename), f"{_shown(entry.filename)} {fault}."))
        found[name] = entry
    if len(folders) > 1 and not problems:
        problems.append(FieldProblem("file", "A pack is one folder; there are several in it."))
    if sum(entry.file_size for entry in files) > MAX_BYTES:
        problems.append(FieldProblem("file", f"Unpacked it has more than {MAX_BYTES >> 20} MB.", None, MAX_BYTES))
    if problems:
        raise BadInput(problems[0].message, problems)
    return found


def _fault(entry: zipfile.ZipInfo, name: str) -> str | None:
    parts = entry.filename.split("/")
    if entry.filename.startswith("/") or "\\" in entry.filename or ":" in entry.filename or ".." in parts:
        return "leads out of its folder"
    if len(parts) > 2:
        return "lies too deep; a pack is one folder"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device, not a file"
    if entry.flag_bits & _ENCRYPTED:
        return "is locked with a password"
    if entry.compress_type not in _METHODS:
        return "is packed in a way that is not supported; zip it again"
    if name == FILE:
        return None if entry.file_size <= yaml_source.MAX_BYTES else _too_large(yaml_source.MAX_BYTES)
    if not _PICTURE.fullmatch(name):
        return f"does not belong in a pack: {FILE} and pictures such as cover.jpg do"
    return None if entry.file_size <= MAX_PICTURE_BYTES else _too_large(MAX_PICTURE_BYTES)


def _too_large(limit: int) -> str:
    return f"has more than {limit // 1024} KB"


def _unpacked(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    name = entry.filename.rpartition("/")[2]
    limit = yaml_source.MAX_BYTES if name == FILE else MAX_PICTURE_BYTES
    with opened.open(entry) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise BadInput.of(_shown(name), f"{_shown(name)} {_too_large(limit)}.", None, limit)
    if name != FILE:
        for problem in _picture_problems(name, content):
            raise BadInput(problem.message, [problem])
    return content


def _picture_problems(name: str, content: bytes) -> Iterator[FieldProblem]:
    """Only the header is read here: who stores a picture has it decoded where damage does no harm."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            width, height = image.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        yield FieldProblem(name, f"{name} is no JPEG picture.")
        return
    if max(width, height) > MAX_SIDE_PX:
        yield FieldProblem(name, f"{name} is larger than {MAX_SIDE_PX} pixels.", max(width, height), MAX_SIDE_PX)


def _shown(name: str) -> str:
    """A stranger's file name, fit for a sentence."""
    return "".join(each if each.isprintable() else "?" for each in name)[:80]
