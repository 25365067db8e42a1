"""What the owner of an account is told about it, by mail or SMS, after the commit."""

from collections.abc import Collection

from pexit_app.core import deps, settings
from pexit_app.features.identity.models import User, UserSession
from pexit_app.features.identity.sessions import device_words

NOT_YOU = "If this was not you, end the session and change how you sign in: {account}"


async def tell_sign_in(user: User, row: UserSession) -> None:
    """Of a device that was not seen before."""
    where = f"{device_words(row.agent)}, from {row.address}" if row.address else device_words(row.agent)
    when = row.created_at.strftime("%-d %B %Y, %H:%M UTC")
    await _tell([user.identifier], "A new sign-in to your account", f"{where}, at {when}.")


async def tell_change(addresses: Collection[str], what: str) -> None:
    """Of a change of how one signs in; `what` is a whole sentence. Such notices cannot be turned off."""
    await _tell(addresses, "Your account was changed", what)


async def _tell(addresses: Collection[str], subject: str, what: str) -> None:
    text = f"{what} {NOT_YOU.format(account=settings.load().origin + '/account')}"
    for address in filter(None, addresses):
        await deps.get().sender.send_notice(address, subject, text)
