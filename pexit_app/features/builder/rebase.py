"""Changes made at the same time, brought behind each other. Both started from one document; `mine` is rewritten to do the
same after `theirs`, and theirs to do the same after mine. Where both touch one place they clash.

What counts as one place: a field and everything in it. Lists are followed: an element keeps its identity when others
come, go or move before it. Two who put the same value, or remove the same element, agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pexit_app.features.builder.patch import Path, Step, is_same


class _Overlap(Exception):
    """Both touch one place."""


@dataclass(frozen=True, slots=True)
class Clash:
    """`mine` as it was written; `theirs` is their step, as what I did before shifted it. `there` is where the place of
    mine is found after theirs and the first `after` steps of mine that were rewritten; None where they removed it."""

    mine: Step
    theirs: Step
    there: Path | None
    after: int


@dataclass(frozen=True, slots=True)
class Rebased:
    """`mine` fits the document after theirs; `theirs` fits the one after mine, for what I did next. Neither is of use when
    there are clashes."""

    mine: tuple[Step, ...]
    theirs: tuple[Step, ...]
    clashes: tuple[Clash, ...]


def rebase(mine: Sequence[Step], theirs: Sequence[Step]) -> Rebased:
    done: list[Step] = []
    clashes: list[Clash] = []
    rest = list(theirs)
    for original in mine:
        there = follow_all(original.path, rest)
        step: Step | None = original
        agreed = False
        after: list[Step] = []
        for other in rest:
            if step is None:
                after.append(other)
            elif _agree(step, other):
                agreed = True
                if step.shifts:
                    step = None
                else:  # stays on both sides, to clash with what comes after it
                    after.append(other)
            else:
                try:
                    step, kept = _met(step, other)
                except _Overlap:
                    clashes.append(Clash(original, other, there, len(done)))
                    kept = other
                after.append(kept)
        rest = after
        if step is not None and not agreed:
            done.append(step)
    return Rebased(tuple(done), tuple(rest), tuple(clashes))


def follow_all(path: Path, steps: Sequence[Step]) -> Path | None:
    """Where the element at `path` is after `steps`; None when it was removed."""
    for step in steps:
        found = follow(path, step)
        if found is None:
            return None
        path = found
    return path


def follow(path: Path, step: Step) -> Path | None:
    at = len(step.path) - 1
    if not step.shifts or len(path) <= at or path[:at] != step.path[:at] or not isinstance(path[at], int):
        return path  # where a clash made a list something else, a name stands in an index's place
    here, there = int(path[at]), int(step.path[at])
    if step.kind == "insert":
        here += here >= there
    elif here == there:
        if step.kind == "delete":
            return None
        here = step.to
    else:
        here -= here > there
        here += step.kind == "move" and here >= step.to
    return (*path[:at], here, *path[at + 1 :])


def _agree(one: Step, other: Step) -> bool:
    is_twin = (one.kind, one.path, one.to) == (other.kind, other.path, other.to)
    return is_twin and one.kind != "insert" and is_same(one.value, other.value)


def _met(mine: Step, theirs: Step) -> tuple[Step, Step]:
    """Raises _Overlap."""
    if mine.shifts and theirs.shifts and mine.path[:-1] == theirs.path[:-1]:
        return _in_one_list(mine, theirs)
    if _overlap(mine, theirs) or _overlap(theirs, mine):
        raise _Overlap
    return _followed(mine, theirs), _followed(theirs, mine)


def _overlap(one: Step, other: Step) -> bool:
    """Whether what `other` touches lies in what `one` changes as a whole: the value it puts, removes or tests."""
    if one.kind in ("insert", "move"):
        return False
    touched = other.path[:-1] if other.shifts and one.kind != "delete" else other.path
    return touched[: len(one.path)] == one.path


def _followed(step: Step, other: Step) -> Step:
    path = follow(step.path, other)
    if path is None:
        raise _Overlap
    return replace(step, path=path)


def _in_one_list(mine: Step, theirs: Step) -> tuple[Step, Step]:
    kinds = (mine.kind, theirs.kind)
    if kinds == ("move", "move"):
        raise _Overlap  # two orders of one list
    if mine.kind == "move":
        return _beside_move(mine, theirs)
    if theirs.kind == "move":
        move, other = _beside_move(theirs, mine)
        return other, move
    here, there = int(mine.path[-1]), int(theirs.path[-1])
    if kinds == ("insert", "insert"):  # at one place mine comes after theirs
        return _at(mine, here + (here >= there)), _at(theirs, there + (there > here))
    if kinds == ("insert", "delete"):
        return _at(mine, here - (here > there)), _at(theirs, there + (there >= here))
    if kinds == ("delete", "insert"):
        return _at(mine, here + (here >= there)), _at(theirs, there - (there > here))
    return _at(mine, here - (here > there)), _at(theirs, there - (there > here))


def _beside_move(move: Step, other: Step) -> tuple[Step, Step]:
    """`gap` is the other's place in the list without the moved element. An element inserted where the moved one lands
    comes after it."""
    start, at = int(move.path[-1]), int(other.path[-1])
    gap = at - (at > start)
    if other.kind == "insert":
        moved = replace(_at(move, start + (start >= at)), to=move.to + (move.to > gap))
        return moved, _at(other, gap + (gap >= move.to))
    if at == start:
        raise _Overlap
    moved = replace(_at(move, start - (start > at)), to=move.to - (move.to > gap))
    return moved, _at(other, gap + (gap >= move.to))


def _at(step: Step, index: int) -> Step:
    return replace(step, path=(*step.path[:-1], index))
