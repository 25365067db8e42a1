"""What is refused, of whom, together with what, and what it says; both sides of each rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core.settings import ROOT
from pexit_app.features.packs import document
from pexit_app.features.safety import lexicon
from pexit_app.features.safety.check import Refusal, Said, check, hits
from pexit_app.features.safety.folding import fold, words_of


def refused(*texts: str, has_likeness: bool = True, negative: str = "", allowed: tuple[list[str], ...] = ()) -> str:
    """The category, or nothing."""
    said = [Said(f"knobs.{index}", f"Words {index}", text) for index, text in enumerate(texts)]
    said += [Said("negative", "Not to be seen", negative, is_negative=True)]
    refusal = check(said, has_likeness=has_likeness, allowed=allowed)
    return refusal.category if refusal else ""


def refusal_of(*texts: str) -> Refusal:
    found = check(
        [Said(f"knobs.{index}", f"Words {index}", text) for index, text in enumerate(texts)], has_likeness=True
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "of_somebody", "of_nobody"),
    [
        ("a nude figure", "sexual", ""),
        ("a marble statue, undressed", "sexual", ""),
        ("pornographic", "sexual", "sexual"),
        ("stabbed in an alley", "violence", ""),
        ("beheaded", "violence", "violence"),
        ("licking boots", "degradation", ""),
        ("a swastika flag", "hate", "hate"),
        ("committing suicide", "self-harm", "self-harm"),
        ("a naked child", "minors", "minors"),
        ("a naked girl", "sexual", "minors"),
        ("jailbait", "minors", "minors"),
        ("a lady in lingerie", "", ""),
        ("a knight with a sword", "", ""),
    ],
)
def test_some_things_are_refused_of_a_real_face_only(text: str, of_somebody: str, of_nobody: str) -> None:
    assert refused(text) == of_somebody
    assert refused(text, has_likeness=False) == of_nobody


def test_words_of_one_request_are_looked_at_together() -> None:
    assert refused("a schoolgirl with a satchel") == ""
    assert refused("lace lingerie") == ""
    assert refused("a schoolgirl with a satchel", "lace lingerie") == "minors"
    assert refused("lace lingerie", "at a market", "12 years old") == "minors"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("TOK person as a 9 year old, building a sandcastle", ""),
        ("TOK person as a 9 year old, in the bathtub", "minors"),
        ("TOK person as a schoolgirl, sultry", "minors"),
        ("TOK person with her kids, sandcastle", ""),
        ("TOK person in the bathtub, foam up to the chin", ""),
        ("seventeen years old, lingerie", "minors"),
        ("eighteen years old, lingerie", ""),
        ("17yo in stockings", "minors"),
        ("18yo in stockings", ""),
    ],
)
def test_nobody_is_made_a_minor_where_it_could_mean_harm(text: str, category: str) -> None:
    assert refused(text) == category


def test_what_shall_not_be_seen_undresses_nobody_and_makes_nobody_younger() -> None:
    assert refused("on a beach", negative="clothes, text") == "sexual"
    assert refused("on a beach", negative="clothes, text", has_likeness=False) == ""
    assert refused("in lingerie", negative="adult") == "minors"
    assert refused("on a beach", negative="adult, nude, gore") == ""  # what it keeps out is no harm


def test_a_refusal_names_field_word_reason_and_remedy() -> None:
    found = refusal_of("by a window", "Nüd3, please")
    assert (found.field, found.term, found.typed) == ("knobs.1", "nude", "Nüd3")
    assert found.message == (
        "Words 1: “Nüd3” (nude) is not rendered. Pexit makes no nude or sexual pictures of real people. Take it out."
    )
    both = refusal_of("a schoolgirl", "at the lido, seductive")
    assert both.message.startswith("Words 1: “seductive” and “schoolgirl” do not go together.")
    assert "findahelpline.com" in refusal_of("suicide").message


def test_what_was_granted_counts_for_nothing_where_it_stands_together() -> None:
    granted = words_of("the nude gallery, third floor")
    assert refused("in the nude gallery, third floor", allowed=(granted,)) == ""
    assert refused("in the nude gallery, third floor, nude", allowed=(granted,)) == "sexual"
    assert refused("in the nude gallery", allowed=(granted,)) == "sexual"


def test_phrases_stay_within_a_clause() -> None:
    assert refused("as a child in a bikini") == "minors"
    assert refused("with my child, me in a bikini") == ""


@pytest.mark.parametrize(
    "text", ["Scunthorpe", "a grape on a plate", "1970s Essex", "denuded hills", "k k", "I'm in a b c", "Mr. N. U."]
)
def test_a_word_within_a_word_is_none(text: str) -> None:
    assert refused(text) == ""


@pytest.mark.parametrize(
    "text",
    ["n u d e", "n.u-d.e", "nuuude", "nnuuddee", "p0rn", "h3nt@i", "ｎｕｄｅ", "nudе", "kkk", "n*de", "$ex", "n ude",
     "nak-ed", "🅽🆄🅳🅴", "🇳🇺🇩🇪", "n\u200bude", "ɴᴜᴅᴇ", "nu\u0336de\u0336", "".join(chr(0xE0000 + ord(c)) for c in "nude")],
)  # fmt: skip
def test_disguised_words_are_found(text: str) -> None:
    assert refused(f"a {text} figure") != ""


def test_no_pack_of_the_house_is_refused() -> None:
    for folder in sorted(path.parent for path in ROOT.glob("packs/*/pack.yaml")):
        pack = document.load_folder(folder, needs_pictures=False)
        texts = [scene.prompt for scene in pack.scenes] + [pack.title, pack.tagline, pack.description]
        assert refused(*texts) == "", folder.name


def test_every_section_of_every_file_is_known() -> None:
    for path in lexicon.FOLDER.glob("*.txt"):
        assert "[innocent]" in path.read_text()
    assert lexicon.lexicon().by_pair


@given(st.text(max_size=300))
def test_any_text_is_cut_into_places_of_its_own(text: str) -> None:
    folded = fold(text)
    assert all(0 <= each.start < each.end <= len(text) for each in [*folded.tokens, *folded.chunks])
    assert list(folded.tokens) == sorted(folded.tokens, key=lambda each: (each.start, each.end))
    assert all(each.typed in text for each in hits(text))
