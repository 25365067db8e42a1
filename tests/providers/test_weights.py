"""Weights are data, and the header tells the truth about it; programs are never opened."""

import io
import json
import pickle
import tarfile
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.providers import weights
from pexit_app.providers.weights import BadWeights, check_file, check_own, unpacked
from tests.providers import cdn
from tests.servers.base import serving
from tests.servers.faults import Fault
from tests.servers.files import Files

GOOD = {"dtype": "F16", "shape": [4], "data_offsets": [0, 8]}


def checked(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w"
    path.write_bytes(content)
    check_file(path)


def described(**tensors: object) -> bytes:
    return json.dumps(tensors).encode()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"a": 1}))
    return out.getvalue()


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"])
def test_floats_of_every_width(tmp_path: Path, dtype: str) -> None:
    checked(tmp_path, cdn.safetensors({"a": (dtype, (3, 5)), "b": (dtype, ())}, {"format": "pt"}))


def test_padded_headers_and_any_order(tmp_path: Path) -> None:
    header = described(b={**GOOD, "data_offsets": [8, 16]}, a=GOOD)
    checked(tmp_path, cdn.framed(header + b" " * 7, 16))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a safetensors"),
        (b"abc", "not a safetensors"),
        (b"<!doctype html><html>" + bytes(99), "not a safetensors"),
        (pickle.dumps({"a": [1] * 99}, 2), "PyTorch"),
        (pickle.dumps({"a": [1] * 99}, 4), "PyTorch"),
        (zipped(), "PyTorch"),
        ((2**63).to_bytes(8, "little") + b"{}", "not a safetensors"),
        (weights.HEADER_BYTES.to_bytes(8, "little") + b"{}", "breaks off"),
        (cdn.framed(b"{}", 0), "longer than it says"),
        (cdn.framed(b"[]", 0), "not a safetensors"),
        (cdn.framed(b"{nope}", 0), "not a safetensors"),
        (cdn.framed(b"\xff\xfe\x00", 0), "not a safetensors"),
        (cdn.framed(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", 0), "not a safetensors"),
        (cdn.framed(described(a=GOOD), 7), "breaks off"),
        (cdn.framed(described(a=GOOD), 9), "longer than it says"),
        (cdn.framed(described(a={**GOOD, "data_offsets": [0, 6]}), 8), "not a safetensors"),
        (cdn.framed(described(a={**GOOD, "data_offsets": [8, 0]}), 8), "not a safetensors"),
        (cdn.framed(described(a={**GOOD, "data_offsets": [1, 9]}), 9), "do not fit"),
        (cdn.framed(described(a={**GOOD, "data_offsets": [-8, 0]}), 8), "not a safetensors"),
        (cdn.framed(described(a={**GOOD, "data_offsets": [0, 8, 9]}), 8), "not a safetensors"),
        (cdn.framed(described(a=GOOD, b=GOOD), 8), "do not fit"),
        (cdn.framed(described(a=GOOD, b={**GOOD, "data_offsets": [4, 12]}), 12), "do not fit"),
        (cdn.framed(described(a=GOOD, b={**GOOD, "data_offsets": [16, 24]}), 24), "do not fit"),
        (cdn.framed(described(a={**GOOD, "shape": [2, -2]}), 8), "not a safetensors"),
        (cdn.framed(described(a={**GOOD, "shape": [True] * 2}), 8), "not a safetensors"),
        (cdn.framed(described(a={**GOOD, "shape": "4"}), 8), "not a safetensors"),
        (cdn.framed(described(a={"dtype": "F16"}), 8), "not a safetensors"),
        (cdn.framed(described(a=7), 8), "not a safetensors"),
        (cdn.framed(b'{"a":%s,"a":%s}' % ((json.dumps(GOOD).encode(),) * 2), 8), "not a safetensors"),
        (cdn.safetensors({"a": ("I64", (4,))}), "kind I64"),
        (cdn.framed(described(a={**GOOD, "dtype": ["F16"]}), 8), "not a safetensors"),
    ],
)
def test_what_is_not_to_be_believed(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(BadWeights, match=says):
        checked(tmp_path, content)


def test_there_is_an_end_to_size(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(cdn.safetensors())
    with path.open("r+b") as file:
        file.truncate(weights.MOST_BYTES + 1)
    with pytest.raises(BadWeights, match="1 GB"):
        check_file(path)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(noise: bytes) -> None:
    def check() -> None:
        length = weights.header_length(noise)
        weights.check_header(noise[8 : 8 + length], length, len(noise))

    with pytest.raises(BadWeights):
        check()


@given(st.data())
def test_a_changed_header_is_refused_or_still_true(data: st.DataObject) -> None:
    content = bytearray(cdn.safetensors())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        length = weights.header_length(content)
        weights.check_header(bytes(content[8 : 8 + length]), length, len(content))
    except BadWeights:
        return
    tensors = {name: each for name, each in json.loads(content[8 : 8 + length]).items() if name != "__metadata__"}
    assert (
        sum(each["data_offsets"][1] - each["data_offsets"][0] for each in tensors.values()) == len(content) - 8 - length
    )


def special(name: str, kind: bytes, target: str = "/etc/passwd") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def unpack(tmp_path: Path, content: bytes) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    fetched = folder / "fetched"
    fetched.write_bytes(content)
    return unpacked(fetched, folder / "weights.safetensors")


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize(
    "name", ["lora.safetensors", "output/flux/lora.safetensors", "../../evil.SAFETENSORS", "/etc/a.safetensors"]
)
def test_the_one_safetensors_file_of_a_tar(tmp_path: Path, name: str, form: int) -> None:
    content = cdn.safetensors({"a": ("F16", (70_000,))})
    others = {"output/config.yaml": b"job", "output/optimizer.pt": zipped(), "link": special("link", tarfile.SYMTYPE)}
    found = unpack(tmp_path, cdn.tar({**others, name: content, "z.txt": b"z"}, form))
    assert found.read_bytes() == content
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == ["weights.safetensors"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (cdn.tar({"a.txt": b"a"}), "holds no safetensors"),
        (cdn.tar({"a.safetensors": cdn.safetensors(), "b.safetensors": cdn.safetensors()}), "exactly one"),
        (cdn.tar({"a": special("a.safetensors", tarfile.SYMTYPE)}), "exactly one"),
        (cdn.tar({"a": special("a.safetensors", tarfile.LNKTYPE)}), "exactly one"),
        (cdn.tar({"a": special("a.safetensors", tarfile.CHRTYPE)}), "exactly one"),
        (cdn.tar({"a": special("a.safetensors", tarfile.FIFOTYPE)}), "exactly one"),
        (cdn.tar({"a": special("a.safetensors", tarfile.DIRTYPE)}), "exactly one"),
        (cdn.tar({"a.safetensors": b"PK\x03\x04" + bytes(500)}), "PyTorch"),
        (cdn.tar({"a.safetensors": cdn.safetensors()})[:1060], "not a safetensors|breaks off|holds no|damaged"),
        (cdn.tar({"a.txt": b"a"})[:512] + b"x" * 700, "damaged|holds no"),
        (cdn.tar({"a.txt": b"a" * 600})[:512].replace(b"a.txt", b"b.txt") + b"x" * 700, "damaged"),
    ],
)
def test_tars_that_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(BadWeights, match=says):
        unpack(tmp_path, content)


def test_a_member_that_says_it_is_huge(tmp_path: Path) -> None:
    member = tarfile.TarInfo("a.safetensors")
    member.size = weights.MOST_BYTES + 1
    with pytest.raises(BadWeights, match="1 GB"):
        unpack(tmp_path, member.tobuf(tarfile.GNU_FORMAT) + cdn.safetensors())


def test_no_header_of_an_archive_can_ask_for_memory(tmp_path: Path) -> None:
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 60_000_000
    packed = cdn.tar({"a.safetensors": cdn.safetensors()})
    content = long_name.tobuf(tarfile.GNU_FORMAT) + bytes(-(-60_000_000 // 512) * 512) + packed
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "fetched").write_bytes(content)
    del content
    tracemalloc.start()
    try:
        unpacked(folder / "fetched", folder / "weights.safetensors")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * 2**20


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def address(files: Files, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with serving(files.app) as made:
        yield made


async def private(host: str, port: int) -> Sequence[str]:
    return ["192.168.1.7"]


async def test_only_the_header_of_a_users_own_is_read(files: Files, address: str) -> None:
    content = cdn.safetensors({"a": ("F32", (12_000_000,))})
    url = address + files.put("/resolve/main/lora.safetensors", content)
    files.redirect("/lora", url)
    trusted = [address.removeprefix("http://")]
    for takes_ranges in (True, False):
        files.takes_ranges = takes_ranges
        assert await check_own(f"{address}/lora", trusted=trusted) == len(content)
    assert files.asked[-1].headers["range"] == f"bytes=0-{weights.HEADER_BYTES + 7}"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (zipped() + bytes(99), "This file cannot be used: it is a PyTorch file"),
        (b"<!doctype html><html></html>", "This file cannot be used: it is not a safetensors file."),
        (cdn.safetensors()[:-1], "This file cannot be used: it breaks off"),
        (cdn.safetensors()[:60], "This file cannot be used: it breaks off"),
        (b"", "not a file|does not say how large"),
    ],
)
@pytest.mark.parametrize("takes_ranges", [True, False])
async def test_a_users_own_that_is_no_safetensors(
    files: Files, address: str, content: bytes, says: str, takes_ranges: bool
) -> None:
    files.takes_ranges = takes_ranges
    url = address + files.put("/w", content)
    with pytest.raises(BadWeights, match=says):
        await check_own(url, trusted=[address.removeprefix("http://")])


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("file", "expired", status=404), "This address answered 404, not a file."),
        (Fault("file", "reset"), "Nothing could be fetched from this address."),
        (Fault("file", "endless"), "This address does not say how large its file is."),
        (Fault("file", "redirect", headers={"location": "http://169.254.169.254/"}), "Give an https address."),
        (Fault("file", "redirect", headers={"location": "https://inside.example/"}), "not on the public internet"),
        (
            Fault("file", "status", status=206, headers={"content-range": f"bytes 0-9/{2**30 + 1}"}, body=bytes(10)),
            "This file cannot be used: it is larger than 1 GB.",
        ),
    ],
)
async def test_an_address_of_a_user_that_leads_nowhere(files: Files, address: str, fault: Fault, says: str) -> None:
    files.faults.plan(fault)
    files.takes_ranges = fault.kind != "endless"
    url = address + files.put("/w", cdn.safetensors())
    with pytest.raises(BadWeights, match=says):
        await check_own(url, trusted=[address.removeprefix("http://")], resolve=private)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://models.example/a.safetensors", "Give an https address."),
        ("https://models.example/a.safetensors", "This address is not on the public internet."),
        ("https://me:secret@models.example/a", "This address cannot be read."),
        ("nonsense", "Give an https address."),
        ("https://models.example/" + "a" * 5000, "This address cannot be read."),
    ],
)
async def test_addresses_that_users_may_not_give(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        await check_own(url, resolve=private)


async def test_an_address_that_does_not_answer(files: Files, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "OWN_S", 0.2)
    files.faults.plan(Fault("file", "read_timeout"))
    with pytest.raises(BadWeights, match="in time"):
        await check_own(address + files.put("/w", b""), trusted=[address.removeprefix("http://")])
