"""The gate behind its port."""

import pytest

from pexit_app.core.ports import BadPhoto, Inspected, PhotoGate, Reading
from pexit_app.providers.darkroom.gate.decode import MAX_BYTES
from pexit_app.providers.darkroom.gate.inspect import inspect
from pexit_app.providers.darkroom.gate.port import DarkroomGate
from tests.support import encoders, faces


def gate(handed: list[bytes]) -> PhotoGate:
    async def run(content: bytes) -> Inspected:
        handed.append(content)
        return inspect(content)

    async def persona(photo: bytes) -> bytes:
        return b"persona of " + photo

    return DarkroomGate(run, persona)


async def test_a_photo_goes_through() -> None:
    handed: list[bytes] = []
    content = encoders.jpeg(faces.photo())
    inspected = await gate(handed).inspect(content)
    assert handed == [content] and not inspected.reasons
    assert await gate([]).one_photo_persona(b"photo") == b"persona of photo"


async def test_what_is_too_large_costs_no_worker() -> None:
    handed: list[bytes] = []
    with pytest.raises(BadPhoto):
        await gate(handed).inspect(bytes(MAX_BYTES + 1))
    assert not handed


def test_comparing_and_counting(good: list[Reading]) -> None:
    made = gate([])
    assert [reason.code for reason in made.judge(good[0], good)] == ["duplicate"]
    assert made.readiness(good).score == 100
