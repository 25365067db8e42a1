"""The storefront: the first page, a contact sheet of packs, and the page of one pack. Pure views over cards."""

import reflex as rx

from pexit_app.features.packs.cards import (
    FactCard,
    FrontCard,
    KnobCard,
    OfferCard,
    PackCard,
    SceneCard,
    ShelfCard,
    VersionCard,
)
from pexit_app.ui.both import Node, Text, each, el, has_any, is_some, pick, when
from pexit_app.ui.forms import act_link, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.frame import frame
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.roll import roll
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard, reel, strip
from pexit_app.ui.parts.ticket import TicketCard, TicketLine, receipt, ticket

TITLE = "Pexit: photoshoots with the knobs left in"
DESCRIPTION = "Open a pack, turn the light, the hour and the lens, and render the frames you want to keep."

STEPS = [
    ("Open a pack", "A photoshoot that somebody set up with care: places, light, framing."),
    ("Turn its knobs", "The draft follows your hand. Drafts are free, as many as you like."),
    ("Read the ticket", "Every line of the price and what will be left, before anything is spent."),
    ("Keep what came out", "A frame that fails costs nothing, and the receipt says which one it was."),
]
GRADES = {
    "proven": "Proven",
    "partly": "Shows in part",
    "breaks": "Part of it changes faces",
    "dead": "Hardly shows",
}
EXAMPLE = TicketCard(
    title="Receipt",
    note="an example",
    lines=[
        TicketLine("6 frames ordered", "6 dust"),
        TicketLine("Frame 4 failed, given back", "−1 dust"),
        TicketLine("Frame 6 stopped, given back", "−1 dust"),
    ],
    total_label="You paid",
    total="4 dust",
)


def front_page(card: FrontCard, visitor: Visitor | None = None) -> rx.Component:
    """`/`. `card` is a FrontCard or a Var of one."""
    return page(TITLE, _opening(card), *each(card.shelves, _shelf), _all(), _plainly(), here="/", visitor=visitor)


def _opening(card: FrontCard) -> rx.Component:
    return el.section(
        el.div(
            el.h1("Photoshoots with the knobs left in."),
            el.p(
                "A pack is a set of scenes, lit and framed by someone who knows how. You turn the hour, the lens and the "
                "mood yourself. Drafts are free; you pay for the frames you render.",
                class_name="opening__lead",
            ),
            el.p(act_link("See the packs", "#packs", "ink"), " ", _find("Search them all"), class_name="row"),
            class_name="opening__text",
        ),
        el.div(*each(card.beside, _near), class_name="opening__beside"),
        *each(card.below, lambda row: el.div(*each(row, _near), class_name="opening__below")),
        class_name="opening",
        aria_label="Contact sheet of the packs",
    )


def _near(card: StripCard) -> rx.Component:
    """A strip of the first screen: its pictures are wanted at once."""
    return strip(card, loading="eager")


def _find(label: str) -> rx.Component:
    """To the page where one searches: it is outside the live frontend."""
    return plain_link(label, href="/packs", class_name="act")


def _shelf(shelf: ShelfCard) -> rx.Component:
    """Packs that lie together. The first shelf is where "See the packs" leads."""
    return el.section(
        el.div(
            el.h2(shelf.title, id=shelf.id), el.p(shelf.rule, class_name="small quiet shelf__rule"),
            class_name="section__head",
        ),
        el.div(*each(shelf.rolls, roll), class_name="rolls"),
        class_name="page section shelf",
        aria_labelledby=shelf.id,
    )  # fmt: skip


def _all() -> rx.Component:
    return el.div(_find("All packs, by place, style and price"), class_name="page shelf__all")


def _plainly() -> rx.Component:
    steps = [
        el.li(el.span(f"▸ {number}", class_name="code", aria_hidden="true"), el.div(el.h3(title), el.p(text)))
        for number, (title, text) in enumerate(STEPS, start=1)
    ]
    return el.section(
        el.div(
            el.div(
                el.h2("Nothing rendered, nothing paid.", id="plainly"), el.ol(*steps, class_name="steps"),
                class_name="c7 stack",
            ),
            el.div(
                receipt(EXAMPLE),
                el.p("What it looks like when two of six frames do not come out.", class_name="small quiet"),
                class_name="c5 plain__ticket",
            ),
            class_name="cols",
        ),
        class_name="page section",
        aria_labelledby="plainly",
    )  # fmt: skip


def pack_page(card: PackCard, bench: Node, visitor: Visitor | None = None) -> rx.Component:
    """`/p/<slug>`. `bench` is `still_bench(card)` in the first HTML and the live one, of the same classes, after that."""
    return page(
        card.title,
        el.div(
            el.nav(
                el.a("Packs", href="/"), el.span(card.code, " 5219"), el.span("Version ", card.version),
                class_name="crumb code code--up", aria_label="Where you are",
            ),
            el.header(
                el.h1(card.title),
                el.p(
                    "by ", _creator(card), el.span(price_words(card), class_name="quiet"),
                    when(is_some(card.launch), el.span(card.launch, class_name="grade", data_grade="partly")),
                    when(is_some(card.remix_of), _remix(card)),
                    when(is_some(card.proof), el.a(card.proof, href="#proof", class_name="pack__proof")),
                    class_name="pack__by",
                ),
                class_name="pack__head",
            ),
            when(is_some(card.closed), note(card.closed)),
            bench,
            _scenes(card),
            when(is_some(card.proof), _proof(card)),
            _about(card),
            _bring(card),
            when(has_any(card.versions), _versions(card)),
            when(has_any(card.related), _related(card)),
            class_name="page pack",
        ),
        here="/",
        visitor=visitor,
    )  # fmt: skip


def _creator(card: PackCard) -> Node:
    """Their page is outside the live frontend."""
    return when(
        is_some(card.creator_href), plain_link(card.creator, href=card.creator_href, rel="author"), el.b(card.creator)
    )


def _remix(card: PackCard) -> rx.Component:
    """Who made what this one began as."""
    source = when(is_some(card.remix_href), el.a(card.remix_of, href=card.remix_href), el.b(card.remix_of))
    return el.span("A remix of ", source, " by ", card.remix_by, class_name="quiet")


def price_words(card: PackCard) -> Text:
    frame = when(card.price_dust == 0, "Free to render", f"{card.price_dust} dust a frame")
    unlocked = when(card.was_locked, f"Unlocked: {card.price_dust} dust a frame", frame)
    return when(card.unlock_dust > 0, f"{card.unlock_dust} dust once, and {card.price_dust} dust a frame", unlocked)


def price_ticket(card: PackCard, act: Node) -> rx.Component:
    """What the visitor's next frame costs, and before the first of a locked pack what unlocks it."""
    frame, price = "Render and creator", f"{card.price_dust} dust"
    after = "Drafts are free. A frame that fails costs nothing."
    plain = TicketCard(title="One frame", lines=[TicketLine(frame, price)], total=price, after=after)
    unlock = TicketLine(f"Unlock {card.title}, once", f"{card.unlock_dust} dust")
    first = TicketCard(
        title="The first frame",
        lines=[TicketLine(frame, price), unlock],
        total=f"{card.price_dust + card.unlock_dust} dust",
        after=f"Every further frame: {price}. The pack stays unlocked, whatever later versions ask. Drafts are free.",
    )
    return when(card.unlock_dust > 0, ticket(first, act), ticket(plain, act))


def bench(view: Node, knobs: Node, ticket_view: Node) -> rx.Component:
    """Places picture and strip at the left, knobs and ticket at the right; below each other on a phone."""
    return el.div(
        el.div(view, class_name="pack__view"),
        el.div(knobs, class_name="pack__knobs"),
        el.div(ticket_view, class_name="pack__ticket"),
        class_name="pack__bench",
    )


def still_bench(card: PackCard) -> rx.Component:
    """The bench before it is live: the cover, what can be turned, what a frame costs, and the way into the studio."""
    roll_of_samples = StripCard(
        size="s", edge=card.code, words=["Sample frames, as they were rendered", card.creator], frames=card.samples
    )
    samples = el.div(reel(roll_of_samples, "Sample frames"), class_name="pack__strip")
    return bench(
        rx.fragment(el.div(frame(card.cover, loading="eager"), class_name="pack__pic"), samples),
        rx.fragment(
            el.div(
                el.h2("What you can turn", class_name="h3"),
                el.p("Shown on a stand-in, a sculpture made in code.", class_name="small quiet"),
                class_name="pack__hint",
            ),
            el.dl(*each(card.knobs, _knob), class_name="facts"),
        ),
        price_ticket(card, act_link("Open in the studio", studio_path(card.slug), "ink wide")),
    )


def studio_path(slug: Text) -> Text:
    """Where this pack is shot."""
    return f"/studio/{slug}"


def _knob(knob: KnobCard) -> rx.Component:
    return el.div(
        el.dt(knob.label),
        el.dd(knob.hint, when(is_some(knob.reach), el.span(" ", knob.reach, class_name="code quiet"))),
    )


def _scenes(card: PackCard) -> rx.Component:
    return el.section(
        el.div(el.h2("Scenes", id="scenes", class_name="h28"), class_name="section__head"),
        el.div(el.ul(*each(card.scenes, _scene), class_name="sheet", role="list"), class_name="sheetbox"),
        class_name="section",
        aria_labelledby="scenes",
    )


def _scene(scene: SceneCard) -> rx.Component:
    return el.li(
        frame(scene.sample),
        el.div(
            el.h3(scene.title, class_name="label"),
            when(is_some(scene.line), el.p(scene.line, class_name="small")),
            class_name="pack__scene",
        ),
    )


def _proof(card: PackCard) -> rx.Component:
    """What was measured of this version's knobs."""
    return el.section(
        el.div(
            el.div(
                el.h2(card.proof, id="proof", class_name="h28"),
                el.p(
                    "Every knob of this version was turned from end to end on busts of different skin, age and build: how "
                    "much of the picture changes was measured, and whether faces stay who they are."
                ),
                class_name="c7 stack",
            ),
            el.dl(*each(card.knobs, _graded), class_name="facts c5"),
            class_name="cols",
        ),
        class_name="section",
        aria_labelledby="proof",
    )


def _graded(knob: KnobCard) -> rx.Component:
    grade = el.span(pick(knob.grade, GRADES, "Not measured"), class_name="grade", data_grade=knob.grade)
    return el.div(el.dt(knob.label), el.dd(grade))


def _bring(card: PackCard) -> rx.Component:
    """What one brings along, and what comes of it."""
    return el.section(
        el.div(
            _facts("What you need", "need", card.needs), _facts("What you get", "get", card.gets), class_name="cols"
        ),
        class_name="section",
        aria_label="What you need and what you get",
    )


def _facts(title: str, name: str, facts: list[FactCard]) -> rx.Component:
    return el.div(
        el.h2(title, class_name="h28", id=name),
        el.dl(*each(facts, lambda fact: el.div(el.dt(fact.label), el.dd(fact.value))), class_name="facts"),
        class_name="c6 stack",
    )


def _versions(card: PackCard) -> rx.Component:
    return el.section(
        el.div(
            el.h2("Versions", id="versions", class_name="h28"),
            el.p("A version never changes; frames you rendered with it reopen as they were.", class_name="small quiet"),
            class_name="section__head",
        ),
        el.ol(*each(card.versions, _version), class_name="versions", role="list"),
        class_name="section",
        aria_labelledby="versions",
    )


def _version(version: VersionCard) -> rx.Component:
    return el.li(
        el.span("v", version.number, class_name="figure"),
        el.time(version.when, date_time=version.day, class_name="code quiet"),
        el.p(version.words),
    )


def _related(card: PackCard) -> rx.Component:
    return el.section(
        el.div(
            el.h2("More like this", id="related", class_name="h28"),
            el.p("Of the same kind of place and style, the newest first.", class_name="small quiet"),
            class_name="section__head",
        ),
        el.div(*each(card.related, roll), class_name="rolls"),
        class_name="section",
        aria_labelledby="related",
    )


def _about(card: PackCard) -> rx.Component:
    facts = [
        ("To look", "Nothing. Drafts follow your knobs and are free."),
        ("To render", price_words(card)),
        ("Who made it", _creator(card)),
        ("Version", card.version),
    ]
    return el.section(
        el.div(
            el.div(
                el.h2(card.tagline, id="about", class_name="h28"),
                when(is_some(card.about), el.p(card.about)),
                class_name="c7 stack",
            ),
            el.dl(
                *[el.div(el.dt(name), el.dd(text)) for name, text in facts],
                when(is_some(card.pays_on), el.div(el.dt("What it pays on"), el.dd(card.pays_on))),
                *each(card.offers, _offer),
                class_name="facts c5",
            ),
            class_name="cols",
        ),
        class_name="section",
        aria_labelledby="about",
    )


def _offer(offer: OfferCard) -> rx.Component:
    """A bundle that this pack can be had in."""
    return el.div(el.dt("With others"), el.dd(plain_link(offer.text, href=offer.href)))
