"""Whether a receipt, or an export with its receipt in it, is what it says it is. Needs no database and no account."""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pexit_app.core import receipts
from pexit_app.core.receipts import BadReceipt
from pexit_app.features.privacy.exports import RECEIPT

UNTOLD = frozenset({RECEIPT, "contents.txt"})  # of an export: the receipt cannot name itself
_CHUNK = 1024 * 1024


def keys_in(text: str) -> list[dict[str, Any]]:
    """Of a JSON Web Key Set. Raises BadReceipt."""
    try:
        found = json.loads(text)["keys"]
        return [dict(each) for each in found]
    except (ValueError, KeyError, TypeError):
        raise BadReceipt("These are no published keys: take those of /.well-known/pexit-receipt-keys.json.") from None


def check(path: Path, known: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is proven, in lines; of an export every file is hashed again. Raises BadReceipt, OSError."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return _check_export(archive, known)
    body = receipts.verified(_parsed(path.read_text(errors="replace")), known)
    told = body.get("erased") or body.get("exported") or []
    return [*_head(body), f"{len(told)} things are listed."]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadReceipt("This is no receipt: it is not JSON.") from None


def _check_export(archive: zipfile.ZipFile, known: Sequence[Mapping[str, Any]]) -> list[str]:
    names = archive.namelist()
    if RECEIPT not in names:
        raise BadReceipt(f"There is no {RECEIPT} in this file.")
    body = receipts.verified(_parsed(archive.read(RECEIPT).decode(errors="replace")), known)
    told = {str(each["path"]): str(each["sha256"]) for each in body.get("exported", [])}
    if extra := set(names) - set(told) - UNTOLD:
        raise BadReceipt(f"{sorted(extra)[0]} is in the file, and the receipt does not know it.")
    for path, sha256 in told.items():
        if path not in names:
            raise BadReceipt(f"{path} is on the receipt, and not in the file.")
        if _sha256(archive, path) != sha256:
            raise BadReceipt(f"{path} is not what it was when it was exported.")
    return [*_head(body), f"All {len(told)} files are as they were exported."]


def _sha256(archive: zipfile.ZipFile, path: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except (zipfile.BadZipFile, EOFError):
        return ""
    return digest.hexdigest()


def _head(body: Mapping[str, Any]) -> list[str]:
    subject = body.get("subject", {})
    return [
        f"Receipt {body.get('id')} of {body.get('issuer')}, {body.get('issued_at')}.",
        f"{str(body.get('kind', '')).capitalize()} of {subject.get('kind')} {subject.get('id')}.",
    ]
