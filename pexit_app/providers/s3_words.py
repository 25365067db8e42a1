"""What goes wrong at a bucket, in plain words: for the person who waits, and without any secret for the log."""

import contextlib
from collections.abc import Iterator

from boto3.exceptions import Boto3Error, RetriesExceededError
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError as TransferRetriesExceeded

from pexit_app.core import log
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import StoreFull
from pexit_app.providers.whole_files import room

AWAY = "Pictures cannot be stored or read just now. Try again in a minute."
FULL = "The store of pictures is full."
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_FULL = frozenset({"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "ServiceQuotaExceededException"})
logger = log.get("s3")


@contextlib.contextmanager
def in_plain_words(key: str = "") -> Iterator[None]:
    """FileNotFoundError for a missing key, StoreFull, and Unavailable for all else: wrong keys, no such bucket, no
    network. The log names operation and code; messages of the store are left out, they may quote keys."""
    try:
        with room():
            yield
    except ClientError as error:
        answer = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if answer in _MISSING:
            raise FileNotFoundError(key) from None
        logger.error("the object store refused", operation=error.operation_name, code=answer, status=status)
        if answer in _FULL or status == 507:
            raise StoreFull(FULL) from None
        raise Unavailable(AWAY) from None
    except (BotoCoreError, Boto3Error, RetriesExceededError, TransferRetriesExceeded) as error:
        logger.error("the object store cannot be reached", error=type(error).__name__)
        raise Unavailable(AWAY) from None
