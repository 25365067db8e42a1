"""The page where packs are looked for, as plain values: its address is its whole state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from pexit_app.features.packs import facets
from pexit_app.features.packs.facets import Facets
from pexit_app.features.packs.looking import Found
from pexit_app.features.packs.queries import Asked
from pexit_app.ui.parts.roll import RollCard

PATH = "/packs"
NAMES = {
    "category": ("Place", "Anywhere"),
    "style": ("Style", "Any style"),
    "price": ("What its creator asks", "Any price"),
}
LABELS = {
    "outdoors": "Outdoors", "city": "City", "indoors": "Indoors", "studio": "Studio", "fantasy": "Fantasy",
    "print": "Print", "photograph": "Photograph", "drawing": "Drawing",
    "free": "Nothing", "low": "1 to 5 dust", "middle": "6 to 50 dust", "high": "Over 50 dust",
}  # fmt: skip
SORTS = {"match": "Best match", "new": "Newest", "rising": "Rising", "price": "Price", "title": "Title"}


@dataclass(frozen=True)
class Choice:
    """A link that narrows or orders what is shown. `count` is ready to read; empty: not counted."""

    label: str
    href: str
    count: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Filter:
    name: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class SearchCard:
    """`told` says what was found, `mended` how words were read, `nearest` what is shown where nothing was found."""

    q: str = ""
    told: str = ""
    mended: str = ""
    nearest: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)
    filters: Sequence[Filter] = ()
    sorts: Sequence[Choice] = ()
    clear: str = ""
    rolls: Sequence[RollCard] = ()
    first: str = ""
    following: str = ""


def href(asked: Asked, cursor: str = "", **changes: str) -> str:
    """The address of this question with something changed; only what is said stands in it."""
    said = {name: getattr(asked, name) for name in ("q", "category", "style", "price", "sort")} | changes
    query = urlencode({name: value for name, value in {**said, "cursor": cursor}.items() if value})
    return f"{PATH}?{query}" if query else PATH


def search_card(asked: Asked, found: Found, rolls: Sequence[RollCard], nearest: str, cursor: str | None) -> SearchCard:
    """`asked` as it was written; `found` says what was answered."""
    chosen = {name: getattr(asked, name) for name in NAMES if getattr(asked, name)}
    counted = found.facets or Facets({}, 0, False)
    return SearchCard(
        q=asked.q,
        told=told(counted),
        mended=", ".join(f"“{word}” was read as “{meant}”" for word, meant in found.mended.items()),
        nearest=nearest,
        kept={**chosen, **({"sort": asked.sort} if asked.sort else {})},
        filters=[each for each in (_filter(name, asked, counted) for name in NAMES) if len(each.choices) > 1],
        sorts=_sorts(asked) if counted.total > 1 else [],
        clear=href(Asked(q=asked.q)) if chosen else "",
        rolls=rolls,
        first=href(asked) if cursor else "",
        following=href(asked, found.page.next_cursor) if found.page.next_cursor else "",
    )


def told(counted: Facets) -> str:
    number = facets.words(counted.total, counted.is_capped)
    return {"0": "Nothing found", "1": "1 pack"}.get(number, f"{number} packs")


def _filter(name: str, asked: Asked, counted: Facets) -> Filter:
    """Values that would leave nothing are not offered, but for the one that is chosen."""
    label, any_label = NAMES[name]
    chosen = getattr(asked, name)
    choices = [Choice(any_label, href(asked, **{name: ""}), is_chosen=not chosen)]
    for value, number in counted.counts.get(name, {}).items():
        if number or value == chosen:
            words = facets.words(number, counted.is_capped)
            choices.append(Choice(LABELS[value], href(asked, **{name: value}), words, value == chosen))
    return Filter(label, choices)


def _sorts(asked: Asked) -> list[Choice]:
    usual = "match" if asked.is_search else "new"
    return [
        Choice(label, href(asked, sort="" if name == usual else name), is_chosen=asked.order == name)
        for name, label in SORTS.items()
        if name != "match" or asked.is_search
    ]


def title(asked: Asked) -> str:
    """`Packs: “harbor”, city, drawing`."""
    words = [f"“{asked.q.strip()}”"] if asked.is_search else []
    words += [LABELS[getattr(asked, name)].lower() for name in ("category", "style") if getattr(asked, name)]
    words += [f"creator asks {LABELS[asked.price].lower()}"] if asked.price else []
    return f"Packs: {', '.join(words)}" if words else "All packs"
