"""Copying one store into another: verified, taken up again, honest about what differs."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from pexit_app import cli
from pexit_app.core import settings as known
from pexit_app.core.clock import now
from pexit_app.core.errors import Conflict
from pexit_app.core.ports import StoreFull
from pexit_app.core.settings import ROOT
from pexit_app.providers.copying import Ledger, Report, copy_objects
from pexit_app.providers.disk import DiskStore
from tests.support import bucket
from tests.support.memory_store import MemoryStore

PNG = "image/png"


class Counting(MemoryStore):
    """Counts what was read and written; `on_get` happens before an object is handed out."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.on_get = lambda key: None

    async def get(self, key: str) -> bytes:
        self.on_get(key)
        self.reads.append(key)
        return await super().get(key)

    async def put_file(self, key: str, path: Path, media_type: str) -> None:
        self.writes.append(key)
        await super().put_file(key, path, media_type)


class Copier:
    def __init__(self, folder: Path) -> None:
        self.folder, self.source, self.target = folder, Counting(), Counting()

    async def fill(self, count: int) -> set[str]:
        for number in range(count):
            await self.source.put(f"frames/{number}/full.png", b"%d" % number * 100, PNG)
        return set(self.source.objects)

    async def run(self, **more) -> Report:
        self.source.reads, self.target.reads, self.target.writes = [], [], []
        return await copy_objects(self.source, self.target, self.folder / "part", self.folder / "ledger.jsonl", **more)


@pytest.fixture
def copier(tmp_path: Path) -> Copier:
    return Copier(tmp_path)


async def test_everything_arrives_and_the_second_run_reads_nothing(copier: Copier) -> None:
    keys = await copier.fill(30)
    first = await copier.run()
    assert (first.copied, first.already, first.gone, first.problems) == (30, 0, 0, [])
    assert copier.target.objects == copier.source.objects
    assert {key: copier.target.stored[key].media_type for key in keys} == dict.fromkeys(keys, PNG)
    second = await copier.run()
    assert (second.copied, second.already, second.problems) == (0, 30, [])
    assert (copier.source.reads, copier.target.reads, copier.target.writes) == ([], [], [])
    assert list((copier.folder / "part").iterdir()) == []


async def test_a_lost_ledger_costs_reading_and_no_writing(copier: Copier) -> None:
    await copier.fill(5)
    await copier.run()
    (copier.folder / "ledger.jsonl").unlink()
    report = await copier.run()
    assert (report.copied, report.already, copier.target.writes) == (0, 5, [])
    assert len(copier.source.reads) == 5


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kept=st.integers(0, 12), torn=st.integers(0, 200), garbage=st.sampled_from(["", "{}", "[1]", "null", '{"key": 1'])
)
def test_whatever_is_left_of_the_ledger_both_ends_become_the_same(
    tmp_path_factory: pytest.TempPathFactory, kept: int, torn: int, garbage: str
) -> None:
    async def check() -> None:
        copier = Copier(tmp_path_factory.mktemp("copying"))
        await copier.fill(12)
        await copier.run()
        ledger = copier.folder / "ledger.jsonl"
        lines = ledger.read_text().splitlines()
        ledger.write_text("\n".join([*lines[:kept], garbage, *lines[kept : kept + 1]])[: -torn or None])
        for number in range(0, 12, 3):
            await copier.target.delete(f"frames/{number}/full.png")
        report = await copier.run()
        assert (report.copied, report.already, report.problems) == (4, 8, [])
        assert copier.target.objects == copier.source.objects
        assert (await copier.run()).already == 12

    asyncio.run(check())


async def test_what_changed_at_the_source_is_copied_anew(copier: Copier) -> None:
    await copier.fill(3)
    await copier.run()
    await copier.source.put("frames/1/full.png", b"made again", PNG)
    report = await copier.run()
    assert (report.copied, report.already) == (1, 2)
    assert copier.target.objects["frames/1/full.png"] == b"made again"


async def test_a_newer_object_at_the_target_is_left_alone_and_told(copier: Copier) -> None:
    await copier.fill(3)
    await copier.run()
    await copier.target.put("frames/1/full.png", b"made there", PNG)
    report = await copier.run()
    assert report.problems == ["frames/1/full.png: differs at the target, and is newer there. It was left alone."]
    assert copier.target.objects["frames/1/full.png"] == b"made there"


async def test_a_wrong_type_at_the_target_is_mended(copier: Copier) -> None:
    await copier.fill(1)
    await copier.target.put("frames/0/full.png", copier.source.objects["frames/0/full.png"], "text/plain")
    assert (await copier.run()).copied == 1
    assert copier.target.stored["frames/0/full.png"].media_type == PNG


async def test_bytes_that_come_out_different_are_taken_back(copier: Copier) -> None:
    await copier.fill(3)

    async def spoiled(key: str, path: Path, media_type: str) -> None:
        content = path.read_bytes()
        await copier.target.put(key, content[:-1] + b"!" if "/1/" in key else content, media_type)

    copier.target.put_file = spoiled
    report = await copier.run()
    assert report.copied == 2
    assert report.problems == ["frames/1/full.png: came out different at the target, and was taken back. Run again."]
    assert "frames/1/full.png" not in copier.target.objects


async def test_a_face_deleted_while_it_is_copied_is_at_neither_end(copier: Copier) -> None:
    keys = await copier.fill(4)

    async def deleted_meanwhile(key: str, path: Path, media_type: str) -> None:
        await copier.target.put(key, path.read_bytes(), media_type)
        if "/2/" in key:
            await copier.source.delete(key)

    copier.target.put_file = deleted_meanwhile
    copier.source.on_get = lambda key: copier.source.objects.pop(key) if "/3/" in key else None
    report = await copier.run()
    assert (report.copied, report.gone, report.problems) == (2, 2, [])
    assert set(copier.target.objects) == keys - {"frames/2/full.png", "frames/3/full.png"}


async def test_what_changes_while_it_is_copied_is_copied_again(copier: Copier) -> None:
    await copier.fill(1)

    async def rewritten_once(key: str, path: Path, media_type: str) -> None:
        await copier.target.put(key, path.read_bytes(), media_type)
        if copier.source.objects[key] != b"second":
            await copier.source.put(key, b"second", PNG)

    copier.target.put_file = rewritten_once
    report = await copier.run()
    assert (report.copied, report.problems) == (1, [])
    assert copier.target.objects["frames/0/full.png"] == b"second"


async def test_copies_outlive_their_originals_only_until_they_are_pruned(copier: Copier) -> None:
    await copier.fill(3)
    await copier.target.put("packs/1/cover.jpg", b"its own", "image/jpeg")
    await copier.run()
    for number in (0, 1):
        await copier.source.delete(f"frames/{number}/full.png")
    await copier.target.put("frames/1/full.png", b"its own by now", PNG)
    assert (await copier.run()).outlived == 1
    assert "frames/0/full.png" in copier.target.objects
    assert (await copier.run(is_pruned=True)).pruned == 1
    assert set(copier.target.objects) == {"packs/1/cover.jpg", "frames/1/full.png", "frames/2/full.png"}
    assert (await copier.run(is_pruned=True)).pruned == 0


async def test_a_full_target_ends_the_run_with_its_reason(copier: Copier) -> None:
    await copier.fill(20)

    async def full(key: str, path: Path, media_type: str) -> None:
        raise StoreFull("The disk is full.")

    copier.target.put_file = full
    with pytest.raises(StoreFull, match="full"):
        await copier.run()
    assert copier.target.objects == {}


async def test_only_one_run_at_a_time(copier: Copier) -> None:
    held = Ledger(copier.folder / "ledger.jsonl")
    with pytest.raises(Conflict, match="already"):
        await copier.run()
    held.close()
    await copier.run()


def pexit(environment: dict[str, str], *words: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "pexit_app.cli", "copy-objects", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_here(environment: dict[str, str], *words: str) -> Result:
    """The same command without a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for key, value in environment.items():
            patch.setenv(key, value)
        known.load.cache_clear()
        ended = CliRunner().invoke(cli.app, ["copy-objects", *words])
    known.load.cache_clear()
    return ended


def environment(address: str, name: str, folder: Path) -> dict[str, str]:
    return {
        "PEXIT_DATA_DIR": str(folder),
        "PEXIT_SECRET_KEY": "k" * 40,
        "PEXIT_S3_BUCKET": name,
        "PEXIT_S3_ENDPOINT": address,
        "PEXIT_S3_REGION": bucket.REGION,
        "PEXIT_S3_ACCESS_KEY_ID": bucket.KEY_ID,
        "PEXIT_S3_SECRET_ACCESS_KEY": bucket.SECRET,
        "NO_PROXY": "127.0.0.1",
    }


def test_the_command_survives_kill_9(s3_address: str, tmp_path: Path) -> None:
    contents = {f"frames/{number}/full.png": os.urandom(2000) for number in range(120)}
    disk = DiskStore(tmp_path / "objects")
    for key, content in contents.items():
        asyncio.run(disk.put(key, content, PNG))
    name = bucket.new_bucket(s3_address)
    given_env, s3 = environment(s3_address, name, tmp_path), bucket.client(s3_address)

    killed = pexit(given_env, "disk", "s3")
    until = time.monotonic() + 60
    while not (found := s3.list_objects_v2(Bucket=name).get("KeyCount")) and time.monotonic() < until:
        assert killed.poll() is None
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert found and s3.list_objects_v2(Bucket=name)["KeyCount"] < 120, "it was not killed in the middle"

    again = pexit(given_env, "disk", "s3")
    told, _ = again.communicate(timeout=120)
    assert again.returncode == 0, told
    stored = [each["Key"] for each in s3.list_objects_v2(Bucket=name)["Contents"]]
    assert {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in stored} == contents

    third = run_here(given_env, "disk", "s3")
    assert (third.exit_code, third.stdout) == (
        0,
        "120 objects: 0 copied (0.0 MB), 120 the same already, 0 deleted meanwhile.\n",
    )

    s3.put_object(Bucket=name, Key="frames/7/full.png", Body=b"spoiled")
    os.utime(tmp_path / "objects/frames/7/full.png", (0, (now() - timedelta(days=1)).timestamp()))
    fourth = run_here(given_env, "disk", "s3")
    assert (fourth.exit_code, fourth.stderr) == (
        1,
        "frames/7/full.png: differs at the target, and is newer there. It was left alone.\n",
    )


def test_the_command_says_what_is_missing(tmp_path: Path, s3_address: str) -> None:
    bare = environment(s3_address, "", tmp_path)
    for words, said in ((("disk", "s3"), "PEXIT_S3_BUCKET"), (("disk", "disk"), "one store to the other")):
        run = run_here(bare, *words)
        assert run.exit_code == 1 and said in run.output
    run = run_here(environment(s3_address, "no-such-bucket", tmp_path), "s3", "disk")
    assert run.exit_code == 1
    assert run.stderr == "Pictures cannot be stored or read just now. Try again in a minute.\n"
    assert bucket.SECRET not in run.output
