"""Words that no pack may hold, also when they are disguised: n.u.d.e, nuuude, p0rn. A short list of what is never meant
well in a picture of somebody's face; what a model is told to leave out (`negative`) is not searched."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

_LIST = """
nude nudes nudity naked topless nsfw porn porno pornographic hentai erotic genitals penis vagina blowjob undressed
bestiality incest rape raped loli lolita shota preteen underage jailbait beheaded decapitated dismembered mutilated
swastika nazi kkk lynching
"""
TERMS = frozenset(_LIST.split())
_LEET = dict(zip("0345789@$!€+", "oeastbgasiet", strict=True)) | {"1": "il", "|": "il"}
# Letters of other scripts that look like ours.
_ALIKE = str.maketrans("аеорсхуікѕԁоαεικνορτυ", "aeopcxyiksdoaeikvoptu")
_MAX_READINGS = 64
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_SPELT_OUT = re.compile(r"(?<![^\W_])(?:[^\W_][\s._*~-]{1,2}){2,}[^\W_](?![^\W_])")
_MARKS = "".join(re.escape(mark) for mark in _LEET if not mark.isalnum())
_DISGUISED = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_REPEATED = re.compile(r"(.)\1+")
_SINGLE = {single: term for term in TERMS if len(single := _REPEATED.sub(r"\1", term)) > 2}


@dataclass(frozen=True, slots=True)
class Unsafe:
    """`term` is the word meant, `typed` how it was written."""

    term: str
    typed: str


@lru_cache(maxsize=8_192)  # a draft is judged at every change, and few of its texts have changed
def find_unsafe(text: str) -> Unsafe | None:
    """The first unsafe word of `text`, whole words only: `Scunthorpe` and `grape` are safe."""
    plain = _folded(text)
    for found in _DISGUISED.finditer(plain):
        if term := _term(found.group()):
            return Unsafe(term, found.group())
    for found in _SPELT_OUT.finditer(plain):
        spelt = "".join(_WORD.findall(found.group()))
        if term := next((term for term in sorted(TERMS) if len(term) > 3 and term in spelt), None):
            return Unsafe(term, found.group())
    return None


def _folded(text: str) -> str:
    """Small letters without accents, of one script; one character stays one, so that words stay where they are."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if not unicodedata.combining(each)).casefold().translate(_ALIKE)


def _term(word: str) -> str | None:
    for core in {word, word.strip("!|+$@")}:
        for reading in _readings(core):
            if reading in TERMS:
                return reading
            single = _REPEATED.sub(r"\1", reading)
            if len(reading) > len(single) and single in _SINGLE:
                return _SINGLE[single]
    return None


def _readings(word: str) -> list[str]:
    choices = [_LEET.get(each, each) for each in word]
    count = 1
    for each in choices:
        count *= len(each)
    if count > _MAX_READINGS:
        choices = [each[0] for each in choices]
    return ["".join(each) for each in product(*choices)]
