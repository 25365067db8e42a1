"""The rules of the house, as checks that say why and what to do instead."""

import ast
import configparser
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pexit_app.core.settings import ROOT

APP = ROOT / "pexit_app"
FILES = sorted(path for path in APP.rglob("*.py") if "__pycache__" not in path.parts)
MAX_FUNCTION_LINES, MAX_FILE_LINES = 70, 500
BANNED_NAMES = re.compile(r"^(handle_|process_|do_)")
THEIRS = {"handle_async_request"}  # httpx asks a transport by that name


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in FILES:
        yield path, ast.parse(path.read_text())


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_imports_follow_the_house() -> None:
    """Why: data flows one way. When it fails: move the code down, or register a hook in core/hooks.py."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", ROOT / "tests/importlinter.ini", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_functions_are_short() -> None:
    """Why: one idea a function. When it fails: name the steps."""
    long = [
        f"{where(path, node)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, tree in trees()
        for node in functions(tree)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_files_are_short() -> None:
    """Why: a file answers one question. When it fails: split by the question, not by size."""
    long = {
        str(path.relative_to(ROOT)): text.count("\n")
        for path in FILES
        if (text := path.read_text()).count("\n") > MAX_FILE_LINES
    }
    assert long == {}


def test_only_the_database_module_commits() -> None:
    """Why: a service that commits breaks its caller's transaction. Use db.transaction() at the edge."""
    found = [
        where(path, node)
        for path, tree in trees()
        if path != APP / "core/db.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert found == []


def test_only_settings_read_the_environment() -> None:
    """Why: every setting is typed, checked and documented once. Frontend builds and the server's start pass it on."""
    allowed = {APP / "core/settings.py", APP / "web/build.py", APP / "cli.py"}
    found = [
        where(path, node)
        for path, tree in trees()
        if path not in allowed
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert found == []


def test_no_vendor_inside_a_transaction() -> None:
    """Why: a slow vendor would hold rows locked. Call it between two transactions."""
    vendor = {"submit", "follow", "fetch", "draft", "send_code", "send_notice", "put"}
    vendor |= {"open_checkout", "ask", "read_hook", "open_account", "onboarding_link", "account_status", "transfer"}
    found = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncWith) and any(
                "transaction" in ast.unparse(item.context_expr) for item in node.items
            ):
                for call in ast.walk(node):
                    is_vendor = (
                        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in vendor
                    )
                    named = r"(deps|store|images|drafts|sender|provider|cashier|till|bank)"
                    if is_vendor and re.search(named, ast.unparse(call.func)):
                        found.append(where(path, call))
    assert found == []


def test_names_say_what_happens() -> None:
    """Why: the same verb at every door. `handle_click` says nothing; `request_frames` does."""
    found = [
        f"{where(path, node)} {node.name}"
        for path, tree in trees()
        for node in functions(tree)
        if BANNED_NAMES.match(node.name) and node.name not in THEIRS
    ]
    assert found == []


def test_no_todo_without_an_issue() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX)\b", line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "pexit_app").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_slices_do_not_touch_other_slices_tables(path: Path) -> None:
    """Why: only a slice changes its own tables. Read another's through its service."""
    parts = path.relative_to(APP).parts
    if parts[0] != "features":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pexit_app.features."):
            other = node.module.split(".")[2]
            is_foreign_table = other != parts[1] and node.module.endswith(".models")
            assert not is_foreign_table, f"{where(path, node)} imports {node.module}: call that slice's service instead"


def test_requirements_are_locked() -> None:
    """Why: the same versions everywhere. When it fails: `make lock`."""
    for name in ("requirements", "requirements-dev"):
        wanted = {
            re.split(r"[\[<>=!~ ]", line)[0].lower()
            for line in (ROOT / f"{name}.in").read_text().splitlines()
            if line and not line.startswith(("#", "-r"))
        }
        locked = (ROOT / f"{name}.txt").read_text()
        missing = {each for each in wanted if not re.search(rf"^{re.escape(each)}(\[[^\]]*\])?==", locked, re.M)}
        assert not missing, f"{name}.txt lacks {missing}"
        assert "--hash=sha256:" in locked


def test_import_rules_name_every_slice() -> None:
    """Why: a slice outside the order is outside the rules."""
    config = configparser.ConfigParser()
    config.read(ROOT / "tests/importlinter.ini")
    ordered = set(re.findall(r"\w+", config["importlinter:contract:slices"]["layers"]))
    assert {path.parent.name for path in (APP / "features").glob("*/__init__.py")} == ordered
