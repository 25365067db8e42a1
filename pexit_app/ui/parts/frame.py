"""Frame: a picture in film black. Its lower rebate carries the number, the pack's code and the seed."""

from dataclasses import dataclass

import reflex as rx

from pexit_app.ui.both import Node, Text, el, is_live, is_some, pick, when
from pexit_app.ui.parts.pencil import pencil
from pexit_app.ui.parts.progress import bar, developing_line

STATES = ("empty", "waiting", "draft", "developing", "done", "failed", "withheld", "hidden")
MARKS = {"ring": ", ringed", "reject": ", rejected", "crop": ", marked for a crop"}


@dataclass(frozen=True)
class FrameCard:
    """All that a frame shows. Texts are ready to read; empty means there is none.

    `src_set` and `sizes` offer the same picture in other widths, as <img> takes them.
    `ratio` is one of 1:1 4:5 2:3 3:2 9:16 16:9; `focus_x` and `focus_y` say where the face is, in tenths of the picture.
    `state` is one of STATES, `mark` one of none, ring, reject, crop. `percent`, `stage`, `elapsed` and `eta` are for a
    developing frame. `is_here` is the frame being looked at, `is_under_glass` has a loupe lying on it. `headline`,
    `detail` and `fine` (in mono) say what a state means: queue position, reason, refund.
    """

    id: str = ""
    number: str = ""
    code: str = ""
    seed: str = ""
    state: str = "done"
    src: str = ""
    src_set: str = ""
    sizes: str = ""
    full_src: str = ""
    width: int = 0
    height: int = 0
    alt: str = ""
    ratio: str = "4:5"
    focus_x: int = 5
    focus_y: int = 4
    mark: str = "none"
    variant: int = 0
    is_here: bool = False
    is_under_glass: bool = False
    href: str = ""
    percent: int = 0
    stage: str = ""
    elapsed: str = ""
    eta: str = ""
    headline: str = ""
    detail: str = ""
    fine: str = ""
    action: str = ""
    action_href: str = ""


def picture(
    src: Text,
    alt: Text,
    width: Text,
    height: Text,
    full_src: Text = "",
    loading: str = "lazy",
    src_set: Text = "",
    sizes: Text = "",
) -> rx.Component:
    """An image with its pixel size as attributes (the way rx.el takes them would become inline style)."""
    wider = {"src_set": src_set, "sizes": sizes} if is_live(src_set) or src_set else {}
    return el.img(
        src=src, alt=alt, loading=loading, data_full=full_src, custom_attrs={"width": width, "height": height}, **wider
    )


def _rebate(card: FrameCard) -> rx.Component:
    return el.figcaption(
        el.b(card.number),
        when(is_some(card.code), el.span(card.code)),
        when(is_some(card.seed), el.span(card.seed)),
        class_name="rebate code code--up",
    )


def _action(card: FrameCard) -> Node:
    """A link, or a button whose press the page's script finds by data-act."""
    press = el.button(card.action, el.span(f" frame {card.number}", class_name="vh"), type="button", data_act=card.id)
    return when(is_some(card.action_href), el.a(card.action, href=card.action_href), press)


def _words(card: FrameCard) -> rx.Component:
    return el.div(
        el.strong(card.headline),
        when(is_some(card.detail), el.span(card.detail)),
        when(is_some(card.fine), el.span(card.fine, class_name="code")),
        when(is_some(card.action), _action(card)),
        class_name="frame__say",
    )


def _glass(card: FrameCard) -> rx.Component:
    """A loupe lying on the face: the same picture, pixel by pixel."""
    return el.span(el.img(src=card.src, alt=""), class_name="loupe loupe--rest", data_scale="1:1", aria_hidden="true")


def frame(card: FrameCard, *, opens: str = "none", loading: str = "lazy") -> rx.Component:
    """`opens`: "none" for a still, "link" to follow `card.href`, "button" inside a sheet."""
    name = el.span(f"Frame {card.number}", pick(card.mark, MARKS, ""), when(is_some(card.alt), ". "), class_name="vh")
    image = when(
        is_some(card.src),
        picture(card.src, card.alt, card.width, card.height, card.full_src, loading, card.src_set, card.sizes),
        rx.fragment(),
    )
    marks = [pencil("ring", card.variant), pencil("cross", card.variant), pencil("crop", card.variant)]
    here = when(card.is_here, "true", "false")
    if opens == "button":
        pic = el.button(name, image, *marks, type="button", class_name="frame__pic", aria_current=here)
    elif opens == "link":
        pic = el.a(name, image, *marks, href=card.href, class_name="frame__pic", aria_current=here)
    else:
        pic = el.div(image, *marks, class_name="frame__pic")
    is_developing = card.state == "developing"
    return el.figure(
        el.div(
            pic,
            when(is_some(card.headline), _words(card)),
            when(is_developing, bar(card.percent, f"Frame {card.number} developing")),
            when(card.is_under_glass, _glass(card)),
            class_name="frame__view",
        ),
        when(
            is_developing,
            el.figcaption(
                *developing_line(card.percent, card.stage, card.elapsed, card.eta), class_name="devline code"
            ),
            _rebate(card),
        ),
        class_name="frame",
        data_frame_id=card.id,
        data_state=card.state,
        data_mark=card.mark,
        data_ratio=card.ratio,
        data_fx=card.focus_x,
        data_fy=card.focus_y,
        data_tone=card.percent // 10,
        data_here=when(card.is_here, "yes", "no"),
    )
