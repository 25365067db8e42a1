"""What a new version brings, in words for the people who use the pack: what they can turn, what they see, what it costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pexit_app.features.packs import spoken
from pexit_app.features.packs.definition import (
    Choice,
    Knob,
    PackDefinition,
    PictureChoice,
    Scene,
    Slider,
    TextKnob,
)

_READINGS = {"percent": "in per cent", "number": "as a number", "clock": "as a time of day"}
Kind = Literal["price", "scene", "knob", "cast", "picture", "listing"]


@dataclass(frozen=True, slots=True)
class Difference:
    """`words` is a sentence; `scene` the id of the scene it shows in, empty for the whole pack: for pictures beside it."""

    kind: Kind
    words: str
    scene: str = ""


def differences(old: PackDefinition, new: PackDefinition) -> list[Difference]:
    """What weighs most comes first. Equal packs have none, others at least one; an address never changes."""
    found = [
        *_price(old, new),
        *_cast(old, new),
        *_scenes(old, new),
        *_knobs(old.knobs, new.knobs, "", ""),
        *_within_scenes(old, new),
        *_listing(old, new),
        *_pictures(old, new),
    ]
    if not found and old != new.model_copy(update={"slug": old.slug}):
        found.append(Difference("listing", "Small things were mended."))
    return found


def in_words(found: Sequence[Difference]) -> str:
    """As a changelog: a sentence a line."""
    return "\n".join(each.words for each in found)


def _price(old: PackDefinition, new: PackDefinition) -> Iterator[Difference]:
    if old.price_dust != new.price_dust:
        before, after = _fee(old.price_dust), _fee(new.price_dust)
        yield Difference("price", f"The creator's fee for a frame is now {after}, not {before}.")
    if old.unlock_dust != new.unlock_dust:
        before, after = _fee(old.unlock_dust), _fee(new.unlock_dust)
        kept = " Whoever has paid it pays nothing more." if old.unlock_dust else ""
        yield Difference("price", f"Unlocking the pack now costs {after} once, not {before}.{kept}")


def _fee(dust: int) -> str:
    return f"{dust} dust" if dust else "nothing"


def _cast(old: PackDefinition, new: PackDefinition) -> Iterator[Difference]:
    if len(old.cast) != len(new.cast):
        yield Difference("cast", "Now it is for two people." if len(new.cast) == 2 else "Now it is for one person.")
    for before, after in zip(old.cast, new.cast, strict=False):
        if before.label != after.label:
            yield Difference("cast", f"The part {before.label} is now called {after.label}.")


def _scenes(old: PackDefinition, new: PackDefinition) -> Iterator[Difference]:
    before, after = {each.id: each for each in old.scenes}, {each.id: each for each in new.scenes}
    for scene in new.scenes:
        if scene.id not in before:
            yield Difference("scene", f"New scene: {scene.title}.", scene.id)
        elif before[scene.id].title != scene.title:
            yield Difference("scene", f"The scene {before[scene.id].title} is now called {scene.title}.", scene.id)
    for scene in old.scenes:
        if scene.id not in after:
            yield Difference("scene", f"The scene {scene.title} is gone.")
    shared = [each.id for each in old.scenes if each.id in after]
    if shared != [each.id for each in new.scenes if each.id in before]:
        yield Difference("scene", "The scenes come in another order.")


def _within_scenes(old: PackDefinition, new: PackDefinition) -> Iterator[Difference]:
    for scene in new.scenes:
        before = old.scene(scene.id)
        if before is None:
            continue
        where = f" in {scene.title}"
        yield from _knobs(before.knobs, scene.knobs, where, scene.id)
        if old.aspect_of(before) != new.aspect_of(scene):
            yield Difference("scene", f"{scene.title} is now {new.aspect_of(scene)} in shape.", scene.id)
        if before.look != scene.look:
            yield Difference("scene", f"{scene.title} is lit or set up anew.", scene.id)
        if (before.prompt, before.negative) != (scene.prompt, scene.negative):
            yield Difference("scene", f"{scene.title} is described in other words.", scene.id)
        if before.seed != scene.seed:
            yield Difference("scene", f"{scene.title} opens with another take.", scene.id)
        if (before.seed_policy == "fresh") != (scene.seed_policy == "fresh"):
            how = "another take for every frame" if scene.seed_policy == "fresh" else "the same take for every frame"
            yield Difference("scene", f"{scene.title} now gives {how}.", scene.id)
        if before.reference != scene.reference:
            yield Difference("scene", f"{scene.title} is photographed after another picture.", scene.id)
        yield from _defaults(old, new, before, scene)


def _defaults(old: PackDefinition, new: PackDefinition, before: Scene, scene: Scene) -> Iterator[Difference]:
    """Where pack-wide knobs stand in this scene, as far as the scene itself says it."""
    was = {knob.id: before.defaults.get(knob.id) for knob in old.knobs}
    for knob in new.knobs:
        now = scene.defaults.get(knob.id)
        if knob.id in was and was[knob.id] != now:
            value = spoken.said(knob, knob.default if now is None else now) or "nothing"
            yield Difference("knob", f"In {scene.title}, {knob.label} now starts at {value}.", scene.id)


def _knobs(old: Sequence[Knob], new: Sequence[Knob], where: str, scene: str) -> Iterator[Difference]:
    before, after = {each.id: each for each in old}, {each.id: each for each in new}
    for knob in new:
        if knob.id not in before:
            yield Difference("knob", f"New knob{where}: {knob.label}, {spoken.reach(knob)}.", scene)
        elif before[knob.id] != knob:
            for words in _knob(before[knob.id], knob):
                yield Difference("knob", f"The knob {knob.label}{where} {words}.", scene)
    for knob in old:
        if knob.id not in after:
            yield Difference("knob", f"The knob {knob.label}{where} is gone.", scene)
    shared = [each.id for each in old if each.id in after]
    if shared != [each.id for each in new if each.id in before]:
        yield Difference("knob", f"The knobs{where} come in another order.", scene)


def _knob(old: Knob, new: Knob) -> Iterator[str]:
    if old.type != new.type:
        yield f"now works in another way: {spoken.reach(new)}"
        return
    if old.label != new.label:
        yield f"was called {old.label}"
    if isinstance(old, Slider) and isinstance(new, Slider) and (old.min, old.max) != (new.min, new.max):
        yield f"now goes {spoken.reach(new)}, not {spoken.reach(old)}"
    elif isinstance(old, Slider) and isinstance(new, Slider) and old.step != new.step:
        yield "moves in other steps"
    elif isinstance(old, Slider) and isinstance(new, Slider) and old.words != new.words:
        yield "is put into other words"
    if isinstance(old, Slider) and isinstance(new, Slider) and old.says != new.says:
        yield f"is now read {_READINGS[new.says] if isinstance(new.says, str) else 'in words'}"
    if isinstance(old, Choice | PictureChoice) and isinstance(new, Choice | PictureChoice):
        yield from _options(old, new)
    if isinstance(old, TextKnob) and isinstance(new, TextKnob) and old.max_length != new.max_length:
        yield f"now takes {new.max_length} characters"
    if isinstance(old, TextKnob) and isinstance(new, TextKnob) and _words_taken(old) != _words_taken(new):
        yield "takes other words"
    if old.default != new.default:
        yield f"now starts at {spoken.said(new, new.default) or 'nothing'}"
    if old.visible_if != new.visible_if:
        yield "is shown at other times"
    if _differs(effect_of(old), effect_of(new)):
        yield "now does something else to the picture"
    if (old.hint, old.group) != (new.hint, new.group):
        yield "is explained or grouped anew"


def _words_taken(knob: TextKnob) -> tuple[int | None, frozenset[str]]:
    return knob.max_words, frozenset(word.casefold() for word in knob.refuses or ())


def _options(old: Choice | PictureChoice, new: Choice | PictureChoice) -> Iterator[str]:
    before, after = ({option.value: option.label for option in knob.options} for knob in (old, new))
    if added := [after[value] for value in after if value not in before]:
        yield f"has more to choose from: {', '.join(added)}"
    if gone := [before[value] for value in before if value not in after]:
        yield f"has no {' and no '.join(gone)} any more"
    for value in after:
        if value in before and before[value] != after[value]:
            yield f"calls {before[value]} now {after[value]}"
    if [value for value in before if value in after] != [value for value in after if value in before]:
        yield "shows its options in another order"


def effect_of(knob: Knob) -> dict[str, object]:
    """What a knob changes, without what it is called and how far it goes; of a choice, option by option."""
    told = knob.model_dump()
    kept: dict[str, object] = {name: told[name] for name in ("sets", "words", "on", "off", "sees") if name in told}
    if isinstance(knob, Slider):
        # The same slope over a longer way does the same where both reach.
        width = knob.max - knob.min
        kept = {"slopes": {name: round((high - low) / width, 6) for name, (low, high) in knob.sets.items()}}
    if isinstance(knob, Choice | PictureChoice):
        kept |= {option.value: (option.sets, option.words) for option in knob.options}
    return kept


def _differs(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    """Options that came or went are told as such."""
    return any(old[name] != new[name] for name in old if name in new)


def _listing(old: PackDefinition, new: PackDefinition) -> Iterator[Difference]:
    if old.title != new.title:
        yield Difference("listing", f"{old.title} is now called {new.title}.")
    if old.aspect != new.aspect:
        yield Difference("listing", f"Frames are now {new.aspect} in shape, not {old.aspect}.")
    if (old.tagline, old.description) != (new.tagline, new.description):
        yield Difference("listing", "It is described anew.")
    if (old.category, old.style) != (new.category, new.style):
        yield Difference("listing", f"It is now filed under {new.category}, {new.style}.")
    if (old.code, old.ink) != (new.code, new.ink):
        yield Difference("listing", "Its film has another code or ink.")
    if old.creator != new.creator:
        yield Difference("listing", f"Its creator is now called {new.creator}.")


def _pictures(old: PackDefinition, new: PackDefinition) -> Iterator[Difference]:
    if old.cover != new.cover:
        yield Difference("picture", "It has a new cover.", new.cover.scene)
    before: Mapping[str, object] = {each.name: each for each in old.samples}
    fresh = [each for each in new.samples if before.get(each.name) != each]
    gone = sum(each.name not in {one.name for one in new.samples} for each in old.samples)
    if fresh:
        count = "1 new sample picture" if len(fresh) == 1 else f"{len(fresh)} new sample pictures"
        yield Difference("picture", f"It shows {count}.", fresh[0].scene)
    elif gone:
        yield Difference("picture", "It shows fewer sample pictures.")
