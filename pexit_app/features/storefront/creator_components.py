"""`/@<handle>`: a creator's page. Its owner edits it in place, by plain forms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import reflex as rx

from pexit_app.features.storefront.models import MAX_BIO_CHARS, MAX_HANDLE_CHARS, MAX_NAME_CHARS
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, form, plain_link
from pexit_app.ui.forms import field as input_field
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.roll import INKS, RollCard, roll
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard, strip

HOME = "/storefront"


@dataclass(frozen=True)
class CreatorCard:
    """`banner` is a strip across the top; without frames there is none. `slugs` name the rolls, in the same order;
    `banner_slug` is whose pictures lie in it by choice. `is_own`: its owner looks at it."""

    handle: str = ""
    name: str = ""
    bio: str = ""
    links: Sequence[str] = ()
    accent: str = "slate"
    banner: StripCard = field(default_factory=StripCard)
    banner_slug: str = ""
    rolls: Sequence[RollCard] = ()
    slugs: Sequence[str] = ()
    is_own: bool = False


def creator_page(card: CreatorCard, visitor: Visitor, problem: str = "") -> rx.Component:
    return page(
        card.name,
        el.div(
            _banner(card),
            el.div(_head(card), class_name="page"),
            _edits(card, problem) if card.is_own else rx.fragment(),
            _packs(card),
            class_name="creator",
            data_ink=card.accent,
        ),
        visitor=visitor,
    )


def _banner(card: CreatorCard) -> rx.Component:
    """One strip of theirs, from edge to edge."""
    if not card.banner.frames:
        return el.div(class_name="creator__bar")
    return el.div(strip(card.banner, loading="eager"), class_name="creator__banner")


def _head(card: CreatorCard) -> rx.Component:
    links = [
        el.li(el.a(urlsplit(link).hostname or link, href=link, rel="me nofollow ugc noopener")) for link in card.links
    ]
    count = len(card.rolls)
    return el.header(
        el.div(
            el.h1(card.name),
            el.p(
                el.span(f"@{card.handle}", class_name="creator__handle code"),
                el.span(f"{count} pack{'' if count == 1 else 's'}", class_name="code quiet"),
                class_name="row",
            ),
            class_name="stack stack--tight c7",
        ),
        el.div(
            el.p(card.bio, class_name="creator__bio") if card.bio else rx.fragment(),
            el.ul(*links, class_name="row creator__links", role="list") if links else rx.fragment(),
            class_name="stack stack--tight c5",
        ),
        class_name="creator__head cols",
    )


def _packs(card: CreatorCard) -> rx.Component:
    if not card.rolls:
        text = "Nothing lies here yet. What you publish does." if card.is_own else "Nothing lies here yet."
        return el.div(el.p(text, class_name="quiet"), class_name="page section")
    rolls = [
        el.div(roll(each), _places(slug, at, len(card.rolls)), class_name="creator__pack") if card.is_own else roll(each)
        for at, (each, slug) in enumerate(zip(card.rolls, card.slugs, strict=True))
    ]  # fmt: skip
    return el.section(
        el.h2("Packs", class_name="vh", id="packs"),
        el.div(*rolls, class_name="rolls"),
        class_name="page section",
        aria_labelledby="packs",
    )


def _places(slug: str, at: int, count: int) -> rx.Component:
    """Moves a pack on its page."""

    def move(label: str, by: int) -> rx.Component:
        return act(label, "text", type="submit", name="by", custom_attrs={"value": str(by)})

    moves = [move("Earlier", -1)] if at else []
    moves += [move("Later", 1)] if at < count - 1 else []
    slug_field = el.input(type="hidden", name="slug", default_value=slug)
    return form(slug_field, *moves, action=f"{HOME}/order", method="post", class_name="row creator__move")


def _edits(card: CreatorCard, problem: str) -> rx.Component:
    """What stands above, to be changed. Open when something was wrong."""
    return el.div(
        note(problem, "bad") if problem else rx.fragment(),
        el.details(
            el.summary("Edit this page", class_name="act"),
            el.div(_words_form(card), _handle_form(card.handle), class_name="creator__forms"),
            class_name="creator__edit",
            **({"open": True} if problem else {}),
        ),
        class_name="page section creator__own",
    )


def _words_form(card: CreatorCard) -> rx.Component:
    return form(
        input_field("name", "Name", default_value=card.name, max_length=MAX_NAME_CHARS, required=True),
        _area("bio", "About you", card.bio, MAX_BIO_CHARS, f"{MAX_BIO_CHARS} characters at most."),
        _area("links", "Links", "\n".join(card.links), 1010, "Up to five, one a line, beginning with https://"),
        _accents(card.accent),
        _banners(card),
        act("Keep it", "ink", type="submit"),
        action=f"{HOME}/words",
        method="post",
        class_name="stack",
    )


def _area(name: str, label: str, value: str, most: int, hint: str) -> rx.Component:
    return el.div(
        el.label(label, html_for=name, class_name="label"),
        el.textarea(value, id=name, name=name, max_length=most, rows=4, aria_describedby=f"{name}-hint"),
        el.span(hint, id=f"{name}-hint", class_name="small quiet"),
        class_name="field",
    )


def _accents(chosen: str) -> rx.Component:
    """The canisters' own inks: every one of them is read well in both lights."""
    options = [
        el.label(
            el.input(type="radio", name="accent", custom_attrs={"value": ink}, default_checked=ink == chosen),
            el.span(ink.capitalize()),
            class_name="creator__ink", data_ink=ink,
        )
        for ink in INKS
    ]  # fmt: skip
    return el.fieldset(el.legend("Accent", class_name="label"), el.div(*options, class_name="creator__inks"))


def _banners(card: CreatorCard) -> rx.Component:
    options = [("", "The first pack's")] + [
        (slug, each.title) for each, slug in zip(card.rolls, card.slugs, strict=True)
    ]
    return el.div(
        el.label("Strip across the top", html_for="banner", class_name="label"),
        el.select(
            *[
                el.option(label, custom_attrs={"value": slug, **({"selected": True} if slug == card.banner_slug else {})})
                for slug, label in options
            ],
            id="banner", name="banner",
        ),
        class_name="field",
    )  # fmt: skip


def _handle_form(handle: str) -> rx.Component:
    hint = "Your earlier ones stay yours and lead here. Three are the most."
    return form(
        input_field(
            "handle", "Handle", hint=hint, default_value=handle, max_length=MAX_HANDLE_CHARS + 1, required=True,
            auto_complete="off",
        ),
        act("Take it", type="submit"),
        action=f"{HOME}/handle",
        method="post",
        class_name="stack creator__handleform",
    )  # fmt: skip


def opening_page(handle: str, visitor: Visitor, problem: str = "") -> rx.Component:
    """For who has no storefront yet: it begins with a handle."""
    return page(
        "Your storefront",
        el.div(
            el.div(
                el.h1("Your page in the shop."),
                el.p(
                    "Everything you publish lies on one page of your own, under a handle. It is public, and shows your "
                    "name as a creator, never your address."
                ),
                note(problem, "bad") if problem else rx.fragment(),
                form(
                    input_field(
                        "handle", "Handle", hint="3 to 30 letters a to z, digits and dashes: /@silver-hour",
                        default_value=handle, max_length=MAX_HANDLE_CHARS + 1, required=True, auto_complete="off",

                    ),
                    act("Take this handle", "ink", type="submit"),
                    action=f"{HOME}/handle",
                    method="post",
                    class_name="stack",
                ),
                el.p(plain_link("Make a pack first", href="/builder")),
                class_name="stack creator__begin",
            ),
            class_name="page section",
        ),
        visitor=visitor,
    )  # fmt: skip
