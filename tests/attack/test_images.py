"""Hostile pictures at every door that opens some: none brings its process down, takes its memory or its time."""

import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from pexit_app.core.errors import BadInput
from pexit_app.core.ports import BadPhoto
from pexit_app.features.builder import bundle
from pexit_app.features.shoots import masks
from pexit_app.providers.darkroom.gate.decode import MAX_BYTES
from pexit_app.providers.darkroom.gatekeeper import gate_on
from pexit_app.providers.darkroom.pool import Pool
from tests.features.builder.test_bundle import zipped
from tests.support import encoders, hostile
from tests.support.hostile import Hostile

WORKER_BYTES, EACH_CPU_S = 512 * 2**20, 5.0


@pytest.fixture(scope="module")
def files() -> list[Hostile]:
    largest = Hostile("as many bytes as there may be", hostile.padded(MAX_BYTES), None)
    widest = Hostile("as many pixels as there may be", hostile.png_of(8000, 5000), None)
    return [*hostile.files(), largest, widest]


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(1)
    made.start()
    yield made
    made.close()


def worker() -> psutil.Process:
    """The only one."""
    children = psutil.Process().children()
    [found] = [each for each in children if any("darkroom.child" in part for part in each.cmdline())]
    return found


def most_bytes(process: psutil.Process) -> int:
    """Resident, ever since it began."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


async def code_of(pool: Pool, content: bytes) -> str | None:
    try:
        await gate_on(pool).inspect(content)
    except BadPhoto as refused:
        return refused.code
    return None


async def test_the_gate_stands_up_to_all_of_them(pool: Pool, files: list[Hostile]) -> None:
    """In a real worker. Its own seconds are counted, whatever else the machine does."""
    await code_of(pool, encoders.jpeg(hostile.scene()))  # until it is warm
    first, slow = worker(), []
    for case in files:
        before = sum(first.cpu_times()[:2])
        code = await code_of(pool, case.content)
        assert code == case.code or (case.code is None and code in ("damaged", None)), case.name
        if (cpu_s := sum(first.cpu_times()[:2]) - before) > EACH_CPU_S:
            slow.append((case.name, cpu_s))
    assert len(files) >= 40
    assert slow == []
    assert worker().pid == first.pid, "one of them ended its worker"
    assert most_bytes(first) <= WORKER_BYTES


def bombs() -> Iterator[Hostile]:
    """Of the right size, and wrong inside."""
    out = io.BytesIO()
    Image.new("L", (512, 512)).save(out, "PNG")
    plain, large = out.getvalue(), zlib.compress(bytes(200_000_000), 9)
    for name in (b"zTXt", b"iCCP"):
        yield Hostile(f"{name} that grows", plain[:33] + hostile.chunk(name, b"a\0\0" + large) + plain[33:], None)
    yield Hostile("pixels that grow", hostile.png_of(512, 512, large), None)
    yield Hostile("no pixels", hostile.png_of(512, 512, zlib.compress(b"")), None)
    yield Hostile("not even packed", hostile.png_of(512, 512, b"x" * 1000), None)


def test_none_of_them_is_a_mask(files: list[Hostile]) -> None:
    for case in (*files, *bombs()):
        with pytest.raises(BadInput) as refused:
            masks.checked_mask(case.content, 512, 512)
        assert refused.value.problems[0].field == "mask", case.name


def test_none_of_them_is_opened_as_a_packs_picture(files: list[Hostile]) -> None:
    """Only its first bytes are looked at here; what may be a JPEG is opened by the gate, in a worker."""
    for case in files:
        try:
            read = bundle.read(zipped({"pack.yaml": b"title: A", "cover.jpg": case.content}))
        except BadInput:
            continue
        assert read.pictures["cover"].startswith(b"\xff\xd8"), case.name
