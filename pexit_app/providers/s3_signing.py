"""Signed URLs of S3, signature version 4 in the query: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html

boto3 signs with the time of the call, so a page drawn twice would load every picture twice. Here a URL to read is signed
with the start of its bucket of time instead, and holds that much longer.
"""

from datetime import UTC, datetime
from typing import Any

import botocore
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import NoCredentialsError

from pexit_app.providers import object_keys

_TIMESTAMP = "%Y%m%dT%H%M%SZ"


class _SignedAt(S3SigV4QueryAuth):
    """botocore's own, at a time of our choice."""

    def __init__(self, credentials: Any, region: str, expires_s: int, at: datetime) -> None:
        super().__init__(credentials, "s3", region, expires_s)
        self._at = at

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._at.strftime(_TIMESTAMP)
        self._modify_request_before_signing(request)
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))


class Signer:
    """Raises NoCredentialsError when there are none."""

    def __init__(self, session: Any, client: Any, endpoint: str) -> None:
        self._client, self._found = client, session.get_credentials()
        if self._found is None:
            raise NoCredentialsError
        bare = Config(signature_version=botocore.UNSIGNED, s3=client.meta.config.s3)
        self._bare = session.client("s3", endpoint_url=endpoint or None, config=bare)

    def get(self, params: dict[str, Any], expires_s: int) -> str:
        """`params` of GetObject. The same text for everybody within a bucket of time."""
        at = datetime.fromtimestamp(object_keys.bucket_start(), UTC)
        request = AWSRequest("GET", self._bare.generate_presigned_url("get_object", Params=params))
        region = self._client.meta.region_name
        _SignedAt(self._found.get_frozen_credentials(), region, expires_s + object_keys.BUCKET_S, at).add_auth(request)
        return str(request.url)

    def put(self, params: dict[str, Any], expires_s: int) -> str:
        return str(self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=expires_s))
