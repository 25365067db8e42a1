"""render(): persona + look + seed -> picture. Reads like its table of contents; the chapters are the other files."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from pexit_app.providers.darkroom import casting, compose, finish, noise, optics, placing, raster, sources, subject
from pexit_app.providers.darkroom.backdrops import PAINTERS
from pexit_app.providers.darkroom.colour import to_bytes, tones
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.persona import Persona, Source
from pexit_app.providers.darkroom.raster import Bytes, Picture
from pexit_app.providers.darkroom.scene import Backdrop, Setting
from pexit_app.providers.darkroom.styles import print_in_style
from pexit_app.providers.darkroom.styles.sheet import Sheet
from pexit_app.providers.darkroom.subject import Subject
from pexit_app.providers.darkroom.sun import sun_at

STAGES = ("backdrop", "lens", "person", "light", "composite", "finish", "style", "encode")
OnStage = Callable[[str], None]
People = tuple[Persona, ...]

_STYLED_DRAFT_PX = {"photo": 768, "poster": 352, "watercolour": 448, "ink": 576, "halftone": 768, "sketch": 576}
_SHARP_BACKDROPS = ("poster", "space", "mountains")
_SHARP_BELOW_LENS = 0.25
_HALF_SERVES_TO = 1.15


def _ignore(stage: str) -> None:
    """Nobody follows this render."""


def render(
    persona: Persona,
    look: Look,
    size: tuple[int, int],
    seed: int,
    on_stage: OnStage = _ignore,
    other: Persona | None = None,
) -> Bytes:
    """The finished picture (h, w, 3) sRGB bytes of one person, or of two; `size` is (width, height) in pixels.

    `on_stage` hears each of STAGES (but "encode") as it begins; what it raises ends the render. The same arguments give
    the same bytes in any process.
    """
    sheet = _expose(_people(persona, other), look, *size, seed, on_stage)
    on_stage("style")
    return _print(sheet, look)


def _people(persona: Persona, other: Persona | None) -> People:
    return (persona,) if other is None else (persona, other)


def _expose(people: People, look: Look, width: int, height: int, seed: int, on_stage: OnStage) -> Sheet:
    """Everything up to the developed photograph; what went into it is let go of here, as it is large."""
    on_stage("backdrop")
    backdrop = _paint(look, width, height, seed, is_draft=False)
    on_stage("lens")
    scenery = optics.focus(backdrop, look, width, height, seed, is_draft=False)
    on_stage("person")
    person = _subject(people, _cast(people, look, width, height, seed), look.framing, width, height, seed)
    return _develop(person, backdrop, scenery, look, seed, on_stage)


def _cast(people: People, look: Look, width: int, height: int, seed: int) -> tuple[int, ...]:
    """Which source of each persona is shown."""
    parts = casting.parts(look, len(people), width, height, seed)
    return tuple(casting.choose(one, look, part, seed) for one, part in zip(people, parts, strict=True))


def _subject(
    people: People, cast: tuple[int, ...], framing: str, width: int, height: int, seed: int
) -> Subject:
    """The people in the frame, from their whole sources."""
    if len(people) == 1:
        return subject.into_frame(
            sources.whole(people[0], cast[0]), framing, width, height, seed, is_draft=False
        )
    facts = [sources.facts(one)[index] for one, index in zip(people, cast, strict=True)]
    return subject.pair_into_frame(
        lambda role: sources.whole(people[role], cast[role]), facts, framing, width, height, seed, is_draft=False
    )


def draft(
    persona: Persona, look: Look, size: tuple[int, int], seed: int, other: Persona | None = None
) -> Bytes:
    """A quick picture of what `render` would give, for turning knobs: the background is painted small, and what a knob
    leaves alone is kept from the last draft. Painted styles are computed smaller and enlarged."""
    width, height = size
    longer = max(size)
    most = _STYLED_DRAFT_PX[look.style]
    if longer > most:
        width, height = (round(side * most / longer) for side in size)
    backdrop, scenery = _draft_scenery(_behind(look), width, height, seed)
    people = _people(persona, other)
    cast = _cast(people, look, width, height, seed)
    person = _draft_subject(people, cast, look.framing, width, height, seed)
    picture = _print(_develop(person, backdrop, scenery, look, seed, _ignore), look)
    return picture if (width, height) == size else raster.enlarge(picture, *size)


def _develop(
    person: Subject, backdrop: Backdrop, scenery: Picture, look: Look, seed: int, on_stage: OnStage
) -> Sheet:
    """Light the person, put them in the place, and develop the film."""
    on_stage("light")
    surroundings = compose.surroundings_of(scenery)
    lit = compose.light_person(person, backdrop, look, surroundings)
    on_stage("composite")
    light = compose.join(scenery, lit, person, backdrop, look, surroundings, seed)
    on_stage("finish")
    is_graphic = backdrop.rig.is_graphic
    picture = finish.develop(light, look, is_graphic)
    five = tones(look.palette, look.accent)
    return Sheet(picture, person.alpha, person.normals, person.face_weight, five, seed, is_graphic)


def _print(sheet: Sheet, look: Look) -> Bytes:
    """The photograph in its style, as it leaves the darkroom."""
    picture = print_in_style(sheet, look.style, look.style_strength)
    if look.style == "photo" and not sheet.is_graphic:
        picture = finish.vignette(picture)
    return to_bytes(finish.grain(picture, look.grain, sheet.seed))


def _paint(look: Look, width: int, height: int, seed: int, is_draft: bool) -> Backdrop:
    """The backdrop, at half size where the lens will soften it anyway."""
    is_half = look.backdrop != "poster" and (
        is_draft or (look.lens >= _SHARP_BELOW_LENS and look.backdrop not in _SHARP_BACKDROPS)
    )
    shrink = 2 if is_half else 1
    five = tones(look.palette, look.accent)
    setting = Setting(
        max(width // shrink, 64), max(height // shrink, 64), look, five, sun_at(look.hour, five), seed
    )
    return PAINTERS[look.backdrop](setting)


def _behind(look: Look) -> Look:
    """`look` with everything that does not touch the background at its default: the key of what a draft may keep."""
    plain = Look()
    return replace(
        look,
        light_strength=plain.light_strength,
        turn=plain.turn,
        grade=plain.grade,
        grain=plain.grain,
        style=plain.style,
        style_strength=plain.style_strength,
        rim=plain.rim,
        bloom=plain.bloom,
    )


def forget_drafts() -> None:
    """Lets go of what drafts kept: a large render in the same process needs the room."""
    _draft_scenery.cache_clear()
    _draft_subject.cache_clear()
    sources.halved.cache_clear()
    noise.forget()


def forget_faces() -> None:
    """Lets go of every face that was decoded."""
    _draft_subject.cache_clear()
    for cache in (sources.whole, sources.halved, sources.facts):
        cache.cache_clear()


@lru_cache(maxsize=4)
def _draft_scenery(look: Look, width: int, height: int, seed: int) -> tuple[Backdrop, Picture]:
    backdrop = _paint(look, width, height, seed, is_draft=True)
    scenery = optics.focus(backdrop, look, width, height, seed, is_draft=True)
    scenery.setflags(write=False)
    return backdrop, scenery


@lru_cache(maxsize=4)
def _draft_subject(
    people: People, cast: tuple[int, ...], framing: str, width: int, height: int, seed: int
) -> Subject:
    found = [_draft_source(one, index, framing, width, height) for one, index in zip(people, cast, strict=True)]
    if len(found) == 1:
        return subject.into_frame(found[0], framing, width, height, seed, is_draft=True)
    facts = [source.facts for source in found]
    return subject.pair_into_frame(found.__getitem__, facts, framing, width, height, seed, is_draft=True)


def _draft_source(persona: Persona, index: int, framing: str, width: int, height: int) -> Source:
    source = sources.halved(persona, index)
    scale = placing.face_height(framing, width, height) / source.face_height
    return source if scale <= _HALF_SERVES_TO else sources.whole(persona, index)
