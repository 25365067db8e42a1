"""Everything in one file, by a link that is good once; and its receipt, which names each file of it."""

import io
import json
import zipfile

import httpx
import pytest
from fastapi import FastAPI
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlmodel import col, select, update

from pexit_app.core import clock, db, deps, receipts
from pexit_app.core.models import Receipt
from pexit_app.core.receipts import BadReceipt
from pexit_app.features.identity.errors import NotProven
from pexit_app.features.identity.models import UserSession
from pexit_app.features.privacy import exports, verifying
from pexit_app.features.privacy.errors import ExportUsed
from pexit_app.pexit_app import api as whole_api
from pexit_app.web import rates

URL = "http://pexit.test"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return whole_api()


@pytest.fixture
async def client(app, monkeypatch):
    monkeypatch.setattr(rates, "_limiter", MovingWindowRateLimiter(MemoryStorage()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as made:
        yield made


async def link(me) -> str:
    async with db.transaction() as session:
        return (await exports.make_link(session, me))[1]


def bearer(world):
    return {"Authorization": f"Bearer {world.bearer}"}


async def test_all_that_is_kept_is_in_it_and_nothing_secret_or_of_anybody_else(session, ann, bo, client, tmp_path):
    made = await client.post("/api/v1/me/export", headers=bearer(ann))
    assert made.status_code == 201
    path = made.json()["data"]["url"].partition("/exports/")[2]
    answer = await client.get(f"/exports/{path}")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="pexit-')
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None

    whole = {name: archive.read(name) for name in archive.namelist()}
    text = b"\n".join(whole.values())
    for name in ("person", "photo", "likeness", "frame", "trashed_frame", "shoot", "recipe", "draft", "grid", "key"):
        assert ann.ids[name].encode() in text, name
    assert ann.mark.encode() in text
    store = deps.get().store
    assert store.objects[f"photos/{ann.ids['photo']}/photo.jpg"] in whole.values()
    assert store.objects[f"frames/{ann.ids['frame']}/full.png"] in whole.values()
    statement = json.loads(whole["ledger/statement.json"])
    assert statement and sum(each["change"] for each in statement) == statement[-1]["balance_after"]
    assert [each["notice_version"] for each in json.loads(whole["consents.json"])]
    assert bo.mark.encode() not in text and bo.ids["user"].encode() not in text
    for row in (await session.exec(select(UserSession))).all():
        assert row.cookie_hash.encode() not in text

    # Its receipt names each file; the command checks it.
    file = tmp_path / "mine.zip"
    file.write_bytes(answer.content)
    assert "files are as they were exported" in verifying.check(file, [receipts.public_key()])[-1]
    mine = select(Receipt).where(Receipt.user_id == ann.actor.user_id).order_by(col(Receipt.created_at).desc())
    assert (await session.exec(mine)).first().document == json.loads(whole["receipt.json"])


async def test_a_file_that_was_tampered_with_is_found_out(ann, client, tmp_path):
    content = (await client.get(f"/exports/{await link(ann.actor)}")).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        whole = {name: archive.read(name) for name in archive.namelist()}
    own, foreign = receipts.public_key(), {**receipts.public_key(), "x": "A" * 43}
    without = {name: {each: told for each, told in whole.items() if each != name} for name in whole}
    cases = (
        (whole | {"consents.json": whole["consents.json"].replace(b"2026", b"2025")}, own),
        (whole | {"frames/extra.png": b"x"}, own),
        (without["consents.json"], own),
        (without["receipt.json"], own),
        (whole, foreign),
    )
    for files, key in cases:
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
            for name, told in files.items():
                archive.writestr(name, told)
        with pytest.raises(BadReceipt):
            verifying.check(tmp_path / "other.zip", [key])


async def test_a_link_works_once(ann, client):
    secret = await link(ann.actor)
    first, second = await client.get(f"/exports/{secret}"), await client.get(f"/exports/{secret}")
    assert (first.status_code, second.status_code) == (200, 410)
    assert "spent" in second.text and secret not in second.text


async def test_nobody_guesses_one(ann, client):
    await link(ann.actor)
    for secret in ("", "x", "a" * 43, "../../etc/passwd", "%00", "' OR 1=1 --", "a" * 5000):
        answer = await client.get(f"/exports/{secret}")
        assert answer.status_code in (404, 410) and "zip" not in answer.headers.get("content-type", ""), secret


async def test_a_link_is_good_for_an_hour_and_five_at_most(ann):
    secrets = [await link(ann.actor) for _ in range(7)]
    for secret in secrets[:2]:
        with pytest.raises(ExportUsed):
            async with db.transaction() as session:
                await exports.use_link(session, secret)
    with clock.moved(minutes=61), pytest.raises(ExportUsed):
        async with db.transaction() as session:
            await exports.use_link(session, secrets[-1])
    with clock.moved(minutes=59):
        async with db.transaction() as session:
            assert await exports.use_link(session, secrets[-1]) == ann.actor.user_id


async def test_the_secret_is_nowhere_in_the_database(session, ann):
    secret = await link(ann.actor)
    row = (await session.exec(select(exports.ExportLink))).one()
    assert secret not in str(row.model_dump())


async def test_only_who_has_just_proven_themselves_gets_one(session, ann):
    old = update(UserSession).where(col(UserSession.id) == ann.actor.session_id)
    await session.exec(old.values(proven_at=clock.after(minutes=-16)))
    await session.commit()
    with pytest.raises(NotProven):
        await link(ann.actor)


async def test_what_goes_while_it_is_written_is_told(ann):
    async with db.transaction() as session:
        entries = await exports.collect(session, ann.actor.user_id)
    store, key = deps.get().store, f"frames/{ann.ids['frame']}/full.png"
    listed = store.list

    async def list_all(prefix: str):
        async for each in listed(prefix):
            yield each
        if prefix in key:
            store.objects.pop(key, None)

    store.list = list_all
    content = b"".join([part async for part in exports.stream(ann.actor.user_id, entries)])
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert "Gone while this was written" in archive.read("contents.txt").decode()
    assert receipts.verified(json.loads(archive.read("receipt.json")), [receipts.public_key()])


async def test_the_published_keys_verify_every_receipt(session, ann, client, monkeypatch):
    """Also of a secret key that was changed since."""
    await client.get(f"/exports/{await link(ann.actor)}")
    document = (await session.exec(select(Receipt))).all()[-1].document
    derived = receipts.security.derived_key
    monkeypatch.setattr(receipts.security, "derived_key", lambda purpose, length=32: derived(f"new {purpose}", length))
    keys = (await client.get(receipts.KEYS_PATH)).json()["keys"]
    assert len(keys) == 2 and keys[0]["kid"] == receipts.public_key()["kid"]
    assert receipts.verified(document, keys)
    with pytest.raises(BadReceipt):
        receipts.verified(document, keys[:1])
