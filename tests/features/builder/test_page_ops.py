"""What the builder's page does to a document, run as the browser runs it, on packs that ship: whatever is moved, renamed or
taken out, no mention of it stays behind, and the patch means the same to the server as to the page."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pexit_app.core.settings import ROOT
from pexit_app.features.builder import guard, patch
from pexit_app.features.packs import rules, words
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.yaml_source import read
from pexit_app.providers.darkroom.persona import STANDINS
from tests.features.packs.samples import GOOD, large

NODE = Path(sys.executable).parent / "node"
FOLDER = ROOT / "pexit_app/features/builder"
SCRIPT = """
import * as ops from "%(folder)s/workbench_ops.js";
import * as knobs from "%(folder)s/workbench_knob_ops.js";
import * as cast from "%(folder)s/workbench_cast_ops.js";
const all = { ...ops, ...knobs, ...cast };
const asked = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(asked.map(({ document, name, given }) => {
  const before = JSON.stringify(document);
  const made = all[name](document, ...given);
  const done = Array.isArray(made) ? made : made.ops;
  const after = all.patched(document, done);
  if (JSON.stringify(document) !== before) throw new Error(`${name} changed what it was given`);
  return { ops: done, after, id: made.id ?? "", shared: all.shared(document, structuredClone(document)) === document };
})));
"""
PACKS = {path.parent.name: read(path.read_bytes()).value for path in sorted(ROOT.glob("packs/*/pack.yaml"))}
PACKS = {"sample": read(GOOD).value, **{name: PACKS[name] for name in ("salt-light", "open-road", "print-shop")}}
TWO_OPEN_ENDS = ("needs 5 or more", "both set")  # rules that a knob more or less may break, and which the page tells


def run(asked: list[tuple[dict[str, Any], str, list[Any]]]) -> list[dict[str, Any]]:
    told = json.dumps([{"document": document, "name": name, "given": given} for document, name, given in asked])
    script = SCRIPT % {"folder": FOLDER.as_uri()}
    command = [NODE, "--no-warnings", "--input-type=module", "-e", script]
    done = subprocess.run(command, input=told, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    for (document, name, given), each in zip(asked, found, strict=True):
        guard.check_patch(each["ops"])
        _, after = patch.read(document, each["ops"])
        assert patch.is_same(after, each["after"]), (name, given)
        assert each["shared"]
    return found


def broken(document: dict[str, Any]) -> list[str]:
    found = rules.check(PackDefinition.model_validate(document))
    return [each.message for each in found if not any(words in each.message for words in TWO_OPEN_ENDS)]


def knobs_of(document: dict[str, Any]) -> list[tuple[str, int]]:
    wide = [("/knobs", index) for index in range(len(document.get("knobs", [])))]
    scenes = enumerate(document["scenes"])
    return wide + [
        (f"/scenes/{at}/knobs", index) for at, scene in scenes for index in range(len(scene.get("knobs", [])))
    ]


@pytest.mark.parametrize("name", PACKS)
def test_a_knob_goes_from_the_pack_to_a_scene_and_back(name: str) -> None:
    document = PACKS[name]
    moves = []
    for path, index in knobs_of(document):
        others = ["/knobs"] if path != "/knobs" else [f"/scenes/{at}/knobs" for at in range(len(document["scenes"]))]
        moves += [(document, "transferKnob", [path, index, other]) for other in others]
    for (_, _, [path, index, other]), each in zip(moves, run(moves), strict=True):
        assert broken(each["after"]) == [], (path, index, other)
        assert each["id"] in [knob["id"] for knob in patch.value_at(each["after"], _path(other))]
        for scene in each["after"]["scenes"] if other == "/knobs" else []:
            assert each["id"] in words.placeholders(scene["prompt"])


def _path(pointer: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in pointer.split("/")[1:])


@pytest.mark.parametrize("name", PACKS)
def test_what_is_taken_out_leaves_nothing_behind(name: str) -> None:
    document = PACKS[name]
    asked = [(document, "deleteKnob", list(each)) for each in knobs_of(document)]
    scenes = range(len(document["scenes"])) if len(document["scenes"]) > 1 else ()
    asked += [(document, "deleteScene", [index]) for index in scenes]
    asked += [(document, "duplicateScene", [index]) for index in range(len(document["scenes"]))]
    for (_, verb, given), each in zip(asked, run(asked), strict=True):
        missing = [message for message in broken(each["after"]) if "no picture" not in message]
        assert missing == [], (verb, given)  # a knob may show a picture that went with its scene: its field says so


@pytest.mark.parametrize("name", PACKS)
def test_a_second_person_comes_and_goes(name: str) -> None:
    document = PACKS[name]
    is_for_two = len(document["cast"]) > 1
    [each] = run([(document, *(("removeSecond", []) if is_for_two else ("addSecond", [sorted(STANDINS)])))])
    assert broken(each["after"]) == []
    assert {len(scene["stand_ins"]) for scene in each["after"]["scenes"]} == {1 if is_for_two else 2}
    back = ("addSecond", [sorted(STANDINS)]) if is_for_two else ("removeSecond", [])
    [again] = run([(each["after"], *back)])
    assert broken(again["after"]) == []
    if not is_for_two:
        assert patch.is_same(again["after"], document)


def test_a_knob_that_another_scene_has_too_gets_a_name_of_its_own() -> None:
    document = json.loads(json.dumps(PACKS["sample"]))
    document["scenes"][0]["knobs"] = [dict(document["scenes"][1]["knobs"][0])]
    document["scenes"][0]["prompt"] += ", {near}"
    document["samples"][0]["knobs"]["near"] = "close"
    [each] = run([(document, "transferKnob", ["/scenes/1/knobs", 0, "/knobs"])])
    assert broken(each["after"]) == []
    assert each["id"] == "how_close"
    assert each["after"]["samples"][0]["knobs"] == {"hour": 20.5, "how_close": "close"}
    assert "{near}" not in each["after"]["scenes"][1]["prompt"]


def test_a_scene_keeps_where_a_knob_stood_in_it() -> None:
    [each] = run([(PACKS["sample"], "transferKnob", ["/knobs", 0, "/scenes/1/knobs"])])
    assert each["after"]["scenes"][1]["knobs"][0]["default"] == 20
    assert each["after"]["scenes"][1]["defaults"] == {"film": "silver"}
    [other] = run([(PACKS["sample"], "startSo", [1, {"hour": 21, "near": "close"}])])
    assert other["after"]["scenes"][1]["defaults"] == {"hour": 21, "film": "silver"}
    assert other["after"]["scenes"][1]["knobs"][0]["default"] == "close"


def test_bands_are_put_between_and_the_last_reaches_the_end() -> None:
    added, removed, longer = run(
        [
            (PACKS["sample"], "addBand", ["/knobs/0"]),
            (PACKS["sample"], "removeBand", ["/knobs/0", 1]),
            (PACKS["sample"], "reachTo", ["/knobs/0", 22]),
        ]
    )
    assert [band["to"] for band in added["after"]["knobs"][0]["words"]] == [18, 19.5, 21]
    assert removed["after"]["knobs"][0]["words"] == [{"to": 21, "say": "golden hour"}]
    assert (longer["after"]["knobs"][0]["max"], longer["after"]["knobs"][0]["words"][-1]["to"]) == (22, 22)


def test_the_largest_pack_can_be_changed_in_one_go() -> None:
    full = large(40, 60)
    asked = [(full, "deleteKnob", ["/knobs", 4]), (full, "transferKnob", ["/knobs", 4, "/scenes/0/knobs"])]
    for each in run(asked):
        assert len(each["ops"]) <= guard.MAX_OPS
