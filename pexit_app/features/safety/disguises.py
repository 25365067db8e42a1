"""What a disguised word may mean: n.u-d.e, nud3, nuuude, p*rn, n u d e, na ked. Each is only looked up, so most mean
nothing."""

import itertools
import re
from collections.abc import Collection, Iterator, Sequence

from pexit_app.features.safety.folding import MASKS, SIGNS, Chunk, Token

MAX_READINGS = 64
MIN_SPELT, MAX_SPELT = 3, 60  # letters in a row, each by itself
MIN_JOINED, MAX_JOINED, MAX_PIECES, SHORT_PIECE = 4, 16, 3, 3
_RUN = re.compile(r"(.)\1{2,}")
_LETTER = re.compile(r"[a-z]")
_SENTENCE = ".,;:!?\"'()"
_EDGES = "!|+$@(*#%?"  # that end a sentence or emphasise as often as they hide a letter


def of_chunk(chunk: Chunk) -> Iterator[str]:
    """Readings of a run without spaces, where it is not plain words; with MASKS in it, patterns of a whole word."""
    if chunk.text.strip(_SENTENCE).isalpha() or not _LETTER.search(chunk.text):
        return
    for core in dict.fromkeys((chunk.text, chunk.text.strip(_EDGES))):
        signs = "".join(each for each in core if each.isalnum() or each in SIGNS or each in MASKS)
        if not any(each in MASKS for each in signs):
            yield from _read(signs)
        elif len(signs) > SHORT_PIECE and signs[0].isalpha() and sum(each in MASKS for each in signs) * 2 < len(signs):
            yield from ("".join("." if each in MASKS else each for each in read) for read in _read(signs))


def of_token(token: Token) -> Iterator[str]:
    """Readings of one word besides itself."""
    word = token.word
    if not word.isalpha() and _LETTER.search(word):
        yield from _read(word)
    if _RUN.search(word):
        yield _RUN.sub(r"\1", word)
        yield _RUN.sub(r"\1\1", word)
    if len(word) >= 2 * MIN_JOINED and word[::2] == word[1::2]:
        yield word[::2]


def _read(word: str) -> Iterator[str]:
    choices = [SIGNS.get(each, each) for each in word]
    count = 1
    for each in choices:
        count *= len(each)
    if count > MAX_READINGS:
        choices = [each[0] for each in choices]
    yield from ("".join(each) for each in itertools.product(*choices))


def spelt(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """(first, last, what is spelt) of letters that stand each by itself."""
    first = 0
    while first < len(tokens):
        last = first
        while last < len(tokens) and len(tokens[last].word) == 1:
            last += 1
        if MIN_SPELT <= last - first <= MAX_SPELT:
            for read in _read("".join(token.word for token in tokens[first:last])):
                yield first, last, read
        first = last + 1


def joined(tokens: Sequence[Token], short: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """(first, last, word) of pieces of one clause that nobody would write apart; none of them is a `short` word."""
    for first in range(len(tokens) - 1):
        word = tokens[first].word
        if word in short:
            continue
        is_short = len(word) <= SHORT_PIECE
        for last in range(first + 1, min(first + MAX_PIECES, len(tokens))):
            piece = tokens[last]
            if piece.word in short or piece.clause != tokens[first].clause:
                break
            word += piece.word
            is_short = is_short or len(piece.word) <= SHORT_PIECE
            if len(word) > MAX_JOINED:
                break
            if is_short and len(word) >= MIN_JOINED and word.isalpha():
                yield first, last + 1, word
