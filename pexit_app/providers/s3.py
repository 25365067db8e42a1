"""The object store in a bucket: Amazon S3, Cloudflare R2 and what speaks as they do.

Everything is private; whoever shall read or write gets a signed URL. boto3 is synchronous: calls run in threads of the
store's own, so that a slow bucket never takes the threads that pictures are made in.

Checksums: R2 knows Content-MD5 everywhere and the CRC trailers that boto3 adds by itself only in places, so those are off.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import boto3
from boto3.s3.transfer import TransferConfig, create_transfer_manager
from botocore.config import Config
from botocore.exceptions import ClientError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError

from pexit_app.core.ports import Stored
from pexit_app.providers import object_keys
from pexit_app.providers.local_copies import LocalCopies
from pexit_app.providers.s3_signing import Signer
from pexit_app.providers.s3_words import in_plain_words
from pexit_app.providers.whole_files import whole

MIB = 1024 * 1024
PART_BYTES = 8 * MIB
THREADS, THREADS_A_FILE = 16, 4
AT_ONCE = 1000  # keys of one DeleteObjects
READS = 3
_BROKEN_OFF = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
T = TypeVar("T")
Keys = list[str]


class S3Store:
    """`prefix` ("pexit/") stands before every key in the bucket. Without keys boto3 looks for credentials by itself,
    and raises NoCredentialsError when it finds none. `copies`: the folder for local_file()."""

    is_public = True

    def __init__(
        self,
        bucket: str,
        *,
        copies: Path,
        endpoint: str = "",
        region: str = "auto",
        access_key_id: str = "",
        secret_access_key: str = "",
        prefix: str = "",
        part_bytes: int = PART_BYTES,
        is_path_style: bool | None = None,
    ) -> None:
        self.bucket, self._prefix = bucket, prefix.strip("/") + "/" if prefix.strip("/") else ""
        session = boto3.session.Session(
            access_key_id or None, secret_access_key or None, region_name=_region(region, endpoint)
        )
        # A host of its own for every bucket is Amazon's way; elsewhere names and certificates may not exist for it.
        style = "path" if (bool(endpoint) if is_path_style is None else is_path_style) else "virtual"
        self._client = session.client("s3", endpoint_url=endpoint or None, config=_config(style))
        self._client.meta.events.register("before-call.s3.DeleteObjects", _add_md5)
        self._transfer = TransferConfig(
            multipart_threshold=part_bytes, multipart_chunksize=part_bytes, max_concurrency=THREADS_A_FILE
        )
        self._signer = Signer(session, self._client, endpoint)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")
        self._copies = LocalCopies(copies)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        self._client.close()

    async def _run(self, fn: Callable[[], T], key: str = "") -> T:
        def told() -> T:
            with in_plain_words(key):
                return fn()

        return await asyncio.get_running_loop().run_in_executor(self._threads, told)

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self._prefix + object_keys.checked(key)}

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        where = self._at(key)
        await self._run(
            lambda: self._client.put_object(**where, Body=content, ContentType=media_type, ContentMD5=digest), key
        )

    async def put_file(self, key: str, path: Path, media_type: str) -> None:
        """In parts when it is large; parts of an upload that fails are taken back."""
        where = self._at(key)

        def upload() -> None:
            with create_transfer_manager(self._client, self._transfer) as manager:
                manager.upload(str(path), where["Bucket"], where["Key"], {"ContentType": media_type}).result()

        await self._run(upload, key)

    async def get(self, key: str) -> bytes:
        where = self._at(key)
        return await self._run(lambda: self._read(where), key)

    def _read(self, where: dict[str, str]) -> bytes:
        """In one request; boto3 begins again where no answer comes, but not where one breaks off."""
        for left in reversed(range(READS)):
            try:
                return bytes(self._client.get_object(**where)["Body"].read())
            except _BROKEN_OFF:
                if not left:
                    raise
        raise AssertionError("unreachable")

    async def get_file(self, key: str, path: Path) -> None:
        where = self._at(key)

        def download() -> None:
            with whole(path) as file, create_transfer_manager(self._client, self._transfer) as manager:
                manager.download(where["Bucket"], where["Key"], file).result()

        await self._run(download, key)

    async def local_file(self, key: str) -> Path:
        """The object as a file of this machine, to read only, for at least a minute. Raises FileNotFoundError."""

        async def version() -> str:
            return str((await self._head(key))["ETag"])

        async def fetch(path: Path) -> None:
            await self.get_file(key, path)

        return await self._copies.find(object_keys.checked(key), version, fetch)

    async def _head(self, key: str) -> dict[str, Any]:
        where = self._at(key)
        return dict(await self._run(lambda: self._client.head_object(**where), key))

    async def stat(self, key: str) -> Stored:
        found = await self._head(key)
        return Stored(key, found["ContentLength"], found["ContentType"], found["LastModified"].astimezone(UTC))

    async def delete(self, key: str) -> None:
        where = self._at(key)
        await self._run(lambda: self._client.delete_object(**where), key)
        await self._copies.drop(key)

    async def delete_prefix(self, prefix: str) -> int:
        object_keys.checked_prefix(prefix)
        count = 0
        async for page in self._pages(prefix):
            await self._run(lambda page=page: self._delete_all(page))  # type: ignore[misc]
            count += len(page)
        await self._copies.drop(prefix.removesuffix("/"))
        return count

    def _delete_all(self, full_keys: Keys) -> None:
        objects = [{"Key": each} for each in full_keys]
        done = self._client.delete_objects(Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := done.get("Errors"):
            raise ClientError({"Error": {"Code": errors[0].get("Code", "unknown")}}, "DeleteObjects")

    async def list(self, prefix: str) -> AsyncIterator[str]:
        async for page in self._pages(object_keys.checked_prefix(prefix) if prefix else ""):
            for full_key in page:
                yield full_key.removeprefix(self._prefix)

    async def _pages(self, prefix: str) -> AsyncIterator[Keys]:
        paginator = self._client.get_paginator("list_objects_v2")
        pages = iter(
            paginator.paginate(Bucket=self.bucket, Prefix=self._prefix + prefix, PaginationConfig={"PageSize": AT_ONCE})
        )
        while (page := await self._run(lambda: next(pages, None))) is not None:
            if found := [each["Key"] for each in page.get("Contents", ())]:
                yield found

    def signed_url(self, key: str, media_type: str, expires_s: int, download_name: str | None = None) -> str:
        """One rounding bucket gives one URL, so browsers may cache it."""
        more = {"ResponseContentType": media_type, "ResponseCacheControl": "private, max-age=600"}
        if download_name:
            more["ResponseContentDisposition"] = f"attachment; filename*=utf-8''{quote(download_name, safe='')}"
        return self._signer.get(self._at(key) | more, object_keys.checked_expiry(expires_s))

    def signed_put(self, key: str, media_type: str, size: int, expires_s: int) -> str:
        """Type and length are signed headers: the bucket refuses any others."""
        exact = {"ContentType": media_type, "ContentLength": size}
        return self._signer.put(self._at(key) | exact, object_keys.checked_expiry(expires_s))

    async def confirm(self, key: str, media_type: str, size: int) -> Stored:
        found = await self.stat(key)
        if (found.media_type, found.size) != (media_type, size):
            await self.delete(key)
            raise ValueError(f"{found.size} bytes of {found.media_type} came, not {size} of {media_type}")
        return found

    async def tidy(self) -> None:
        """Forgets local copies of what is not in the bucket any more, whoever deleted it."""
        await self._copies.sweep(self._exists)

    async def _exists(self, key: str) -> bool:
        try:
            await self._head(key)
        except FileNotFoundError:
            return False
        return True


def _region(region: str, endpoint: str) -> str | None:
    """`auto` is R2's word; Amazon has none for it."""
    return region if endpoint or region != "auto" else "us-east-1"


def _config(style: str) -> Config:
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": style},
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=5,
        read_timeout=30,
        max_pool_connections=THREADS * 2,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _add_md5(params: dict[str, Any], **_: Any) -> None:
    """DeleteObjects must carry a checksum, and this is the one that every store knows."""
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()
    params["context"].pop("checksum", None)
