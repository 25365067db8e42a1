"""Where held dust came from, and where it goes: granted is spent first, and each kind goes back to its own."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.wallet import service
from tests.features.wallet.machine import stage
from tests.features.wallet.support import wallet_of

PARTS = st.lists(st.tuples(st.sampled_from(("settle", "unlock", "release")), st.integers(0, 3)), min_size=1, max_size=4)


async def spend(session, granted, bought, dust, parts):
    """Holds `dust`, spends and releases `parts` of it as far as they go, releases the rest. Returns the wallet, and how
    much was spent."""
    user, spent, left = await wallet_of(session, granted, bought), 0, dust
    key = str(uuid4())
    await service.hold(session, user, dust, key=key)
    for number, (verb, wanted) in enumerate(parts):
        part = min(wanted, left)
        left -= part
        if verb == "release":
            await service.release(session, key, part, key=f"{key}:{number}", reason="")
        else:
            spent += part
            await getattr(service, verb)(session, key, part, key=f"{key}:{number}", memo={})
        assert (await service.card(session, user)).held == left
    await service.release(session, key, None, key=f"{key}:rest", reason="")
    return await service.card(session, user), spent


@pytest.fixture
def on(scratch_url):
    with stage(scratch_url, is_committing=False) as made:
        yield made


@settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(granted=st.integers(1, 4), bought=st.integers(1, 4), spare=st.integers(0, 2), parts=PARTS)
def test_whatever_the_order_granted_dust_is_spent_first(on, granted, bought, spare, parts):
    session = AsyncSession(on.engine, expire_on_commit=False)
    try:
        card, spent = on.run(spend(session, granted, bought + spare, granted + bought, parts))
    finally:
        on.run(session.rollback())
        on.run(session.close())
    left = max(0, granted - spent), spare + bought - max(0, spent - granted), 0
    assert (card.granted, card.bought, card.held) == left
