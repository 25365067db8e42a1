"""Every way into an account, as its owner sees them."""

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.features.identity import elsewhere, passkeys, passwords, second, service
from pexit_app.features.identity.schemas import LinkedOut, PasskeyOut, WaysOut


async def read(session: AsyncSession, actor: Actor) -> WaysOut:
    user = await service.me(session, actor)
    password = await passwords.find(session, user.id)
    app = await second.find(session, user.id)
    keys = await passkeys.list_passkeys(session, user.id)
    links = await elsewhere.list_linked(session, user.id)
    return WaysOut(
        password_set_at=password.updated_at if password else None,
        authenticator_since=app.confirmed_at if app else None,
        is_passkey_demanded=user.asks_passkey,
        recovery_codes_left=await second.recovery_left(session, user.id),
        passkeys=[PasskeyOut.model_validate(row.model_dump()) for row in keys],
        linked=[LinkedOut.model_validate(row.model_dump()) for row in links],
    )
