"""Multipart bodies of any cut, broken ones, and how much of them is ever in memory."""

import hashlib
import tracemalloc

import pytest
from starlette.requests import Request

from pexit_app.core.errors import BadInput, Malformed
from pexit_app.features.people import uploads
from pexit_app.features.people.errors import NotMultipart, UploadAborted
from pexit_app.features.people.uploads import base_name, received

BODY = (
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    b"first\r\nfile\r\n"
    b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nnot a file\r\n'
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="C:\\\\fake\\\\b.jpg"\r\n\r\n--y\r\n'
    b"--x--\r\n"
)


def request(chunks, content_type="multipart/form-data; boundary=x", is_cut=False) -> Request:
    messages = [{"type": "http.request", "body": each, "more_body": True} for each in chunks]
    messages.append({"type": "http.disconnect"} if is_cut else {"type": "http.request", "body": b""})

    async def receive():
        return messages.pop(0)

    headers = [(b"content-type", content_type.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def read(made: Request) -> list[tuple[str, bytes]]:
    async with received(made) as upload:
        return [(file.name, await file.read()) for file in upload.files]


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
async def test_files_are_the_same_however_the_body_is_cut(size):
    chunks = [BODY[start : start + size] for start in range(0, len(BODY), size)]
    assert await read(request(chunks)) == [("a.jpg", b"first\r\nfile"), ("b.jpg", b"--y")]


async def test_hashes_are_of_the_content():
    async with received(request([BODY])) as upload:
        assert [each.sha256 for each in upload.files] == [
            hashlib.sha256(content).hexdigest() for content in (b"first\r\nfile", b"--y")
        ]


async def test_a_body_that_ends_in_the_middle_has_no_half_files():
    assert [name for name, _ in await read(request([BODY[:-20]]))] == ["a.jpg"]
    with pytest.raises(UploadAborted):
        await read(request([BODY[:-20]], is_cut=True))


@pytest.mark.parametrize(
    ("chunks", "content_type", "error"),
    [
        ([b"{}"], "application/json", NotMultipart),
        ([BODY], "multipart/form-data", Malformed),
        ([b"garbage"], "multipart/form-data; boundary=x", Malformed),
        ([b""], "multipart/form-data; boundary=x", BadInput),
        ([b"--x\r\n" + b"A" * 20_000], "multipart/form-data; boundary=x", Malformed),
        ([b"--x\r\nA: b\r\n\r\n.\r\n" * 300], "multipart/form-data; boundary=x", Malformed),
    ],
)
async def test_what_is_no_upload_is_refused(chunks, content_type, error):
    with pytest.raises(error):
        await read(request(chunks, content_type))


async def test_large_files_are_not_held_in_memory():
    def chunks():
        for n in range(12):
            yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="%d.jpg"\r\n\r\n' % n
            for _ in range(25):
                yield b"\xff" * 2**20
            yield b"\r\n"
        yield b"--x--\r\n"

    made = request([])
    source = chunks()

    async def receive():
        body = next(source, None)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    made._receive = receive
    tracemalloc.start()
    async with received(made) as upload:
        peak = tracemalloc.get_traced_memory()[1]
        assert [each.code for each in upload.refused] == ["too_large"] * 12
    tracemalloc.stop()
    assert peak < 25 * 2**20, "300 MB of files were held in memory"


async def test_temporary_files_are_closed(monkeypatch):
    closed = []
    real = uploads.Spooled.close
    monkeypatch.setattr(uploads.Spooled, "close", lambda self: (closed.append(self.name), real(self)))
    await read(request([BODY]))
    with pytest.raises(UploadAborted):
        await read(request([BODY], is_cut=True))
    assert closed == ["a.jpg", "b.jpg"] * 2


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.jpg", "a.jpg"), ("/x/../a.jpg", "a.jpg"), ("C:\\a.jpg", "a.jpg"), ("a\x00\nb.jpg", "ab.jpg"), ("/", "")],
)
def test_names_are_names(path, name):
    assert base_name(path) == name
