"""A person's likenesses: the training as it runs, each version with its proof sheet, and the ticket for the next one. Views
over PersonState."""

import reflex as rx

from pexit_app.features.people.cards import LikenessCard
from pexit_app.features.people.state import PersonState
from pexit_app.ui.both import el, is_some
from pexit_app.ui.forms import act, act_link
from pexit_app.ui.parts.frame import frame
from pexit_app.ui.parts.progress import progress
from pexit_app.ui.parts.ticket import ticket
from pexit_app.ui.react import loupe


def likenesses() -> rx.Component:
    """Every version with its proof sheet under the other's, so that the same frame can be compared from row to row."""
    shown = el.section(
        el.div(
            el.h2("Likenesses", class_name="h28", id="likenesses"),
            _next_step(),
            class_name="row row--split",
        ),
        loupe(rx.foreach(PersonState.likenesses, _version)),
        class_name="versions",
        aria_labelledby="likenesses",
    )
    return rx.cond(PersonState.likenesses.length() > 0, shown)


def _next_step() -> rx.Component:
    return rx.cond(PersonState.has_likeness, act_link("Choose a pack to shoot", "/sheets#packs", "ink"))


def _version(card: LikenessCard) -> rx.Component:
    return el.article(
        el.div(
            el.h3(card.title),
            rx.cond(card.is_chosen, el.span("In use", class_name="version__used code code--up")),
            el.p(card.line, class_name="small quiet"),
            _acts(card),
            class_name="version__head",
        ),
        rx.match(
            card.state,
            ("training", _training(card)),
            ("failed", _ended(card, "The training failed.")),
            ("canceled", _ended(card, "The training was stopped.")),
            rx.fragment(),
        ),
        rx.cond(card.has_proofs, _proofs(card)),
        el.div(rx.foreach(card.copies, lambda line: el.p(line)), class_name="version__copies small quiet"),
        class_name="version",
        data_chosen=rx.cond(card.is_chosen, "yes", "no"),
        aria_label=card.title,
        key=card.id,
    )


def _proofs(card: LikenessCard) -> rx.Component:
    return el.div(
        el.ul(
            rx.foreach(card.proofs, lambda proof: el.li(frame(proof))),
            class_name="sheet",
            aria_label=f"Proof sheet of {card.title}",
            role="list",
        ),
        class_name="sheetbox",
    )


def _acts(card: LikenessCard) -> rx.Component:
    asked = el.div(
        el.span(f"Delete {card.title} and its proof sheet for good?", class_name="small"),
        act("Delete it", "ink", on_click=PersonState.delete_likeness(card.id)),
        act("Keep it", on_click=PersonState.ask("")),
        class_name="row",
        role="group",
        aria_label=f"Delete {card.title}",
    )
    can_use = (card.state == "ready") & ~card.is_chosen
    idle = el.div(
        rx.cond(can_use, act("Use this one", on_click=PersonState.choose_likeness(card.id))),
        act("Delete", "text", on_click=PersonState.ask(card.id), aria_label=f"Delete {card.title}"),
        class_name="row",
    )
    stop = act("Stop the training", on_click=PersonState.stop_training(card.id))
    return el.div(
        rx.cond(card.state == "training", stop, rx.cond(PersonState.asked == card.id, asked, idle)),
        class_name="version__acts",
    )


def _training(card: LikenessCard) -> rx.Component:
    """Where it stands, what works already, and the trainer's last word for those who want to know."""
    said = el.details(
        el.summary("Details", class_name="small"), el.p(card.log_line, class_name="code quiet"), class_name="loglines"
    )
    return el.div(
        progress("Training", card.percent, card.stage, card.elapsed, card.eta),
        rx.cond(card.meanwhile != "", el.p(card.meanwhile, class_name="small version__note")),
        rx.cond(card.log_line != "", said),
    )


def _ended(card: LikenessCard, title: str) -> rx.Component:
    """Why there is no likeness, that it cost nothing, and the way on."""
    return el.div(
        el.strong(title),
        el.span(rx.cond(is_some(card.error), card.error + " ", ""), "It cost nothing."),
        rx.cond(PersonState.can_train, act("Train again", on_click=PersonState.train), rx.fragment()),
        class_name="note note--bad version__ended",
    )


def training_ticket() -> rx.Component:
    """What a training costs, and the red button. While one runs, where it stands."""
    press = el.button(
        rx.cond(PersonState.is_training, "It trains now", PersonState.press),
        type="button",
        class_name="act act--go act--wide",
        aria_disabled=rx.cond(PersonState.can_train, "false", "true"),
        on_click=PersonState.train,
    )
    running = el.p(
        PersonState.training_line, " ", el.a("See it on the sheet above", href="#likenesses"), class_name="note"
    )
    return el.div(
        ticket(PersonState.ticket, press),
        rx.cond(PersonState.press_here != "", act(PersonState.press_here, on_click=PersonState.train_here)),
        rx.cond(PersonState.is_training, running),
        rx.cond(PersonState.is_from_one_photo, _from_one_photo()),
        class_name="person__ticket stack",
    )


def _from_one_photo() -> rx.Component:
    return el.div(
        el.strong("Or start from one photo"),
        el.p(
            "Any pack works with your best photo alone, at once. It is less like you: it has seen one side of the face, in "
            "one light. ",
            el.a("See the packs", href="/sheets#packs"),
        ),
        class_name="note",
    )
