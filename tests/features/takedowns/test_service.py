"""A ticket: what is hidden at once, what waits an hour, what only the operator sees; rows, bytes, clock and trail."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from PIL import ImageOps
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from pexit_app.core import clock, objects
from pexit_app.core.errors import BadInput, NotFound, Unavailable
from pexit_app.core.ports import ObjectStore, ProviderError
from pexit_app.features.packs import service as packs
from pexit_app.features.shoots import cards, hashing, queries, shares, sheets, taken_down, trash
from pexit_app.features.shoots import service as shoots
from pexit_app.features.shoots import workflows as _work  # noqa: F401  (owns folders)
from pexit_app.features.shoots.models import Frame, FrameStatus, prefix_of, taken_down_prefix_of
from pexit_app.features.takedowns import desk, service, told, workflows
from pexit_app.features.takedowns.errors import TakedownClosed
from pexit_app.features.takedowns.models import MatchState, TakedownEvent, picture_key
from pexit_app.features.takedowns.service import MAX_HIDDEN_AT_ONCE, Report
from tests.features.shoots.support import PACK, new_user
from tests.features.takedowns.support import jpeg, png, scenery, shot

ASKED = Report("Ann", "ann@example.com", "me", "That is my face.", "")


def sent(seed: int) -> Report:
    return replace(ASKED, picture=jpeg(scenery(seed).resize((300, 300)), 70))


async def status_of(session, frame) -> str:
    return (await session.get(Frame, frame.id, populate_existing=True)).status


async def states(session, ticket) -> list[str]:
    return [match.state for match in await service.matches_of(session, ticket.id)]


async def kinds(session, ticket) -> list[str]:
    return [event.kind for event in await desk.trail(session, ticket.id)]


async def lost(session, house) -> list[str]:
    """What `reconcile` would say of frames and tickets; those who play in them never had photos."""
    told = await objects.audit(session, house.store)
    return [each for each in told if not each.startswith(("photos/", "likenesses/"))]


async def test_a_frame_named_by_its_address_is_hidden_at_once_with_its_bytes(session, house, owner, frame):
    address = f"http://test/api/v1/frames/{frame.id}/image?variant=full"
    ticket = await service.report(replace(ASKED, address=address))
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN
    assert await states(session, ticket) == [MatchState.HIDDEN]
    assert await kinds(session, ticket) == ["received", "matched", "hidden"]
    keys = set(house.store.objects)
    assert not any(key.startswith(prefix_of(frame.id)) for key in keys)
    assert sum(key.startswith(taken_down_prefix_of(frame.id)) for key in keys) == 3
    assert await lost(session, house) == []


async def test_what_a_link_shows_is_found_by_its_address(session, house, owner, frame):
    _, token = await shares.share_frame(session, owner, frame.id, 7)
    ticket = await service.report(replace(ASKED, address=f"http://test/f/{token}"))
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN
    assert await states(session, ticket) == [MatchState.HIDDEN]
    other = await service.report(replace(ASKED, address=f"http://test/f/{token[:-1]}x"))
    assert await states(session, other) == []


async def test_what_somebody_has_looked_at_and_shown_waits_for_a_person(session, house, owner, frame):
    address = f"http://test/api/v1/frames/{frame.id}/image"
    first = await service.report(replace(ASKED, address=address))
    await desk.restore_frames(session, first.number, [], "Bea", "It is the owner.")
    await service.move_frames()
    again = await service.report(replace(ASKED, address=address))
    assert await status_of(session, frame) == FrameStatus.DONE
    assert await states(session, again) == [MatchState.PENDING]


async def test_copies_are_found_by_what_they_look_like(session, house, owner, frame):
    stranger = await new_user(session)
    copy = await shot(session, house, stranger, 7)
    other = await shot(session, house, stranger, 8)
    mirrored = replace(ASKED, picture=png(ImageOps.mirror(scenery(7))))
    ticket = await service.report(mirrored)
    assert [await status_of(session, each) for each in (frame, copy, other)] == ["taken_down", "taken_down", "done"]
    assert await states(session, ticket) == [MatchState.HIDDEN] * 2
    assert picture_key(ticket.id) in house.store.objects


async def test_nobodys_face_is_hidden_by_a_person_only(session, house, owner, gate):
    frame = await shot(session, house, owner, 9, is_somebody=False)
    ticket = await service.report(sent(9))
    with clock.moved(hours=2):
        await workflows.keep_the_clock()
    assert await status_of(session, frame) == FrameStatus.DONE
    assert await states(session, ticket) == [MatchState.PENDING]
    assert await desk.hide_frames(session, ticket.number, [], "Bea") == 1
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN


async def test_what_looks_very_much_alike_waits_an_hour(session, house, owner, frame, monkeypatch):
    monkeypatch.setattr(service, "SURE_BITS", -1)
    ticket = await service.report(sent(7))
    with clock.moved(minutes=59):
        await workflows.keep_the_clock()
    assert await status_of(session, frame) == FrameStatus.DONE
    with clock.moved(minutes=61):
        await workflows.keep_the_clock()
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN
    assert await states(session, ticket) == [MatchState.HIDDEN]


async def test_what_only_might_be_it_is_shown_to_the_operator(session, owner, frame, monkeypatch):
    monkeypatch.setattr(service, "SURE_BITS", -2)
    monkeypatch.setattr(service, "LIKELY_BITS", -1)
    ticket = await service.report(sent(7))
    with clock.moved(hours=3):
        await workflows.keep_the_clock()
    assert await status_of(session, frame) == FrameStatus.DONE
    [match] = await service.matches_of(session, ticket.id)
    assert f"{match.bits} of 256 bits" in told.whole(ticket, [match], await desk.trail(session, ticket.id))


async def test_one_ticket_hides_so_many_and_no_more(session, house, owner, frame, monkeypatch):
    monkeypatch.setattr(service, "MAX_HIDDEN_AT_ONCE", 1)
    assert MAX_HIDDEN_AT_ONCE == 20
    await shot(session, house, owner, 7)
    ticket = await service.report(sent(7))
    assert sorted(await states(session, ticket)) == [MatchState.HIDDEN, MatchState.PENDING]


async def test_a_hidden_frame_is_out_of_everything(session, house, owner, frame):
    ticket = await service.report(sent(7))
    await session.refresh(frame)
    sheet = await sheets.read_sheet(session, owner, frame.shoot_id)
    [card] = [cards.frame_card(sheet.roll, each, sheet.wait_of(each)) for each in sheet.frames]
    assert (card.state, card.src, card.full_src, card.headline) == ("hidden", "", "", "Hidden")
    assert ticket.number in card.detail
    counts = (await queries.counts_of(session, [sheet.shoot]))[frame.shoot_id]
    assert (counts.done, counts.cover_id) == (0, None)
    assert sheet.zip_hrefs == ("", "")
    with pytest.raises(shoots.NotReady):
        await shoots.retry_frame(session, owner, frame.id)


async def test_what_was_wrong_comes_back_as_it_was(session, house, owner, frame):
    before = {key: content for key, content in house.store.objects.items() if key.startswith("frames/")}
    ticket = await service.report(sent(7))
    with pytest.raises(BadInput):
        await desk.restore_frames(session, ticket.number, [], "Bea", " ")
    assert await desk.restore_frames(session, ticket.number, [], "Bea", "It is the owner.") == 1
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN  # until its bytes are back
    await service.move_frames()
    found = await session.get(Frame, frame.id, populate_existing=True)
    assert (found.status, found.error, found.charge_dust) == (FrameStatus.DONE, "", found.price_dust)
    after = {key: content for key, content in house.store.objects.items() if key.startswith(("frames/", "taken_down/"))}
    assert after == before
    assert (await kinds(session, ticket))[-1] == "restored"


async def test_what_another_ticket_hides_stays_hidden(session, owner, frame):
    first, second = await service.report(sent(7)), await service.report(sent(7))
    assert await states(session, second) == [MatchState.HIDDEN]
    assert await desk.restore_frames(session, first.number, [], "Bea", "It is the owner.") == 0
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN
    assert await desk.restore_frames(session, second.number, [], "Bea", "It is the owner.") == 1


async def test_what_is_hidden_again_while_it_comes_back_stays_hidden(session, house, owner, frame, monkeypatch):
    ticket = await service.report(sent(7))
    await desk.restore_frames(session, ticket.number, [], "Bea", "It is the owner.")
    copy_back = taken_down.copy_back

    async def slowly(frame_id: UUID, store: ObjectStore | None) -> None:
        await copy_back(frame_id, store)
        await desk.hide_frames(session, ticket.number, [], "Ada")

    with monkeypatch.context() as patched:
        patched.setattr(taken_down, "copy_back", slowly)
        await service.move_frames()
    await service.move_frames()
    assert await states(session, ticket) == [MatchState.HIDDEN]
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN
    assert not any(key.startswith(prefix_of(frame.id)) for key in house.store.objects)
    assert (await kinds(session, ticket))[-2:] == ["restored", "hidden"]


async def test_bytes_that_a_crash_left_are_moved_by_the_sweep(session, house, owner, frame, monkeypatch):
    async def killed() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(service, "move_frames", killed)
        with pytest.raises(KeyboardInterrupt):
            await service.report(sent(7))
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN
    assert any(key.startswith(prefix_of(frame.id)) for key in house.store.objects)
    await workflows.keep_the_clock()
    assert not any(key.startswith(prefix_of(frame.id)) for key in house.store.objects)
    await taken_down.move(frame.id)  # again, for nothing
    assert await lost(session, house) == []


async def test_its_owner_may_delete_a_hidden_frame_for_good(session, house, owner, frame):
    ticket = await service.report(sent(7))
    for _ in range(2):
        await trash.delete_frame(session, owner, frame.id)
    await objects.discard_objects()
    assert not any(str(frame.id) in key for key in house.store.objects)
    assert await desk.restore_frames(session, ticket.number, [], "Bea", "Nothing there.") == 0
    await service.move_frames()
    assert await lost(session, house) == []


async def test_a_pack_that_is_named_waits_for_a_person(session, owner, gate):
    ticket = await service.report(replace(ASKED, address=f"http://test/p/{PACK}"))
    with clock.moved(hours=2):
        await workflows.keep_the_clock()
    assert (await packs.find_pack(session, PACK)).pack.slug == PACK
    assert await desk.hide_frames(session, ticket.number, [], "Bea") == 1
    with pytest.raises(NotFound):
        await packs.find_pack(session, PACK)
    assert await desk.restore_frames(session, ticket.number, [], "Bea", "A sculpture.") == 1
    assert (await packs.find_pack(session, PACK)).pack.slug == PACK


async def test_forty_eight_hours_are_told_once_when_they_are_over(session, owner, gate):
    ticket = await service.report(replace(ASKED, address="https://elsewhere.example/a.jpg"))
    assert told.clock(ticket) in ("47 h left", "48 h left")
    with clock.moved(hours=47.5):
        assert told.clock(ticket).endswith("min left")
        assert await desk.tell_overdue(session) == []
    with clock.moved(hours=49):
        assert told.clock(ticket) == "OVERDUE 1 h"
        assert await desk.tell_overdue(session) == [ticket.number]
        assert await desk.tell_overdue(session) == []
    assert (await kinds(session, ticket))[-1] == "overdue"


async def test_closing_forgets_the_picture_now_and_the_contact_later(session, house, owner, frame):
    ticket = await service.report(sent(7))
    assert [each.number for each in await desk.list_tickets(session)] == [ticket.number]
    await desk.close_ticket(session, ticket.number, "Bea", "It stays hidden.")
    await objects.discard_objects()
    assert picture_key(ticket.id) not in house.store.objects
    assert await lost(session, house) == []
    assert await desk.list_tickets(session) == []
    assert len(await desk.list_tickets(session, is_all=True)) == 1
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN
    for late in (
        desk.hide_frames(session, ticket.number, [], "Bea"),
        desk.close_ticket(session, ticket.number, "Bea", "Again."),
    ):
        with pytest.raises(TakedownClosed):
            await late
    with clock.moved(days=181):
        await desk.forget_contacts(session)
    found = await service.find_ticket(session, ticket.number.lower())
    assert (found.name, found.email, found.words) == ("", "", "")
    assert "from     forgotten" in told.whole(found, [], [])
    assert await desk.restore_frames(session, ticket.number, [], "Bea", "An error.") == 1  # a mistake can be mended


async def test_the_trail_is_never_changed(session, owner, frame):
    ticket = await service.report(sent(7))
    mine = col(TakedownEvent.takedown_id) == ticket.id
    for change in (update(TakedownEvent).where(mine).values(words="nothing"), delete(TakedownEvent).where(mine)):
        with pytest.raises(IntegrityError, match="never changed"):
            async with session.begin_nested():
                await session.exec(change)


async def test_a_frame_may_be_added_by_hand(session, owner, frame):
    ticket = await service.report(replace(ASKED, address="https://elsewhere.example/a.jpg"))
    assert await desk.hide_frames(session, ticket.number, [frame.id], "Bea") == 1
    assert await status_of(session, frame) == FrameStatus.TAKEN_DOWN
    with pytest.raises(NotFound):
        await desk.hide_frames(session, ticket.number, [uuid4()], "Bea")


async def test_what_frames_look_like_is_added_to_old_ones_once(session, house, owner, frame, monkeypatch):
    monkeypatch.setattr(hashing, "_passed", hashing.UUID(int=0))
    gone = await shot(session, house, owner, 8)
    for key in [each for each in house.store.objects if str(gone.id) in each]:
        await house.store.delete(key)
    known = frame.phash
    for each in (frame, gone):
        each.phash = None
        session.add(each)
    await session.flush()
    assert await hashing.hash_some() == 2
    found = await session.get(Frame, frame.id, populate_existing=True)
    assert sum(a != b for a, b in zip(found.phash, known, strict=True)) <= 4  # from the JPEG, not from the picture
    assert (await session.get(Frame, gone.id, populate_existing=True)).phash is None
    assert await hashing.hash_some() == 0  # one whose picture is gone is passed over


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"email": "ann"}, "email"),
        ({"email": "+4670123456"}, "email"),
        ({"reason": "spite"}, "reason"),
        ({"words": "  "}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"address": ""}, "address"),
        ({"address": "x" * 1001}, "address"),
    ],
)
async def test_what_is_wrong_with_a_form_is_named(session, gate, changed, field):
    asked = replace(ASKED, **{"address": "https://a.example/", **changed})
    with pytest.raises(BadInput) as refused:
        await service.report(asked)
    assert [each.field for each in refused.value.problems] == [field]


@pytest.mark.parametrize(
    "changed", [{"name": "x" * 100}, {"words": "x" * 2000}, {"address": "https://a.example/" + "x" * 982}]
)
async def test_what_just_fits_is_taken(session, gate, changed):
    await service.report(replace(ASKED, **{"address": "https://a.example/", **changed}))


async def test_what_is_no_picture_is_refused_and_kept_nowhere(session, house, gate):
    with pytest.raises(BadInput) as refused:
        await service.report(replace(ASKED, picture=b"<svg onload=alert(1)>"))
    assert refused.value.problems[0].field == "picture"
    gate.raises = ProviderError("Too many photos are being looked at.")
    with pytest.raises(Unavailable):
        await service.report(sent(7))
    assert house.store.objects == {}
