"""What a vendor writes is a stranger's text: none of it may reach a page, a log or the database as it comes."""

import json

import httpx
import pytest
from fal_client import FalClientHTTPError, Queued

from pexit_app.core.ports import ProviderState
from pexit_app.providers import log_lines
from pexit_app.providers.fal import errors, queue
from pexit_app.providers.fal import progress as fal
from pexit_app.providers.replicate import progress as replicate

KEY = "12345678-1234-1234-1234-123456789abc:0123456789abcdef0123456789abcdef"
LINES = [
    "fetching https://bucket.example/weights.safetensors?X-Amz-Signature=5ec7e7 now",
    "calling HTTPS://pexit.example/api/v1/hooks/fal?ref=frame:1&s=5ec7e7",
    f"Authorization: Key {KEY}",
    "token r8_5ec7e75ec7e75ec7e7",
    "\x1b[31mred\x1b[0m\x00 \x07bell",
    "turned \u202e about",
    "half \ud800 a letter",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_shows_no_address_no_key_and_nothing_unprintable(line):
    for shown in (fal.last_line([line]), replicate.last_line(line), log_lines.shown(line)):
        assert shown.isprintable()
        assert shown
        assert len(shown) <= log_lines.CHARS
        assert "5ec7e7" not in shown
        assert KEY not in shown
        assert "[31m" not in shown


def test_counters_of_any_length_are_counted_or_passed_over():
    nines = "9" * 5000
    for line in (f"Steps: {nines}/{nines}", f"45%|##| {nines}/{nines} ["):
        assert 0 <= fal.percent([line]) <= 99
        assert 0 <= replicate.percent(line) <= 99


def test_no_line_is_longer_than_a_number_may_be():
    update = queue._under_way(Queued(position=2**70), queue.Manner(lambda _: None, "painting", 5.0))
    assert update.state == ProviderState.QUEUED
    assert update.queue_position < 2**31


def test_the_operators_log_does_not_repeat_the_order():
    """A list of errors names the input it is about, words and links included."""
    wrong = {"type": "string_too_long", "loc": ["body", "prompt"], "msg": "too long", "input": "my secret wish"}
    content = json.dumps({"detail": [wrong]}).encode()
    request = httpx.Request("GET", "https://queue.fal.run/x")
    response = httpx.Response(422, content=content, request=request)
    error = FalClientHTTPError("my secret wish", 422, {}, response=response)
    assert "string_too_long" in errors.reason_of(error)
    assert "secret" not in errors.reason_of(error)
