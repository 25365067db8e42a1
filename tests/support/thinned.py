"""Large tables in the gate's time: a part of their cells runs in `make test`, all of them in `make proof`."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def thinned(cells: Iterable[Any], is_in_gate: Callable[[int, Any], bool]) -> list[Any]:
    """Parameters; those of which `is_in_gate(place, cell)` is not true are left to the proof. Choose so that every row and
    every column of the table keeps a cell. A cell that is a tuple stands for several arguments."""
    return [
        cell
        if is_in_gate(place, cell)
        else pytest.param(*(cell if isinstance(cell, tuple) else (cell,)), marks=pytest.mark.proof)
        for place, cell in enumerate(cells)
    ]


def proven(cells: Iterable[Any]) -> list[Any]:
    """Parameters of which none is in the gate."""
    return thinned(cells, lambda place, cell: False)
