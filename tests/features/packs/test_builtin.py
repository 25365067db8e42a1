"""The packs that ship: in order, drawn by the darkroom at every setting, finished to the last picture."""

import json
from itertools import combinations
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pexit_app.core.settings import ROOT
from pexit_app.features.packs import rules, yaml_source
from pexit_app.features.packs.compose import compose, extremes
from pexit_app.features.packs.definition import PackDefinition, Slider, schema_text
from pexit_app.features.packs.document import FILE, MAX_PICTURE_BYTES, load_folder, picture_path
from pexit_app.features.shoots.requests import FREE_KNOB, FREE_PACK, FREE_SCENE
from pexit_app.providers.darkroom import marks, parameters
from pexit_app.providers.darkroom.persona import STANDINS
from tests.features.packs.samples import turned

PACKS = ROOT / "packs"
FOLDERS = sorted(path.parent for path in PACKS.glob(f"*/{FILE}"))
BUILT_IN = [load_folder(folder, needs_pictures=False) for folder in FOLDERS]
SCENES = [(pack, scene) for pack in BUILT_IN for scene in pack.scenes]
WORDS_ALONE = [pack for pack in BUILT_IN if pack.needs_prompt]
by_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
by_pack = pytest.mark.parametrize("pack", BUILT_IN, ids=lambda pack: pack.slug)


def test_the_published_schema_is_the_one_in_the_code() -> None:
    """When it fails: write definition.schema_text() into packs/pack.schema.json."""
    assert (PACKS / "pack.schema.json").read_text() == schema_text()


@by_folder
def test_a_pack_passes_its_checks_and_the_published_schema(folder: Path) -> None:
    load_folder(folder)
    written = yaml_source.read((folder / FILE).read_bytes()).value
    jsonschema.validate(written, json.loads((PACKS / "pack.schema.json").read_text()))


@by_pack
def test_the_darkroom_knows_everything_a_pack_sets(pack: PackDefinition) -> None:
    assert rules.find_look_problems(pack, parameters.parse, STANDINS) == []


def test_an_unknown_parameter_or_stand_in_is_found() -> None:
    scene = BUILT_IN[0].scenes[0].model_copy(update={"look": {"fog": 1.0, "grain": 7.0}, "stand_ins": ["nobody"]})
    found = rules.find_look_problems(BUILT_IN[0].model_copy(update={"scenes": [scene]}), parameters.parse, STANDINS)
    assert [each.field for each in found][:2] == ["scenes[0].stand_ins", "scenes[0].look.fog"]


@given(st.data())
def test_any_knobs_compose_to_a_look_the_darkroom_takes_and_a_clean_prompt(data: st.DataObject) -> None:
    pack, scene = data.draw(st.sampled_from(SCENES))
    made = compose(pack, scene.id, data.draw(turned(pack, scene)))
    parameters.parse(made.look)
    if not pack.needs_prompt:  # whose words are shown as they were typed
        assert not set("{}") & set(made.prompt)
        assert ",," not in made.prompt and "  " not in made.prompt
    assert compose(pack, scene.id, made.knobs) == made


@pytest.mark.parametrize(("pack", "scene"), SCENES, ids=lambda value: getattr(value, "slug", None) or value.id)
def test_every_knob_changes_the_look_and_the_words(pack: PackDefinition, scene) -> None:
    for knob in pack.knobs_of(scene):
        shown_by = {name: values[0] for name, values in (knob.visible_if or {}).items()}
        made = [compose(pack, scene.id, {**shown_by, knob.id: value}) for value in extremes(knob)]
        for one, other in combinations(made, 2):
            assert one.look != other.look, knob.id
            assert one.prompt != other.prompt, knob.id


@by_pack
def test_a_pack_is_worth_opening(pack: PackDefinition) -> None:
    assert pack.needs_prompt or 4 <= len(pack.scenes) <= 6
    assert 6 <= len(pack.samples) <= 8
    assert {sample.scene for sample in pack.samples} == {scene.id for scene in pack.scenes}
    for scene in pack.scenes:
        knobs = pack.knobs_of(scene)
        assert 6 <= len(knobs) <= 9, scene.id
        assert all(knob.hint and knob.group for knob in knobs), scene.id
        assert all(not isinstance(knob, Slider) or knob.says != "number" for knob in knobs), "say what a person sees"


def test_words_alone_are_asked_for_as_they_were_written() -> None:
    [pack] = WORDS_ALONE
    assert (pack.slug, [scene.id for scene in pack.scenes]) == (FREE_PACK, [FREE_SCENE])
    typed = "a cat,, on  {a} <lora:x:1> (roof:1.3)…"
    made = compose(pack, FREE_SCENE, {FREE_KNOB: typed})
    assert made.prompt == typed
    assert made.negative == ""
    for knob in pack.knobs_of(pack.scenes[0]):
        if knob.id != FREE_KNOB:
            turned_one = compose(pack, FREE_SCENE, {FREE_KNOB: typed, knob.id: extremes(knob)[-1]}).prompt
            assert turned_one.startswith(f"{typed}, "), knob.id


@by_folder
def test_pictures_are_marked_small_and_all_there(folder: Path) -> None:
    pack = load_folder(folder)
    names = {picture.name for picture in pack.pictures}
    assert {path.stem for path in folder.glob("*.jpg")} == names
    for name in names:
        path = picture_path(folder, name)
        assert path.stat().st_size <= MAX_PICTURE_BYTES
        assert marks.read_mark(path.read_bytes()) == f"{marks.VOCABULARY}algorithmicMedia"
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert min(image.size) >= 400
