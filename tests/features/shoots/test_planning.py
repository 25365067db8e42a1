"""Who renders a frame, and what it costs: a GPU whatever it knows all the faces of, the darkroom the rest."""

from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core.ports import Kind, Weights
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.packs.asking import Asking
from pexit_app.features.packs.unlocks import Asked
from pexit_app.features.people.faces import Face
from pexit_app.features.people.models import likeness_key, photo_key
from pexit_app.features.pricing.coupons import Used
from pexit_app.features.pricing.discounts import discount
from pexit_app.features.shoots import planning, service, transitions
from pexit_app.features.shoots.bills import Bill
from pexit_app.features.shoots.errors import NeedsGpu
from pexit_app.features.shoots.models import FrameStatus
from pexit_app.features.shoots.planning import EDITS, Rendering, Tariff
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.errors import QuoteChanged
from tests.features.shoots.friends import befriend
from tests.features.shoots.gpus import DUST, PICTURES, befriend_trained, rent
from tests.features.shoots.support import PACK, asks, order

KEY = "likenesses/1/weights.safetensors"
DUSTS = st.integers(0, 500)
TARIFFS = st.builds(Tariff, DUSTS, st.dictionaries(st.sampled_from(sorted(PICTURES)), DUSTS))


def face(kind: str, key: str = "") -> Face:
    weights = Weights(key, home="fal") if key else None
    return Face(uuid4(), kind, uuid4(), "Ada", "persona.npz", "TOK person", weights)  # type: ignore[arg-type]


FACES = st.none() | st.builds(face, st.just("photo")) | st.builds(face, st.just("likeness"), st.sampled_from(["", KEY]))
RENDERINGS = st.builds(
    Rendering,
    st.sampled_from(sorted(PICTURES)),
    st.sampled_from(["gpu", "darkroom"]),
    DUSTS,
    remark=st.sampled_from(["", "train it"]),
)


@given(st.lists(FACES, min_size=1, max_size=2), TARIFFS)
def test_a_gpu_renders_only_what_is_offered_and_whom_it_knows(faces, tariff):
    made = planning.plan(faces, tariff)
    cast = [each for each in faces if each is not None]
    knows_all = all(each.weights for each in cast)
    assert (made.kind == Kind.GENERATE and made.renderer == "gpu") == (Kind.GENERATE in tariff.gpu and knows_all)
    if made.renderer == "darkroom":
        assert (made.kind, made.dust, made.weights, made.source) == (Kind.GENERATE, tariff.darkroom, (), "")
        return
    assert made.dust == tariff.gpu[made.kind]
    assert made.kind in (Kind.GENERATE, Kind.PREVIEW)
    if made.kind == Kind.PREVIEW:
        assert [each.kind for each in faces] == ["photo"]
        assert made.source == photo_key(faces[0].id)
    else:
        assert {each.weights for each in cast} == set(made.weights)
        assert len(set(made.weights)) == len(made.weights)


@given(
    st.lists(RENDERINGS, min_size=1, max_size=40), st.integers(0, 50), st.integers(0, 99), st.booleans(),
    st.none() | st.tuples(st.sampled_from(["percent", "dust"]), st.integers(1, 100)),
    st.sets(st.integers(0, 39), max_size=5),
)  # fmt: skip
def test_the_price_is_the_sum_of_the_lines(renderings, fee, unlock, is_due, coupon, free):
    free = frozenset(place for place in free if place < len(renderings))
    version, asked = SimpleNamespace(definition={"title": "Sea"}), Asked(unlock, is_due=is_due)
    bill = Bill(version, renderings, SimpleNamespace(left=9) if free else None, free, False, asked, Asking(fee, unlock))
    if coupon:
        off = discount(bill.full_fees, bill.unlock_dust, **{coupon[0]: coupon[1]})
        bill = replace(bill, used=Used(UUID(int=1), "SNOW", "off", off))
    assert sum(line.dust for line in bill.lines) == sum(bill.prices) + bill.unlock_dust
    assert all(line.label for line in bill.lines) and min(*bill.prices, bill.unlock_dust, 0) == 0
    told = bill.told
    assert told["render_dust"] + told["creator_dust"] - told["discount_dust"] == sum(bill.prices) + bill.unlock_dust
    again = replace(bill, used=None, kept=dict(enumerate(bill.off)))  # tried again with what was taken off
    assert sum(line.dust for line in again.lines) == sum(again.prices) + again.unlock_dust
    assert again.prices == bill.prices


@given(TARIFFS, st.text(min_size=1, max_size=20))
def test_weights_of_ones_own_go_along_or_nothing_is_generated(tariff, url):
    own = Weights(url=url)
    made = planning.plan([None], tariff, own)
    assert (own in made.weights) == (Kind.GENERATE in tariff.gpu)


@pytest.mark.parametrize(
    ("cast", "kinds", "count", "said"),
    [
        ("trained", PICTURES, 3, "3 frames as photographs, 5 dust each"),
        ("trained", PICTURES, 1, "1 frame as a photograph, 5 dust each"),
        (
            "likeness",
            PICTURES,
            3,
            "3 frames in the darkroom, 1 dust each; train this likeness once more to render it as a photograph",
        ),
        ("photo", PICTURES, 2, "2 frames as photographs, 6 dust each"),
        (
            "photo",
            {Kind.GENERATE},
            1,
            "1 frame in the darkroom, 1 dust each; train a likeness of everybody in it to render it as a photograph",
        ),
        ("trained", (), 3, "3 frames, 1 dust each"),
        ("photo", {Kind.EDIT}, 1, "1 frame, 1 dust each"),
    ],
)
async def test_a_quote_says_what_is_rendered_where(session, me, cast, kinds, count, said):
    rent(kinds)
    ada = await (befriend_trained(session, me) if cast == "trained" else befriend(session, me))
    chosen = {"you": ada.photo.id if cast == "photo" else ada.likeness.id}
    request = ShootRequest(asks(*range(count)), pack=PACK, cast=chosen)
    quote = await service.quote_frames(session, me, request)
    assert [line.label for line in quote.lines] == [said]
    assert quote.renders_on == ("gpu" if "photograph," in said or "photographs," in said else "darkroom")


async def test_a_trained_likeness_is_ordered_of_a_gpu_and_its_dust_is_held(session, me):
    rent()
    ada = await befriend_trained(session, me, handle="me/ada:1")
    made = await order(session, me, 1, 2, cast={"you": ada.likeness.id})
    key = likeness_key(ada.likeness.id, "weights.safetensors")
    for frame in made.frames:
        assert (frame.kind, frame.provider, frame.price_dust, frame.source) == ("generate", "gpu", 5, "")
        assert [Weights(**each) for each in frame.weights] == [Weights(key, home="fal", handle="me/ada:1")]
        assert "TOK person" in frame.prompt
    assert (await wallet.card(session, me.user_id)).held == 2 * DUST[Kind.GENERATE] == made.quote.total_dust


async def test_a_photo_alone_is_a_preview_of_it(session, me):
    rent()
    ada = await befriend(session, me)
    [frame] = (await order(session, me, 1, cast={"you": ada.photo.id})).frames
    wanted = ("preview", "gpu", photo_key(ada.photo.id), [], DUST[Kind.PREVIEW])
    assert (frame.kind, frame.provider, frame.source, frame.weights, frame.price_dust) == wanted
    assert frame.prompt.startswith("the person in this photo on a beach")


async def test_a_variation_says_all_that_was_said(session, me):
    rent()
    ada = await befriend(session, me)
    for face in (None, ada.photo.id):
        more = {"prompt": "holding a kite", "negative": "rain", "cast": {"you": face}}
        [frame] = (await order(session, me, 1, **more)).frames
        assert frame.prompt.endswith(", holding a kite")
        varied = (await service.vary_frame(session, me, frame.id)).frames
        assert {(each.prompt, each.negative, each.kind) for each in varied} == {
            (frame.prompt, frame.negative, frame.kind)
        }


async def test_stand_ins_need_no_weights_and_a_house_without_gpu_renders_everything(session, me):
    rent()
    assert (await order(session, me, 1)).frames[0].provider == "gpu"
    rent([])
    ada = await befriend_trained(session, me)
    [frame] = (await order(session, me, 2, cast={"you": ada.likeness.id})).frames
    assert (frame.provider, frame.kind, frame.weights, frame.price_dust) == ("darkroom", "generate", [], 1)


async def test_a_quote_is_for_whoever_was_to_render_it(session, me):
    ada = await befriend_trained(session, me)
    request = {"cast": {"you": ada.likeness.id}}
    quote = await service.quote_frames(session, me, ShootRequest(asks(1), pack=PACK, **request))
    assert (quote.renders_on, quote.total_dust) == ("darkroom", 1)
    rent()
    with pytest.raises(QuoteChanged):
        await order(session, me, 1, quote_id=quote.id, **request)
    again = await service.quote_frames(session, me, ShootRequest(asks(1), pack=PACK, **request))
    made = await order(session, me, 1, quote_id=again.id, **request)
    assert (made.quote.renders_on, made.quote.total_dust, made.frames[0].price_dust) == ("gpu", 5, 5)


async def failed(session, me, **more):
    [frame] = (await order(session, me, 1, **more)).frames
    await transitions.fail_frame(session, frame.id, 1, "The lamp broke.", FailureType.SYSTEM)
    return frame


async def test_a_retry_is_made_by_whoever_can_today_at_that_price(session, me):
    rent()
    ada = await befriend_trained(session, me)
    cast = {"you": ada.likeness.id}
    frame = await failed(session, me, cast=cast)
    again = await service.retry_frame(session, me, frame.id)
    assert (again.quote.total_dust, again.quote.renders_on, again.frames[0].provider) == (5, "gpu", "gpu")
    await transitions.fail_frame(session, frame.id, 2, "Once more.", FailureType.SYSTEM)
    rent([])
    again = await service.retry_frame(session, me, frame.id)
    assert (again.quote.total_dust, again.frames[0].provider, again.frames[0].kind) == (1, "darkroom", "generate")
    assert (await wallet.card(session, me.user_id)).held == 1


async def test_a_preview_that_nobody_makes_any_more_is_tried_again_in_the_darkroom(session, me):
    rent()
    ada = await befriend(session, me)
    frame = await failed(session, me, cast={"you": ada.photo.id})
    rent([Kind.GENERATE])
    [again] = (await service.retry_frame(session, me, frame.id)).frames
    assert (again.kind, again.source, again.provider, again.price_dust) == ("generate", "", "darkroom", 1)


async def test_frames_that_are_tried_again_together_may_have_different_prices(session, me):
    rent()
    ada = await befriend_trained(session, me)
    one = await failed(session, me, cast={"you": ada.likeness.id})
    more = {"cast": {"you": ada.photo.id}, "shoot_id": one.shoot_id}
    other = await failed(session, me, **more)
    again = await service.retry_frames(session, me, [one.id, other.id])
    assert [line.label for line in again.quote.lines] == [
        "1 frame as a photograph, 5 dust each",
        "1 frame as a photograph, 6 dust each",
    ]
    assert [frame.price_dust for frame in again.frames] == [5, 6]
    assert again.job.total == 2
    assert (await wallet.card(session, me.user_id)).held == 11


@pytest.mark.parametrize("kind", EDITS)
async def test_an_edit_is_tried_again_only_where_somebody_does_it(session, me, kind):
    rent()
    [frame] = (await order(session, me, 1)).frames
    frame.kind, frame.source, frame.prompt = kind, "frames/1/full.png", "rain"
    await transitions.fail_frame(session, frame.id, 1, "The lamp broke.", FailureType.SYSTEM)
    rent([Kind.GENERATE])
    with pytest.raises(NeedsGpu):
        await service.retry_frame(session, me, frame.id)
    assert frame.status == FrameStatus.FAILED
    rent()
    [again] = (await service.retry_frame(session, me, frame.id)).frames
    assert (again.kind, again.source, again.prompt, again.price_dust) == (kind, "frames/1/full.png", "rain", DUST[kind])
