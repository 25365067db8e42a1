"""A person's photos: how ready they are, the one to add next, and the contact sheet. Views over PersonState."""

from typing import Any

import reflex as rx

from pexit_app.features.people.cards import PhotoCard
from pexit_app.features.people.state import PersonState
from pexit_app.features.people.upload_components import photo_pick, photo_table
from pexit_app.ui.both import el, is_some
from pexit_app.ui.forms import act
from pexit_app.ui.parts.frame import FrameCard, frame
from pexit_app.ui.parts.pencil import pencil
from pexit_app.ui.parts.progress import bar
from pexit_app.ui.react import sheet_keys

ready = PersonState.ready
FIRST_PHOTO = "Face a window, look into the camera, nobody else in the picture."
# What a sheet wants before anything is on it: the parts of readiness, as pictures somebody can take.
IDEAS = (
    ("Straight on", "By a window, looking into the camera."),
    ("Turned left", "A quarter, both eyes still in sight."),
    ("Turned right", "The same, to the other side."),
    ("Outdoors", "Daylight, and other clothes than inside."),
    ("Close", "The face fills half of the picture."),
    ("From further", "Head and shoulders, a plain place behind."),
    ("Another day", "Other hair, other light, no filter."),
)
HEAD = (
    "M30 34c-1-14 6-21 15-20 11 1 15 9 14 20l3 8-4 2c0 8-2 13-10 12l-2 10c9 4 19 7 22 19v13H12V86c2-12 12-16 "
    "21-19l1-11c-4-5-5-13-4-22z"
)


def readiness() -> rx.Component:
    """How far the photos have come, on an exposure scale, and what it means."""
    return el.section(
        el.div(
            el.h2(ready.title, class_name="h3", id="readiness"),
            el.span(f"{ready.score} of 100", class_name="price figure"),
            class_name="row row--split",
        ),
        scale(ready.score, "Readiness"),
        el.p(ready.text, class_name="small"),
        class_name="stack stack--tight",
        aria_labelledby="readiness",
    )


def scale(score: Any, label: str) -> rx.Component:
    """0 to 100, as an exposure meter: a tick every 5, the needle where the photos stand."""
    return el.div(
        bar(score, label),
        el.div(*[el.span(words) for words in ("0", "50", "100")], class_name="scale__ends code", aria_hidden="true"),
        class_name="scale",
    )


def coach() -> rx.Component:
    """The one photo to add next."""
    title = rx.cond(is_some(ready.gain), f"Next photo: {ready.gain}", "Next photo")
    missing = rx.cond(PersonState.photos.length() > 0, "Nothing is missing.", FIRST_PHOTO)
    words = rx.cond(is_some(ready.next_photo), ready.next_photo, missing)
    return el.section(
        el.h2(title, class_name="h3", id="coach"),
        el.div(
            el.div(
                frame(FrameCard(number=PersonState.next_number, state="empty", mark="crop")),
                el.svg(el.svg.path(d=HEAD), view_box="0 0 80 100", class_name="coach__head", aria_hidden="true"),
                class_name="coach__frame",
                aria_hidden="true",
            ),
            el.div(
                el.p(el.b(words)),
                el.p("JPEG, PNG, WebP or HEIC. Place, time and camera are taken out.", class_name="small quiet"),
                class_name="stack stack--tight",
            ),
            class_name="coach__row",
        ),
        photo_pick("Choose photos", camera="Take it now", url=PersonState.upload_url),
        class_name="coach",
        aria_labelledby="coach",
    )


def photos() -> rx.Component:
    """The contact sheet. While nobody has agreed there is none: nothing could be stored."""
    return el.section(
        el.div(
            el.h2("Photos", class_name="h3", id="photos"),
            el.p(PersonState.photo_line, class_name="small quiet"),
            _crossed_out(),
            class_name="person__head",
        ),
        sheet_keys(
            photo_table(
                rx.fragment(rx.foreach(PersonState.photos, _photo)),
                _place_for_more(),
                rx.cond(PersonState.photos.length() == 0, rx.fragment(*[_idea(*each) for each in IDEAS])),
                url=PersonState.upload_url,
                known=PersonState.photo_ids,
            ),
            on_open=PersonState.open_photo,
        ),
        class_name="person__photos",
        aria_labelledby="photos",
    )


def _crossed_out() -> rx.Component:
    asked = el.div(
        el.span(f"Delete {PersonState.out_count} for good?", class_name="small"),
        act("Delete them", "ink", on_click=PersonState.delete_crossed_out),
        act("Keep them", on_click=PersonState.ask("")),
        class_name="row",
        role="group",
        aria_label="Delete the crossed-out photos",
    )
    ask = act("Delete the crossed-out", "text", on_click=PersonState.ask("out"))
    return rx.cond(PersonState.out_count > 0, rx.cond(PersonState.asked == "out", asked, ask))


def _photo(card: PhotoCard) -> rx.Component:
    return el.li(
        el.div(
            frame(card.frame, opens="button"),
            rx.cond(card.state != "out", el.span(pencil("tick", card.frame.variant), class_name="shot__tick")),
            class_name="shot__film",
        ),
        el.p(el.b(card.word, "."), " ", card.text, class_name="verdict", data_verdict=card.state),
        rx.foreach(card.hints, lambda hint: el.p(hint, class_name="shot__hint")),
        rx.cond(PersonState.opened_id == card.id, _opened(card)),
        class_name="shot",
        key=card.id,
    )


def _opened(card: PhotoCard) -> rx.Component:
    """What is known of the photo, and the way to delete it."""
    asked = el.div(
        el.p(f"Delete photo {card.number} for good?", class_name="small"),
        el.div(
            act("Delete it", "ink", on_click=PersonState.delete_photo(card.id)),
            act("Keep it", on_click=PersonState.ask("")),
            class_name="row",
        ),
        class_name="stack stack--tight",
        role="group",
        aria_label=f"Delete photo {card.number}",
    )
    return el.div(
        el.p(card.facts, class_name="small quiet shot__name"),
        rx.cond(
            PersonState.asked == card.id,
            asked,
            act("Delete photo", on_click=PersonState.ask(card.id)),
        ),
        class_name="shot__more",
    )


def _idea(title: str, text: str) -> rx.Component:
    return el.li(
        el.div(el.b(title), el.span(text), class_name="idea__say"),
        class_name="shot idea",
    )


def _place_for_more() -> rx.Component:
    """The empty frame at the end of the strip."""
    return el.div(
        el.div(
            el.p("Drop photos anywhere, or paste one.", class_name="small"),
            photo_pick("Add photos", url=PersonState.upload_url),
            class_name="addframe__say",
        ),
        class_name="addframe",
    )
