"""A knob's words: the same on the server and in the browser, for every knob of the built-in packs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pexit_app.core.settings import ROOT
from pexit_app.features.packs import document, spoken
from pexit_app.features.packs.compose import checked, extremes
from pexit_app.features.packs.definition import PackDefinition, Slider
from pexit_app.features.packs.schemas import KnobOut

NODE = Path(sys.executable).parent / "node"
VALUES_JS = ROOT / "pexit_app/features/packs/bench_values.js"
SCRIPT = """
import { inWords } from "%s";
const asked = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(asked.map(([knob, value]) => inWords(knob, value))));
"""
PACKS = sorted(path.parent.name for path in (ROOT / "packs").glob("*/pack.yaml"))


def pack(name: str) -> PackDefinition:
    return document.parse((ROOT / "packs" / name / "pack.yaml").read_bytes())


def settings(knob) -> list:
    if not isinstance(knob, Slider):
        return extremes(knob)
    parts = (0, 0.13, 0.25, 0.5, 0.61, 0.75, 0.999, 1)
    return [checked(knob, knob.min + (knob.max - knob.min) * part) for part in parts]


@pytest.mark.parametrize("name", PACKS)
def test_browser_and_server_say_the_same(name):
    knobs = {knob.id: knob for scene in pack(name).scenes for knob in pack(name).knobs_of(scene)}
    asked = [(knob, value) for knob in knobs.values() for value in settings(knob)]
    told = json.dumps([[KnobOut.of(knob).model_dump(mode="json", exclude_none=True), value] for knob, value in asked])
    script = SCRIPT % VALUES_JS.as_uri()
    command = [NODE, "--no-warnings", "--input-type=module", "-e", script]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [spoken.said(knob, value) for knob, value in asked]


@pytest.mark.parametrize("name", PACKS)
def test_a_recipe_names_every_knob_that_is_shown(name):
    definition = pack(name)
    for scene in definition.scenes:
        values = {knob.id: scene.defaults.get(knob.id, knob.default) for knob in definition.knobs_of(scene)}
        labels = {label for label, _ in spoken.recipe(definition, scene.id, values)}
        always = {k.label for k in definition.knobs_of(scene) if not k.visible_if and values[k.id] != ""}
        assert always <= labels
    assert spoken.recipe(definition, "nowhere", {}) == []
