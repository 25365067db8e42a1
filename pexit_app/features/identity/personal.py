"""What is kept of an account itself, and how it goes: last of all, as everything points at it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure, Row
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.identity.models import (
    ApiKey,
    Authenticator,
    LinkedIdentity,
    Passkey,
    Password,
    RecoveryCode,
    RefreshToken,
    SecurityEvent,
    SignInCode,
    Slip,
    User,
    UserSession,
    WrongGuesses,
)

# Told by id and hash; all of them go with the account's row.
OF_A_USER: tuple[type[Row], ...] = (
    ApiKey, Authenticator, LinkedIdentity, Passkey, Password, RecoveryCode, SecurityEvent, UserSession,
)  # fmt: skip


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    user = await session.get(User, erasure.user_id)
    if user is None:
        return
    for table in OF_A_USER:
        await erasing.note_rows(session, erasure.id, table, table.user_id == user.id)  # type: ignore[attr-defined]
    mine = select(UserSession.id).where(UserSession.user_id == user.id)
    await erasing.note_rows(session, erasure.id, RefreshToken, col(RefreshToken.session_id).in_(mine))
    names = [each for each in (user.email, user.phone, str(user.id)) if each]
    await erasing.erase_rows(session, erasure.id, SignInCode, col(SignInCode.identifier).in_(names))
    for table in (Slip, WrongGuesses):  # by a name alone, or behind what it is for
        named = [or_(table.subject == each, col(table.subject).endswith(f" {each}", autoescape=True)) for each in names]
        named.append(col(table.subject).contains(str(user.id)))
        await erasing.erase_rows(session, erasure.id, table, or_(*named))
    await erasing.erase_rows(session, erasure.id, User, User.id == user.id)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    """Without what is secret: hashes, sealed keys, the public halves of passkeys."""
    account = await personal.rows(session, User, User.id == user_id)
    secret: dict[str, tuple[type[Any], tuple[str, ...]]] = {
        "sessions": (UserSession, ("cookie_hash",)),
        "api_keys": (ApiKey, ("key_hash",)),
        "passkeys": (Passkey, ("credential_id", "public_key", "sign_count")),
        "linked_accounts": (LinkedIdentity, ()),
        "security_log": (SecurityEvent, ()),
    }
    told = {
        name: await personal.rows(session, table, table.user_id == user_id, but=but)
        for name, (table, but) in secret.items()
    }
    return [Entry("account/account.json", {"account": account[0] if account else None, **told})]


TABLES = frozenset({str(each.__tablename__) for each in OF_A_USER}) | {
    "refresh_token", "sign_in_code", "slip", "user", "wrong_guesses",
}  # fmt: skip
personal.keeps(Keeper("account", TABLES, erase, export))
