"""Proven knobs: every knob turned from end to end on stand-ins, by true drafts; what it changes, and whether faces stay
who they are. A knob that changes nothing is dead, one that makes people somebody else breaks; the grade is kept."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from statistics import median
from typing import Any, Literal

from pexit_app.core.ports import BadPhoto, Busy, DraftEngine, DraftOrder, Json, PhotoGate
from pexit_app.features.builder import measuring
from pexit_app.features.builder.measuring import DEAD_BELOW, Drift, Seen
from pexit_app.features.packs import spoken
from pexit_app.features.packs.compose import Composed, checked, compose, extremes
from pexit_app.features.packs.definition import Knob, PackDefinition, Scene, Slider

STAND_INS = ("alba", "onyx", "terra")  # white, black and red-brown; a grown woman, a young man, an antique head
SIZE_PX = 384
MOST_SCENES = 4  # that a pack-wide knob is measured in
AT_ONCE = 2
BUSY_TRIES, BUSY_S = 30, 1.0
HALVINGS = 4
Grade = Literal["proven", "dead", "breaks", "partly"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One knob in one scene: `base` are the knobs as they stand before (what shows this one is set), `values` what it is
    turned to, its default first."""

    knob: Knob
    pointer: str
    scene: Scene
    base: Mapping[str, Json]
    values: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A knob in a scene. `change` is the largest between two of its values, 0-1; `drift` the largest of its values, None
    where no face can be read. `alike` are pairs of values that look the same; `breaks` and `lost` say where faces change or
    can be made out no more: `from 19:30 on`, `at Halftone`. `key` is of all that the drafts were made of: as long as it
    stays the same, this holds, wherever the knob stands by now."""

    pointer: str
    knob: str
    label: str
    scene: str
    scene_title: str
    key: str
    change: float
    drift: float | None
    alike: tuple[tuple[str, str], ...] = ()
    breaks: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def is_dead(self) -> bool:
        return self.change < DEAD_BELOW

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Measured":
        pairs = tuple((one, other) for one, other in stored["alike"])
        lists = {"alike": pairs, "breaks": tuple(stored["breaks"]), "lost": tuple(stored["lost"])}
        return cls(**{"knob": "", **stored, **lists})


@dataclass(frozen=True, slots=True)
class KnobGrade:
    """A knob over all scenes it was measured in; `scene` is the only one that has it, empty for a pack-wide knob. `notes`
    say what to mend."""

    pointer: str
    knob: str
    scene: str
    label: str
    grade: Grade
    change: float
    drift: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """`measured` one a knob and scene, in the pack's order."""

    measured: tuple[Measured, ...] = ()
    stand_ins: tuple[str, ...] = STAND_INS

    @property
    def knobs(self) -> list[KnobGrade]:
        by_knob: dict[str, list[Measured]] = {}
        for each in self.measured:
            by_knob.setdefault(each.pointer, []).append(each)
        return [_graded(each) for each in by_knob.values()]

    @property
    def proven(self) -> int:
        return sum(each.grade == "proven" for each in self.knobs)

    @property
    def in_words(self) -> str:
        """For the listing: `9 of 10 knobs proven on 3 stand-ins`."""
        knobs = self.knobs
        return f"{self.proven} of {len(knobs)} knobs proven on {len(self.stand_ins)} stand-ins" if knobs else ""

    def as_json(self) -> dict[str, Any]:
        """With what a listing tells, for those who only show it: `in_words`, `grades` by knob."""
        grades = {each.pointer: each.grade for each in self.knobs}
        told = {**asdict(self), "in_words": self.in_words, "grades": grades}
        stored: dict[str, Any] = json.loads(json.dumps(told))
        return stored

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Proof":
        measured = tuple(Measured.read(each) for each in stored.get("measured", ()))
        return cls(measured, tuple(stored.get("stand_ins", STAND_INS)))


@dataclass(frozen=True, slots=True)
class Standing:
    """A proof beside a pack as it is now: `proof` is of its knobs at the places they have, those never measured left out;
    `changed` are the pointers of knobs that changed since, or are measured in some of their scenes alone."""

    proof: Proof
    changed: frozenset[str]

    @property
    def is_current(self) -> bool:
        """All there is to measure was measured, and still holds."""
        return not self.changed


def standing(proof: Proof, definition: PackDefinition) -> Standing:
    known = {(each.knob, each.scene): each for each in proof.measured}
    placed: list[Measured] = []
    changed: set[str] = set()
    for turn in turns(definition):
        found = known.get((turn.knob.id, turn.scene.id))
        if found is not None:
            placed.append(_placed(found, turn))
        if found is None or found.key != key_of(definition, turn, proof.stand_ins):
            changed.add(turn.pointer)
    return Standing(Proof(tuple(placed), proof.stand_ins), frozenset(changed))


def _placed(measured: Measured, turn: Turn) -> Measured:
    """What was measured, under the names and in the place that the knob has now."""
    return replace(
        measured, pointer=turn.pointer, label=turn.knob.label, scene=turn.scene.id, scene_title=turn.scene.title
    )


def _graded(each: Sequence[Measured]) -> KnobGrade:
    first = each[0]
    drifts = [one.drift for one in each if one.drift is not None]
    dead = [one.scene_title for one in each if one.is_dead]
    breaks = any(one.breaks or one.lost for one in each)
    alike = any(one.alike for one in each)
    grade: Grade = "proven"
    if len(dead) == len(each):
        grade = "dead"
    elif breaks:
        grade = "breaks"
    elif dead or alike:
        grade = "partly"
    return KnobGrade(
        pointer=first.pointer,
        knob=first.knob,
        scene=first.scene if first.pointer.startswith("/scenes/") else "",
        label=first.label,
        grade=grade,
        change=max(one.change for one in each),
        drift=max(drifts, default=None),
        notes=tuple(_notes(each, dead)),
    )


def _notes(each: Sequence[Measured], dead: list[str]) -> list[str]:
    if len(dead) == len(each):
        most = max(one.change for one in each)
        share = f"{most * 100:.1f} %" if most else "nothing"
        return [f"It changes {share} of the picture: nobody would see it. Let it set something else, or further apart."]
    notes = [f"In {title} it changes nothing that can be seen." for title in dead]
    for one in each:
        notes += [f"In {one.scene_title} {a} and {b} look the same." for a, b in one.alike if not one.is_dead]
        notes += [f"In {one.scene_title} faces become somebody else's {where}." for where in one.breaks]
        notes += [f"In {one.scene_title} no face can be made out {where}." for where in one.lost]
    return notes


def key_of(definition: PackDefinition, turn: Turn, stand_ins: Sequence[str] = STAND_INS, size_px: int = SIZE_PX) -> str:
    """Of all that the drafts of a turn depend on; words and listing are no part of it."""
    return _key([_looks(definition, turn), list(stand_ins), size_px])


def turns(definition: PackDefinition) -> list[Turn]:
    """Every knob of every scene; pack-wide ones in a few scenes, spread evenly."""
    made = []
    count = len(definition.scenes)
    spread = {
        round(index * (count - 1) / max(1, min(count, MOST_SCENES) - 1)) for index in range(min(count, MOST_SCENES))
    }
    for number, scene in enumerate(definition.scenes):
        shared = [(knob, f"/knobs/{i}") for i, knob in enumerate(definition.knobs)] if number in spread else []
        own = [(knob, f"/scenes/{number}/knobs/{i}") for i, knob in enumerate(scene.knobs)]
        made += [_turn(definition, scene, knob, pointer) for knob, pointer in [*shared, *own]]
    return made


def _turn(definition: PackDefinition, scene: Scene, knob: Knob, pointer: str) -> Turn:
    by_id = {each.id: each for each in definition.knobs_of(scene)}
    base: dict[str, Json] = {}
    pending = [knob]
    while pending:  # what shows this knob may itself be shown by another
        for name, allowed in (pending.pop().visible_if or {}).items():
            if name not in base:
                base[name] = allowed[0]
                pending.append(by_id[name])
    default = scene.defaults.get(knob.id, knob.default)
    values = [default, *extremes(knob)]
    if isinstance(knob, Slider):
        values.append(checked(knob, (knob.min + knob.max) / 2))
    return Turn(knob, pointer, scene, base, tuple({_key(each): each for each in values}.values()))


@dataclass(slots=True)
class Prover:
    """Measures one pack after another; `gate` None: faces are not read. `stream` keeps its drafts apart from others'."""

    drafts: DraftEngine
    gate: PhotoGate | None
    stream: str
    stand_ins: tuple[str, ...] = STAND_INS
    size_px: int = SIZE_PX
    _bases: dict[str, Seen] = field(default_factory=dict)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _count: int = 0

    async def prove(self, definition: PackDefinition, known: Sequence[Measured] = ()) -> AsyncIterator[Measured]:
        """One after the other, those of `known` that still hold taken over. Raises ProviderError."""
        kept = {(each.knob, each.scene, each.key): each for each in known}
        scene_id = ""
        for turn in turns(definition):
            if turn.scene.id != scene_id:
                self._bases.clear()
                scene_id = turn.scene.id
            key = key_of(definition, turn, self.stand_ins, self.size_px)
            found = kept.get((turn.knob.id, scene_id, key))
            yield _placed(found, turn) if found else await self._measure(definition, turn, key)

    async def _measure(self, definition: PackDefinition, turn: Turn, key: str) -> Measured:
        columns = [compose(definition, turn.scene.id, {**turn.base, turn.knob.id: value}) for value in turn.values]
        rows = [
            await self._row(composed, len(definition.cast), is_base=not index) for index, composed in enumerate(columns)
        ]
        changes = {
            (one, other): median(
                measuring.change(a.pixels, b.pixels) for a, b in zip(rows[one], rows[other], strict=True)
            )
            for one, other in combinations(range(len(rows)), 2)
        }
        reads = len(definition.cast) == 1
        drifts = [_drift(rows[0], row) for row in rows[1:]] if reads else []
        said = [spoken.said(turn.knob, value) or "nothing" for value in turn.values]
        is_choice = turn.knob.type in ("choice", "picture", "toggle")
        dead = {pair for pair, share in changes.items() if share < DEAD_BELOW}
        bad = _telling(turn, [index for index, each in enumerate(drifts, 1) if each.breaks])
        where = {index: await self._where(definition, turn, rows[0], turn.values[index]) for index in bad}
        return Measured(
            pointer=turn.pointer,
            knob=turn.knob.id,
            label=turn.knob.label,
            scene=turn.scene.id,
            scene_title=turn.scene.title,
            key=key,
            change=round(max(changes.values(), default=0.0), 4),
            drift=max((round(each.far, 3) for each in drifts if each.far is not None), default=None),
            alike=tuple((said[a], said[b]) for a, b in sorted(dead)) if is_choice else (),
            breaks=tuple(dict.fromkeys(where[index] for index in bad if not _is_lost(drifts[index - 1]))),
            lost=tuple(dict.fromkeys(where[index] for index in bad if _is_lost(drifts[index - 1]))),
        )

    async def _where(self, definition: PackDefinition, turn: Turn, before: Sequence[Seen], value: Json) -> str:
        """Where faces go wrong, in words: of a slider's end, from where on, halved in on from the default."""
        knob, good = turn.knob, turn.values[0]
        if not isinstance(knob, Slider) or value not in (knob.min, knob.max):
            return f"at {spoken.said(knob, value) or 'nothing'}"
        bad: Json = value
        for _ in range(HALVINGS):
            middle = checked(knob, (_number(good) + _number(bad)) / 2)
            if middle in (good, bad):
                break
            composed = compose(definition, turn.scene.id, {**turn.base, knob.id: middle})
            is_bad = _drift(before, await self._row(composed, 1, is_base=False)).breaks
            good, bad = (good, middle) if is_bad else (middle, bad)
        return f"from {spoken.said(knob, bad)} on" if value == knob.max else f"up to {spoken.said(knob, bad)}"

    async def _row(self, composed: Composed, roles: int, *, is_base: bool) -> list[Seen]:
        casts = [
            tuple(self.stand_ins[(at + n) % len(self.stand_ins)] for n in range(roles))
            for at in range(len(self.stand_ins))
        ]
        return list(await asyncio.gather(*(self._seen(composed, cast, roles == 1, is_base) for cast in casts)))

    async def _seen(self, composed: Composed, cast: tuple[str, ...], reads: bool, is_base: bool) -> Seen:
        key = _key([composed.look, cast, composed.seed, composed.aspect])
        if key in self._bases:
            return self._bases[key]
        async with self._places:
            content = await self._draft(composed, cast)
            face = await self._face(content) if reads and self.gate is not None else None
        seen = Seen(await asyncio.to_thread(measuring.pixels_of, content), face)
        if is_base:
            self._bases[key] = seen
        return seen

    async def _draft(self, composed: Composed, cast: tuple[str, ...]) -> bytes:
        """Waits where the darkroom is busy: people's own drafts come first."""
        personas = tuple(f"standin:{name}" for name in cast)
        for tries_left in range(BUSY_TRIES, -1, -1):
            self._count += 1
            stream = f"{self.stream}:{self._count}"
            order = DraftOrder(personas, composed.look, composed.seed, composed.aspect, self.size_px, stream)
            try:
                return (await self.drafts.draft(order)).content
            except Busy:
                if not tries_left:
                    raise
                await asyncio.sleep(BUSY_S)
        raise AssertionError("the last try returns or raises")

    async def _face(self, content: bytes) -> measuring.Face | None:
        assert self.gate is not None
        try:
            return measuring.face_of((await self.gate.inspect(content)).reading)
        except BadPhoto:
            return None


def _drift(before: Sequence[Seen], after: Sequence[Seen]) -> Drift:
    return measuring.drift([each.face for each in before], [each.face for each in after])


def _telling(turn: Turn, bad: list[int]) -> list[int]:
    """Without what lies between: a slider's end tells from where on."""
    ends = [
        index for index in bad if isinstance(turn.knob, Slider) and turn.values[index] in (turn.knob.min, turn.knob.max)
    ]
    return ends or bad


def _number(value: Json) -> float:
    assert isinstance(value, int | float)
    return value


def _is_lost(each: Drift) -> bool:
    return each.lost > measuring.LOST_SHARE


def _looks(definition: PackDefinition, turn: Turn) -> list[Any]:
    made = [compose(definition, turn.scene.id, {**turn.base, turn.knob.id: value}) for value in turn.values]
    return [[each.look, each.seed, each.aspect] for each in made]


def _key(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
