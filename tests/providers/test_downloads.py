"""From where a download may come, and that it goes where was looked."""

import asyncio
import io
import ssl
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
import trustme

from pexit_app.providers.downloads import DownloadError, Downloads, Trouble, make_client, proxy_of
from tests.servers.base import converse, listening, serving, unused_address
from tests.servers.faults import Fault, Faults
from tests.servers.files import Files
from tests.servers.tls import encrypted, proxying

HOSTS = ("fal.media", "fal.ai")
HOST = "v3.fal.media"
URL = f"https://{HOST}/files/a.png"
PUBLIC = "93.184.216.34"
MOST = 1_000_000


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def names(*found: str) -> "Names":
    return Names(found)


class Names:
    """A name server with one answer; `asked` are the names."""

    def __init__(self, found: Sequence[str]) -> None:
        self.found, self.asked = found, list[str]()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if not self.found:
            raise OSError("no such name")
        return self.found


async def fetched(downloads: Downloads, url: str, within_s: float = 20.0) -> bytes:
    out = io.BytesIO(b"what was there before, and is longer than what comes")
    await downloads.download(url, out, MOST, within_s)
    return out.getvalue()


async def trouble(downloads: Downloads, url: str, within_s: float = 20.0) -> Trouble:
    with pytest.raises(DownloadError) as error:
        await fetched(downloads, url, within_s)
    return error.value.trouble


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("http://v3.fal.media/a.png", Trouble.NOT_HTTPS),
        ("ftp://v3.fal.media/a.png", Trouble.NOT_HTTPS),
        ("file:///etc/passwd", Trouble.NOT_HTTPS),
        ("/a.png", Trouble.NOT_HTTPS),
        ("https://", Trouble.NOT_HTTPS),
        ("https://me:secret@v3.fal.media/a.png", Trouble.UNTRUSTED),
        ("https://v3.fal.media:8443/a.png", Trouble.UNTRUSTED),
        ("https://v3.fal.media.evil.example/a.png", Trouble.UNTRUSTED),
        ("https://evilfal.media/a.png", Trouble.UNTRUSTED),
        ("https://evil.example/fal.media/a.png", Trouble.UNTRUSTED),
        ("https://127.0.0.1/a.png", Trouble.UNTRUSTED),
        ("https://[::1]/a.png", Trouble.UNTRUSTED),
        ("https://v3.fal.media/" + "a" * 4000, Trouble.UNTRUSTED),
        ("https://v3.fal.media:99999/", Trouble.UNTRUSTED),
        ("https://[nonsense/", Trouble.UNTRUSTED),
    ],
)
async def test_only_https_from_the_hosts_of_the_provider(url: str, is_it: Trouble) -> None:
    asked = names(PUBLIC)
    assert await trouble(Downloads(HOSTS, resolve=asked), url) is is_it
    assert asked.asked == []


@pytest.mark.parametrize(
    "found", [("10.0.0.1",), ("127.0.0.1",), ("169.254.169.254",), ("::1",), (PUBLIC, "192.168.0.1"), ("fe80::1%eth0",)]
)
async def test_one_private_address_among_others_is_enough(found: Sequence[str]) -> None:
    assert await trouble(Downloads(HOSTS, resolve=names(*found)), URL) is Trouble.PRIVATE


async def test_a_name_that_nobody_knows() -> None:
    assert await trouble(Downloads(HOSTS, resolve=names(), pause_s=0), URL) is Trouble.BROKEN


class Detour(httpx.AsyncHTTPTransport):
    """The internet in which `PUBLIC` is a server of ours."""

    def __init__(self, port: int, verify: ssl.SSLContext) -> None:
        super().__init__(verify=verify)
        self.port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == PUBLIC
        request.url = request.url.copy_with(host="127.0.0.1", port=self.port)
        return await super().handle_async_request(request)


@pytest.mark.parametrize(("named", "is_it"), [(HOST, None), ("evil.example", Trouble.BROKEN)])
async def test_the_connection_goes_to_the_address_that_was_looked_at(named: str, is_it: Trouble | None) -> None:
    files, authority = Files(), trustme.CA()
    files.put("/files/a.png", b"bytes")
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(named).configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(await encrypted(writer, server_side), files.app, "https", keeps_alive=False)

    asked = names(PUBLIC)
    with listening(handle) as port:

        def detoured(proxy: str | None, verify: bool | ssl.SSLContext) -> httpx.AsyncClient:
            assert proxy is None
            return httpx.AsyncClient(transport=Detour(port, client_side))

        downloads = Downloads(HOSTS, resolve=asked, make_client=detoured, pause_s=0)
        if is_it:
            assert await trouble(downloads, URL) is is_it
            return
        assert await fetched(downloads, URL) == b"bytes"
    assert asked.asked == [HOST]
    assert files.asked[0].headers["host"] == HOST


@pytest.mark.parametrize("with_port", [True, False])
async def test_a_trusted_host_may_be_private_and_plain(with_port: bool) -> None:
    files = Files()
    files.put("/a", b"bytes")
    with serving(files.app) as address:
        port = address.rpartition(":")[2]
        trusted = [f"127.0.0.1:{port}" if with_port else "127.0.0.1"]
        assert await fetched(Downloads(HOSTS, trusted), f"{address}/a?b=1#c") == b"bytes"
        assert files.asked[0].path == "/a?b=1"
        assert await trouble(Downloads(HOSTS, ["127.0.0.1:1", "localhost"]), f"{address}/a") is Trouble.NOT_HTTPS
        assert await trouble(Downloads(HOSTS, trusted), f"http://me:secret@127.0.0.1:{port}/a") is Trouble.NOT_HTTPS


@pytest.mark.parametrize(
    ("target", "is_it"),
    [
        ("http://169.254.169.254/latest/meta-data/", Trouble.NOT_HTTPS),
        ("https://169.254.169.254/latest/meta-data/", Trouble.UNTRUSTED),
        ("http://127.0.0.1:1/", Trouble.NOT_HTTPS),
        ("https://127.0.0.1:1/", Trouble.UNTRUSTED),
        ("https://evil.example/", Trouble.UNTRUSTED),
        ("//evil.example/", Trouble.NOT_HTTPS),
        ("file:///etc/passwd", Trouble.NOT_HTTPS),
        ("https://inside.fal.media/", Trouble.PRIVATE),
        ("/go", Trouble.REDIRECTS),
    ],
)
async def test_a_redirect_is_looked_at_like_the_first(target: str, is_it: Trouble) -> None:
    files = Files()
    files.redirect("/go", target)
    with serving(files.app) as address:
        downloads = Downloads(HOSTS, [address.removeprefix("http://")], resolve=names("10.0.0.1"), pause_s=0)
        assert await trouble(downloads, f"{address}/go") is is_it
    assert len(files.asked) == (4 if is_it is Trouble.REDIRECTS else 1)


async def test_three_redirects_are_followed_and_not_four() -> None:
    files = Files()
    files.put("/a", b"bytes")
    for n in range(4):
        files.redirect(f"/{n}", f"/{n - 1}" if n else "/a")
    with serving(files.app) as address:
        downloads = Downloads(HOSTS, [address.removeprefix("http://")])
        assert await fetched(downloads, f"{address}/2") == b"bytes"
        assert await trouble(downloads, f"{address}/3") is Trouble.REDIRECTS


@pytest.mark.parametrize(
    ("fault", "is_it", "calls"),
    [
        (Fault("file", "expired"), Trouble.GONE, 1),
        (Fault("file", "expired", status=404), Trouble.GONE, 1),
        (Fault("file", "expired", status=410), Trouble.GONE, 1),
        (Fault("file", "status", status=401), Trouble.STATUS, 1),
        (Fault("file", "status", status=206), Trouble.STATUS, 1),
        (Fault("file", "redirect"), Trouble.STATUS, 1),
        (Fault("file", "endless"), Trouble.TOO_LARGE, 1),
        (Fault("file", "status", status=200, headers={"content-length": "10000000000"}), Trouble.TOO_LARGE, 1),
        (Fault("file", "status", status=503, times=None), Trouble.STATUS, 3),
        (Fault("file", "reset", times=None), Trouble.BROKEN, 3),
        (Fault("file", "truncated", times=None), Trouble.BROKEN, 3),
    ],
)
async def test_what_goes_wrong_on_the_way(fault: Fault, is_it: Trouble, calls: int) -> None:
    files = Files(Faults(fault))
    files.put("/a", b"bytes")
    with serving(files.app) as address:
        downloads = Downloads(HOSTS, [address.removeprefix("http://")], pause_s=0)
        assert await trouble(downloads, f"{address}/a") is is_it
    assert files.faults.count("file") == calls


@pytest.mark.parametrize("kind", ["reset", "disconnect", "truncated"])
async def test_the_third_try_may_still_go_well(kind: str) -> None:
    files = Files(Faults(Fault("file", kind, times=2)))  # type: ignore[arg-type]
    files.put("/a", b"bytes")
    with serving(files.app) as address:
        downloads = Downloads(HOSTS, [address.removeprefix("http://")], pause_s=0)
        assert await fetched(downloads, f"{address}/a") == b"bytes"


@pytest.mark.parametrize("fault", [Fault("file", "slow", pause_s=10), Fault("file", "read_timeout")])
async def test_who_takes_too_long_is_not_waited_for(fault: Fault) -> None:
    files = Files(Faults(fault))
    files.put("/a", b"bytes")
    with serving(files.app) as address:
        downloads = Downloads(HOSTS, [address.removeprefix("http://")])
        assert await trouble(downloads, f"{address}/a", 0.3) is Trouble.LATE


async def test_nobody_is_there() -> None:
    address = unused_address()
    downloads = Downloads(HOSTS, [address.removeprefix("http://")], pause_s=0)
    assert await trouble(downloads, f"{address}/a") is Trouble.BROKEN


async def test_there_is_no_room(tmp_path: Path) -> None:
    files = Files()
    files.put("/a", b"bytes")
    with serving(files.app) as address, Path("/dev/full").open("r+b", buffering=0) as full:
        downloads = Downloads(HOSTS, [address.removeprefix("http://")])
        with pytest.raises(DownloadError) as error:
            await downloads.download(f"{address}/a", _Unmoved(full), MOST, 20.0)
    assert error.value.trouble is Trouble.NO_ROOM


class _Unmoved(io.RawIOBase):
    """/dev/full can be written to (in vain), and not be truncated."""

    def __init__(self, file: io.FileIO) -> None:
        self.file = file

    def write(self, chunk: bytes) -> int:  # type: ignore[override]
        return self.file.write(chunk)

    def seek(self, at: int, whence: int = 0) -> int:
        return 0

    def truncate(self, size: int | None = None) -> int:
        return 0


async def test_behind_a_proxy_the_name_alone_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Files()
    files.put("/files/a.png", b"bytes")
    files.redirect("/go", "https://evil.example/a")
    asked = names()  # here, no name is known
    with proxying({HOST: files.app, "evil.example": files.app}, tmp_path) as proxy:
        for name, value in proxy.env.items():
            monkeypatch.setenv(name, value)
        downloads = Downloads(HOSTS, resolve=asked, pause_s=0)
        assert await fetched(downloads, URL) == b"bytes"
        assert await trouble(downloads, f"https://{HOST}/go") is Trouble.UNTRUSTED
        assert await trouble(downloads, "https://127.0.0.1/") is Trouble.UNTRUSTED
        assert set(proxy.asked) == {HOST}
        assert asked.asked == []
        monkeypatch.setenv("no_proxy", "fal.media")
        assert await trouble(downloads, URL) is Trouble.BROKEN
        assert asked.asked == [HOST] * 3


@pytest.mark.parametrize(
    ("host", "found", "is_it"),
    [
        ("models.example", (), None),
        ("models.example", (PUBLIC,), None),
        ("models.example", ("10.0.0.1",), Trouble.PRIVATE),
        ("models.example", (PUBLIC, "10.0.0.1"), Trouble.PRIVATE),
        *((host, (), Trouble.PRIVATE) for host in ("localhost", "vault", "vault.corp", "metadata.google.internal.")),
        *((host, (host.strip("[]"),), Trouble.PRIVATE) for host in ("127.0.0.1", "169.254.169.254", "[::1]")),
    ],
)
async def test_a_proxy_is_not_asked_for_what_is_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, found: Sequence[str], is_it: Trouble | None
) -> None:
    files = Files()
    files.put("/a", b"bytes")
    with proxying({host.strip("[]"): files.app}, tmp_path) as proxy:
        for name, value in proxy.env.items():
            monkeypatch.setenv(name, value)
        downloads = Downloads(None, resolve=names(*found))
        if is_it:
            assert await trouble(downloads, f"https://{host}/a") is is_it
        else:
            assert await fetched(downloads, f"https://{host}/a") == b"bytes"
    assert proxy.asked == ([] if is_it else [host])


async def test_a_certificate_of_a_stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = Faults(Fault(f"connect:{HOST}", "untrusted", times=None))
    with proxying({HOST: Files().app}, tmp_path, faults) as proxy:
        for name, value in proxy.env.items():
            monkeypatch.setenv(name, value)
        assert await trouble(Downloads(HOSTS, pause_s=0), URL) is Trouble.BROKEN
    assert proxy.asked == [HOST] * 3


@pytest.mark.parametrize(
    ("env", "url", "proxy"),
    [
        ({}, URL, None),
        ({"HTTPS_PROXY": "http://p:1"}, URL, "http://p:1"),
        ({"https_proxy": "p:1"}, URL, "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, URL, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, URL, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "a.example,.fal.media"}, URL, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, URL, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "al.media"}, URL, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "127.0.0.1"}, "http://127.0.0.1:8000/a", None),
    ],
)
def test_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], url: str, proxy: str | None
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert proxy_of(httpx.URL(url)) == proxy


async def test_a_client_follows_nothing_by_itself() -> None:
    async with make_client(None, True) as client:
        assert not client.follow_redirects
        assert not client.trust_env
