"""A new account gets its wallet in the transaction that makes it."""

from uuid import uuid4

from pexit_app.core import hooks, settings
from pexit_app.features.wallet import service, welcome


async def test_a_new_account_gets_the_welcome_dust_and_tells_its_balance(session):
    user = uuid4()
    await welcome.open_wallet(session, user)
    assert (await service.card(session, user)).granted == settings.load().welcome_dust
    assert await hooks.balance_of(session, user) == settings.load().welcome_dust


async def test_it_is_registered():
    assert welcome.open_wallet in hooks._user_created
