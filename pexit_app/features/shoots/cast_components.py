"""The casting row over the knobs: faces to choose, for each role."""

import reflex as rx

from pexit_app.features.shoots.cast_cards import FaceChip, RoleCard
from pexit_app.features.shoots.state import ShootState
from pexit_app.ui.forms import act_link

el = rx.el


def casting() -> rx.Component:
    return el.section(
        rx.foreach(ShootState.roles, _role),
        act_link("Add a person", "/people", "text"),
        class_name="casting",
        aria_label="Who is in the picture",
    )


def _role(role: RoleCard) -> rx.Component:
    return el.div(
        el.p(role.label, class_name="casting__role"),
        el.div(
            rx.foreach(role.faces, lambda face: _face(role, face)),
            class_name="casting__faces",
            role="group",
            aria_label=role.label,
        ),
        rx.cond(role.hint != "", el.p(role.hint, class_name="note")),
    )


def _face(role: RoleCard, face: FaceChip) -> rx.Component:
    picture = rx.cond(
        face.thumb != "", el.img(src=face.thumb, alt="", loading="lazy"), el.span(class_name="casting__bust")
    )
    return el.button(
        picture,
        el.span(el.b(face.name), el.small(face.note)),
        type="button",
        class_name="casting__face",
        aria_pressed=rx.cond(face.is_chosen, "true", "false"),
        on_click=ShootState.choose_face(role.id, face.id),
    )
