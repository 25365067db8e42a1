"""Launch prices, archived packs, bundles: what holds at once, and what is kept for who bought."""

from datetime import timedelta

import pytest

from pexit_app.core import clock
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import terms
from pexit_app.features.packs.errors import PackArchived
from pexit_app.features.packs.terms import Launch
from pexit_app.features.pricing import bundles
from pexit_app.features.pricing.errors import BundleOver, BundleOwned, BundlePriceChanged, OwnPack
from pexit_app.features.shoots import workflows  # noqa: F401
from pexit_app.features.wallet import audit
from pexit_app.features.wallet import earnings as book
from pexit_app.features.wallet import service as wallet
from tests.features.earnings.support import FEE, SECOND, SOURCE, UNLOCK, buyer, pack, sell, shop
from tests.features.shoots.support import new_user, order


@pytest.fixture
async def source(session):
    return (await shop(session))[0]


async def test_a_launch_price_holds_for_a_while_and_is_never_higher(session, source):
    found = await pack(session, SOURCE)
    for bad, field in (
        (Launch(FEE + 1, 0, clock.after(days=3)), "launch_fee_dust"),
        (Launch(-1, 0, clock.after(days=3)), "launch_fee_dust"),
        (Launch(0, UNLOCK + 1, clock.after(days=3)), "launch_unlock_dust"),
        (Launch(0, 0, clock.after(days=61)), "launch_until"),
        (Launch(0, 0, clock.now() - timedelta(minutes=1)), "launch_until"),
    ):
        with pytest.raises(BadInput) as refused:
            await terms.set_launch(session, source, found.id, bad)
        assert [each.field for each in refused.value.problems] == [field]
    with pytest.raises(NotFound):
        await terms.set_launch(session, await new_user(session), found.id, None)
    await terms.set_launch(session, source, found.id, Launch(2, 0, clock.after(days=3)))
    me = await buyer(session)
    done = await sell(session, me, SOURCE)
    assert [line.label for line in done.quote.lines] == [
        "1 frame, 1 dust each",
        "Creator's fee at launch, 2 dust a frame",
    ]
    with clock.moved(days=4):  # what was unlocked for nothing stays so
        assert (await order(session, me, 2, pack=SOURCE)).quote.total_dust == 1 + FEE


async def test_an_archived_pack_stays_with_those_who_have_used_it(session, source):
    used, new = await buyer(session), await buyer(session)
    await sell(session, used, SOURCE)
    await terms.set_archived(session, source, (await pack(session, SOURCE)).id, True)
    assert (await order(session, used, 2, pack=SOURCE)).quote.total_dust == 1 + FEE
    with pytest.raises(PackArchived):
        await order(session, new, 2, pack=SOURCE)
    await terms.set_archived(session, source, (await pack(session, SOURCE)).id, False)
    await order(session, new, 2, pack=SOURCE)


async def bundle(session, source, dust: int = 40):
    ids = [(await pack(session, slug)).id for slug in (SOURCE, SECOND)]
    return await bundles.make_bundle(session, source, "Both of them", dust, ids)


async def test_a_bundle_unlocks_what_is_locked_at_its_part_of_the_price(session, source):
    made = await bundle(session, source)
    whole, half = await buyer(session), await buyer(session)
    await bundles.buy(session, whole, made.id, 40)
    assert (await wallet.card(session, whole.user_id)).balance == 460
    assert (await order(session, whole, 1, pack=SECOND)).quote.total_dust == 1 + FEE
    assert (await book.read(session, source.user_id)).pending == 32
    await sell(session, half, SOURCE)
    offer = await bundles.look(session, made.id, half.user_id)
    assert [(part.dust, part.is_unlocked) for part in offer.parts] == [(0, True), (20, False)]
    with pytest.raises(BundlePriceChanged):
        await bundles.buy(session, half, made.id, 19)
    await bundles.buy(session, half, made.id, 20)
    with pytest.raises(BundleOwned):
        await bundles.buy(session, half, made.id, 0)
    with pytest.raises(OwnPack):
        await bundles.buy(session, source, made.id, 40)
    await bundles.end_bundle(session, source, made.id)
    with pytest.raises(BundleOver):
        await bundles.buy(session, await buyer(session), made.id, 40)
    assert await audit.reconcile(session) == []


@pytest.mark.parametrize("dust", [-1, 0, 2 * UNLOCK])
async def test_a_bundle_costs_less_than_its_packs_and_something(session, source, dust):
    with pytest.raises(BadInput) as refused:
        await bundle(session, source, dust)
    assert [each.field for each in refused.value.problems] == ["dust"]
