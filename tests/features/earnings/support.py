"""Creators with packs, a remix that pays on, and buyers with dust of both kinds."""

from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.features.earnings import accounts
from pexit_app.features.earnings.sales import lock_payee
from pexit_app.features.identity import account
from pexit_app.features.packs import document, terms
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.service import Pack, Terms
from pexit_app.features.shoots import transitions
from tests.features.packs.samples import GOOD
from tests.features.shoots.support import new_user, order, publish
from tests.features.wallet.support import buy

FEE, UNLOCK, ROYALTY = 7, 33, 10
SOURCE, REMIX, SECOND = "sold-source", "sold-remix", "sold-second"


async def creator(session: AsyncSession) -> Actor:
    me = await new_user(session, 100)
    await account.become_creator(session, me)
    await accounts.become_creator(session, me.user_id)
    return me


async def buyer(session: AsyncSession, granted: int = 0, bought: int = 500) -> Actor:
    me = await new_user(session, granted)
    if bought:
        await buy(session, me.user_id, bought, f"bought:{me.user_id}")
    return me


async def pack(session: AsyncSession, slug: str) -> Pack:
    return (await packs.find_pack(session, slug)).pack


async def remix(session: AsyncSession, source: Actor, owner: Actor, percent: int = ROYALTY) -> Pack:
    """Of the source's live version, whose owner asked for so much."""
    origin = await packs.find_pack(session, SOURCE)
    await terms.set_royalty(session, source, origin.pack.id, percent)
    prices = f"price_dust: {FEE}\nunlock_dust: {UNLOCK}"
    definition = document.parse(GOOD.replace("slug: test-pack", f"slug: {REMIX}\n{prices}").encode())
    kept = Terms(owner_id=owner.user_id, may_fork=True, forked_from_version_id=origin.version.id)
    await packs.publish(session, definition, uuid4().hex, [], kept)
    return await pack(session, REMIX)


async def shop(session: AsyncSession) -> tuple[Actor, Actor]:
    """Whoever made the source and another pack, and whoever made the remix."""
    source, other = await creator(session), await creator(session)
    for slug in (SOURCE, SECOND):
        await publish(session, slug, FEE, UNLOCK, source)
    await remix(session, source, other)
    return source, other


async def sell(session: AsyncSession, who: Actor, slug: str, count: int = 1):
    """Orders and delivers so many frames."""
    done = await order(session, who, *range(1, count + 1), pack=slug)
    for frame in done.frames:
        assert await transitions.finish_frame(session, frame.id, frame.attempt)
    return done


async def ready(session: AsyncSession, who: Actor) -> None:
    """The bank knows them."""
    payee = await lock_payee(session, who.user_id)
    payee.account, payee.standing = f"acct_{who.user_id.hex}", "ready"
    session.add(payee)
    await session.flush()
