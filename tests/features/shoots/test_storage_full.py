"""A frame for which there is no room: it fails, is free, says why, and nothing of it is kept."""

import pytest

from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import StoreFull
from tests.features.shoots.support import Script
from tests.features.shoots.test_developing import developed

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.mark.parametrize("variant", ["full.png", "view.jpg", "thumb.jpg"])
@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (StoreFull("The disk is full."), "There is no room left to store it."),
        (Unavailable("Pictures cannot be stored just now."), "Pictures cannot be stored just now."),
    ],
)
async def test_a_frame_that_cannot_be_stored_is_free(house, me, monkeypatch, variant, trouble, told):
    put = house.store.put

    async def refuse(key: str, content: bytes, media_type: str) -> None:
        if key.endswith(variant):
            raise trouble
        await put(key, content, media_type)

    monkeypatch.setattr(house.store, "put", refuse)
    frame, card = await developed(me, house.images, Script())
    assert (frame.status, frame.failure_type, frame.error, frame.charge_dust) == ("failed", "system", told, 0)
    assert (card.balance, card.held) == (100, 0)
    assert house.store.objects == {}
