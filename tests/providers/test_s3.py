"""The store in a bucket, beyond the contract: parts, what goes over the wire, signatures, and plain words for troubles."""

import asyncio
import base64
import hashlib
import secrets
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.response import StreamingBody
from pydantic import SecretStr

from pexit_app.core.clock import now
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import StoreFull
from pexit_app.core.settings import Settings, SettingsError
from pexit_app.providers import s3 as module
from pexit_app.providers.s3 import MIB, S3Store
from pexit_app.providers.stores import open_store
from tests.providers.conftest import Shop
from tests.support import bucket

PNG, ANY = "image/png", "application/octet-stream"


class Wire:
    """What a store sent, by operation; `answer` may answer in the bucket's stead."""

    def __init__(self, store: S3Store) -> None:
        self.sent: list[tuple[str, AWSPreparedRequest]] = []
        self.answers: dict[str, tuple[int, str, int]] = {}
        store._client.meta.events.register("before-send.s3", self._see)

    def of(self, operation: str) -> list[AWSPreparedRequest]:
        return [request for name, request in self.sent if name == operation]

    def _see(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse | None:
        operation = event_name.removeprefix("before-send.s3.")
        self.sent.append((operation, request))
        status, code, after = self.answers.get(operation, (0, "", 0))
        if not status or len(self.of(operation)) <= after:
            return None
        body = f"<Error><Code>{code}</Code><Message>key {bucket.KEY_ID} said no</Message></Error>".encode()
        raw = BytesIO(body)
        raw.stream = lambda *_, **__: iter([body])
        return AWSResponse(request.url, status, {}, raw)


@pytest.fixture
def store(s3: Shop) -> S3Store:
    return s3.store


@pytest.fixture
async def in_parts(s3_address: str, tmp_path: Path) -> Iterator[S3Store]:
    made = bucket.open_store(s3_address, bucket.new_bucket(s3_address), tmp_path / "copies", part_bytes=5 * MIB)
    yield made
    await made.close()


async def test_a_large_file_goes_in_parts_and_comes_back(in_parts: S3Store, tmp_path: Path) -> None:
    wire, given, got = Wire(in_parts), tmp_path / "given", tmp_path / "got"
    given.write_bytes(secrets.token_bytes(12 * MIB))
    await in_parts.put_file("likenesses/1/weights.safetensors", given, ANY)
    assert len(wire.of("UploadPart")) == 3 and not wire.of("PutObject")
    told = await in_parts.stat("likenesses/1/weights.safetensors")
    assert (told.size, told.media_type) == (12 * MIB, ANY)
    await in_parts.get_file("likenesses/1/weights.safetensors", got)
    assert hashlib.sha256(got.read_bytes()).digest() == hashlib.sha256(given.read_bytes()).digest()
    assert len(wire.of("GetObject")) == 3


async def test_an_upload_that_fails_takes_its_parts_back(in_parts: S3Store, s3_address: str, tmp_path: Path) -> None:
    wire, given = Wire(in_parts), tmp_path / "given"
    given.write_bytes(secrets.token_bytes(12 * MIB))
    wire.answers["UploadPart"] = (403, "AccessDenied", 1)
    with pytest.raises(Unavailable):
        await in_parts.put_file("likenesses/1/weights.safetensors", given, ANY)
    assert len(wire.of("AbortMultipartUpload")) == 1
    look = bucket.client(s3_address)
    assert "Uploads" not in look.list_multipart_uploads(Bucket=in_parts.bucket)
    assert [key async for key in in_parts.list("")] == []


async def test_an_upload_cut_off_by_a_kill_is_no_object(in_parts: S3Store, s3_address: str) -> None:
    """Its parts wait for the bucket's lifecycle rule."""
    look, where = bucket.client(s3_address), {"Bucket": in_parts.bucket, "Key": "likenesses/1/weights.safetensors"}
    begun = look.create_multipart_upload(**where)
    look.upload_part(**where, PartNumber=1, UploadId=begun["UploadId"], Body=b"x" * 5 * MIB)
    assert [key async for key in in_parts.list("")] == []
    with pytest.raises(FileNotFoundError):
        await in_parts.get("likenesses/1/weights.safetensors")


async def test_a_download_that_fails_leaves_no_file(in_parts: S3Store, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.write_bytes(secrets.token_bytes(12 * MIB))
    await in_parts.put_file("likenesses/1/weights.safetensors", given, ANY)
    Wire(in_parts).answers["GetObject"] = (403, "AccessDenied", 1)
    with pytest.raises(Unavailable):
        await in_parts.get_file("likenesses/1/weights.safetensors", tmp_path / "folder/got")
    assert list((tmp_path / "folder").iterdir()) == []


async def test_every_key_stands_under_the_prefix(store: S3Store, s3_address: str) -> None:
    look = bucket.client(s3_address)
    look.put_object(Bucket=store.bucket, Key="frames/1/full.png", Body=b"somebody else's")
    await store.put("frames/1/full.png", b"ours", PNG)
    assert [key async for key in store.list("")] == ["frames/1/full.png"]
    assert await store.delete_prefix("frames/") == 1
    left = [each["Key"] for each in look.list_objects_v2(Bucket=store.bucket)["Contents"]]
    assert left == ["frames/1/full.png"]


async def test_deletes_go_in_batches(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 10)
    await asyncio.gather(*(store.put(f"frames/1/{number}.png", b"x", PNG) for number in range(25)))
    wire = Wire(store)
    assert await store.delete_prefix("frames/1/") == 25
    assert len(wire.of("DeleteObjects")) == 3
    assert [key async for key in store.list("")] == []


async def test_a_batch_that_is_refused_in_part_is_told(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.put("frames/1/x.png", b"x", PNG)
    refused = {"Errors": [{"Key": "pexit/frames/1/x.png", "Code": "AccessDenied"}]}
    monkeypatch.setattr(store._client, "delete_objects", lambda **_: refused)
    with pytest.raises(Unavailable):
        await store.delete_prefix("frames/1/")


async def test_checksums_are_those_that_every_store_knows(store: S3Store, tmp_path: Path) -> None:
    """R2 refuses the CRC trailers that boto3 adds by itself."""
    wire = Wire(store)
    await store.put("frames/1/x.png", b"12345", PNG)
    (tmp_path / "given").write_bytes(b"54321")
    await store.put_file("frames/1/y.png", tmp_path / "given", PNG)
    await store.delete_prefix("frames/")
    names = {name.lower() for _, request in wire.sent for name in request.headers}
    assert not [name for name in names if "checksum" in name or "trailer" in name or name == "transfer-encoding"]
    md5 = base64.b64encode(hashlib.md5(b"12345").digest()).decode()
    assert wire.of("PutObject")[0].headers["Content-MD5"].decode() == md5
    sent = wire.of("DeleteObjects")[0]
    assert sent.headers["Content-MD5"] == base64.b64encode(hashlib.md5(sent.body).digest())


async def test_reading_begins_again_where_it_broke_off(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.put("frames/1/x.png", b"12345", PNG)
    given, broken = store._client.get_object, []

    def breaking(**where: str) -> dict[str, object]:
        answer = given(**where)
        if len(broken) < 2:
            broken.append(where)
            answer["Body"] = StreamingBody(BytesIO(b"123"), 5)
        return answer

    monkeypatch.setattr(store._client, "get_object", breaking)
    assert await store.get("frames/1/x.png") == b"12345"
    monkeypatch.setattr(store._client, "get_object", lambda **_: {"Body": StreamingBody(BytesIO(b"123"), 5)})
    with pytest.raises(Unavailable):
        await store.get("frames/1/x.png")


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_our_signature_is_botos(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the same instant, for the same hours, the same words."""
    start = datetime.fromisoformat("2026-11-21T10:20:00+00:00")
    monkeypatch.setattr("pexit_app.providers.object_keys.now", lambda: start + timedelta(seconds=321))
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: start.replace(tzinfo=None))
    ours = store.signed_url("frames/1/full.png", PNG, 3600, "A frame (1).png")
    disposition = "attachment; filename*=utf-8''A%20frame%20%281%29.png"
    params = {
        "Bucket": store.bucket,
        "Key": "pexit/frames/1/full.png",
        "ResponseContentType": PNG,
        "ResponseCacheControl": "private, max-age=600",
        "ResponseContentDisposition": disposition,
    }
    botos = store._client.generate_presigned_url("get_object", Params=params, ExpiresIn=3600 + 600)
    assert asked(ours) == asked(botos) and urlsplit(ours)[:3] == urlsplit(botos)[:3]
    assert asked(ours)["X-Amz-Date"] == "20261121T102000Z"
    assert asked(ours)["response-content-disposition"] == disposition


def test_a_url_holds_as_long_as_was_asked_wherever_in_the_bucket_of_time(store: S3Store) -> None:
    told = asked(store.signed_url("frames/1/full.png", PNG, 60))
    signed_at = datetime.strptime(told["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
    assert now() + timedelta(seconds=60) <= signed_at + timedelta(seconds=int(told["X-Amz-Expires"]))
    assert signed_at <= now()


def test_type_and_length_of_a_put_are_signed(store: S3Store) -> None:
    told = asked(store.signed_put("up/1/photo.jpg", "image/jpeg", 12345, 60))
    assert told["X-Amz-SignedHeaders"] == "content-length;content-type;host"
    assert told["X-Amz-Expires"] == "60"


@pytest.mark.parametrize(
    ("settings", "start"),
    [
        ({}, "https://faces.s3.amazonaws.com/frames/1/full.png?"),
        ({"region": "eu-central-1"}, "https://faces.s3.eu-central-1.amazonaws.com/frames/1/full.png?"),
        (
            {"endpoint": "https://acc.r2.cloudflarestorage.com"},
            "https://acc.r2.cloudflarestorage.com/faces/frames/1/full.png?",
        ),
        (
            {"endpoint": "https://s3.example.com", "is_path_style": False, "prefix": "/pexit/"},
            "https://faces.s3.example.com/pexit/frames/1/full.png?",
        ),
    ],
)
def test_addresses(tmp_path: Path, settings: dict[str, str], start: str) -> None:
    made = S3Store("faces", copies=tmp_path, access_key_id=bucket.KEY_ID, secret_access_key=bucket.SECRET, **settings)
    for url in (made.signed_url("frames/1/full.png", PNG, 60), made.signed_put("frames/1/full.png", PNG, 1, 60)):
        assert url.startswith(start)
        assert bucket.SECRET not in url


@pytest.mark.parametrize(
    ("status", "code", "raises"),
    [
        (403, "InvalidAccessKeyId", Unavailable),
        (403, "SignatureDoesNotMatch", Unavailable),
        (404, "NoSuchBucket", Unavailable),
        (400, "BadDigest", Unavailable),
        (507, "InsufficientStorage", StoreFull),
        (400, "QuotaExceeded", StoreFull),
    ],
)
async def test_troubles_are_told_in_plain_words(
    store: S3Store, capsys: pytest.CaptureFixture[str], status: int, code: str, raises: type[Exception]
) -> None:
    Wire(store).answers["PutObject"] = (status, code, 0)
    with pytest.raises(raises) as caught:
        await store.put("frames/1/x.png", b"x", PNG)
    told = str(caught.value)
    assert code not in told and "http" not in told and caught.value.__cause__ is None
    logged = capsys.readouterr().out
    assert code in logged and "PutObject" in logged
    assert bucket.SECRET not in logged + told and bucket.KEY_ID not in logged + told
    assert [key async for key in store.list("")] == []


async def test_a_bucket_that_cannot_be_reached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound and never listening: refused
        store = bucket.open_store(f"http://127.0.0.1:{free.getsockname()[1]}", "faces", tmp_path / "copies")
        with pytest.raises(Unavailable, match="just now"):
            await store.get("frames/1/x.png")
        with pytest.raises(Unavailable, match="just now"):
            await store.get_file("frames/1/x.png", tmp_path / "got")
        await store.close()
    assert "EndpointConnectionError" in capsys.readouterr().out
    assert not (tmp_path / "got").exists()


@pytest.mark.parametrize("keys", [{}, {"s3_access_key_id": "AKIA"}, {"s3_secret_access_key": bucket.SECRET}])
def test_credentials_are_asked_for_at_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: dict[str, str]
) -> None:
    monkeypatch.setattr("botocore.credentials.CredentialResolver.load_credentials", lambda _: None)
    config = Settings(_env_file=None, data_dir=tmp_path).model_copy(update={"s3_bucket": "faces"})
    filled = {name: SecretStr(value) if "secret" in name else value for name, value in keys.items()}
    with pytest.raises(SettingsError, match="PEXIT_S3_ACCESS_KEY_ID"):
        open_store(config.model_copy(update=filled))
