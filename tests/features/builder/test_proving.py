"""Proven knobs: what turning changes, whether faces stay; by an engine that does as it is told, and by the real one."""

import io
from collections.abc import Mapping

import numpy as np
import pytest
from PIL import Image

from pexit_app.core.ports import BadPhoto, Busy, Draft, DraftOrder, Inspected, Reading
from pexit_app.features.builder import measuring, proving
from pexit_app.features.builder.measuring import Face
from pexit_app.features.builder.proving import Measured, Proof, Prover, Standing
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.providers.darkroom import parameters, persona_store, render
from pexit_app.providers.darkroom.encode import encode
from pexit_app.providers.darkroom.gate import inspect as gate_inspect
from pexit_app.providers.darkroom.provider import draft_size
from tests.features.builder.test_checks import DOCUMENT, changed

PACK = PackDefinition.model_validate(DOCUMENT)
WHO = {"standin:alba": 10, "standin:onyx": 20, "standin:terra": 30}


def jpeg(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


class Engine:
    """Paints one stripe for each parameter that shows, as bright as its value; the first pixel says who it is, the second
    how much of somebody else. `deaf` parameters do not show; `warps` say which value turns the face into another."""

    def __init__(self, deaf: tuple[str, ...] = (), warps: Mapping[str, float] | None = None, busy: int = 0) -> None:
        self.deaf, self.warps, self.busy = deaf, warps or {}, busy
        self.orders: list[DraftOrder] = []
        self.shades: dict[str, int] = {}

    def shade(self, value: object) -> int:
        """One for each value, all far enough apart to be told by eye."""
        return 10 + 5 * self.shades.setdefault(str(value), len(self.shades))

    async def draft(self, order: DraftOrder) -> Draft:
        if self.busy:
            self.busy -= 1
            raise Busy("full")
        self.orders.append(order)
        pixels = np.zeros((40, 40, 3), np.uint8)
        for row, name in enumerate(sorted(parameters.BY_NAME)):
            if name in order.look and name not in self.deaf:
                pixels[2 * row : 2 * row + 2] = self.shade(order.look[name])
        pixels[39, 0] = WHO[order.personas[0]]
        pixels[39, 1] = round(sum(self.warps.get(f"{name}={value}", 0) for name, value in order.look.items()) * 10)
        return Draft(jpeg(pixels))


class Gate:
    """Reads who is in an Engine's picture; `blind` to whoever was warped by more than 20."""

    async def inspect(self, content: bytes) -> Inspected:
        with Image.open(io.BytesIO(content)) as image:
            pixels = np.asarray(image.convert("RGB"))
        who, warped = float(pixels[39, 0, 0]), float(pixels[39, 1, 0]) / 10
        if warped > 20:
            raise BadPhoto("not_an_image", "No face.")
        reading = Reading(50, "front", 0, 0, 80, None, {"shape": [who + warped, 0.0]})
        return Inspected(b"", b"", 40, 40, reading, ())


async def proven(pack: PackDefinition, engine: Engine, known: tuple[Measured, ...] = ()) -> Proof:
    prover = Prover(engine, Gate(), "test")  # type: ignore[arg-type]
    return Proof(tuple([each async for each in prover.prove(pack, known)]))


async def test_all_knobs_of_a_good_pack_are_proven() -> None:
    proof = await proven(PACK, Engine())
    assert {each.grade for each in proof.knobs} == {"proven"}
    assert proof.in_words == "7 of 7 knobs proven on 3 stand-ins"
    assert [each.label for each in proof.knobs][:2] == ["Later in the day", "Film"]
    assert {each.scene for each in proof.measured} == {"shore", "night"}
    assert Proof.read(proof.as_json()) == proof


async def test_a_knob_that_changes_nothing_is_dead() -> None:
    proof = await proven(PACK, Engine(deaf=("accent",)))
    [dead] = [each for each in proof.knobs if each.grade != "proven"]
    assert (dead.grade, dead.pointer, dead.label) == ("dead", "/knobs/3", "Colour of the haze")
    assert "nobody would see it" in dead.notes[0]


async def test_options_that_look_alike_are_named() -> None:
    alike = changed("knobs", 1, "options", 1, "sets", value={"grade": "warm", "clouds": 0.5})
    proof = await proven(PackDefinition.model_validate(alike), Engine(deaf=("clouds",)))
    film = next(each for each in proof.knobs if each.label == "Film")
    assert film.grade == "dead"
    three = changed(
        "knobs",
        1,
        "options",
        value=[*alike["knobs"][1]["options"], DOCUMENT["knobs"][1]["options"][1] | {"value": "x", "label": "X"}],
    )
    three["knobs"][1]["options"][1] = alike["knobs"][1]["options"][1]
    proof = await proven(PackDefinition.model_validate(three), Engine(deaf=("clouds",)))
    film = next(each for each in proof.knobs if each.label == "Film")
    assert film.grade == "partly"
    assert film.notes[0] == "In Shore Warm and Silver look the same."


async def test_a_value_that_makes_faces_somebody_elses_breaks() -> None:
    proof = await proven(PACK, Engine(warps={"hour=21.0": 13}))
    hour = proof.knobs[0]
    assert (hour.grade, hour.drift) == ("breaks", pytest.approx(1.3))
    assert hour.notes[0] == "In Shore faces become somebody else's from 21:00 on."
    steady = (await proven(PACK, Engine(warps={"hour=21.0": 8}))).knobs[0]
    assert (steady.grade, steady.drift) == ("proven", pytest.approx(0.8))


async def test_where_a_range_begins_to_break_is_found_to_the_step() -> None:
    late = {f"hour={hour}": 13.0 for hour in (20.0, 20.25, 20.5, 20.75, 21.0)}
    notes = (await proven(PACK, Engine(warps=late))).knobs[0].notes
    # In Night the knob stands at 20:00 from the start: there it is the other end that is somebody else.
    assert notes == (
        "In Shore faces become somebody else's from 20:00 on.",
        "In Night faces become somebody else's up to 19:45.",
    )
    early = {f"hour={hour}": 13.0 for hour in (16.0, 16.25)}
    notes = (await proven(PACK, Engine(warps=early))).knobs[0].notes
    assert notes[0] == "In Shore faces become somebody else's up to 16:15."


async def test_a_value_at_which_no_face_is_left_breaks() -> None:
    hour = (await proven(PACK, Engine(warps={"hour=21.0": 25}))).knobs[0]
    assert hour.grade == "breaks"
    assert "no face can be made out from 21:00 on" in hour.notes[0]


async def test_a_hidden_knob_is_measured_where_it_is_shown() -> None:
    engine = Engine()
    await proven(PACK, engine)
    tints = [order.look for order in engine.orders if order.look.get("accent") == "#f2b705"]
    assert tints
    assert all(look["bloom"] == 0.9 for look in tints)


async def test_what_still_holds_is_not_measured_again() -> None:
    first = await proven(PACK, Engine())
    engine = Engine()
    assert await proven(PACK, engine, first.measured) == first
    assert engine.orders == []
    other = PackDefinition.model_validate(changed("knobs", 4, "sees", 1, "sets", value={"clouds": 0.2}))
    again = await proven(other, engine, first.measured)
    assert {order.look.get("clouds") for order in engine.orders} == {None, 0.2, 1}
    assert [each.knob for each in again.measured if each not in first.measured] == ["weather", "weather"]


async def test_a_grade_stays_with_its_knob_wherever_that_goes() -> None:
    proof = await proven(PACK, Engine(deaf=("accent",)))
    assert proving.standing(proof, PACK) == Standing(proof, frozenset())
    hour, *others = DOCUMENT["knobs"]
    renamed = changed("knobs", value=[*others, hour | {"label": "Much later", "hint": "Ever later"}])
    found = proving.standing(proof, PackDefinition.model_validate(renamed))
    assert found.is_current
    grades = {each.knob: each for each in found.proof.knobs}
    assert (grades["hour"].pointer, grades["hour"].label) == (f"/knobs/{len(others)}", "Much later")
    assert (grades["tint"].pointer, grades["tint"].grade) == ("/knobs/2", "dead")


async def test_a_grade_of_a_changed_knob_is_told_as_such() -> None:
    proof = await proven(PACK, Engine())
    other = changed("knobs", 4, "sees", 1, "sets", value={"clouds": 0.2})
    found = proving.standing(proof, PackDefinition.model_validate(other))
    assert found.changed == {"/knobs/4"}
    assert len(found.proof.knobs) == 7
    later = proving.standing(proof, PackDefinition.model_validate(changed("knobs", 0, "default", value=18)))
    assert not later.is_current  # every other draft was made at the old hour
    grain = DOCUMENT["knobs"][0] | {"id": "grain", "label": "More grain", "sets": {"grain": [0, 1]}}
    found = proving.standing(proof, PackDefinition.model_validate(changed("knobs", value=[*DOCUMENT["knobs"], grain])))
    assert f"/knobs/{len(DOCUMENT['knobs'])}" in found.changed
    assert "grain" not in {each.knob for each in found.proof.knobs}


async def test_a_busy_darkroom_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "BUSY_S", 0)
    assert (await proven(PACK, Engine(busy=5))).proven == 7


async def test_drafts_do_not_take_each_others_place() -> None:
    engine = Engine()
    await proven(PACK, engine)
    assert len({order.stream for order in engine.orders}) == len(engine.orders)
    assert {len(order.personas) for order in engine.orders} == {1}


def face(x: float, yaw: float = 0) -> Face:
    return Face(np.array([x, 0.0]), yaw, 0)


def test_drift_is_told_in_distances_between_people() -> None:
    people = [face(0), face(1), face(2)]
    assert measuring.drift(people, people).far == 0
    assert measuring.drift(people, [face(0.5), face(1.5), face(2.5)]).far == 0.5
    turned = measuring.drift(people, [face(9, 40), face(9, 40), face(9, 40)])
    assert (turned.far, turned.breaks) == (None, False)
    lost = measuring.drift(people, [None, None, face(2)])
    assert lost.breaks
    assert measuring.drift([None, None, face(1)], [None, None, None]).breaks is False
    assert measuring.change(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), measuring.VISIBLE_STEP, np.uint8)) == 0


class RealDrafts:
    """The darkroom's own renderer, in this process."""

    async def draft(self, order: DraftOrder) -> Draft:
        size = draft_size(order.aspect, order.size_px)
        persona = persona_store.load(order.personas[0])
        pixels = render.draft(persona, parameters.parse(order.look), size, order.seed, None)
        return Draft(encode(pixels, "jpeg", order.personas, is_draft=True))


class RealGate:
    async def inspect(self, content: bytes) -> Inspected:
        return gate_inspect.inspect(content)


SMALL = PackDefinition.model_validate(
    DOCUMENT
    | {
        "knobs": [],
        "samples": [],
        "scenes": [
            {
                "id": "shore",
                "title": "Shore",
                "stand_ins": ["onyx"],
                "seed": 7,
                "look": {"backdrop": "studio", "framing": "close", "turn": "front"},
                "prompt": "x",
                "knobs": [
                    {"id": "palette", "type": "choice", "label": "Colours", "default": "ember"}
                    | {
                        "options": [
                            {"value": "ember", "label": "Ember", "sets": {"palette": "ember"}, "words": "ember"},
                            {"value": "ocean", "label": "Ocean", "sets": {"palette": "ocean"}, "words": "ocean"},
                        ]
                    },
                    {"id": "clouds", "type": "toggle", "label": "Clouds", "default": False}
                    | {"on": {"sets": {"clouds": 1}, "words": "on"}, "off": {"sets": {"clouds": 0}, "words": ""}},
                    {"id": "print", "type": "toggle", "label": "As a print", "default": False}
                    | {
                        "on": {"sets": {"style": "halftone", "style_strength": 1}, "words": "halftone"},
                        "off": {"sets": {"style": "photo", "style_strength": 0}, "words": ""},
                    },
                ],
            }
        ],
    }
)


async def test_the_real_darkroom_proves_a_small_pack() -> None:
    """Colours show, clouds do not show in a studio; colours leave the face alone, as the print may not."""
    prover = Prover(RealDrafts(), RealGate(), "test", size_px=256)  # type: ignore[arg-type]
    proof = Proof(tuple([each async for each in prover.prove(SMALL)]))
    colours, clouds, print_ = proof.knobs
    assert colours.grade == "proven"
    assert colours.change > 0.1
    assert colours.drift is not None
    assert colours.drift < measuring.BREAKS_FROM
    assert (clouds.grade, clouds.change) == ("dead", 0)
    assert print_.change > 0.1
