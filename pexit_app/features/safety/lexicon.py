"""The term files (terms/README.md says how they are written), compiled to patterns that are found by their first word."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pexit_app.features.safety.folding import words_of

SHORT_WORDS = "short words"
FOLDER = Path(__file__).parent / "terms"
MINOR_AGES = tuple(str(age) for age in range(1, 18))
GAP_WORDS = 3  # that `..` stands for, at most
MIN_SPELT_TERM = 4
STEM_CHARS = 3  # of a word with any ending: by these it is found
_ENTRY = re.compile(r"[^,\n]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


class Kind(StrEnum):
    """What a word or a phrase counts as: the sections of the files."""

    SEXUAL = "sexual: always"
    SEXUAL_OF_SOMEBODY = "sexual: likeness"
    SUGGESTIVE = "suggestive"
    PRIVATE = "private"
    MINORS = "minors: always"
    MINOR = "minor"
    PERHAPS_MINOR = "perhaps minor"
    AS_MINOR = "as minor"
    HATE = "hate: always"
    VIOLENCE = "violence: always"
    VIOLENCE_TO_SOMEBODY = "violence: likeness"
    DEGRADATION = "degradation: likeness"
    SELF_HARM = "self-harm: always"
    UNDRESSING = "undressing negative"
    AGEING = "ageing negative"
    INNOCENT = "innocent"


@dataclass(frozen=True, slots=True)
class Word:
    """One word; with `is_stem` any that begins so."""

    text: str
    is_stem: bool = False

    def fits(self, word: str) -> bool:
        return word.startswith(self.text) if self.is_stem else word == self.text


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to GAP_WORDS words of any kind."""


class Choice:
    """One of these phrases, found by their first word."""

    def __init__(self, phrases: Iterable[Sequence[Word]]) -> None:
        self.phrases = list(phrases)
        self.by_word: dict[str, list[Sequence[Word]]] = defaultdict(list)
        self.stems: list[Sequence[Word]] = []
        for phrase in self.phrases:
            if phrase[0].is_stem:
                self.stems.append(phrase)
            else:
                self.by_word[phrase[0].text].append(phrase)

    def starting(self, word: str) -> Iterator[Sequence[Word]]:
        yield from self.by_word.get(word, ())
        yield from (phrase for phrase in self.stems if phrase[0].fits(word))


Part = Word | Gap | Choice
Tokens = Sequence[Sequence[str]]  # of each token, the words that it may be


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    kind: Kind
    parts: Sequence[Part]

    def end_in(self, tokens: Tokens, start: int, stop: int) -> int | None:
        """Where it ends when it begins at token `start`, and before `stop`; the longest way. None: it is not there."""
        return max(_ends(self.parts, tokens, start, stop), default=None)


def _ends(parts: Sequence[Part], tokens: Tokens, at: int, stop: int) -> Iterator[int]:
    if not parts:
        yield at
        return
    part, rest = parts[0], parts[1:]
    if isinstance(part, Gap):
        for length in range(GAP_WORDS + 1):
            if at + length <= stop:
                yield from _ends(rest, tokens, at + length, stop)
        return
    if at >= stop:
        return
    if isinstance(part, Word):
        if any(part.fits(word) for word in tokens[at]):
            yield from _ends(rest, tokens, at + 1, stop)
        return
    for word in tokens[at]:
        for phrase in part.starting(word):
            yield from _ends([*phrase[1:], *rest], tokens, at + 1, stop)


Patterns = dict[str, list[Pattern]]


def _patterns() -> Patterns:
    return defaultdict(list)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Patterns by what they begin with: two words where there are two, one word, or the first letters of a stem. `alone`
    holds the words that are a term by themselves, `short` those that are words although they are short."""

    by_pair: Patterns = field(default_factory=_patterns)
    by_word: Patterns = field(default_factory=_patterns)
    by_stem: Patterns = field(default_factory=_patterns)
    alone: dict[str, set[Kind]] = field(default_factory=lambda: defaultdict(set))
    short: set[str] = field(default_factory=set)

    def starting(self, word: str, following: Sequence[str]) -> Iterator[Pattern]:
        """Those that may begin with `word`, where one of `following` comes next."""
        yield from self.by_word.get(word, ())
        yield from self.by_stem.get(word[:STEM_CHARS], ())
        for each in following:
            yield from self.by_pair.get(f"{word} {each}", ())

    def kinds_of(self, word: str) -> set[Kind]:
        """Of a word that is a term by itself."""
        stems = (each for each in self.by_stem.get(word[:STEM_CHARS], ()) if len(each.parts) == 1)
        return self.alone.get(word, set()) | {each.kind for each in stems if each.end_in([[word]], 0, 1)}

    def like(self, read: str) -> Sequence[str]:
        """The word itself; with `.` in it for hidden letters, the terms it may be."""
        if "." not in read:
            return (read,)
        words = [word for word in self.alone if len(word) == len(read) and re.fullmatch(read, word)]
        return words + [stem for stem in self._stems() if re.fullmatch(read[: len(stem)], stem)]

    def _stems(self) -> set[str]:
        firsts = (pattern.parts[0] for each in self.by_stem.values() for pattern in each)
        return {part.text for part in firsts if isinstance(part, Word) and part.is_stem}

    def within(self, letters: str) -> Sequence[str]:
        """The terms that stand in a row of letters."""
        return [letters, *(word for word in self.alone if len(word) >= MIN_SPELT_TERM and word in letters)]

    def add(self, kind: Kind, parts: Sequence[Part]) -> None:
        """Raises ValueError for a phrase that begins with no word."""
        pattern, first = Pattern(kind, parts), parts[0]
        if isinstance(first, Gap):
            raise ValueError("a phrase begins with a word")
        if isinstance(first, Word) and len(parts) == 1 and not first.is_stem:
            self.alone[first.text].add(kind)
        for phrase in [[first]] if isinstance(first, Word) else first.phrases:
            word, following = phrase[0], next(iter([*phrase[1:], *parts[1:]]), None)
            if word.is_stem:
                self.by_stem[word.text[:STEM_CHARS]].append(pattern)
            elif isinstance(following, Word) and not following.is_stem:
                self.by_pair[f"{word.text} {following.text}"].append(pattern)
            else:
                self.by_word[word.text].append(pattern)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """All languages at once."""
    made = Lexicon()
    for path in sorted(FOLDER.glob("*.txt")):
        sections = dict(_sections(path.read_text()))
        sets = {name: Choice(_plain(text)) for name, text in sections.items() if name.startswith("<")}
        made.short.update(sections.pop(SHORT_WORDS, "").split())
        for name, text in sections.items():
            if not name.startswith("<"):
                for entry in _entries(text):
                    for parts in _phrases(entry, sets):
                        made.add(Kind(name), parts)
    return made


def _sections(text: str) -> Iterator[tuple[str, str]]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for block in re.split(r"^\[", lines, flags=re.MULTILINE)[1:]:
        name, _, body = block.partition("]\n")
        yield name, body


def _entries(text: str) -> Iterator[str]:
    yield from filter(None, (found.group().strip() for found in _ENTRY.finditer(text)))


def _plain(text: str) -> Iterator[Sequence[Word]]:
    for entry in _entries(text):
        yield from _phrases(entry, {})  # type: ignore[misc]  # without sets there are only words


def _phrases(entry: str, sets: Mapping[str, Choice]) -> Iterator[Sequence[Part]]:
    """Every phrase that an entry stands for."""
    choices: list[Sequence[Sequence[Part]]] = []
    for item in entry.split():
        if item == "..":
            choices.append([[Gap()]])
        elif item.startswith("<"):
            choices.append([[sets[item]]])
        else:
            choices.append([_folded(each) for each in _spellings(item)])
    for chosen in itertools.product(*choices):
        yield [part for parts in chosen for part in parts]


def _spellings(item: str) -> Sequence[str]:
    stem, *endings = item.split("/")
    words = [stem, *(stem + ending for ending in endings)]
    words = [word.replace("@", age) for word in words for age in (MINOR_AGES if "@" in word else ("",))]
    return list(dict.fromkeys([*words, *(word.translate(_UMLAUTS) for word in words)]))


def _folded(spelling: str) -> Sequence[Word]:
    """Usually one word; `l'eau` is two."""
    words = words_of(spelling.rstrip("*"))
    if not words or (spelling.endswith("*") and len(words[-1]) < STEM_CHARS):
        raise ValueError(f"{spelling!r} is no word, or too short for any ending")
    return [*(Word(each) for each in words[:-1]), Word(words[-1], spelling.endswith("*"))]
