"""Somebody who orders and stops, a hundred times a minute: the vendor is paid, the user is not asked for a thing."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from pexit_app.core import deps
from pexit_app.core.ports import Declined, Kind, ProviderError, Withheld
from pexit_app.features.routing import breaker, errands, following, waste
from pexit_app.features.routing.service import Choice
from tests.features.routing.vendor import PRODUCT, SHORT, Vendor, Want

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(following, "patience", SHORT)
    monkeypatch.setattr(waste, "PICTURES", type(waste.PICTURES)(3))
    monkeypatch.setattr(waste, "TRAININGS", type(waste.TRAININGS)(2))
    waste.forget()
    breaker.forget()
    yield
    waste.forget()
    breaker.forget()
    deps.use(None)


def errand(vendor: Vendor, user_id, kind: Kind = Kind.GENERATE, off=None):
    want = Want((vendor,), choices=(Choice(kind, vendor.name, "flux", 5, 60, 30),), off=off)
    return want, replace(want.errand(), user_id=user_id)


async def stopped(vendor: Vendor, user_id, kind: Kind = Kind.GENERATE) -> None:
    """Stopped as soon as it was taken."""
    want, one = errand(vendor, user_id, kind)

    async def place(name: str) -> None:
        if name.startswith("followed"):
            want.stop()

    vendor.place = place
    assert await errands.run(one) is None


@pytest.mark.parametrize(("kind", "most"), [(Kind.GENERATE, 3), (Kind.TRAIN, 2)])
async def test_what_is_stopped_again_and_again_leaves_no_more(kind, most):
    vendor, user_id = Vendor(), uuid4()
    for _ in range(most):
        await stopped(vendor, user_id, kind)
    assert len(vendor.asked) == len(vendor.canceled) == most
    with pytest.raises(Declined, match="costs nothing"):
        await errands.run(errand(vendor, user_id, kind)[1])
    assert len(vendor.asked) == most, "nothing was sent"


async def test_others_and_other_work_are_not_held_up():
    vendor, user_id = Vendor(), uuid4()
    for _ in range(3):
        await stopped(vendor, user_id)
    vendor.place = Vendor().place
    assert (await errands.run(errand(vendor, user_id, Kind.TRAIN)[1])).product == PRODUCT
    assert (await errands.run(errand(vendor, uuid4())[1])).product == PRODUCT


async def test_what_is_kept_back_counts_as_well():
    vendor, user_id = Vendor(fails=Withheld("Kept back.")), uuid4()
    for _ in range(3):
        with pytest.raises(Withheld):
            await errands.run(errand(vendor, user_id)[1])
    with pytest.raises(Declined) as refused:
        await errands.run(errand(vendor, user_id)[1])
    assert not isinstance(refused.value, Withheld)
    assert len(vendor.asked) == 3


@pytest.mark.parametrize("reason", ["it fails", "it is made", "we call it off"])
async def test_what_is_not_the_users_doing_does_not_count(reason):
    vendor, user_id = Vendor(), uuid4()
    for _ in range(4):
        off = asyncio.Event()
        if reason == "it fails":
            vendor.fails = ProviderError("Broke.")
            with pytest.raises(ProviderError, match="Broke"):
                await errands.run(errand(vendor, user_id)[1])
        elif reason == "we call it off":
            vendor.is_silent, vendor.updates = True, vendor.updates[:1]

            async def place(name: str, off: asyncio.Event = off) -> None:
                if name.startswith("followed"):
                    off.set()

            vendor.place = place
            assert await errands.run(errand(vendor, user_id, off=off)[1]) is None
        else:
            assert (await errands.run(errand(vendor, user_id)[1])).product == PRODUCT
    assert len(vendor.asked) == 4
