"""What a pack is, as data: the shape of pack.yaml, of the published JSON Schema and of a version in the database.

These models check the shape of each field; what holds between fields (names, defaults, ranges) is in rules.py.
docs/packs.md explains every field to the people who write packs.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

MAX_SCENES = 40
MAX_KNOBS = 60  # offered in one scene, pack-wide ones included
MAX_SAMPLES = 48  # every scene needs a picture
MAX_OPTIONS = 12
MAX_BANDS = 12
MAX_SEES = 12
MAX_TEXT_CHARS = 2_000
MAX_TEXT_WORDS = 200
MAX_KEYWORDS = 24
MAX_DUST = 10_000  # of a creator's price
MAX_ROYALTY_PERCENT = 20  # of what a remix earns, for all of its ancestors together


def _text(most: int, least: int = 1, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(strict=True, min_length=least, max_length=most, pattern=pattern)


_ONE_LINE = r"^[^\n\r\t{}]*$"
Slug = Annotated[str, _text(60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Id = Annotated[str, _text(40, pattern=r"^[a-z][a-z0-9_]*$")]
Parameter = Annotated[str, _text(40, pattern=r"^[a-z][a-z0-9_]*$")]
Label = Annotated[str, _text(40, pattern=_ONE_LINE)]
Line = Annotated[str, _text(160, pattern=_ONE_LINE)]
OptionalLine = Annotated[str, _text(160, least=0, pattern=_ONE_LINE)]
Phrase = Annotated[str, _text(300, least=0, pattern=_ONE_LINE)]
Template = Annotated[str, _text(2000)]
Colour = Annotated[str, _text(7, pattern=r"^#[0-9a-f]{6}$")]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Seed = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]
Flag = Annotated[bool, Strict()]
LookValue = Annotated[str, _text(40, least=0)] | Number
Look = dict[Parameter, LookValue]
KnobValue = Flag | Number | Annotated[str, _text(MAX_TEXT_CHARS, least=0)]
KnobValues = dict[Id, KnobValue]
Aspect = Literal["1:1", "4:5", "2:3", "9:16", "16:9"]
Ink = Literal["rust", "magenta", "umber", "moss", "plum", "steel", "crimson", "bone", "navy", "teal", "ochre", "slate"]
Category = Literal["outdoors", "city", "indoors", "studio", "fantasy", "print"]
Style = Literal["photograph", "print", "drawing"]
ScreenFormat = Literal["number", "percent", "clock"]
SeedPolicy = Literal["fixed", "fresh"]
Keyword = Annotated[str, _text(40, pattern=r"^[^\s{}]+$")]


class Fixed(BaseModel):
    """A value: cannot be changed, knows no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Band(Fixed):
    """A slider's words for values up to and including `to`, from the previous band on."""

    to: Number
    say: Phrase


class Effect(Fixed):
    """What a setting does: darkroom parameters, and words for a diffusion model."""

    sets: Look
    words: Phrase


class Option(Effect):
    value: Id
    label: Label


class PicturedOption(Option):
    picture: Slug = Field(description="name of a picture of this pack, shown instead of a word")


class Keywords(Fixed):
    """If a typed text holds any of these words, the darkroom sets these parameters."""

    any: list[Keyword] = Field(min_length=1, max_length=MAX_KEYWORDS)
    sets: Look = Field(min_length=1)


class KnobBase(Fixed):
    id: Id
    label: Label = Field(description="what a person sees when turning it: `Later in the day`")
    hint: OptionalLine = ""
    group: Annotated[str, _text(40, least=0, pattern=_ONE_LINE)] = ""
    visible_if: dict[Id, list[Flag | Id]] | None = Field(
        None, description="shown only while each of these earlier knobs has one of these values"
    )


class Slider(KnobBase):
    type: Literal["slider"]
    min: Number
    max: Number
    step: Number = Field(gt=0)
    default: Number
    unit: Annotated[str, _text(8, least=0)] = ""
    says: ScreenFormat | list[Label] = Field(
        "number", description="how the value reads on screen: a format, or labels spread evenly from min to max"
    )
    sets: dict[Parameter, Annotated[list[Number], Field(min_length=2, max_length=2)]] = Field(
        min_length=1, description="darkroom parameter: its value at min and at max, straight in between"
    )
    words: list[Band] = Field(min_length=2, max_length=MAX_BANDS)


class Choice(KnobBase):
    type: Literal["choice"]
    default: Id
    options: list[Option] = Field(min_length=2, max_length=MAX_OPTIONS)


class PictureChoice(KnobBase):
    type: Literal["picture"]
    default: Id
    options: list[PicturedOption] = Field(min_length=2, max_length=MAX_OPTIONS)


class Toggle(KnobBase):
    type: Literal["toggle"]
    default: Flag
    on: Effect
    off: Effect


class ColourKnob(KnobBase):
    type: Literal["colour"]
    default: Colour
    sets: Parameter = Field(description="the darkroom parameter that takes the colour")
    words: Template = Field(description="{colour} becomes the colour's name: `deep teal`")


class TextKnob(KnobBase):
    type: Literal["text"]
    default: Annotated[str, _text(MAX_TEXT_CHARS, least=0)] = ""
    max_length: Annotated[int, Strict(), Field(ge=1, le=MAX_TEXT_CHARS)] = 80
    max_words: Annotated[int, Strict(), Field(ge=1, le=MAX_TEXT_WORDS)] | None = Field(
        None, description="how many words are taken; empty: as many as fit"
    )
    refuses: list[Keyword] | None = Field(
        None, min_length=1, max_length=MAX_KEYWORDS, description="words that are not taken, large or small"
    )
    verbatim: Flag | None = Field(
        None, description="what was typed goes into the prompt as it is; only in a pack with `needs_prompt`"
    )
    words: Template = Field(description="{text} becomes what was typed, cleaned; left out while nothing is typed")
    sees: list[Keywords] = Field(min_length=1, max_length=MAX_SEES)


Knob = Annotated[
    Slider | Choice | PictureChoice | Toggle | ColourKnob | TextKnob,
    Field(discriminator="type"),
]
Knobs = Annotated[list[Knob], Field(max_length=MAX_KNOBS)]


class Role(Fixed):
    """A part somebody's likeness plays. The first is `{person}` in prompts, the second `{other}`."""

    id: Literal["you", "other"]
    label: Label

    @property
    def place(self) -> str:
        return "person" if self.id == "you" else "other"


class Picture(Fixed):
    """A shop picture, rendered from the pack itself and kept beside pack.yaml as `<name>.jpg`."""

    name: Slug
    scene: Slug
    knobs: KnobValues = {}
    seed: Seed | None = Field(None, description="empty: the scene's own")
    stand_ins: list[Slug] | None = Field(None, min_length=1, max_length=2, description="empty: the scene's own")
    focus: Annotated[list[Share], Field(min_length=2, max_length=2)] = Field(
        [0.5, 0.4], description="where the face is, as shares of width and height: kept when the picture is cropped"
    )
    alt: Line


class Scene(Fixed):
    id: Slug
    title: Label
    stand_ins: list[Slug] = Field(
        min_length=1, max_length=2, description="who plays each role of the cast for people without a likeness"
    )
    seed: Seed
    seed_policy: SeedPolicy | None = Field(
        None, description="`fixed` (or empty): every frame is rendered with `seed`; `fresh`: each with another"
    )
    aspect: Aspect | None = Field(None, description="empty: the pack's own")
    look: Look = Field(description="the darkroom's parameters before any knob is turned")
    prompt: Template = Field(description="{person} and every knob's {id}; nothing else in braces")
    negative: Annotated[str, _text(1000, least=0, pattern=r"^[^{}]*$")] = ""
    reference: Slug | None = Field(
        None, description="a picture beside pack.yaml, `<reference>.jpg`, that a diffusion model starts from if it can"
    )
    defaults: KnobValues = Field({}, description="where pack-wide knobs stand in this scene, if not at their default")
    knobs: Knobs = []


class PackDefinition(Fixed):
    """A whole pack version. `price_dust` is the creator's fee for a frame, `unlock_dust` what each user pays once before
    the first; the render is priced by the house. `needs_prompt`: only a diffusion model can make its frames, for they are
    words alone; without one it is not shown."""

    slug: Slug
    title: Label
    tagline: Line
    code: Annotated[str, _text(3, pattern=r"^[A-Z]{3}$")] = Field(description="three letters on the film's edge")
    ink: Ink = Field(description="the canister's colour")
    creator: Label
    category: Category
    style: Style
    description: Annotated[str, _text(1200, pattern=r"^[^{}]*$")]
    price_dust: Annotated[int, Strict(), Field(ge=0, le=MAX_DUST)] = 0
    unlock_dust: Annotated[int, Strict(), Field(ge=0, le=MAX_DUST, description="paid once, with the first frame")] = 0
    needs_prompt: Flag = Field(False, description="words alone: only a diffusion model renders it; drafts are a sketch")
    aspect: Aspect
    cast: list[Role] = Field(min_length=1, max_length=2)
    cover: Picture
    samples: list[Picture] = Field(max_length=MAX_SAMPLES)
    knobs: Knobs = []
    scenes: list[Scene] = Field(min_length=1, max_length=MAX_SCENES)

    @property
    def pictures(self) -> list[Picture]:
        return [self.cover, *self.samples]

    @property
    def references(self) -> list[str]:
        """Names of the pictures that scenes refer to, each once. They are not shown in the shop."""
        return list(dict.fromkeys(scene.reference for scene in self.scenes if scene.reference))

    def scene(self, scene_id: str) -> Scene | None:
        return next((scene for scene in self.scenes if scene.id == scene_id), None)

    def knobs_of(self, scene: Scene) -> list[Knob]:
        """Pack-wide knobs, then the scene's own: the order they are shown and applied in."""
        return [*self.knobs, *scene.knobs]

    def stand_ins_of(self, scene: Scene) -> tuple[str, ...]:
        """One a role; who is missing is played by the first."""
        return tuple([*scene.stand_ins, *scene.stand_ins][: len(self.cast)])

    def aspect_of(self, scene: Scene) -> str:
        return scene.aspect or self.aspect

    def as_json(self) -> dict[str, Any]:
        """For the database; `PackDefinition.model_validate` reads it back. What most packs do not say is left out, so that
        they keep their content's hash."""
        unsaid = {name for name in ("needs_prompt", "unlock_dust") if not getattr(self, name)}
        return self.model_dump(mode="json", exclude_none=True, exclude=unsaid)


def content_hash(definition: PackDefinition, pictures: dict[str, str]) -> str:
    """sha256 over the canonical JSON of a definition and the sha256 of each of its pictures."""
    content = {"definition": definition.as_json(), "pictures": pictures}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def schema_text() -> str:
    """The JSON Schema of pack.yaml, as published in packs/pack.schema.json."""
    schema = PackDefinition.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A Pexit pack"}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
