"""Reflex components with literal values -> HTML text, so one view function draws both the first HTML and the live page.

Only what a public page needs: rx.el.* elements, text, fragments, links. State variables, event handlers' JavaScript,
style= and custom React components have no meaning before hydration; a Var that is not a literal raises.
"""

import html
from typing import Any

from reflex_base.vars.base import LiteralVar, Var

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_RENAMED = {"class_name": "class", "html_for": "for", "to": "href", "char_set": "charset", "src_set": "srcset"}
_RENAMED |= {"default_value": "value", "default_checked": "checked"}  # what a field starts with


def _literal(value: Any) -> Any:
    if isinstance(value, LiteralVar):
        return value._var_value
    if isinstance(value, Var):
        raise TypeError(f"{value!r} is not a literal: give the view plain values when rendering to HTML")
    return value


def _attributes(component: Any) -> str:
    pairs = {name: getattr(component, name, None) for name in component.get_props()}
    pairs |= {"class_name": component.class_name, "id": component.id, **component.custom_attrs}
    if component.style:
        raise TypeError(f"<{component.tag}> has inline style, which the content security policy forbids")
    out = []
    for name, value in pairs.items():
        value = _literal(value)
        if value is None or value is False or name in ("key", "special_props", "auto_focus"):
            continue
        name = _RENAMED.get(
            name, name.replace("_", "-") if name.startswith(("aria", "data")) else name.replace("_", "")
        )
        out.append(f" {name}" if value is True else f' {name}="{html.escape(str(value))}"')
    return "".join(out)


def to_html(component: Any) -> str:
    if "contents" in component.get_fields():  # Bare: text
        return html.escape(str(_literal(component.contents)))
    inner = "".join(to_html(child) for child in component.children)
    tag = {"Link": "a", "Fragment": None}.get(component.tag, component.tag)
    if tag is None:
        return inner
    return f"<{tag}{_attributes(component)}>" + ("" if tag in _VOID else f"{inner}</{tag}>")
