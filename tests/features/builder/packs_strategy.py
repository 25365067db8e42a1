"""Packs made at random that are in order: every rule holds, every kind of knob occurs, any text that fits."""

import json
from typing import Any

from hypothesis import strategies as st

from pexit_app.features.packs.definition import MAX_KEYWORDS, PackDefinition

# One parameter a knob, so that no two pull at the same; each with two values that differ.
NUMBERS = ("light_side", "light_strength", "lens", "grain", "rim", "bloom", "rain", "shutter")
CHOICES = {
    "palette": ("ember", "ocean", "pop", "plum"),
    "framing": ("close", "half", "wide"),
    "turn": ("left", "front"),
}
GRADES = ("warm", "silver")
WORDS = ("Snow", "été", "on", "no", "1e3", "#x", "a:b")
WHERE_IT_MAY = {
    "seed_policy": st.sampled_from(["fixed", "fresh"]),
    "reference": st.from_regex(r"\Aref-[0-9a-f]{1,8}\Z"),
    "aspect": st.sampled_from(["2:3", "16:9"]),
}
TRICKY = [
    "on",
    "no",
    "17:30",
    "1e3",
    "0x1F",
    "null",
    "~",
    "- a",
    "a: b",
    "# b",
    "'",
    '"',
    "é 😀 ",
    " x",
    "x ",
    "yes",
    "%",
    "&a",
]
_letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="{}\ufeff")


def lines(most: int, least: int = 1) -> st.SearchStrategy[str]:
    """One line without braces, as labels and titles are."""
    return st.sampled_from(TRICKY) | st.text(_letters, min_size=least, max_size=most)


def ids(count: int) -> st.SearchStrategy[list[str]]:
    return st.lists(
        st.from_regex(r"\A[a-z][a-z0-9_]{2,9}\Z").filter(
            lambda each: each not in ("person", "other", "colour", "text")
        ),
        min_size=count,
        max_size=count,
        unique=True,
    )


@st.composite
def sliders(draw: st.DrawFn, name: str, parameter: str) -> dict[str, Any]:
    steps = draw(st.integers(1, 20))
    low = draw(st.integers(-5, 5))
    high = low + steps
    return {
        "id": name,
        "type": "slider",
        "label": draw(lines(40)),
        "min": low,
        "max": high,
        "step": 1,
        "default": draw(st.integers(low, high)),
        "says": draw(st.sampled_from(["number", "percent", "clock"]) | st.lists(lines(40), min_size=2, max_size=4)),
        "unit": draw(st.sampled_from(["", "h", "°"])),
        "sets": {parameter: [0.25, draw(st.sampled_from([0.5, 0.75, 1]))]},
        "words": [{"to": low, "say": "low"}, {"to": high, "say": draw(lines(60)) + " high"}],
    }


@st.composite
def choices(draw: st.DrawFn, name: str, parameter: str, pictures: list[str]) -> dict[str, Any]:
    is_pictured = bool(pictures) and draw(st.booleans())
    values = CHOICES.get(parameter, GRADES)
    options = [
        {
            "value": f"v{index}",
            "label": draw(lines(40)),
            "sets": {parameter: value},
            "words": f"{draw(lines(30))} {value}",
        }
        | ({"picture": draw(st.sampled_from(pictures))} if is_pictured else {})
        for index, value in enumerate(values)
    ]
    kind = "picture" if is_pictured else "choice"
    return {"id": name, "type": kind, "label": draw(lines(40)), "default": "v1", "options": options}


@st.composite
def texts(draw: st.DrawFn, name: str) -> dict[str, Any]:
    sees = [{"any": ["rain", "storm"], "sets": {"clouds": 1}}, {"any": ["clear"], "sets": {"clouds": 0}}]
    refuses = st.lists(st.sampled_from(WORDS), min_size=1, max_size=MAX_KEYWORDS)
    limits = {"max_words": draw(st.integers(1, 9)), "refuses": draw(refuses)}
    knob = {
        "id": name,
        "type": "text",
        "label": draw(lines(40)),
        "max_length": 40,
        "words": "it is {text}",
        "sees": sees,
    }
    return knob | draw(st.fixed_dictionaries({}, optional={each: st.just(limits[each]) for each in limits}))


@st.composite
def knob_lists(draw: st.DrawFn, names: list[str], parameters: list[str], pictures: list[str]) -> list[dict[str, Any]]:
    made = []
    for name, parameter in zip(names, parameters, strict=True):
        if parameter in NUMBERS and draw(st.booleans()):
            on, off = {"sets": {parameter: 0.75}, "words": "on"}, {"sets": {parameter: 0.25}, "words": ""}
            made.append(
                {"id": name, "type": "toggle", "label": draw(lines(40)), "default": False, "on": on, "off": off}
            )
        elif parameter in NUMBERS:
            made.append(draw(sliders(name, parameter)))
        elif parameter == "accent":
            made.append(
                {"id": name, "type": "colour", "label": draw(lines(40)), "default": "#19e08a", "sets": "accent"}
                | {"words": "a wall in {colour}"}
            )
        elif parameter == "clouds":
            made.append(draw(texts(name)))
        else:
            made.append(draw(choices(name, parameter, pictures)))
    return [draw(maybe_tied(knob, made[:place])) for place, knob in enumerate(made)]


@st.composite
def maybe_tied(draw: st.DrawFn, knob: dict[str, Any], earlier: list[dict[str, Any]]) -> dict[str, Any]:
    """Perhaps shown by what earlier knobs stand at; by all that they can, for a scene has to show enough knobs."""
    values = {each["id"]: _values(each) for each in earlier if _values(each)}
    tied = (
        {each: values[each] for each in draw(st.lists(st.sampled_from(sorted(values)), unique=True))} if values else {}
    )
    return knob | ({"visible_if": tied} if tied else {})


def _values(knob: dict[str, Any]) -> list[Any]:
    return [False, True] if knob["type"] == "toggle" else [each["value"] for each in knob.get("options", [])]


@st.composite
def documents(draw: st.DrawFn, most_scenes: int = 3) -> dict[str, Any]:
    """The document of a pack in order, as it would be typed."""
    count = draw(st.integers(1, most_scenes))
    parameters = draw(st.permutations([*NUMBERS, *CHOICES, "grade", "accent", "clouds"]))[: draw(st.integers(5, 8))]
    names = draw(ids(len(parameters)))
    scene_ids = [f"scene-{index}" for index in range(count)]
    pictures = ["cover", *(f"sample-{index}" for index in range(count))]
    shared = draw(st.integers(0, len(parameters)))
    knobs = draw(knob_lists(names, list(parameters), pictures))
    cast = [{"id": "you", "label": draw(lines(40))}]
    if draw(st.booleans()):
        cast.append({"id": "other", "label": draw(lines(40))})
    places = ["person", "other"][: len(cast)]
    return {
        "slug": draw(st.from_regex(r"\A[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}\Z")),
        "title": draw(lines(40)),
        "tagline": draw(lines(160)),
        "code": draw(st.from_regex(r"\A[A-Z]{3}\Z")),
        "ink": draw(st.sampled_from(["rust", "navy"])),
        "creator": draw(lines(40)),
        "category": "studio",
        "style": "photograph",
        "description": draw(st.text(_letters | st.just("\n"), min_size=1, max_size=300)),
        "price_dust": draw(st.integers(0, 50)),
        "unlock_dust": draw(st.integers(0, 50)),
        "aspect": draw(st.sampled_from(["1:1", "4:5", "9:16"])),
        "cast": cast,
        "cover": {"name": "cover", "scene": scene_ids[0], "alt": draw(lines(160)), "focus": [0.5, 0.36]},
        "samples": [
            {"name": pictures[index + 1], "scene": scene_id, "alt": draw(lines(160)), "seed": index}
            for index, scene_id in enumerate(scene_ids)
        ],
        "knobs": knobs[:shared],
        "scenes": [
            {
                "id": scene_id,
                "title": draw(lines(40)),
                "stand_ins": ["onyx", "alba"][: len(cast)],
                "seed": draw(st.integers(0, 2**31 - 1)),
                "look": {"backdrop": "studio", "hour": draw(st.sampled_from([6, 12.5, 20]))},
                "prompt": ", ".join(f"{{{each}}}" for each in [*places, *names]) + draw(lines(200)),
                "negative": draw(lines(60, 0)),
                "knobs": knobs[shared:],
            }
            | draw(st.fixed_dictionaries({}, optional=WHERE_IT_MAY))
            for scene_id in scene_ids
        ],
    }


def packs(most_scenes: int = 3) -> st.SearchStrategy[PackDefinition]:
    return documents(most_scenes).map(PackDefinition.model_validate)


def as_stored(document: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from the database: numbers and texts as JSON keeps them."""
    stored: dict[str, Any] = json.loads(json.dumps(document))
    return stored
