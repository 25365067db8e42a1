"""Text -> plain small words of a to z and digits, whatever alphabet or disguise they came in.

What looks like a letter is that letter: compatibility forms by NFKD, other scripts and signs by a table of ours. Unicode's
own list of confusables maps both ways between thousands of letters, most of which nobody takes for Latin; this one says
only what a reader would. What is invisible is not there, but for tag characters, which spell ASCII in secret.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_CYRILLIC = str.maketrans("абвгдеёзиікмнорстухшщьіїјѕһԁԛԝүө", "a6brdee3uikmhopctyxwwbiijshdqwye")
_GREEK = str.maketrans("αβγδεζηθικλμνξοπρστυφχψω", "abydeznoiklmvxonpstuoxww")
_LATIN = str.maketrans(
    "ᴀɑɐʙᴄɔᴅđᴇəǝɛꜰɢɡʜɦɪıɩᴊȷᴋʟłᴍɯɱɴŋᴏøᴘʀɾꜱʃᴛᴜʊᴠʋʌᴡʏʎᴢþ",
    "aaabccddeeeefgghhiiijjkllmmmnnooprrsstuuvvvwyyzp",
)
_ARMENIAN = str.maketrans("օոսհցզյ", "onuhgqj")
_ALIKE = _CYRILLIC | _GREEK | _LATIN | _ARMENIAN | str.maketrans("ʼ’‘`´′", "''''''")
_LIGATURES = {"æ": "ae", "œ": "oe", "ß": "ss"}
# First letters of alphabets that NFKD leaves alone: squared and circled white on black, flags.
_RANGES = ((0x1F130, "a"), (0x1F150, "a"), (0x1F170, "a"), (0x1F1E6, "a"))
_TAGS = 0xE0000
_UNSEEN = ("Cf", "Cc", "Mn", "Me")
# Signs and digits that stand for letters within a word. The first reading is the usual one.
SIGNS = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "€": "e", "!": "i", "|": "il", "+": "t", "£": "l", "¢": "c", "¥": "y", "§": "s", "(": "c",
}  # fmt: skip
MASKS = "*#•●■▪░▒▓█%?"  # one hides a letter
_WORD = re.compile(r"[a-z0-9]+")
_CHUNK = re.compile(r"\S+")
_CLAUSE_END = re.compile(r"[.,;:!?()\[\]{}\n|—–]")


class Token(NamedTuple):
    """A word of the text. `start` and `end` are its place in what was typed; `clause` counts the parts between marks."""

    word: str
    start: int
    end: int
    clause: int


class Chunk(NamedTuple):
    """A run without spaces, folded, as it stands: `n.u-d.e`, `p*rn`. Its tokens are those from `first` to before `last`."""

    text: str
    start: int
    end: int
    first: int
    last: int


class Folded(NamedTuple):
    """In the order of the text."""

    tokens: Sequence[Token]
    chunks: Sequence[Chunk]


def fold(text: str) -> Folded:
    plain, places = _folded(text)
    tokens: list[Token] = []
    chunks: list[Chunk] = []
    clause, read = 0, 0
    for chunk in _CHUNK.finditer(plain):
        first = len(tokens)
        for word in _WORD.finditer(plain, *chunk.span()):
            clause += _CLAUSE_END.search(plain, read, word.start()) is not None
            read = word.end()
            tokens.append(Token(word.group(), places[word.start()], places[word.end() - 1] + 1, clause))
        place = places[chunk.start()], places[chunk.end() - 1] + 1
        chunks.append(Chunk(chunk.group(), *place, first, len(tokens)))
    return Folded(tokens, chunks)


def words_of(text: str) -> list[str]:
    """Its words alone."""
    return [token.word for token in fold(text).tokens]


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters the place of the one that it was."""
    if text.isascii() and text.isprintable():
        return text.lower(), range(len(text))
    parts: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        plain = _folded_char(char)
        parts.append(plain)
        places += [index] * len(plain)
    return "".join(parts), places


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    code = ord(char)
    if _TAGS + 0x20 <= code < _TAGS + 0x7F:
        return chr(code - _TAGS).lower()
    for first, letter in _RANGES:
        if first <= code < first + 26:
            return chr(ord(letter) + code - first)
    if char.isspace():
        return char
    if unicodedata.category(char) in _UNSEEN:
        return ""
    apart = unicodedata.normalize("NFKD", char)
    plain = "".join(each for each in apart if not unicodedata.combining(each)).casefold()
    return "".join(_LIGATURES.get(each, each) for each in plain).translate(_ALIKE)
