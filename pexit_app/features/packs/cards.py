"""What the storefront shows, as plain values. Texts are ready to read; empty means there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pexit_app.ui.parts.frame import FrameCard
from pexit_app.ui.parts.roll import RollCard
from pexit_app.ui.parts.sheet import StripCard


@dataclass(frozen=True)
class SceneCard:
    id: str = ""
    title: str = ""
    line: str = ""
    sample: FrameCard = field(default_factory=FrameCard)


@dataclass(frozen=True)
class KnobCard:
    """`kind`: slider, choice, toggle, colour, text or picture; `reach`: from where to where; `grade`: proven,
    partly, breaks or dead, where it was measured."""

    id: str = ""
    label: str = ""
    kind: str = ""
    hint: str = ""
    reach: str = ""
    grade: str = ""


@dataclass(frozen=True)
class OfferCard:
    """Another way to have a pack: with others, for less."""

    text: str = ""
    href: str = ""


@dataclass(frozen=True)
class FactCard:
    label: str = ""
    value: str = ""


@dataclass(frozen=True)
class VersionCard:
    """`when` is a date ready to read, `day` the same for machines, `words` what its publisher says is new."""

    number: int = 0
    when: str = ""
    day: str = ""
    words: str = ""


@dataclass(frozen=True)
class PackCard:
    """`code` is three letters for the canister, `ink` one of ui.parts.roll.INKS, `price_dust` is for one frame,
    `unlock_dust` what the visitor still pays once before the first; 0 with `was_locked`: they have paid it, or the pack is
    theirs. `needs` and `gets` are what one brings along and what comes of it, `versions` the newest first, `creator_href`
    the creator's own page. `proof` is what was measured of this version's knobs, in words; empty: nothing was.

    `cover` and `samples` are frames in state done: `src`, `alt`, `width`, `height`, `number`, `seed`, `ratio` and where the
    face is. Six to eight samples make a full first page with two packs. `remix_of` is the title of what it was started
    from, by `remix_by`; `remix_href` is empty where that is not shown. `pays_on` says what of its earnings goes to its
    ancestors, `launch` until when it costs less than later, `closed` why not everybody can render it any more.
    """

    slug: str = ""
    title: str = ""
    tagline: str = ""
    about: str = ""
    creator: str = ""
    creator_href: str = ""
    remix_of: str = ""
    remix_by: str = ""
    remix_href: str = ""
    pays_on: str = ""
    launch: str = ""
    closed: str = ""
    offers: list[OfferCard] = field(default_factory=list)
    code: str = ""
    ink: str = "slate"
    version: int = 1
    price_dust: int = 0
    unlock_dust: int = 0
    was_locked: bool = False
    cover: FrameCard = field(default_factory=FrameCard)
    samples: list[FrameCard] = field(default_factory=list)
    scenes: list[SceneCard] = field(default_factory=list)
    knobs: list[KnobCard] = field(default_factory=list)
    proof: str = ""
    needs: list[FactCard] = field(default_factory=list)
    gets: list[FactCard] = field(default_factory=list)
    versions: list[VersionCard] = field(default_factory=list)
    related: list[RollCard] = field(default_factory=list)


@dataclass(frozen=True)
class ShelfCard:
    """Packs that lie together, and the `rule` by which they do."""

    id: str = ""
    title: str = ""
    rule: str = ""
    rolls: list[RollCard] = field(default_factory=list)


@dataclass(frozen=True)
class FrontCard:
    """The whole first page: strips beside the display line, rows of strips below it, and shelves of packs."""

    beside: list[StripCard] = field(default_factory=list)
    below: list[list[StripCard]] = field(default_factory=list)
    shelves: list[ShelfCard] = field(default_factory=list)


def frame_number(index: int) -> str:
    """35 mm numbering: 1, 1A, 2, 2A ..."""
    return f"{index // 2 + 1}{'A' if index % 2 else ''}"


def _pictures(pack: PackCard) -> list[FrameCard]:
    """Its cover and its samples, each once."""
    return list({picture.src: picture for picture in [pack.cover, *pack.samples] if picture.src}.values())


def pack_strip(
    pack: PackCard, samples: Sequence[FrameCard], *, slot: str = "", size: str = "m", ringed: int = -1
) -> StripCard:
    """A strip of one pack, linked to it. `ringed` is the index of the frame somebody has ringed; -1: none."""
    frames = [
        replace(
            sample,
            code="",
            seed="",
            variant=index,
            sizes=sizes_of(size, sample.ratio),
            mark="ring" if index == ringed else "none",
        )
        for index, sample in enumerate(samples)
    ]
    return StripCard(
        slot=slot, size=size, edge=pack.title, words=[pack.code, pack.creator], href=f"/p/{pack.slug}", frames=frames
    )


HEIGHTS = {"s": "166px", "m": "max(176px, 19vw)", "l": "max(192px, 20vw)", "xl": "max(256px, 28vw)"}


def sizes_of(size: str, ratio: str) -> str:
    """How wide a picture of this shape is in a strip of this size, for <img sizes>; assets/pexit.css has the heights."""
    width, height = ratio.split(":")
    return f"calc({HEIGHTS[size]} * {int(width) / int(height):.3f})"


def pack_roll(pack: PackCard, why: str = "") -> RollCard:
    """`why` is said in place of the pack's own line."""
    dust = f"{pack.price_dust} dust" if pack.price_dust else "Free"
    unlock = f", {pack.unlock_dust:,} once" if pack.unlock_dust else ", unlocked" if pack.was_locked else ""
    frames = [replace(picture, code="", seed="", sizes=sizes_of("s", picture.ratio)) for picture in _pictures(pack)]
    return RollCard(
        href=f"/p/{pack.slug}",
        title=pack.title,
        line=why or pack.tagline,
        creator=pack.creator,
        code=pack.code,
        ink=pack.ink,
        speed=f"v{pack.version}",
        price=dust,
        per=f"a frame{unlock}",
        strip=StripCard(size="s", edge=f"{pack.code} 5219", words=[pack.creator], frames=frames),
    )


OPENING = (("hero", 3), ("first", 8), ("second", 8), ("top", 4))  # slot, most frames
A_STRIP = 3  # frames that a strip should have; a pack with fewer to spare serves fewer slots
A_ROW = 5.6  # widths over height of the pictures that fill one row of the screen


def opening_strips(packs: Sequence[PackCard]) -> dict[str, StripCard]:
    """The contact sheet of the first screen by slot: packs take turns and no picture is shown twice."""
    strips: dict[str, StripCard] = {}
    for turn, pack in enumerate(packs[: len(OPENING)]):
        left = _pictures(pack)
        slots = [slot for slot in OPENING[turn :: len(packs)] if slot[0] != "top" or _is_wide(left)]
        slots = slots[: max(1, len(left) // A_STRIP)] if left else []
        for place, (slot, most) in enumerate(slots):
            count = min(most, -(-len(left) // (len(slots) - place)))
            taken, left = left[:count], left[count:]
            strips[slot] = pack_strip(pack, taken, slot=slot, ringed=count // 2 if slot == "first" else -1)
    if "hero" in strips:
        first, *others = strips["hero"].frames
        strips["hero"] = replace(strips["hero"], frames=[replace(first, is_under_glass=True), *others])
    return strips


def _width(frames: Sequence[FrameCard]) -> float:
    """Of all these pictures together, in heights."""
    sides = [frame.ratio.split(":") for frame in frames]
    return sum(int(width) / int(height) for width, height in sides)


def _is_wide(frames: Sequence[FrameCard]) -> bool:
    """Landscape pictures: four of them cross the corner above the hero, upright ones would leave it black."""
    return bool(frames) and _width(frames) / len(frames) > 1


def _sized(strip: StripCard, size: str) -> StripCard:
    """The same at another size."""
    frames = [replace(each, sizes=sizes_of(size, each.ratio)) for each in strip.frames]
    return replace(strip, size=size, frames=frames)


def _beside(strips: Mapping[str, StripCard]) -> list[StripCard]:
    """The hero beside the display line, as large as it needs to be to fill its half, and a smaller strip above it."""
    shown = []
    if "top" in strips:
        shown.append(_sized(strips["top"], "s"))
    if "hero" in strips:
        shown.append(_sized(strips["hero"], "l" if _is_wide(strips["hero"].frames) else "xl"))
    return shown


def _rows(strips: Sequence[StripCard]) -> list[list[StripCard]]:
    """Strips side by side until a row is full; a row that does not get full has larger pictures."""
    rows: list[list[StripCard]] = []
    for strip in strips:
        if rows and sum(_width(other.frames) for other in rows[-1]) < A_ROW:
            rows[-1].append(strip)
        else:
            rows.append([strip])
    return [
        [_sized(strip, "m" if sum(_width(other.frames) for other in row) >= A_ROW else "xl") for strip in row]
        for row in rows
    ]


PICKED = "Picked", "Chosen by the people who run this place, for one thing each does well. Nobody can pay to lie here."
RISING = "Rising", "What most people rendered with in the last fourteen days. Its own creator does not count."
NEW = "New", "What came last, the newest first."


def front(
    new: Sequence[PackCard], picked: Sequence[tuple[PackCard, str]] = (), rising: Sequence[PackCard] = ()
) -> FrontCard:
    """Each pack lies on one shelf only: the first of these that has it. A picked one comes with why."""
    chosen = {pack.slug: pack for pack, _ in picked}
    climbing = {pack.slug: pack for pack in rising if pack.slug not in chosen}
    others = [pack for pack in new if pack.slug not in chosen and pack.slug not in climbing]
    strips = opening_strips([*chosen.values(), *climbing.values(), *others])
    shelves = [
        ShelfCard("picked", *PICKED, [pack_roll(pack, why) for pack, why in picked]),
        ShelfCard("rising", *RISING, [pack_roll(pack) for pack in climbing.values()]),
        ShelfCard("new", *NEW, [pack_roll(pack) for pack in others]),
    ]
    return FrontCard(
        beside=_beside(strips),
        below=_rows([strips[slot] for slot in ("first", "second") if slot in strips]),
        shelves=[shelf for shelf in shelves if shelf.rolls],
    )
