"""A bucket on this machine: moto's server, which keeps objects as S3 does. It checks neither signatures nor expiry."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from pexit_app.providers.s3 import S3Store

KEY_ID, SECRET = "AKIATESTKEYOFPEXIT", "a-secret-that-nobody-may-read"
REGION = "us-east-1"


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """Its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def client(address: str):
    """boto3's, to look from outside."""
    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )


def new_bucket(address: str) -> str:
    name = f"pexit-{uuid4().hex}"
    client(address).create_bucket(Bucket=name)
    return name


def open_store(address: str, bucket: str, copies: Path, **more) -> S3Store:
    keys = {"access_key_id": KEY_ID, "secret_access_key": SECRET}
    return S3Store(bucket, **{"copies": copies, "endpoint": address, "region": REGION, **keys, **more})
