"""Links to frames and sheets: who may make and end them, what they show, and when they show nothing."""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select, update

from pexit_app.core import clock, deps, hooks
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.identity import access
from pexit_app.features.people.errors import UseNotAgreed
from pexit_app.features.people.models import Handshake
from pexit_app.features.shoots import rising, service, share_page, shares, transitions, trash
from pexit_app.features.shoots.errors import NotReady, ShareOver, TooManyShares
from pexit_app.features.shoots.models import Frame, FrameShare, key_of
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.shoots.friends import befriend
from tests.features.shoots.support import new_user, open_house, order, picture, publish


@pytest.fixture(autouse=True)
def house():
    yield open_house()
    deps.use(None)


async def frames(session, me: Actor, count: int = 2) -> list[Frame]:
    """Finished ones, with pictures."""
    await publish(session)
    made = (await order(session, me, *range(1, count + 1))).frames
    for frame in made:
        assert await transitions.finish_frame(session, frame.id, 1)
        await deps.get().store.put(key_of(frame.id, "view", frame.output_format), picture(), "image/jpeg")
    return [await service.find_frame(session, me, frame.id) for frame in made]


async def test_a_link_shows_one_frame_until_its_time_is_up(session):
    me = await new_user(session)
    one, _ = await frames(session, me)
    share, token = await shares.share_frame(session, me, one.id, 7)
    assert token not in share.token_hash and len(token) > 40
    found = await shares.look(session, token)
    assert [frame.id for frame in found.frames] == [one.id] and found.title == "Test pack"
    for wrong in ("", token[:-1], share.token_hash, str(share.id)):
        with pytest.raises(NotFound):
            await shares.look(session, wrong)
    with clock.moved(days=7, seconds=1), pytest.raises(ShareOver):
        await shares.look(session, token)


async def test_what_is_put_away_is_not_shown(session):
    me = await new_user(session)
    one, two = await frames(session, me)
    _, of_one = await shares.share_frame(session, me, one.id, 1)
    _, of_sheet = await shares.share_sheet(session, me, one.shoot_id, 1)
    await trash.trash_frame(session, me, one.id)
    with pytest.raises(NotFound):
        await shares.look(session, of_one)
    assert [frame.id for frame in (await shares.look(session, of_sheet)).frames] == [two.id]
    await service.mark_frame(session, me, two.id, "reject")
    with pytest.raises(NotFound):
        await shares.look(session, of_sheet)
    await trash.restore_frame(session, me, one.id)
    assert (await shares.look(session, of_one)).frames
    await trash.trash_frame(session, me, one.id)
    await trash.delete_frame(session, me, one.id)
    assert [share.frame_id for share in await shares.list_shares(session, me)] == [None]


async def test_what_somebody_in_it_wants_hidden_is_not_shown(session):
    me = await new_user(session)
    one, two = await frames(session, me)
    _, of_one = await shares.share_frame(session, me, one.id, 1)
    _, of_sheet = await shares.share_sheet(session, me, one.shoot_id, 1)
    await session.exec(update(Frame).where(Frame.id == one.id).values(hidden_at=clock.now()))
    with pytest.raises(NotFound):
        await shares.look(session, of_one)
    assert [frame.id for frame in (await shares.look(session, of_sheet)).frames] == [two.id]


async def test_only_its_owner_makes_and_ends_a_link(session):
    me, other = await new_user(session), await new_user(session)
    one, _ = await frames(session, me)
    share, token = await shares.share_frame(session, me, one.id, 30)
    for attempt in (
        shares.share_frame(session, other, one.id, 7),
        shares.share_sheet(session, other, one.shoot_id, 7),
        shares.end_share(session, other, share.id),
        shares.end_share(session, me, uuid4()),
    ):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(BadInput):
        await shares.share_frame(session, me, one.id, 8)
    await shares.end_share(session, me, share.id)
    with pytest.raises(NotFound):
        await shares.look(session, token)
    waiting = (await order(session, me, 5)).frames[0]
    with pytest.raises(NotReady):
        await shares.share_frame(session, me, waiting.id, 7)


async def test_there_is_an_end_to_links(session, monkeypatch):
    monkeypatch.setattr(shares, "MAX_RUNNING", 1)
    me = await new_user(session)
    one, _ = await frames(session, me)
    await shares.share_frame(session, me, one.id, 1)
    with pytest.raises(TooManyShares):
        await shares.share_sheet(session, me, one.shoot_id, 1)
    with clock.moved(days=2):
        await shares.share_sheet(session, me, one.shoot_id, 1)


async def test_a_face_that_is_withdrawn_takes_its_links_down(session):
    me, face = await new_user(session), uuid4()
    one, two = await frames(session, me)
    await session.exec(update(Frame).where(Frame.id == one.id).values(cast={"you": str(face)}))
    for share in (shares.share_frame(session, me, one.id, 7), shares.share_sheet(session, me, one.shoot_id, 7)):
        await share
    kept, _ = await shares.share_frame(session, me, two.id, 7)
    await hooks.run_faces_gone(session, me.user_id, [uuid4()])
    assert len(await shares.list_shares(session, me)) == 3
    await hooks.run_faces_gone(session, me.user_id, [face])
    assert [share.id for share in (await session.exec(select(FrameShare))).all()] == [kept.id]


async def test_whoever_answered_by_a_link_is_shown_to_nobody_else(session):
    """Their page says so, whatever they agreed to besides."""
    me = await new_user(session)
    one, two = await frames(session, me)
    ada = await befriend(session, me)
    await session.exec(update(Frame).where(Frame.id == one.id).values(cast={"you": str(ada.likeness.id)}))
    _, of_one = await shares.share_frame(session, me, one.id, 7)
    _, of_sheet = await shares.share_sheet(session, me, one.shoot_id, 7)
    assert len((await shares.look(session, of_sheet)).frames) == 2
    answered = Handshake(
        user_id=me.user_id, person_id=ada.likeness.person_id, token_hash="0" * 64, uses=[], packs=[], status="revoked",
        expires_at=clock.now(), answered_at=clock.now(),
    )  # fmt: skip
    session.add(answered)
    await session.flush()
    with pytest.raises(UseNotAgreed):
        await shares.share_frame(session, me, one.id, 7)
    with pytest.raises(NotFound):
        await shares.look(session, of_one)
    assert [frame.id for frame in (await shares.look(session, of_sheet)).frames] == [two.id]


async def test_the_page_tells_nobody_else_of_its_address(session):
    me = await new_user(session)
    one, _ = await frames(session, me)
    _, token = await shares.share_sheet(session, me, one.shoot_id, 1)
    app = FastAPI()
    add_error_answers(app)
    app.state.admit = access.admit
    app.include_router(share_page.router)
    app.add_middleware(RequestContext)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pexit.test") as http:
        answer = await http.get(f"/f/{token}")
        assert answer.status_code == 200 and answer.text.count("<figure") == 2
        assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers["cache-control"] == "no-store"
        assert 'name="robots" content="noindex"' in answer.text and token not in answer.text
        assert str(me.user_id) not in answer.text and "fairy" not in answer.text
        assert (await http.get("/f/nothing")).status_code == 404
        with clock.moved(days=2):
            assert (await http.get(f"/f/{token}")).status_code == 410


async def test_rising_counts_people_and_never_the_creator(session):
    creator, one, two = [await new_user(session) for _ in range(3)]
    slug = await publish(session, f"rise-{uuid4().hex[:8]}", owner=creator)
    for me, count in ((creator, 2), (one, 2), (two, 1)):
        for frame in (await order(session, me, *range(1, count + 1), pack=slug)).frames:
            await transitions.finish_frame(session, frame.id, 1)
    assert (await rising.people_by_pack(session))[slug] == 2
    with clock.moved(days=15):
        assert slug not in await rising.people_by_pack(session)
