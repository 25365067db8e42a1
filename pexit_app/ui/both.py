"""Small words that let one view function take plain values (drawn to HTML text) and State Vars (drawn by React)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import reflex as rx

Text = Any  # str | rx.Var[str]: a Var answers to every operator of its type, which no static type can say
Count = Any  # int | rx.Var[int]
Flag = Any  # bool | rx.Var[bool]
Node = Any  # rx.Component | str | rx.Var


class Svg(Protocol):
    def __call__(self, *children: Any, **props: Any) -> rx.Component: ...
    def path(self, *children: Any, **props: Any) -> rx.Component: ...


class Elements(Protocol):
    """HTML elements by name, as Reflex draws them; it builds them at run time, so a type checker must be told."""

    svg: Svg

    def __getattr__(self, name: str) -> Callable[..., rx.Component]: ...


el = cast(Elements, rx.el)


def is_live(value: Any) -> bool:
    """True for a State Var, whose value is only known in the browser."""
    return isinstance(value, rx.Var)


def each(items: Any, draw: Callable[[Any], rx.Component]) -> list[rx.Component]:
    """One component per item: rx.foreach for a Var, a plain loop for a list or tuple."""
    return [rx.foreach(items, draw)] if is_live(items) else [draw(item) for item in items]


def when(condition: Flag, then: Any, otherwise: Any = None) -> Any:
    """`then` or `otherwise`; components or values. Without `otherwise` nothing is drawn."""
    if is_live(condition):
        return rx.cond(condition, then, rx.fragment() if otherwise is None else otherwise)
    return then if condition else (rx.fragment() if otherwise is None else otherwise)


def pick(value: Text, cases: Mapping[str, Any], default: Any) -> Any:
    """The case that equals `value`; all cases are of one kind (all text, or all components)."""
    if is_live(value):
        return rx.match(value, *cases.items(), default)
    return cases.get(value, default)


def is_some(text: Text) -> Flag:
    """True for a text that is not empty."""
    return text != ""


def has_any(items: Any) -> Flag:
    """True for a list that is not empty."""
    return items.length() > 0 if is_live(items) else bool(items)


def nth(items: Sequence[str], index: Count) -> Text:
    """Item `index` of a fixed list, counted round and round."""
    if is_live(index):
        return rx.Var.create(list(items))[index % len(items)]
    return items[index % len(items)]
