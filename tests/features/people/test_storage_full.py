"""A full disk at an upload: 507 in the envelope, nothing half visible, and it works again when there is room."""

import errno
import os
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from pexit_app.core import db, deps
from pexit_app.core.ports import StoreFull
from pexit_app.features.people import api, schemas, uploads
from pexit_app.features.people.models import Photo
from pexit_app.providers.disk import DiskStore
from pexit_app.providers.s3 import S3Store
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.people.support import new_person, open_house, photo
from tests.support.callers import calls_as

FILES = [("files", ("0.jpg", photo(1), "image/jpeg"))]


def client_for(actor) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(api.router, prefix="/api/v1")
    calls_as(app, actor)
    add_error_answers(app)
    app.add_middleware(RequestContext)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def kept() -> list[Photo]:
    async with db.transaction() as session:
        return list((await session.exec(select(Photo))).all())


@pytest.mark.parametrize("part", ["photo.jpg", "thumb.jpg"])
async def test_a_full_store_refuses_an_upload_whole(me, monkeypatch, part):
    house = open_house()
    person = await new_person(me)
    put = house.store.put

    async def full(key: str, content: bytes, media_type: str) -> None:
        if key.endswith(part):
            raise StoreFull("The disk is full.")
        await put(key, content, media_type)

    async with client_for(me) as client:
        with monkeypatch.context() as patched:
            patched.setattr(house.store, "put", full)
            answer = await client.post(f"/api/v1/people/{person.id}/photos", files=FILES)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["message"]) == (507, "storage_full", "The disk is full.")
        assert house.store.objects == {} and await kept() == []
        assert (await client.post(f"/api/v1/people/{person.id}/photos", files=FILES)).status_code == 201
    assert len(await kept()) == 1


async def test_no_room_to_receive_an_upload(me, monkeypatch):
    house = open_house()
    person = await new_person(me)

    def refuse(self, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(uploads.Spooled, "write", refuse)
    async with client_for(me) as client:
        answer = await client.post(f"/api/v1/people/{person.id}/photos", files=FILES)
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "storage_full")
    assert house.store.objects == {} and await kept() == []


async def test_other_troubles_of_the_disk_are_ours(me, monkeypatch):
    open_house()
    person = await new_person(me)

    def refuse(self, data: bytes) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(uploads.Spooled, "write", refuse)
    async with client_for(me) as client:
        answer = await client.post(f"/api/v1/people/{person.id}/photos", files=FILES)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "error")


@pytest.mark.parametrize("where", ["disk", "public disk", "s3"])
def test_urls_of_answers_are_complete_wherever_the_bytes_are(tmp_path: Path, monkeypatch, where: str) -> None:
    keys = {"access_key_id": "id", "secret_access_key": "secret"}
    store, host = {
        "disk": (DiskStore(tmp_path), "pexit.example"),
        "public disk": (DiskStore(tmp_path, "https://other.example"), "other.example"),
        "s3": (S3Store("faces", copies=tmp_path, endpoint="https://s3.example.com", **keys), "s3.example.com"),
    }[where]
    monkeypatch.setattr(deps, "_deps", deps.Deps(store=store, sender=None, drafts=None, images=None, embed_recipe=None))
    parts = urlsplit(schemas.signed("photos/1/photo.jpg", "https://pexit.example"))
    assert (parts.scheme, parts.netloc) == ("https", host)
    assert parts.path.endswith("/photos/1/photo.jpg") and parts.query
