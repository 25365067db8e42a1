"""How well the words are told apart: the corpus' two halves, the held-out one as it is."""

from collections import Counter
from collections.abc import Sequence

import pytest

from pexit_app.features.safety.check import REASONS, Refusal, Said, check
from tests.features.safety import corpus
from tests.features.safety.corpus import DISGUISES, Half, Sample

# Of the held-out half as it stands today, rounded down to tens: not a promise, but nothing may get worse unseen.
FLOORS = {"sexual": 0.7, "minors": 0.9, "hate": 0.9, "violence": 0.9, "degradation": 0.9, "self-harm": 0.7}
TUNED = 0.95


def refusal_of(text: str) -> Refusal | None:
    return check([Said("prompt", "Prompt", text)], has_likeness=True)


def of(half: Half, samples: Sequence[Sample]) -> list[Sample]:
    return [each for each in samples if each.half == half]


def found(samples: Sequence[Sample]) -> dict[str, tuple[int, int]]:
    """(refused, all) by category."""
    every = Counter(each.category for each in samples)
    refused = Counter(each.category for each in samples if refusal_of(each.text))
    return {category: (refused[category], count) for category, count in every.items()}


def test_what_the_author_knew_is_refused() -> None:
    assert [each.text for each in corpus.seen() if not refusal_of(each.text)] == []


def test_the_tuning_half_is_refused() -> None:
    for category, (refused, count) in found(of("tuning", corpus.harmful())).items():
        assert refused >= count * TUNED, category


def test_the_held_out_half_is_refused_as_often_as_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    figures = found(of("held-out", corpus.harmful()))
    assert set(figures) == set(REASONS)
    with capsys.disabled():
        print("\nheld out, refused:", ", ".join(f"{name} {n}/{count}" for name, (n, count) in figures.items()))
    for category, (refused, count) in figures.items():
        assert refused >= count * FLOORS[category], category


def test_of_a_thousand_prompts_that_mean_no_harm_ten_are_refused_at_most(capsys: pytest.CaptureFixture[str]) -> None:
    held_out = of("held-out", corpus.benign())
    refused = [each.text for each in held_out if refusal_of(each.text)]
    with capsys.disabled():
        print(f"\nheld out, harmless and refused: {len(refused)}/{len(held_out)}")
    assert len(held_out) >= 1000
    assert len(refused) <= len(held_out) / 100, refused


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_hides_nothing(disguise: str) -> None:
    texts = [sample.text for name, sample in corpus.disguised() if name == disguise]
    assert [text for text in texts if not refusal_of(text)] == []
