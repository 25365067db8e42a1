"""Addresses that only we can make, each for one order."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pexit_app.core import settings as app_settings
from pexit_app.features.routing import addresses

ORDER = ("replicate", "frame:7f:1", "owner/name:abc123")
PARTS = st.tuples(st.text(max_size=8), st.text(max_size=12), st.text(max_size=12))
KEEPING = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(url: str) -> tuple[str, str, str, str]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, strict_parsing=True, keep_blank_values=True))
    return parts.path.removeprefix(addresses.PATH), query["ref"], query["model"], query["s"]


def test_an_address_says_what_it_is_for_and_is_known_again():
    url = addresses.hook_url(*ORDER)
    assert url is not None and url.startswith("https://pexit.example/api/v1/hooks/replicate?")
    assert read(url)[:3] == ORDER
    assert addresses.is_ours(*read(url))


@pytest.mark.parametrize(
    ("env", "public_url"),
    [
        ("development", ""),
        ("production", ""),
        ("production", "http://localhost:8000"),
        ("production", "http://x.example"),
    ],
)
def test_where_providers_cannot_reach_us_there_is_none(monkeypatch, env, public_url):
    known = app_settings.load().model_copy(update={"env": env, "public_url": public_url})
    monkeypatch.setattr(app_settings, "load", lambda: known)
    assert addresses.hook_url(*ORDER) is None


@pytest.mark.parametrize("public_url", ["http://localhost:8000", "https://pexit.example"])
def test_in_development_any_address_that_was_set_is_called(monkeypatch, public_url):
    known = app_settings.load().model_copy(update={"env": "development", "public_url": public_url})
    monkeypatch.setattr(app_settings, "load", lambda: known)
    url = addresses.hook_url(*ORDER)
    assert url is not None and url.startswith(f"{public_url}/api/v1/hooks/replicate?")
    assert addresses.is_ours(*read(url))


@KEEPING
@given(one=PARTS, other=PARTS)
def test_the_signature_of_one_order_is_no_others(one, other):
    assume(one != other)
    signature = addresses._signature(*one)
    assert addresses.is_ours(*one, signature)
    assert not addresses.is_ours(*other, signature)


@KEEPING
@given(
    letters=st.text(st.sampled_from('a:|,"\0'), min_size=1, max_size=9),
    cuts=st.tuples(*[st.integers(0, 9)] * 4),
)
def test_no_boundary_between_the_parts_can_be_moved(letters, cuts):
    def cut(at: int, to: int) -> tuple[str, str, str]:
        at, to = sorted((at, to))
        return letters[:at], letters[at:to], letters[to:]

    one, other = cut(*cuts[:2]), cut(*cuts[2:])
    assert addresses.is_ours(*other, addresses._signature(*one)) == (one == other)


@pytest.mark.parametrize("joiner", ["\0", ":", "|", '", "'])
def test_a_part_that_looks_like_two_is_one(joiner):
    assert not addresses.is_ours("a", f"b{joiner}c", "d", addresses._signature("a", "b", f"c{joiner}d"))
    assert not addresses.is_ours(f"a{joiner}b", "c", "d", addresses._signature("a", "b", f"c{joiner}d"))


@KEEPING
@given(st.text(max_size=70))
def test_no_guess_is_right(guess):
    assert not addresses.is_ours(*ORDER, guess)
