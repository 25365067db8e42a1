"""What the builder's page works out of a test grid by itself: axes, their values, how far it has come, what a cell sets."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pexit_app.core.settings import ROOT
from pexit_app.features.builder import react  # noqa: F401  (links its modules for the bundle)
from pexit_app.features.builder.grid_layout import MOST_CELLS, GridAsk, lay_out
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.schemas import KnobOut, SceneOut
from tests.features.builder.test_checks import DOCUMENT

NODE = Path(sys.executable).parent / "node"
MODULE = ROOT / "assets/external/pexit_app/features/builder/react/workbench_grid.js"
SCRIPT = """
import * as grid from "%s";
const asked = JSON.parse(await new Response(process.stdin).text());
const told = asked.map(([name, ...given]) => grid[name](...given));
console.log(JSON.stringify(told));
"""
DEFINITION = PackDefinition.model_validate(DOCUMENT)
FACES = [["alba", "Alba", "white"], ["onyx", "Onyx", "black"]]


def bench_pack() -> dict[str, Any]:
    knobs = [KnobOut.of(knob).model_dump(mode="json", exclude_none=True) for knob in DEFINITION.knobs]
    scenes = [SceneOut.of(DEFINITION, scene).model_dump(mode="json", exclude_none=True) for scene in DEFINITION.scenes]
    return {"knobs": knobs, "scenes": scenes}


PACK = bench_pack()
SHORE = PACK["scenes"][0]


def ask(*asked: list[Any]) -> list[Any]:
    """The module's functions, called one after the other. Links are kept, as in the bundle: what lies beside it there."""
    links = ["--preserve-symlinks", "--preserve-symlinks-main"]
    command = [NODE, "--no-warnings", *links, "--input-type=module", "-e", SCRIPT % MODULE.absolute().as_uri()]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=60)
    told: list[Any] = json.loads(done.stdout)
    return told


def cell(number: int, status: str, attempt: int = 1) -> dict[str, Any]:
    return {"number": number, "status": status, "attempt": attempt}


def test_axes_and_what_is_taken_of_them_at_first() -> None:
    beside_scenes, beside_film, hour, film, faces, few, many = ask(
        ["axesBeside", PACK, SHORE, "scenes"],
        ["axesBeside", PACK, SHORE, "film"],
        ["offered", PACK, SHORE, FACES, "hour", 17.5],
        ["offered", PACK, SHORE, FACES, "film", "warm"],
        ["offered", PACK, SHORE, FACES, "stand_ins", None],
        ["takenAtFirst", [[n, str(n)] for n in range(9)], True, 6],
        ["takenAtFirst", [[n, str(n)] for n in range(12)], False, 7],
    )
    assert [name for name, _ in beside_scenes[0][1]] == ["stand_ins"]
    assert [name for name, _ in beside_scenes[1][1]] == [knob["id"] for knob in PACK["knobs"]]
    assert "film" not in [name for name, _ in beside_film[1][1]]
    assert [value for value, _ in hour][::2] == [16, 17.25, 18.5, 19.75, 21]
    assert hour[2] == [17.25, "17:15"]
    assert film == [["warm", "Warm"], ["silver", "Silver"]]
    assert faces == [["alba", "Alba"], ["onyx", "Onyx"]]
    assert few == [0, 2, 4, 6, 8]
    assert many == [0, 3, 6, 8, 11]


def test_words_and_colours_of_somebody_s_own_lie_along_an_axis_too() -> None:
    words, colours = ask(
        ["offered", PACK, SHORE, FACES, "weather", "fog", ["snow"]],
        ["offered", PACK, SHORE, FACES, "tint", "#0e5f63", ["#ff0000", "red"]],
    )
    assert [value for value, _ in words] == ["", "fog", "snow"]
    assert words[0][1] == "Nothing"
    assert [value for value, _ in colours] == ["#101213", "#f2b705", "#1d2f5e", "#0e5f63", "#ff0000"]


def test_too_many_or_none_are_said_before_they_are_asked_for() -> None:
    across, down = {"id": "hour", "values": list(range(6))}, {"id": "film", "values": list(range(6))}
    fits, too_many, none, strip = ask(
        ["hindrance", across, down],
        ["hindrance", across, {"id": "film", "values": list(range(7))}],
        ["hindrance", across, {"id": "film", "values": []}],
        ["hindrance", across, {"id": "", "values": []}],
    )
    assert (fits, strip) == ("", "")
    assert too_many.startswith(f"42 cells are more than {MOST_CELLS}")
    assert none == "Take at least one value of each."


def test_an_order_is_laid_out_as_the_page_counted_it() -> None:
    turned = {"wide": {"hour": 20, "haze": True}, "own": {}}
    across, down = {"id": "hour", "values": [16, 18.5]}, {"id": "film", "values": ["warm", "silver"]}
    [order] = ask(["orderOf", {"pack": PACK, "turned": turned, "seed": 9}, SHORE, "onyx", across, down])
    values = tuple(order["across_values"]), tuple(order["down_values"])
    asked = GridAsk(
        order["across"], order["down"], order["scene"], *values, order["knobs"], order["seed"], order["stand_in"]
    )
    laid = lay_out(DEFINITION, asked)
    assert len(laid.cells) == 4
    assert {(each["knobs"]["haze"], each["seed"], each["stand_in"]) for each in laid.cells} == {(True, 9, "onyx")}
    assert [each["knobs"]["hour"] for each in laid.cells] == [16, 18.5, 16, 18.5]


def test_answers_that_overtake_each_other_never_take_a_picture_back() -> None:
    grid = {"cells": [cell(0, "done"), cell(1, "failed"), cell(2, "waiting")]}
    late = {"cells": [cell(0, "waiting"), cell(1, "waiting", 2), cell(2, "done")]}
    [told] = ask(["merged", grid, late])
    assert [(each["status"], each["attempt"]) for each in told["cells"]] == [("done", 1), ("waiting", 2), ("done", 1)]
    assert (told["done"], told["failed"], told["waiting"]) == (2, 0, 1)
    stands = ask(
        ["standOf", {"done": 3, "failed": 0, "waiting": 1}],
        ["standOf", {"done": 3, "failed": 1, "waiting": 0}],
        ["standOf", {"done": 1, "failed": 0, "waiting": 0}],
    )
    assert stands == ["3 of 4 drawn", "3 of 4 drawn, 1 failed", "1 cell, all drawn"]


def test_a_cell_goes_back_on_the_bench_as_far_as_the_draft_still_has_it() -> None:
    knobs = {"hour": 16, "film": "silver", "gone": 3, "haze": "on"}
    here, nowhere = ask(
        ["settingsOf", PACK, {"scene": "night", "knobs": knobs}],
        ["settingsOf", PACK, {"scene": "attic", "knobs": knobs}],
    )
    assert here["values"] == {"hour": 16, "film": "silver"}
    assert here["moved"] == {"hour": 16}  # night starts in silver
    assert (here["lost"], nowhere) == (2, None)
