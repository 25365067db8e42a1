"""How far a run is, by its own log lines: tqdm's bars ("45%|####  | 450/1000 [...") and counters ("Steps: 450/1000")."""

import re
from collections.abc import Sequence

from pexit_app.providers import log_lines

_BAR = re.compile(r"(\d{1,3})%\|[^|]*\|\s*(\d{1,9})/(\d{1,9})")
_STEPS = re.compile(r"\bsteps?\b\D{0,3}(\d{1,9})\s*/\s*(\d{1,9})", re.IGNORECASE)
_PERCENT = re.compile(r"(?<!\d)(\d{1,3})%\|")
# What happens before the work itself, and counts too.
_BEFORE = re.compile(r"load|fetch|extract|unpack|unzip|caption|cach", re.IGNORECASE)


def percent(lines: Sequence[str]) -> int:
    """0-99: measured by the counter with the most steps, preparations left out; 0 without one. A run that is at 100 is
    done, which only its status says."""
    longest, share = 0, 0.0
    for line in lines:
        for done, total in () if _BEFORE.search(line) else _counters(line):
            if total >= longest:
                longest, share = total, done / total
    return min(int(share * 100), 99)


def last_line(lines: Sequence[str]) -> str:
    """The newest line that says something, as a terminal would show it (what a bar drew last)."""
    for line in reversed(lines):
        if shown := log_lines.shown(line.replace("\n", "\r").rstrip("\r ").rpartition("\r")[2]):
            return shown
    return ""


def _counters(line: str) -> list[tuple[int, int]]:
    """(done, total) of everything counted in a line, in order. A bar that shows no total counts to 100."""
    found = [(int(done), int(total)) for _, done, total in _BAR.findall(line)]
    found += [(int(done), int(total)) for done, total in _STEPS.findall(line)]
    if not found:
        found = [(min(int(percent), 100), 100) for percent in _PERCENT.findall(line)]
    return [(min(done, total), total) for done, total in found if total > 0]
