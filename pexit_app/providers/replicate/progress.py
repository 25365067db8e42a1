"""How far a run is, by its logs: tqdm's bars ("flux_train_replicate:  45%|####  | 450/1000 [02:10<02:39]").

A run draws several of them (loading files, caching, then the work itself): the one with the most steps is the work, and
those with far fewer than were ordered are not.
"""

import re

from pexit_app.providers import log_lines

_BAR = re.compile(r"\d{1,3}%\|[^|\r\n]*\|\s*(\d{1,9})/(\d{1,9})")
_BREAK = re.compile(r"[\r\n]+")
NOT_YET = 99  # only the state says that it is done


def percent(logs: str, steps: int = 0) -> int:
    """0-99; 0 without a bar. `steps`: how many were ordered, if that is known."""
    most, done = 0, 0
    for found in _BAR.finditer(logs):
        at, total = int(found[1]), int(found[2])
        if total >= max(most, steps / 2, 1):
            most, done = total, min(at, total)
    return min(NOT_YET, done * 100 // most) if most else 0


def last_line(logs: str) -> str:
    """The newest line that says something."""
    for line in reversed(_BREAK.split(logs)):
        if shown := log_lines.shown(line):
            return shown
    return ""
