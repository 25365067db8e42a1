"""Grease-pencil marks: hand-drawn SVG paths, slightly irregular, several of each kind so that neighbours differ.

Paths live in a square of 100 that is stretched over whatever is marked, with 10 to spare on every side: a ring overshoots
its frame, because a neat ellipse would read as a user-interface outline. The stroke keeps its width (vector-effect).
"""

import math
from random import Random

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from pexit_app.ui.both import Count, el, nth

Point = tuple[float, float]
KINDS = ("ring", "cross", "tick", "line", "crop", "bracket")
VARIANTS = 7


def _curve(points: list[Point]) -> str:
    """Catmull-Rom spline through points[1:-1] as cubic Bezier path data (control points at a sixth of the chord)."""
    path = [f"M{points[1][0]:.1f} {points[1][1]:.1f}"]
    for before, here, there, after in zip(points, points[1:], points[2:], points[3:], strict=False):
        one = (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        two = (there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6)
        path.append("C" + " ".join(f"{number:.1f}" for point in (one, two, there) for number in point))
    return "".join(path)


def _line(start: Point, end: Point, chance: Random, joints: int = 5) -> str:
    """A line that a hand drew: its joints stray by up to 1.75 % of its length."""
    stray = math.dist(start, end) * 0.035
    steps = [(index - 1) / joints for index in range(joints + 3)]
    return _curve(
        [
            (
                start[0] + (end[0] - start[0]) * step + (chance.random() - 0.5) * stray,
                start[1] + (end[1] - start[1]) * step + (chance.random() - 0.5) * stray,
            )
            for step in steps
        ]
    )


def _ring(chance: Random) -> str:
    """A turn and an eighth, opening outwards, tilted and off centre by a little."""
    joints, first, tilt = 24, -2.7 + chance.random() * 0.7, (chance.random() - 0.62) * 0.22
    centre = (50 + (chance.random() - 0.5) * 5, 50 + (chance.random() - 0.5) * 4)
    points = []
    for index in range(-1, joints + 3):
        angle = first + index / joints * math.pi * 2.24
        reach = 0.95 + (chance.random() - 0.5) * 0.045 + index / joints * 0.1
        x, y = math.cos(angle) * 50 * reach, math.sin(angle) * 49 * reach
        points.append(
            (
                centre[0] + x * math.cos(tilt) - y * math.sin(tilt),
                centre[1] + x * math.sin(tilt) + y * math.cos(tilt),
            )
        )
    return _curve(points)


def _crop(chance: Random) -> str:
    reach, inset = 18, 5
    corners = [(0, 0, 1, 1), (100, 0, -1, 1), (100, 100, -1, -1), (0, 100, 1, -1)]
    return "".join(
        _line((x + a * reach, y + b * inset), (x + a * inset, y + b * inset), chance, 2)
        + _line((x + a * inset, y + b * inset), (x + a * inset, y + b * reach), chance, 2)
        for x, y, a, b in corners
    )


def _drawn(kind: str, variant: int) -> str:
    chance = Random(f"{kind}{variant}")  # noqa: S311  (a drawing, not a secret)
    if kind == "ring":
        return _ring(chance)
    if kind == "crop":
        return _crop(chance)
    lines: dict[str, list[tuple[Point, Point]]] = {
        "cross": [((10, 9), (90, 91)), ((91, 8), (9, 92))],
        "tick": [((8, 55), (36, 90)), ((36, 90), (95, 8))],
        "line": [((-2, 52), (102, 46))],
        "bracket": [((2, 50), (2, 98)), ((2, 98), (98, 98)), ((98, 98), (98, 50))],
    }
    return "".join(_line(start, end, chance) for start, end in lines[kind])


MARKS = {kind: [_drawn(kind, variant) for variant in range(VARIANTS)] for kind in KINDS}


def pencil(kind: str, variant: Count = 0) -> rx.Component:
    """A mark over its positioned parent. `variant` is any number: an index, a seed."""
    return el.svg(
        el.svg.path(d=nth(MARKS[kind], variant)),
        view_box="-10 -10 120 120",
        preserve_aspect_ratio="none",
        class_name=f"pencil pencil--{kind}",
        aria_hidden="true",
    )


class _Filter(BaseHTML):
    tag = "filter"
    x: rx.Var[str]
    y: rx.Var[str]
    width: rx.Var[str]
    height: rx.Var[str]


class _Turbulence(BaseHTML):
    tag = "feTurbulence"


class _Displacement(BaseHTML):
    tag = "feDisplacementMap"


class _ColorMatrix(BaseHTML):
    tag = "feColorMatrix"


class _Composite(BaseHTML):
    tag = "feComposite"


def wax() -> rx.Component:
    """The tooth of the paper, once a page: noise shifts the stroke's edge and breaks its body. CSS refers to it as #wax."""
    noise = {"type": "fractalNoise", "baseFrequency": ".3 .42", "numOctaves": "3", "seed": "4", "result": "noise"}
    shift = {"in": "SourceGraphic", "in2": "noise", "scale": "3", "result": "shifted"}
    tooth = {
        "in": "noise",
        "type": "matrix",
        "values": "0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  0 0 0 -3.4 2.72",
        "result": "tooth",
    }
    return el.svg(
        _Filter.create(
            _Turbulence.create(custom_attrs=noise),
            _Displacement.create(custom_attrs=shift),
            _ColorMatrix.create(custom_attrs=tooth),
            _Composite.create(custom_attrs={"in": "shifted", "in2": "tooth", "operator": "in"}),
            id="wax",
            x="-10%",
            y="-60%",
            width="120%",
            height="220%",
        ),
        class_name="wax",
        aria_hidden="true",
    )
