"""What providers give us, through every check, from real servers."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from pexit_app.core.ports import OutputFormat, ProviderError
from pexit_app.providers.darkroom import marks
from pexit_app.providers.results import FAL_HOSTS, PICTURE_BYTES, REPLICATE_HOSTS, Limits, Results
from tests.providers import cdn
from tests.servers.base import serving
from tests.servers.faults import PAGE, Fault
from tests.servers.files import Files
from tests.servers.tls import proxying

PNG = "image/png"


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


@pytest.fixture
def results(address: str, tmp_path: Path) -> Results:
    trusted = [address.removeprefix("http://")]
    return Results(FAL_HOSTS, trusted, scratch=tmp_path, limits=Limits(picture_s=20.0, pause_s=0))


async def refused(results: Results, url: str, **options: int) -> str:
    with pytest.raises(ProviderError) as error:
        await results.picture(url, "png", **options)
    assert url[:60] not in error.value.message
    return error.value.message


@pytest.mark.parametrize("output_format", ["png", "jpeg"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_is_encoded_anew_and_marked(
    files: Files, address: str, results: Results, kind: str, output_format: OutputFormat
) -> None:
    content = cdn.told(kind)
    assert b"secret prompt" in content
    url = address + files.put("/a", content, cdn.TYPES[kind])
    made = await results.picture(url, output_format)
    assert (made.media_type, made.width, made.height) == (f"image/{output_format}", 96, 64)
    assert b"secret prompt" not in made.content
    assert marks.read_mark(made.content) == marks.VOCABULARY + "trainedAlgorithmicMedia"
    opened = Image.open(io.BytesIO(made.content))
    assert opened.format == output_format.upper()
    assert opened.getpixel((95, 0)) == pytest.approx((255, 0, 0), abs=12)
    assert opened.getpixel((0, 63)) == pytest.approx((0, 255, 0), abs=12)


@pytest.mark.parametrize("media_type", ["", "application/octet-stream", "binary/octet-stream", "image/png; q=1"])
async def test_a_picture_may_come_without_its_type(
    files: Files, address: str, results: Results, media_type: str
) -> None:
    url = address + files.put("/a", cdn.picture(), media_type)
    assert (await results.picture(url, "png")).width == 96


@pytest.mark.parametrize(
    ("content", "media_type", "says"),
    [
        (PAGE, "text/html; charset=utf-8", "The result was a web page, not a picture."),
        (b"\n <HTML><body>wait", PNG, "The result was a web page, not a picture."),
        (cdn.picture(), "text/html", "The result was a web page, not a picture."),
        (b'{"detail": "no"}', "application/json", "The result was not a picture."),
        (cdn.picture(), "application/zip", "The result was not a picture."),
        (b"", PNG, "The result was not a picture."),
        (b"GIF89a" + bytes(40), "image/gif", "The result was not a picture."),
        (b"PK\x03\x04" + bytes(40), PNG, "The result was not a picture."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "The result was not a picture."),
        (cdn.picture()[:150], PNG, "The result was a damaged picture."),
        (cdn.picture(kind="JPEG")[:-300], "image/jpeg", "The result was a damaged picture."),
        (cdn.picture(3073, 3072), PNG, "The result was larger than 9.4 megapixels."),
    ],
)
async def test_what_is_no_picture_is_said_to_be_none(
    files: Files, address: str, results: Results, content: bytes, media_type: str, says: str
) -> None:
    assert await refused(results, address + files.put("/a", content, media_type)) == says


async def test_a_pixel_bomb_is_never_unpacked(files: Files, address: str, results: Results) -> None:
    url = address + files.put("/a", cdn.bomb(30_000), PNG)
    assert await refused(results, url) == "The result was larger than 9.4 megapixels."
    small = address + files.put("/b", cdn.picture(), PNG)
    assert "larger than" in await refused(results, small, most_pixels=96 * 64 - 1)
    assert (await results.picture(small, "png", most_pixels=96 * 64)).width == 96


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("file", "html"), "The result was a web page, not a picture."),
        (Fault("file", "endless"), "The result was larger than 30 MB."),
        (Fault("file", "expired"), "The result had expired before it could be fetched."),
        (Fault("file", "expired", status=404), "The result had expired before it could be fetched."),
        (Fault("file", "expired", status=410), "The result had expired before it could be fetched."),
        (Fault("file", "empty"), "The result was not a picture."),
        (Fault("file", "status", times=None), "The result could not be fetched."),
        (Fault("file", "truncated", times=None), "The result could not be fetched: the connection broke."),
        (
            Fault("file", "redirect", headers={"location": "http://169.254.169.254/"}),
            "The result was at an address that Pexit does not trust.",
        ),
        (
            Fault("file", "redirect", headers={"location": "/a"}, times=None),
            "The result's address led from one to the next.",
        ),
    ],
)
async def test_what_goes_wrong_is_said_plainly(
    files: Files, address: str, results: Results, fault: Fault, says: str
) -> None:
    files.faults.plan(fault)
    assert await refused(results, address + files.put("/a", cdn.picture(), PNG)) == says


async def test_a_slow_file_is_not_waited_for(files: Files, address: str) -> None:
    files.faults.plan(Fault("file", "slow", pause_s=5))
    results = Results(FAL_HOSTS, [address.removeprefix("http://")], limits=Limits(picture_s=0.3))
    assert await refused(results, address + files.put("/a", cdn.picture(), PNG)) == "The result did not arrive in time."


async def test_other_hosts_are_not_asked(files: Files, address: str) -> None:
    url = address + files.put("/a", cdn.picture(), PNG)
    says = "The result was at an address that Pexit does not trust."
    assert await refused(Results(FAL_HOSTS), url) == says
    assert await refused(Results(REPLICATE_HOSTS), "https://v3.fal.media/a.png") == says
    assert files.asked == []


def as_uri(content: bytes, head: str = "data:image/png;base64,") -> str:
    return head + base64.b64encode(content).decode()


async def test_a_picture_in_its_own_address(results: Results) -> None:
    made = await results.picture(as_uri(cdn.told("PNG")), "jpeg")
    assert (made.media_type, made.width) == ("image/jpeg", 96)
    assert b"secret prompt" not in made.content
    named = as_uri(cdn.picture(kind="JPEG"), "DATA:image/jpeg;name=a.jpg;base64,")
    assert (await results.picture(named, "png")).width == 96


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (as_uri(PAGE, "data:text/html;base64,"), "The result was a web page, not a picture."),
        (as_uri(PAGE), "The result was a web page, not a picture."),
        ("data:text/html,<html>", "The result was a web page, not a picture."),
        ("data:image/png;base64,AAA", "The result was a damaged picture."),
        ("data:image/png;base64,A*AA", "The result was a damaged picture."),
        ("data:image/png,%00%01", "The result was not a picture."),
        ("data:nonsense", "The result was not a picture."),
        (as_uri(cdn.picture(3073, 3072)), "The result was larger than 9.4 megapixels."),
        (as_uri(bytes(PICTURE_BYTES + 1)), "The result was larger than 30 MB."),
    ],
)
async def test_what_is_no_picture_in_its_own_address(results: Results, url: str, says: str) -> None:
    assert await refused(results, url) == says


async def test_results_come_by_their_real_names_through_a_proxy(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.put("/files/a.png", cdn.picture(), PNG)
    with proxying({"v3.fal.media": files.app, "replicate.delivery": files.app}, tmp_path) as proxy:
        for name, value in proxy.env.items():
            monkeypatch.setenv(name, value)
        assert (await Results(FAL_HOSTS).picture(f"https://v3.fal.media{path}", "png")).width == 96
        assert (await Results(REPLICATE_HOSTS).picture(f"https://replicate.delivery{path}", "png")).width == 96


async def test_a_file_is_kept_whole_or_not_at_all(files: Files, address: str, results: Results, tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    url = address + files.put("/a.zip", content, "application/zip")
    kept = await results.file(url, tmp_path, len(content))
    assert kept.parent == tmp_path
    assert kept.read_bytes() == content
    kept.unlink()
    with pytest.raises(ProviderError, match="larger than 4 MB"):
        await results.file(url, tmp_path, len(content) - 1)
    files.faults.plan(Fault("file", "html"))
    with pytest.raises(ProviderError, match="a web page, not a file"):
        await results.file(url, tmp_path, len(content))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_packed", [False, True])
async def test_weights_are_in_a_folder_of_their_own(
    files: Files, address: str, results: Results, tmp_path: Path, is_packed: bool
) -> None:
    weights = cdn.safetensors(metadata={"format": "pt"})
    packed = cdn.tar({"output/config.yaml": b"job: 1", "output/lora.safetensors": weights})
    url = address + files.put("/w", packed if is_packed else weights)
    found = await results.weights(url)
    assert found.read_bytes() == weights
    assert found.suffix == ".safetensors"
    assert found.parent.parent == tmp_path
    assert list(found.parent.iterdir()) == [found]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04" + bytes(500), "The trained model cannot be used: it is a PyTorch file"),
        (cdn.safetensors()[:-1], "The trained model cannot be used: it breaks off"),
        (cdn.tar({"a.txt": b"a"}), "The trained model cannot be used: its archive holds no safetensors file."),
        (PAGE, "The result was a web page, not a file."),
    ],
)
async def test_bad_weights_leave_nothing(
    files: Files, address: str, results: Results, tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(ProviderError, match=says):
        await results.weights(address + files.put("/w", content))
    assert list(tmp_path.iterdir()) == []
