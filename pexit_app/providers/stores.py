"""Which store keeps the objects, and what is tidied in it while a process runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, TypeAlias

from pexit_app.core import log
from pexit_app.core.settings import Settings, SettingsError
from pexit_app.providers.disk import DiskStore
from pexit_app.providers.object_keys import Where

if TYPE_CHECKING:  # boto3 takes a quarter of a second to load, and most houses have no bucket
    from pexit_app.providers.s3 import S3Store

TIDY_S = 20.0  # so long a deleted face may lie as a copy on a machine that did not delete it
NO_KEYS = "Set PEXIT_S3_ACCESS_KEY_ID and PEXIT_S3_SECRET_ACCESS_KEY, both."
Store: TypeAlias = "DiskStore | S3Store"
logger = log.get("stores")


def open_store(config: Settings, where: Where | None = None) -> Store:
    """The bucket where one is set, else the data folder; or the one asked for. Raises SettingsError."""
    if where == Where.DISK or (where is None and not config.s3_bucket):
        return DiskStore(config.folder / "objects", config.public_url)
    if not config.s3_bucket:
        raise SettingsError("Set PEXIT_S3_BUCKET first.")
    if bool(config.s3_access_key_id) != bool(config.s3_secret_access_key.get_secret_value()):
        raise SettingsError(NO_KEYS)
    return _open_bucket(config)


def _open_bucket(config: Settings) -> "S3Store":
    from botocore.exceptions import NoCredentialsError, PartialCredentialsError

    from pexit_app.providers.s3 import S3Store

    try:
        return S3Store(
            config.s3_bucket,
            copies=config.folder / "copies",
            endpoint=config.s3_endpoint,
            region=config.s3_region,
            access_key_id=config.s3_access_key_id,
            secret_access_key=config.s3_secret_access_key.get_secret_value(),
            prefix=config.s3_prefix,
        )
    except (NoCredentialsError, PartialCredentialsError):
        raise SettingsError(NO_KEYS) from None


@contextlib.asynccontextmanager
async def kept_tidy(store: Store) -> AsyncIterator[None]:
    """tidy() every now and then, in every process: each machine has copies of its own."""

    async def tidy_for_ever() -> None:
        while True:
            try:
                await store.tidy()
            except Exception:
                logger.exception("tidying failed")
            await asyncio.sleep(TIDY_S)

    task = asyncio.create_task(tidy_for_ever(), name="tidy")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
