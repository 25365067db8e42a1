"""What goes with an account is its own: an address that ends like it belongs to somebody else."""

from sqlmodel import select

from pexit_app.core import erasing
from pexit_app.features.identity import guesses, passwords, personal, service, slips
from pexit_app.features.identity.models import Slip, WrongGuesses
from tests.features.shoots.support import new_user


async def test_an_address_within_another_leaves_the_other_alone(session):
    me = await new_user(session)
    mine = (await service.me(session, me)).email
    theirs = f"jo{mine}"
    for each in (mine, theirs):
        await slips.hand_out(session, slips.LINK, each, {})
        await guesses.count_wrong(session, passwords.guessed_at(each))
        await guesses.count_wrong(session, service.guessed_at(each, "c:1234"))
    await personal.erase(session, await erasing.begin(session, me.user_id, "account", me.user_id))
    for table, count in ((Slip, 1), (WrongGuesses, 2)):
        left = (await session.exec(select(table.subject))).all()
        assert len(left) == count and all(theirs in each for each in left)
