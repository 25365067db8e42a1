"""Whether these words may be rendered: all of a request together, before any is sent. Pure, quick and the same each time.

Words are looked for by term lists in six languages. What is found counts as one Kind; `judge` says which kinds, or which
of them together, are refused, and names the field, the word and the remedy.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pexit_app.features.safety import disguises
from pexit_app.features.safety.folding import Folded, Token, fold
from pexit_app.features.safety.lexicon import Kind, Lexicon, lexicon

Category = Literal["sexual", "minors", "hate", "violence", "degradation", "self-harm"]
# A disguise of these is looked for within spelt letters and across words, where short and common words would be noise.
STRICT = frozenset(
    [Kind.SEXUAL, Kind.SEXUAL_OF_SOMEBODY, Kind.MINORS, Kind.HATE, Kind.VIOLENCE, Kind.VIOLENCE_TO_SOMEBODY]
)
SHOWN_CHARS = 60
_MARKS = " .,;:!?\"'()"  # of the sentence around a word
_ALWAYS: dict[Kind, Category] = {
    Kind.MINORS: "minors",
    Kind.SEXUAL: "sexual",
    Kind.HATE: "hate",
    Kind.VIOLENCE: "violence",
    Kind.SELF_HARM: "self-harm",
}
_OF_SOMEBODY: dict[Kind, Category] = {
    Kind.SEXUAL_OF_SOMEBODY: "sexual",
    Kind.UNDRESSING: "sexual",
    Kind.VIOLENCE_TO_SOMEBODY: "violence",
    Kind.DEGRADATION: "degradation",
}
_SEXUAL = (Kind.SEXUAL, Kind.SEXUAL_OF_SOMEBODY)
_OF_NEGATIVE = (Kind.UNDRESSING, Kind.AGEING)
REASONS: dict[Category, str] = {
    "sexual": "Pexit makes no nude or sexual pictures of real people.",
    "minors": "Pexit makes nothing sexual or undressed where a minor is spoken of.",
    "hate": "Pexit makes no pictures that spread hatred of people.",
    "violence": "Pexit makes no pictures of people being hurt or killed.",
    "degradation": "Pexit makes no pictures that degrade a real person.",
    "self-harm": "Pexit makes no pictures of self-harm. If it is about you: findahelpline.com knows who listens, anywhere.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a request. `label` is what a person calls its field. `is_negative`: what shall not be seen."""

    field: str
    label: str
    text: str
    is_negative: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """`term` is what was understood, `typed` how it was written; `first` to before `last` its tokens."""

    kind: Kind
    term: str
    typed: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it is refused. `beside` is what `typed` must not stand together with, empty where it is refused by itself."""

    category: Category
    field: str
    label: str
    term: str
    typed: str
    beside: str = ""

    @property
    def why(self) -> str:
        """Word, reason and remedy, in sentences."""
        shown = f"“{self.typed}”" + ("" if self.term == self.typed.lower() else f" ({self.term})")
        if self.beside:
            return f"{shown} and “{self.beside}” do not go together. {REASONS[self.category]} Take one of them out."
        return f"{shown} is not rendered. {REASONS[self.category]} Take it out."

    @property
    def message(self) -> str:
        return f"{self.label}: {self.why}"


@dataclass(frozen=True, slots=True)
class _Found:
    said: Said
    hit: Hit


def check(texts: Sequence[Said], *, has_likeness: bool, allowed: Collection[Sequence[str]] = ()) -> Refusal | None:
    """None: they may be rendered. `has_likeness`: a real face is in the picture, or may be. `allowed` are words that were
    granted to this user, in order, which count for nothing where they stand together."""
    found = [_Found(said, hit) for said in texts for hit in hits(said.text, tuple(map(tuple, allowed)))]
    found = [each for each in found if (each.hit.kind in _OF_NEGATIVE) == each.said.is_negative]
    return judge(found, has_likeness=has_likeness)


def judge(found: Sequence[_Found], *, has_likeness: bool) -> Refusal | None:
    def first(*kinds: Kind) -> _Found | None:
        return next((each for each in found if each.hit.kind in kinds), None)

    def both(one: _Found | None, other: _Found | None) -> Refusal | None:
        if one is None or other is None:
            return None
        where, beside = (other, one) if other.said.field != one.said.field else (one, other)
        return _refusal("minors", where, beside.hit.typed)

    if hit := first(Kind.MINORS):
        return _refusal("minors", hit)
    sexual, suggestive = first(*_SEXUAL), first(*_SEXUAL, Kind.SUGGESTIVE)
    minor = first(Kind.MINOR, Kind.AS_MINOR, Kind.AGEING)
    if refused := both(minor, suggestive):
        return refused
    if has_likeness and (refused := both(first(Kind.AS_MINOR), first(Kind.PRIVATE))):
        return refused
    if not has_likeness and (refused := both(first(Kind.PERHAPS_MINOR), sexual)):
        return refused
    refused_kinds = _ALWAYS | (_OF_SOMEBODY if has_likeness else {})
    hit = first(*refused_kinds)
    return _refusal(refused_kinds[hit.hit.kind], hit) if hit else None


def _refusal(category: Category, found: _Found, beside: str = "") -> Refusal:
    hit, said = found.hit, found.said
    return Refusal(category, said.field, said.label, hit.term, hit.typed[:SHOWN_CHARS], beside[:SHOWN_CHARS])


@lru_cache(maxsize=8192)  # a draft of a pack is judged at every change, and few of its texts have changed
def hits(text: str, allowed: tuple[tuple[str, ...], ...] = ()) -> Sequence[Hit]:
    """What is found in one text, in its order, the longest first where several begin."""
    known, folded = lexicon(), fold(text)
    words = [[token.word] for token in folded.tokens]
    innocent = {place for hit in _phrases(known, text, folded, words, is_innocent=True) for place in _span(hit)}
    innocent |= {place for phrase in allowed for place in _places(folded.tokens, phrase)}
    forms = [[token.word, *disguises.of_token(token)] for token in folded.tokens]
    everything = [*_phrases(known, text, folded, forms), *_disguised(known, text, folded)]
    kept = [hit for hit in everything if innocent.isdisjoint(_span(hit))]
    return sorted(kept, key=lambda hit: (hit.first, -hit.last, hit.kind))


def _span(hit: Hit) -> range:
    return range(hit.first, hit.last)


def _places(tokens: Sequence[Token], phrase: Sequence[str]) -> Iterator[int]:
    """Of the tokens where `phrase` stands."""
    for first in range(len(tokens) - len(phrase) + 1):
        if all(tokens[first + at].word == word for at, word in enumerate(phrase)):
            yield from range(first, first + len(phrase))


def _phrases(
    known: Lexicon, text: str, folded: Folded, forms: Sequence[Sequence[str]], is_innocent: bool = False
) -> Iterator[Hit]:
    """None crosses from one clause into the next."""
    tokens = folded.tokens
    stop = len(tokens)
    for first in range(len(tokens) - 1, -1, -1):
        if first + 1 < len(tokens) and tokens[first + 1].clause != tokens[first].clause:
            stop = first + 1
        following = forms[first + 1] if first + 1 < stop else ()
        patterns = {id(each): each for form in forms[first] for each in known.starting(form, following)}
        for pattern in patterns.values():
            if (pattern.kind is Kind.INNOCENT) is is_innocent and (last := pattern.end_in(forms, first, stop)):
                term = " ".join(forms[at][-1] for at in range(first, last))
                yield Hit(pattern.kind, term, text[tokens[first].start : tokens[last - 1].end], first, last)


def _disguised(known: Lexicon, text: str, folded: Folded) -> Iterator[Hit]:
    tokens = folded.tokens
    for chunk in folded.chunks:
        for word in {term for read in disguises.of_chunk(chunk) for term in known.like(read)}:
            for kind in known.kinds_of(word):
                yield Hit(kind, word, text[chunk.start : chunk.end].strip(_MARKS), chunk.first, chunk.last)
    pieces = [found for found in disguises.joined(tokens, known.short) if known.kinds_of(found[2]) & STRICT]
    for first, last, letters in disguises.spelt(tokens):
        pieces += [(first, last, word) for word in known.within(letters) if known.kinds_of(word) & STRICT]
    for first, last, word in pieces:
        for kind in known.kinds_of(word) & STRICT:
            yield Hit(kind, word, text[tokens[first].start : tokens[last - 1].end], first, last)
