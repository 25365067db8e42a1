"""The matrix as docs/providers.md shows it. After a change of troubles.py:

python -m tests.faults.page    # writes the table into the page
"""

from pathlib import Path

from pexit_app.core.ports import Kind
from pexit_app.core.settings import ROOT
from tests.faults.troubles import TROUBLES, End, Trouble

PAGE = ROOT / "docs" / "providers.md"
HEADING = "## What can go wrong, and what then happens\n"
FIRST = "| what goes wrong |"
NAMES = {"fal": "fal", "replicate": "Replicate"}
WORK = {Kind.GENERATE: "picture", Kind.TRAIN: "training"}


def table() -> str:
    """Markdown, a line for each trouble."""
    head = [f"{FIRST} what happens | how it ends, alone | with a backup | orders sent |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_line(trouble) for trouble in TROUBLES)]) + "\n"


def _line(trouble: Trouble) -> str:
    ends = {(name, kind): trouble.end_of(name, kind, has_backup=False) for name in NAMES for kind in WORK}
    sent = max(end.posts for end in ends.values())
    cells = (trouble.name, trouble.at_the_wire, _alone(ends), _with_backup(trouble), str(sent))
    return f"| {' | '.join(cells)} |"


def _alone(ends: dict[tuple[str, Kind], End]) -> str:
    said = {where: _words(end) for where, end in ends.items()}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    parts = []
    for words in dict.fromkeys(said.values()):
        parts.append(f"{_where({where for where, each in said.items() if each == words})}: {words}")
    return "; ".join(parts)


def _where(places: set[tuple[str, Kind]]) -> str:
    """In as few words as tell it."""
    names, kinds = {name for name, _ in places}, {kind for _, kind in places}
    shown = " and ".join(NAMES[name] for name in NAMES if name in names)
    works = " and ".join(WORK[kind] for kind in WORK if kind in kinds)
    if len(kinds) == len(WORK):
        return shown
    return works if len(names) == len(NAMES) else f"{works} at {shown}"


def _words(end: End) -> str:
    status, _, failure = end.state.partition(": ")
    if status == "done":
        return "done, paid"
    if status == "canceled":
        return "stopped, free"
    return f"fails ({failure}), free: “{end.says}”"


def _with_backup(trouble: Trouble) -> str:
    if trouble.backup is not None:
        return "the backup makes it, paid once"
    return "the same: it may have been taken" if trouble.is_at_submit else "the same: it was taken"


def shown(page: str) -> str:
    """The table of the page as it is now; empty without one."""
    _, _, section = page.partition(HEADING)
    section = section.partition("\n## ")[0]
    lines = [line for line in section.splitlines(keepends=True) if line.startswith("|")]
    return "".join(lines)


def write(path: Path = PAGE) -> None:
    text = path.read_text()
    path.write_text(text.replace(shown(text), table()))


if __name__ == "__main__":
    write()
