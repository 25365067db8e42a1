"""One's data on its page and by its links, and the command that checks receipts."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlmodel import col, select, update
from typer.testing import CliRunner

from pexit_app import cli
from pexit_app.core import clock, db, erasing, receipts
from pexit_app.features.identity.models import UserSession
from pexit_app.features.privacy import cards, deletion
from pexit_app.features.privacy.models import Deletion
from pexit_app.pexit_app import api as whole_api
from pexit_app.web import rates

URL = "http://pexit.test"
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return whole_api()


@pytest.fixture
def browse(app, monkeypatch):
    """`browse(world)`: their browser, which follows redirects."""
    monkeypatch.setattr(rates, "_limiter", MovingWindowRateLimiter(MemoryStorage()))

    def opened(world, **options) -> httpx.AsyncClient:
        name, _, secret = world.cookie.partition("=")
        options |= {"cookies": {name: secret}, "headers": {"Origin": URL}, "base_url": URL}
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), **options)

    return opened


async def test_the_page_from_a_link_to_a_deletion_and_back(session, ann, letters, browse):
    async with browse(ann, follow_redirects=True) as browser:
        page = await browser.get("/account/data")
        assert page.status_code == 200 and "Take it along" in page.text and page.headers["cache-control"] == "no-store"
        page = await browser.post("/account/data/export")
        assert "The link works once" in page.text and "/exports/" in page.text
        page = await browser.post("/account/data/delete")
        assert "everything goes for good" in page.text and "It is noted" in page.text
        assert [each[1] for each in letters.notices] == ["Your account is to be deleted"]
        page = await browser.post("/account/data/delete")
        assert page.status_code == 409 and "already" in page.text
        assert "this account is deleted" in (await browser.get("/account")).text
        page = await browser.post("/account/data/keep")
        assert "Your account stays" in page.text
    assert (await session.exec(select(Deletion))).all() == []


async def test_who_proved_themselves_long_ago_does_so_again(session, ann, browse):
    old = update(UserSession).where(col(UserSession.id) == ann.actor.session_id)
    await session.exec(old.values(proven_at=clock.after(minutes=-16)))
    await session.commit()
    async with browse(ann) as browser:
        for what in ("export", "delete"):
            answer = await browser.post(f"/account/data/{what}")
            assert answer.headers["location"] == "/account/confirm?next=%2Faccount%2Fdata"
    assert (await session.exec(select(Deletion))).all() == []


async def test_a_receipt_is_its_owners_and_whoever_has_its_link(session, ann, bo, letters, browse):
    async with browse(ann) as hers, browse(bo) as his:
        at = f"/account/data/receipts/{ann.ids['receipt']}"
        told = await hers.get(at)
        assert receipts.verified(told.json(), [receipts.public_key()])
        for browser, path in ((his, at), (hers, "/account/data/receipts/nope"), (hers, "/receipts/" + "a" * 43)):
            answer = await browser.get(path)
            assert answer.status_code == 404 and (browser is hers or ann.ids["receipt"] not in answer.text)
        async with db.transaction() as own:
            own.add(Deletion(user_id=ann.actor.user_id, due_at=clock.now()))
        await deletion.erase(ann.actor.user_id)
        assert (await hers.get("/account/data")).headers["location"].startswith("/login")
        secret = letters.notices[-1][2].rpartition("/")[2]
        page = await his.get(f"/receipts/{secret}")
        assert page.status_code == 200 and "It is gone." in page.text and "frames" in page.text
        told = await his.get(f"/receipts/{secret}?download=1")
        assert receipts.verified(told.json(), [receipts.public_key()])["subject"]["kind"] == "account"


async def test_the_command_checks_receipts(session, ann, tmp_path):
    async with db.transaction() as own:
        body = {"subject": {"kind": "photos", "id": "1"}, "erased": [{"kind": "photo", "id": "2"}]}
        document = (await erasing.issue(own, ann.actor.user_id, "erasure", body)).document
    good, bad, keys = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "keys.json"
    good.write_text(json.dumps(document, indent=4))
    bad.write_text(json.dumps(document).replace('"photo"', '"frame"'))
    keys.write_text(json.dumps({"keys": [receipts.public_key()]}))
    for arguments, code, words in (
        ([str(good)], 0, "1 things are listed"),
        ([str(good), "--keys", str(keys)], 0, "Erasure of photos 1."),
        ([str(bad)], 1, "something in it was changed"),
        ([str(good), "--keys", str(good)], 1, "no published keys"),
        ([str(tmp_path / "none.json")], 1, "No such file"),
    ):
        done = CliRunner().invoke(cli.app, ["verify-receipt", *arguments])
        assert done.exit_code == code and words in done.output, done.output


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ({"days": 7, "seconds": -9}, "in 7 days"),
        ({"days": 2, "seconds": 9}, "in 2 days"),
        ({"days": 2, "seconds": -9}, "in 47 hours"),
        ({"hours": 1, "seconds": 9}, "in 1 hour"),
        ({"minutes": 1, "seconds": 9}, "in 1 minute"),
        ({"seconds": 9}, "any moment"),
        ({"seconds": -9}, "any moment"),
    ],
)
def test_how_long_it_takes_yet(left, words, monkeypatch):
    monkeypatch.setattr(cards, "now", lambda: NOON)
    assert cards.left_words(NOON + timedelta(**left)) == words
