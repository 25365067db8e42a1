"""A vendor is paid by the megapixel: nobody gets the largest picture for the price of the usual one."""

import pytest

from pexit_app.core.errors import BadInput, Conflict
from pexit_app.core.ports import Kind
from pexit_app.features.shoots import planning, service, transitions
from pexit_app.features.shoots.models import OWN
from pexit_app.features.shoots.requests import SIZES_PX, FrameAsk, ShootRequest
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.gpus import DUST, rent
from tests.features.shoots.support import PACK, new_user, open_house, publish

USUAL = DUST[Kind.GENERATE]


@pytest.fixture
async def me(session):
    open_house()
    await publish(session)
    return await new_user(session, 500)


def ask(width=None, height=None, **more) -> ShootRequest:
    return ShootRequest((FrameAsk("shore", {}, 1, 2),), pack=PACK, width=width, height=height, **more)


@pytest.mark.parametrize("size", [(None, None), (512, 512), (1024, 1024), *SIZES_PX.values()])
async def test_every_usual_size_has_the_usual_price(session, me, size):
    rent()
    made = await service.request_frames(session, me, ask(*size))
    assert made.quote.total_dust == 2 * USUAL
    assert {frame.price_dust for frame in made.frames} == {USUAL}


async def test_the_largest_costs_more_and_again_so_when_it_is_tried_again(session, me):
    rent()
    quote = await service.quote_frames(session, me, ask(1536, 1536))
    made = await service.request_frames(session, me, ask(1536, 1536, quote_id=quote.id))
    assert (quote.total_dust, {frame.price_dust for frame in made.frames}) == (4 * USUAL, {2 * USUAL})
    for frame in made.frames:
        await transitions.stop_frame(session, frame.id)
    assert (await wallet.card(session, me.user_id)).held == 0
    again = await service.retry_frames(session, me, [frame.id for frame in made.frames])
    assert again.quote.total_dust == (await wallet.card(session, me.user_id)).held == 4 * USUAL


async def test_a_quote_for_the_usual_size_does_not_buy_the_largest(session, me):
    rent()
    quote = await service.quote_frames(session, me, ask())
    with pytest.raises((BadInput, Conflict)):
        await service.request_frames(session, me, ask(1536, 1536, quote_id=quote.id))
    assert (await wallet.card(session, me.user_id)).held == 0


async def test_the_darkroom_has_one_price(session, me):
    rent([Kind.EDIT])
    small = await service.request_frames(session, me, ask(512, 512))
    large = await service.request_frames(session, me, ask(1536, 1536))
    assert small.quote.total_dust == large.quote.total_dust
    assert {frame.provider for frame in large.frames} == {OWN}


def test_what_is_not_generated_is_not_paid_by_the_pixel():
    edit = planning.Rendering(Kind.EDIT, "gpu", 6)
    assert planning.of_size(edit, 1536, 1536) == edit
