"""A document -> the text of pack.yaml: yaml_source reads the very same values back. Fields in the format's order."""

from collections.abc import Mapping
from typing import Any

import yaml

from pexit_app.core.errors import BadInput
from pexit_app.features.packs import yaml_source
from pexit_app.features.packs.definition import (
    Choice,
    ColourKnob,
    Option,
    PackDefinition,
    Picture,
    PictureChoice,
    Scene,
    Slider,
    TextKnob,
    Toggle,
)

HEAD = "# yaml-language-server: $schema=../pack.schema.json\n"
_WIDTH = 116
_KNOBS = {"slider": Slider, "choice": Choice, "picture": PictureChoice, "toggle": Toggle, "colour": ColourKnob}
_SHORT = ("sets", "on", "off", "visible_if", "defaults", "focus", "stand_ins", "look", "refuses")


class _Flow(dict[str, Any]):
    """Written on one line: {id: you, label: You}."""


class _FlowList(list[Any]):
    """Written on one line: [16, 19]."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Quoted whenever the plain text would be read as something else than itself: our scalars are those of YAML 1.2,
    PyYAML's of 1.1, and it quotes only for its own."""
    is_plain = value and yaml_source.plain(value) == value and not value.startswith(("#", "%", "\ufeff"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, None if is_plain else '"')


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Flow, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, True))
_Dumper.add_representer(
    _FlowList, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, True)
)


def yaml_text(document: Mapping[str, Any]) -> str:
    """Raises BadInput when it cannot be said in a pack.yaml: too long, too deep, numbers or characters YAML does not
    know."""
    text = HEAD + yaml.dump(
        _ordered(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False
    )
    source = yaml_source.read(text)
    if source.problems or not is_same(source.value, dict(document)):
        raise BadInput.of("file", "Some value of this pack cannot be written to a file.")
    return text


def is_same(one: Any, other: Any) -> bool:
    """As JSON tells values apart: 1 is not true, 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


def _ordered(document: Mapping[str, Any]) -> dict[str, Any]:
    made = _by(PackDefinition, document)
    for name in ("cast",):
        made |= {name: _each(made.get(name), lambda role: _Flow(_by(None, role)))} if name in made else {}
    for name, order in (("knobs", _knob), ("scenes", _scene), ("samples", _picture)):
        if name in made:
            made[name] = _each(made[name], order)
    if isinstance(made.get("cover"), dict):
        made["cover"] = _picture(made["cover"])
    return made


def _scene(scene: dict[str, Any]) -> dict[str, Any]:
    made = _flowing(_by(Scene, scene))
    if "knobs" in made:
        made["knobs"] = _each(made["knobs"], _knob)
    return made


def _picture(picture: dict[str, Any]) -> dict[str, Any]:
    return _flowing(_by(Picture, picture))


def _knob(knob: dict[str, Any]) -> dict[str, Any]:
    kind = _KNOBS.get(str(knob.get("type")), TextKnob)
    made = _flowing(_by(kind, knob, ("id", "type", "label", "hint", "group")))
    for name, order in (("options", _option), ("words", _band), ("sees", _band)):
        if name in made:
            made[name] = _each(made[name], order)
    return made


def _option(option: dict[str, Any]) -> dict[str, Any]:
    return _Flow(_flowing(_by(Option, option, ("value", "label"))))


def _band(band: dict[str, Any]) -> dict[str, Any]:
    return _Flow(_by(None, band, ("to", "say", "any", "sets")))


def _each(items: Any, order: Any) -> Any:
    return [order(item) if isinstance(item, dict) else item for item in items] if isinstance(items, list) else items


def _by(model: Any, value: Mapping[str, Any], first: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of `value` in the model's order, `first` before them, what the model does not know at the end."""
    known = [*first, *(model.model_fields if model else ())]
    names = [name for name in dict.fromkeys(known) if name in value]
    return {name: value[name] for name in [*names, *sorted(value.keys() - set(names))]}


def _flowing(value: dict[str, Any]) -> dict[str, Any]:
    for name in _SHORT:
        inner = value.get(name)
        if isinstance(inner, dict):
            value[name] = _Flow(inner)
        elif isinstance(inner, list):
            value[name] = _FlowList(inner)
    return value
