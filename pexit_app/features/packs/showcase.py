"""Packs as their pages show them: rows and definitions -> cards."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pexit_app.features.packs import spoken
from pexit_app.features.packs.asking import asking
from pexit_app.features.packs.cards import FactCard, KnobCard, OfferCard, PackCard, SceneCard, frame_number
from pexit_app.features.packs.definition import Knob, PackDefinition
from pexit_app.features.packs.lineage import Royalty
from pexit_app.features.packs.models import Pack
from pexit_app.features.packs.schemas import PackProofOut, PictureOut, picture_set, pictures_of
from pexit_app.features.packs.service import Lineage, OpenPack
from pexit_app.ui.parts.frame import FrameCard

CLOSED = "Its creator has archived this pack. Whoever has used it before still can."
FRAME_ACTION = "darkroom_frame"
ON_THE_TABLE = 24  # packs on the first page, and wherever packs are offered
HALF = "(min-width: 60rem) 60vw, 100vw"  # how wide a picture is where nothing else says it
RATIOS = {"1:1": 1.0, "4:5": 0.8, "2:3": 2 / 3, "3:2": 1.5, "9:16": 9 / 16, "16:9": 16 / 9}


def ratio_of(width: int, height: int) -> str:
    """The named shape nearest to these pixels."""
    return min(RATIOS, key=lambda name: abs(RATIOS[name] - width / height))


def picture_card(pack: Pack, picture: PictureOut, index: int) -> FrameCard:
    return FrameCard(
        id=picture.name,
        number=frame_number(index),
        code=pack.code,
        seed=str(picture.seed),
        src=picture.url,
        src_set=picture_set(picture),
        sizes=HALF,
        full_src=picture.url,
        width=picture.width,
        height=picture.height,
        alt=picture.alt,
        ratio=ratio_of(picture.width, picture.height),
        focus_x=round(picture.focus[0] * 10),
        focus_y=round(picture.focus[1] * 10),
        variant=index,
    )


def card_of(pack: Pack, frame_dust: int, *, is_unlocked: bool = False) -> PackCard:
    """A pack as the first page shows it. `frame_dust` is the house's price of one frame, without the creator's fee;
    `is_unlocked`: the visitor pays no unlock price."""
    pictures = [picture_card(pack, picture, index) for index, picture in enumerate(pictures_of(pack))]
    asks = asking(pack)
    cover, *samples = pictures or [FrameCard(number="1", code=pack.code, state="empty", alt=pack.title)]
    return PackCard(
        slug=pack.slug,
        title=pack.title,
        tagline=pack.tagline,
        creator=pack.creator_name,
        code=pack.code,
        ink=pack.ink,
        version=pack.live_number,
        price_dust=asks.fee_dust + frame_dust,
        unlock_dust=0 if is_unlocked else asks.unlock_dust,
        was_locked=is_unlocked and pack.unlock_dust > 0,
        launch=f"Launch price until {asks.until.day} {asks.until:%B}" if asks.until else "",
        closed=CLOSED if pack.archived_at else "",
        cover=cover,
        samples=samples or [cover],
    )


def _pays_on(royalties: Sequence[Royalty]) -> str:
    """`10 % of what it earns goes to Coast Road by calm_otter_0001`."""
    shares = [f"{each.percent} % to {each.title} by {each.creator}" for each in royalties]
    return f"Of what it earns, {' and '.join(shares)}" if shares else ""


def whole_card(
    found: OpenPack,
    frame_dust: int,
    *,
    is_unlocked: bool = False,
    source: Lineage | None = None,
    royalties: Sequence[Royalty] = (),
    offers: Sequence[tuple[str, str]] = (),
) -> PackCard:
    """A pack as its own page shows it: with its scenes, what can be turned, the `source` it is a remix of, the `royalties`
    it pays on, and `offers` of bundles as (text, href)."""
    card = card_of(found.pack, frame_dust, is_unlocked=is_unlocked)
    card = replace(card, pays_on=_pays_on(royalties), offers=[OfferCard(*offer) for offer in offers])
    if source is not None:
        href = f"/p/{source.slug}" if source.is_shown else ""
        card = replace(card, remix_of=source.title, remix_by=source.creator, remix_href=href)
    definition = found.definition
    by_scene = {picture.scene: picture for picture in reversed(pictures_of(found.pack))}
    scenes = [
        SceneCard(
            id=scene.id,
            title=scene.title,
            sample=picture_card(found.pack, by_scene[scene.id], index) if scene.id in by_scene else card.cover,
        )
        for index, scene in enumerate(definition.scenes)
    ]
    proof = PackProofOut.of(found.version)
    grades = proof.grades if proof else {}
    own = [(f"/scenes/{at}/knobs/", scene.knobs) for at, scene in enumerate(definition.scenes)]
    listed = [("/knobs/", definition.knobs), *own]
    knobs = {
        knob.id: _knob_card(knob, grades, f"{place}{index}")
        for place, each in listed
        for index, knob in enumerate(each)
    }
    return replace(
        card,
        about=definition.description,
        scenes=scenes,
        knobs=list(knobs.values()),
        proof=proof.in_words if proof else "",
        needs=_needs(definition),
        gets=_gets(definition, len(knobs)),
    )


def _needs(definition: PackDefinition) -> list[FactCard]:
    """What one brings along."""
    roles = " and ".join(role.label for role in definition.cast)
    people = "One person" if len(definition.cast) == 1 else f"Two people: {roles}"
    frames = "One photo of each person is enough. Twelve train a likeness, which is more like them."
    return [
        FactCard("To look", "Nothing. A sculpture made in code stands in, and drafts are free."),
        FactCard("To be in it", f"{people}, with their consent."),
        FactCard("Photos", frames if len(definition.cast) > 1 else frames.replace("each person", "you", 1)),
    ]


def _gets(definition: PackDefinition, knobs: int) -> list[FactCard]:
    count = len(definition.scenes)
    shapes = sorted({definition.aspect_of(scene) for scene in definition.scenes})
    return [
        FactCard("Scenes", f"{count}, lit and framed" if count > 1 else "One, lit and framed"),
        FactCard("Knobs", f"{knobs} to turn, before you render and after"),
        FactCard("Shapes", f"{', '.join(shapes)} as it was meant; any other if you like"),
        FactCard("Frames", "JPEG and PNG, each with its settings, to be opened and turned again"),
    ]


def _knob_card(knob: Knob, grades: Mapping[str, str], pointer: str) -> KnobCard:
    return KnobCard(
        id=knob.id,
        label=knob.label,
        kind=knob.type,
        hint=knob.hint,
        reach=spoken.reach(knob),
        grade=grades.get(pointer, ""),
    )
