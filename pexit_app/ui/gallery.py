"""Every part in every state, in both lights side by side. Served in development only."""

from dataclasses import replace

import reflex as rx

from pexit_app.ui.both import el
from pexit_app.ui.forms import act, field, search
from pexit_app.ui.gallery_samples import DEVELOPING, EXPOSURES, LEDGER, STATES, SWATCHES, sample
from pexit_app.ui.layout import CODES, page
from pexit_app.ui.parts.filters import filter_row, filters
from pexit_app.ui.parts.frame import frame
from pexit_app.ui.parts.knobs import choice, colour, knobs_head, picture_knob, slider, toggle, words
from pexit_app.ui.parts.ledger import ledger
from pexit_app.ui.parts.notices import note, nothing_yet
from pexit_app.ui.parts.pencil import KINDS, pencil
from pexit_app.ui.parts.progress import progress
from pexit_app.ui.parts.roll import INKS, RollCard, roll
from pexit_app.ui.parts.ruler import Visitor, ruler
from pexit_app.ui.parts.sheet import StripCard, reel, sheet, sheet_edge
from pexit_app.ui.parts.studio import drawer_pull, history, items_pull, studio, studio_head
from pexit_app.ui.parts.teststrip import teststrip
from pexit_app.ui.parts.ticket import TicketCard, TicketLine, receipt, ticket

TOKENS = (
    "table", "sheet", "film", "film-2", "ink", "ink-2", "rule", "line", "pencil", "pencil-ink", "edge", "ok", "warn",
)  # fmt: skip
BEFORE = TicketCard(
    title="3 new frames",
    note="good for 4:12",
    lines=[TicketLine("Render, 3 at 1", "3 dust"), TicketLine("Creator, 3 at 2", "6 dust")],
    total="9 dust",
    after="16 dust will be left. A frame that fails costs nothing.",
)
TOO_LITTLE = TicketCard(
    title="30 new frames",
    note="good for 4:50",
    lines=[TicketLine("Render, 30 at 1", "30 dust")],
    total="30 dust",
    after="You have 25.",
)
AFTER = TicketCard(
    title="Receipt",
    lines=[TicketLine("3 frames ordered", "9 dust"), TicketLine("Frame 2 failed, given back", "−3 dust")],
    total_label="You paid",
    total="6 dust",
)


def parts_page() -> rx.Component:
    """`/dev/parts`."""
    return page("Parts", el.div(_all_in("table"), _all_in("darkroom"), class_name="gallery"))


def _all_in(light: str) -> rx.Component:
    title = "Parts" if light == "table" else "Parts, in the darkroom"
    sections = [
        ("Colour", _colours()),
        ("Type", _type()),
        ("Ruler", ruler(CODES, "/", Visitor(True, "1,248", "/wallet"), f"Main, {light}")),
        ("Frame", sheet(STATES, label=f"Frames, {light}")),
        ("Strip, and a loupe lying on it", reel(_strip(), f"Sample frames, {light}")),
        ("Pencil", _pencils()),
        ("Roll", _rolls()),
        ("Ticket", _tickets()),
        ("Knobs", _knobs(light)),
        ("Test strip", teststrip(f"{light}-hours", "Later in the day", "Somebody by the sea", EXPOSURES, "17")),
        ("Controls", _controls(light)),
        ("Filters", filters(_filter(light, "Light"), _filter(light, "Order"))),
        ("Progress", progress("Packing 12 frames", 46, "frame 6 of 12", "0:04", "0:05")),
        ("Notices", _notices()),
        ("Ledger", ledger(LEDGER, "Statement")),
    ]
    drawn = [el.section(el.h2(name, class_name="h3"), body, class_name="spec") for name, body in sections]
    heading = el.h1 if light == "table" else el.h2
    return el.div(heading(title, class_name="h44"), *drawn, data_light=light, class_name="stack")


def _colours() -> rx.Component:
    return el.ul(
        *[el.li(el.i(data_token=name), el.span(name, class_name="label")) for name in TOKENS], class_name="chips"
    )


def _type() -> rx.Component:
    return el.div(
        el.p("Display 122", class_name="display"),
        el.p("Heading 44", class_name="display h44"),
        el.p("Heading 20, width 112", class_name="h3"),
        el.p("Text 16/24, width 100, weight 420. Plain and short. Žluťoučký kůň, łódź, ığdır, ő."),
        el.p("Label 13, width 82, weight 600", class_name="label"),
        el.p("12A  PCF 5219  40117  1,248 dust  0:21", class_name="code code--up"),
        class_name="stack stack--tight",
    )


def _strip() -> StripCard:
    frames = [replace(sample(2), is_under_glass=True), *[sample(n) for n in range(3, 6)]]
    return StripCard(edge="PCF 5219", words=["Pexit"], frames=frames)


def _pencils() -> rx.Component:
    return el.div(
        *[
            el.div(el.span(pencil(kind, index)), el.span(kind, class_name="label"), class_name="pen")
            for index, kind in enumerate(KINDS)
        ],
        class_name="pens",
    )


def _rolls() -> rx.Component:
    film = StripCard(size="s", edge="PCF 5219", words=["Pexit"], frames=[sample(n) for n in range(4)])
    return el.div(
        *[
            roll(RollCard("#", f"In {ink}", "A line about it.", "Pexit", ink[:3], ink, "v1", "1 dust", strip=film))
            for ink in INKS
        ],
        class_name="spec__set",
    )


def _tickets() -> rx.Component:
    return el.div(
        ticket(BEFORE, act("Render 3 frames", "go wide")),
        ticket(TOO_LITTLE, act("Render 30 frames", "wide", disabled=True)),
        receipt(AFTER),
        class_name="spec__set",
    )


def _knobs(prefix: str) -> rx.Component:
    """One of each kind; `prefix` keeps the ids apart."""
    preview = frame(replace(sample(2), ratio="1:1", number="1", seed=""))
    return el.div(
        el.div(
            knobs_head("Knobs", "scene Waterline"),
            slider(
                f"{prefix}-hour", "Later in the day", least=0, most=6, step=1, at=3, value="17:30",
                ends=("15:35", "19:10"), hint="The sun and all light follow.",
            ),
            toggle(f"{prefix}-wind", "Wind in the hair", is_on=True, hint="Strands leave the outline."),
            toggle(f"{prefix}-rain", "Rain still falling", is_on=False),
            words(f"{prefix}-sign", "Words on the sign", "Open late", limit=24),
        ),
        el.div(
            choice(f"{prefix}-film", "Film", SWATCHES, "17", ratio="4:5"),
            choice(f"{prefix}-lens", "Lens", [("35", "35 mm", ""), ("50", "50 mm", ""), ("85", "85 mm", "")], "50"),
            colour(f"{prefix}-tint", "Colour of the sign", "#F2B705"),
            picture_knob(f"{prefix}-own", "Picture on the wall", preview, hint="JPEG, PNG or WebP, 20 MB at most."),
        ),
        class_name="knobs",
    )  # fmt: skip


def _controls(prefix: str) -> rx.Component:
    return el.div(
        el.div(
            act("Render 3 frames", "go"), act("Find", "ink"), act("Download"), act("Close", "text"),
            act("Send again in 0:42", disabled=True),
            class_name="row",
        ),
        el.div(
            field(f"{prefix}-name", "Name of the shoot", hint="Only you see it.", default_value="By the sea"),
            field(f"{prefix}-mail", "E-mail", error="This does not look like an e-mail address.", default_value="mara@"),
            class_name="spec__set",
        ),
        search("/", "Search packs", "A place, a light, a mood", name=f"{prefix}-q"),
        class_name="stack",
    )  # fmt: skip


def _filter(prefix: str, legend: str) -> rx.Component:
    return filter_row(
        f"{prefix}-{legend.lower()}",
        legend,
        [("any", "Any"), ("day", "Day"), ("dusk", "Dusk"), ("night", "Night")],
        "dusk",
    )


def _notices() -> rx.Component:
    return el.div(
        note("A version never changes."),
        note("All 12 frames are here.", "ok", "Rendered"),
        note("Nothing was spent. Try again in a minute.", "bad", "The darkroom did not answer."),
        nothing_yet("No sheets yet", "A sheet is what you get when you open a pack.", "See the packs", "/", sample(1)),
        class_name="stack",
    )


def studio_page(view: str = "both") -> rx.Component:
    """The studio's zones with still parts in them, to look at its layout."""
    here = replace(sample(1), is_here=True)
    frames = [here, replace(sample(2), mark="ring"), *[sample(n) for n in range(3, 7)], DEVELOPING, *STATES[-4:]]
    return page(
        "Golden hour, Pacific",
        studio(
            studio_head("Golden hour, Pacific", "7 rendered, 1 developing", act("Stop"), act("Download")),
            frame(replace(sample(3), code="PCF 5219", seed="40117"), loading="eager"),
            rx.fragment(sheet_edge("Sheet 20412"), sheet(frames)),
            history(
                [replace(sample(n), href="#", alt="", seed="start") for n in range(7)], "3 knobs turned, not rendered"
            ),
            drawer_pull("Knobs", "scene Waterline", True),
            _knobs("studio"),
            items_pull(False),
            ticket(BEFORE, act("Render 3 frames", "go wide")),
            view=view,
        ),
        here="/sheets",
        visitor=Visitor(True, "1,248"),
        kind="studio",
    )
