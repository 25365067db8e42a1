"""docs/security.md names tests for what it says: they are there, and its figures are those of the code."""

import re

from pexit_app.core import policy
from pexit_app.core.settings import ROOT
from pexit_app.web import rates, sockets

TEXT = (ROOT / "docs/security.md").read_text()


def test_the_tests_it_names_are_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT))
    assert len(named) > 20
    for path, function in named:
        source = (ROOT / path).read_text()
        assert not function or f"def {function}(" in source, f"{path} has no {function}"


def test_it_names_every_policy() -> None:
    known = {name for name, value in vars(policy).items() if isinstance(value, policy.Policy)}
    assert {
        name for row in re.findall(r"^\| (`[A-Z_`, ]+) \|", TEXT, re.M) for name in re.findall(r"\w+", row)
    } == known


def test_its_figures_are_those_that_are_kept() -> None:
    told = dict(re.findall(r"^\| ([a-z][\w ,]+?) \| (\d+)", TEXT, re.M))
    names = {"reading": "read", "public": "public", "signing in": "sign_in", "opening a live connection": "socket"}
    names |= {"what a page says over it": "event", "drafts of packs without an account, when they are drawn": "draft"}
    for words, window in names.items():
        tier = "starter" if window == "read" else ""
        assert int(told[words]) == rates.PER_MINUTE[window, tier], words  # type: ignore[index]
    assert int(told["spending"]) == rates.PER_MINUTE["spend", "starter"]
    assert f"creators {rates.PER_MINUTE['spend', 'creator']}" in TEXT
    assert f"{sockets.FRAMES_PER_SECOND} a second" in TEXT
