"""Ordering frames: what is refused on both sides of each limit, what is written, what it costs."""

from uuid import uuid4

import pytest
from sqlmodel import select

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.models import Event
from pexit_app.features.jobs.models import Job
from pexit_app.features.shoots import requests, service, transitions, trash
from pexit_app.features.shoots.errors import NotReady, PriceChanged, TooManyWaiting
from pexit_app.features.shoots.models import Frame, Shoot
from pexit_app.features.shoots.requests import MAX_SEED, FrameAsk, ShootRequest
from pexit_app.features.wallet import prices
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.errors import NotEnoughDust, QuoteChanged, QuoteUsed
from tests.features.shoots.support import PACK, SIDE, asks, new_user, order, publish

pytestmark = pytest.mark.usefixtures("house")


async def frames_of(session, job: Job) -> list[Frame]:
    return list((await session.exec(select(Frame).where(Frame.job_id == job.id).order_by(Frame.position))).all())


def fields_of(caught) -> list[str]:
    return [problem.field for problem in caught.value.problems]


async def test_an_order_holds_its_dust_and_writes_job_frames_and_story(session, me):
    done = await order(session, me, 5, 6, 7)
    card = await wallet.card(session, me.user_id)
    assert (card.balance, card.held) == (97, 3)
    assert (done.job.status, done.job.total, done.job.held_dust, done.job.subject_id) == ("queued", 3, 3, done.shoot.id)
    frames = await frames_of(session, done.job)
    assert [(each.number, each.seed, each.status, each.price_dust) for each in frames] == [
        ("1", 5, "waiting", 1),
        ("1A", 6, "waiting", 1),
        ("2", 7, "waiting", 1),
    ]
    assert frames[0].personas == ["standin:onyx"]
    assert frames[0].knobs["hour"] == 17.5
    assert frames[0].look["backdrop"] == "beach"
    kinds = (await session.exec(select(Event.kind).where(Event.user_id == me.user_id).order_by(Event.id))).all()
    assert "job.queued" in kinds


async def test_numbers_go_on_in_a_shoot_and_are_not_given_twice(session, me):
    first = await order(session, me, 1, 2, 3)
    await trash.trash_frame(session, me, first.frames[2].id)
    await trash.delete_frame(session, me, first.frames[2].id)
    second = await order(session, me, 4, 5, shoot_id=first.shoot.id)
    assert [each.number for each in second.frames] == ["2A", "3"]


async def test_image_i_has_seed_plus_i_and_random_seeds_leave_room(session, me, monkeypatch):
    monkeypatch.setattr(service.secrets, "randbelow", lambda below: below - 1)
    given = ShootRequest((FrameAsk("shore", {}, 10, 3), FrameAsk("night", {}, None, 4)), pack=PACK)
    done = await service.request_frames(session, me, given)
    assert [each.seed for each in done.frames] == [10, 11, 12, MAX_SEED - 3, MAX_SEED - 2, MAX_SEED - 1, MAX_SEED]


async def test_a_sheet_is_one_job_with_a_frame_of_each_scene(session, me):
    given = ShootRequest((FrameAsk("shore"), FrameAsk("night", {"near": "close"})), pack=PACK)
    done = await service.request_frames(session, me, given)
    assert [(each.scene_id, each.scene_title, each.personas) for each in done.frames] == [
        ("shore", "Shore", ["standin:onyx"]),
        ("night", "Night", ["standin:alba"]),
    ]
    assert done.frames[1].look["framing"] == "close"
    assert (done.frames[0].width, done.frames[0].height) == (1024, 1280)
    assert done.job.total == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"width": 448}, "width"),
        ({"width": 1600}, "width"),
        ({"height": 1000}, "height"),
        ({"height": "512"}, "height"),
        ({"width": None}, "width"),
        ({"output_format": "webp"}, "output_format"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"prompt": "a\0b"}, "prompt"),
        ({"asks": ()}, "count"),
        ({"asks": (FrameAsk("shore", count=0),)}, "count"),
        ({"asks": (FrameAsk("shore", count=17),)}, "count"),
        ({"asks": (FrameAsk("shore", count=9), FrameAsk("night", count=8))}, "count"),
        ({"asks": (FrameAsk("shore", count=True),)}, "count"),
        ({"asks": (FrameAsk("shore", seed=-1),)}, "seed"),
        ({"asks": (FrameAsk("shore", seed=MAX_SEED + 1),)}, "seed"),
        ({"asks": (FrameAsk("shore", seed=MAX_SEED, count=2),)}, "seed"),
        ({"asks": (FrameAsk("shore", seed=1.5),)}, "seed"),
        ({"asks": (FrameAsk("shore", knobs=[1]),)}, "knobs"),
        ({"asks": (FrameAsk(7),)}, "scene"),
    ],
)
def test_what_is_out_of_range_is_named(change, field):
    given = {"asks": asks(1), "pack": PACK, "width": SIDE, "height": SIDE, **change}
    with pytest.raises(BadInput) as caught:
        requests.check(ShootRequest(**given))
    assert field in fields_of(caught)


@pytest.mark.parametrize(
    "change",
    [
        {"width": 512, "height": 1536},
        {"width": None, "height": None},
        {"prompt": "x" * 2000},
        {"asks": (FrameAsk("shore", count=16),)},
        {"asks": (FrameAsk("shore", seed=MAX_SEED),)},
        {"asks": (FrameAsk("shore", seed=MAX_SEED - 1, count=2),)},
        {"asks": (FrameAsk("shore", seed=0),)},
    ],
)
def test_what_is_just_in_range_is_taken(change):
    requests.check(ShootRequest(**{"asks": asks(1), "pack": PACK, "width": SIDE, "height": SIDE, **change}))


async def test_a_bad_knob_or_scene_or_pack_is_refused_before_anything_is_held(session, me):
    with pytest.raises(BadInput) as caught:
        await service.request_frames(session, me, ShootRequest((FrameAsk("shore", {"hour": 99}),), pack=PACK))
    assert fields_of(caught) == ["knobs.hour"]
    for given in (ShootRequest(asks(1, scene="nowhere"), pack=PACK), ShootRequest(asks(1), pack="no-such-pack")):
        with pytest.raises(NotFound):
            await service.request_frames(session, me, given)
    with pytest.raises(BadInput):
        await service.request_frames(session, me, ShootRequest(asks(1)))
    with pytest.raises(NotFound):
        await service.request_frames(session, me, ShootRequest(asks(1), pack=PACK, cast={"you": uuid4()}))
    assert (await wallet.card(session, me.user_id)).held == 0
    assert (await session.exec(select(Shoot).where(Shoot.user_id == me.user_id))).all() == []


async def test_the_last_dust_is_enough_and_one_less_is_not(session, me):
    poor = await new_user(session, dust=2)
    await order(session, poor, 1, 2)
    with pytest.raises(NotEnoughDust) as caught:
        await order(session, poor, 3)
    assert caught.value.details["missing_dust"] == 1


async def test_two_hundred_frames_may_wait(session, me):
    rich = await new_user(session, dust=1000)
    shoot = (await order(session, rich, *range(16))).shoot
    for _ in range(11):
        await order(session, rich, *range(16), shoot_id=shoot.id)
    await order(session, rich, *range(8), shoot_id=shoot.id)  # the 200th
    with pytest.raises(TooManyWaiting) as caught:
        await order(session, rich, 1, shoot_id=shoot.id)
    assert caught.value.details == {"waiting": 200, "limit": 200}
    assert caught.value.status == 429
    await order(session, me, 1)  # nobody else is held up


async def test_a_creators_fee_is_a_line_of_its_own_and_part_of_the_price(session, me):
    slug = await publish(session, "with-fee", fee_dust=3)
    given = ShootRequest(asks(1, 2), pack=slug)
    quote = await service.quote_frames(session, me, given)
    assert [line.dust for line in quote.lines] == [2, 6]
    assert (quote.total_dust, quote.balance_after) == (8, 92)
    done = await service.request_frames(session, me, given)
    assert (done.job.held_dust, done.frames[0].price_dust) == (8, 4)


async def test_a_free_pack_has_no_line_for_a_fee(session, me):
    assert len((await service.quote_frames(session, me, ShootRequest(asks(1), pack=PACK))).lines) == 1


async def test_a_quote_binds_the_price_and_not_the_knobs(session, me):
    quote = await service.quote_frames(session, me, ShootRequest(asks(1, 2), pack=PACK))
    turned = (FrameAsk("shore", {"hour": 18}), FrameAsk("night"))
    done = await service.request_frames(session, me, ShootRequest(turned, pack=PACK, quote_id=quote.id))
    assert done.quote.id == quote.id
    with pytest.raises(QuoteUsed):
        await service.request_frames(session, me, ShootRequest(turned, pack=PACK, quote_id=quote.id))
    fresh = await service.quote_frames(session, me, ShootRequest(asks(1, 2), pack=PACK))
    with pytest.raises(QuoteChanged):
        await service.request_frames(session, me, ShootRequest(asks(1, 2, 3), pack=PACK, quote_id=fresh.id))
    await prices.set_price(session, service.RENDER_ACTION, 5)
    with pytest.raises(PriceChanged):
        await service.request_frames(session, me, ShootRequest(asks(1, 2), pack=PACK, quote_id=fresh.id))


async def test_another_users_things_do_not_exist(session, me):
    mine = await order(session, me, 1)
    other = await new_user(session)
    for attempt in (
        service.find_shoot(session, other, mine.shoot.id),
        service.find_frame(session, other, mine.frames[0].id),
        service.mark_frame(session, other, mine.frames[0].id, "ring"),
        service.retry_frame(session, other, mine.frames[0].id),
        service.vary_frame(session, other, mine.frames[0].id),
        trash.trash_frame(session, other, mine.frames[0].id),
        trash.restore_frame(session, other, mine.frames[0].id),
        trash.delete_frame(session, other, mine.frames[0].id),
        trash.trash_shoot(session, other, mine.shoot.id),
        order(session, other, 1, shoot_id=mine.shoot.id),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_tweak_stays_in_its_shoot(session, me):
    first, second = await order(session, me, 1), await order(session, me, 2)
    parent = first.frames[0].id
    child = ShootRequest(asks(3, parent_frame_id=parent), shoot_id=first.shoot.id)
    assert (await service.request_frames(session, me, child)).frames[0].parent_frame_id == parent
    with pytest.raises(BadInput) as caught:
        await service.request_frames(session, me, ShootRequest(asks(3, parent_frame_id=parent), shoot_id=second.shoot.id))
    assert fields_of(caught) == ["parent_frame_id"]
    other = await new_user(session)
    theirs = await order(session, other, 1)
    given = ShootRequest(asks(1, parent_frame_id=parent), shoot_id=theirs.shoot.id)
    with pytest.raises(NotFound):
        await service.request_frames(session, other, given)


async def test_varying_makes_four_children_with_other_seeds_and_the_same_knobs(session, me):
    given = ShootRequest((FrameAsk("shore", {"hour": 19}, 42),), pack=PACK, width=512, height=640, output_format="jpeg")
    frame = (await service.request_frames(session, me, given)).frames[0]
    varied = (await service.vary_frame(session, me, frame.id)).frames
    assert len({each.seed for each in varied} | {42}) == 5
    assert all(each.knobs == frame.knobs and each.parent_frame_id == frame.id for each in varied)
    assert all((each.width, each.height, each.output_format) == (512, 640, "jpeg") for each in varied)


async def test_only_a_failed_or_stopped_frame_is_tried_again_with_a_hold_of_its_own(session, me):
    done = await order(session, me, 1, 2)
    first, second = done.frames
    with pytest.raises(NotReady):
        await service.retry_frame(session, me, first.id)
    await transitions.fail_frame(session, first.id, 1, "lamp broke", "system")
    again = await service.retry_frame(session, me, first.id)
    assert again.job.id != done.job.id
    frame = await service.find_frame(session, me, first.id)
    assert (frame.status, frame.attempt, frame.number, frame.error) == ("waiting", 2, "1", "")
    assert (frame.job_id, frame.first_job_id) == (again.job.id, done.job.id)
    assert (await wallet.card(session, me.user_id)).held == 2
    assert not await transitions.fail_frame(session, first.id, 1, "late news", "system")
    assert await transitions.finish_frame(session, first.id, 2)
    assert await transitions.finish_frame(session, second.id, 1)
    with pytest.raises(NotReady):
        await service.retry_frame(session, me, first.id)
    card = await wallet.card(session, me.user_id)
    assert (card.balance, card.held) == (98, 0)


async def test_marks(session, me):
    frame = (await order(session, me, 1)).frames[0]
    for mark in ("ring", "reject", "none"):
        assert (await service.mark_frame(session, me, frame.id, mark)).mark == mark
    with pytest.raises(BadInput):
        await service.mark_frame(session, me, frame.id, "star")


async def test_deleting_an_open_frame_stops_it_and_gives_its_dust_back(session, me):
    done = await order(session, me, 1, 2)
    frame = await trash.trash_frame(session, me, done.frames[0].id)
    assert (frame.status, frame.trashed_at is not None) == ("canceled", True)
    assert (await wallet.card(session, me.user_id)).held == 1
    assert await transitions.finish_frame(session, done.frames[1].id, 1)
    job = await session.get(Job, done.job.id, populate_existing=True)
    assert (job.status, job.delivered, job.canceled, job.charge_dust) == ("completed", 1, 1, 1)


async def test_a_child_outlives_its_parent(session, me):
    done = await order(session, me, 1)
    parent = done.frames[0].id
    child = (await service.request_frames(
        session, me, ShootRequest(asks(3, parent_frame_id=parent), shoot_id=done.shoot.id)
    )).frames[0]
    for _ in range(2):
        await trash.delete_frame(session, me, parent)
    assert (await service.find_frame(session, me, child.id)).parent_frame_id == parent


async def test_a_cast_has_the_packs_roles(session, me):
    shoot = await service.open_shoot(session, me, PACK, {"you": None})
    assert shoot.cast == {"you": None}
    with pytest.raises(BadInput) as caught:
        await service.open_shoot(session, me, PACK, {"villain": None})
    assert fields_of(caught) == ["cast.villain"]
    with pytest.raises(NotFound):
        await service.open_shoot(session, me, PACK, {"you": uuid4()})


async def test_a_quote_refuses_the_parents_that_an_order_refuses(session, me):
    done = await order(session, me, 1)
    frame = done.frames[0]
    foreign = await order(session, await new_user(session), 1)
    strays = {uuid4(), foreign.frames[0].id}
    for parent in strays:
        with pytest.raises(NotFound):
            await service.quote_frames(
                session, me, ShootRequest(asks(2, parent_frame_id=parent), shoot_id=done.shoot.id)
            )
    with pytest.raises(BadInput) as caught:
        await service.quote_frames(session, me, ShootRequest(asks(2, parent_frame_id=frame.id), pack=PACK))
    assert fields_of(caught) == ["parent_frame_id"]
    quote = await service.quote_frames(
        session, me, ShootRequest(asks(2, parent_frame_id=frame.id), shoot_id=done.shoot.id)
    )
    assert quote.total_dust == 1
