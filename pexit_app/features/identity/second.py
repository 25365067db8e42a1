"""The second step of a sign-in: a code of an authenticator app (TOTP, RFC 6238), or a recovery code.

It is asked for after a code, a link, a password or an account elsewhere, once an app was confirmed or the owner demands a
passkey. A passkey alone needs none: it is something one has, opened by something one is or knows.
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import security
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import Conflict, NotFound
from pexit_app.features.identity import guesses, security_log, service, sessions
from pexit_app.features.identity.models import Authenticator, Passkey, RecoveryCode, User
from pexit_app.features.identity.security_log import Caller

ISSUER, STEP_S, DRIFT_STEPS = "Pexit", 30, 1
RECOVERY_CODES, RECOVERY_BYTES = 10, 10  # 80 random bits each: nobody guesses them, so they are hashed as they are
SEAL = "authenticator"


@dataclass(frozen=True, slots=True)
class Setup:
    """What an app is told: the secret to type, or the same as an address to scan."""

    secret: str
    uri: str


def guessed_at(user_id: UUID) -> str:
    return f"second {user_id}"


async def is_on(session: AsyncSession, user: User) -> bool:
    app = await find(session, user.id)
    if app is not None and app.confirmed_at is not None:
        return True
    return user.asks_passkey and await has_passkey(session, user.id)


async def has_passkey(session: AsyncSession, user_id: UUID) -> bool:
    return (await session.exec(select(Passkey.id).where(Passkey.user_id == user_id).limit(1))).first() is not None


async def find(session: AsyncSession, user_id: UUID, *, is_locked: bool = False) -> Authenticator | None:
    query = select(Authenticator).where(Authenticator.user_id == user_id)
    return (await session.exec(query.with_for_update() if is_locked else query)).first()


async def begin(session: AsyncSession, actor: Actor) -> Setup:
    """A secret for an app, which counts once confirm() saw a code of it. Raises NotProven, Conflict."""
    await sessions.check_proven(session, actor)
    user = await service.me(session, actor)
    app = await find(session, actor.user_id, is_locked=True)
    if app is not None and app.confirmed_at is not None:
        raise Conflict("An authenticator app is on already. Turn it off first.")
    secret = pyotp.random_base32()
    app = app or Authenticator(user_id=actor.user_id, sealed_secret="")
    app.sealed_secret = security.seal(SEAL, secret)
    session.add(app)
    await session.flush()
    return _setup(secret, user)


def _setup(secret: str, user: User) -> Setup:
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.identifier or user.fairyname, issuer_name=ISSUER)
    return Setup(secret, uri)


async def under_way(session: AsyncSession, actor: Actor) -> Setup | None:
    """What begin() handed out and confirm() has not seen yet."""
    app = await find(session, actor.user_id)
    if app is None or app.confirmed_at is not None:
        return None
    secret = security.unseal(SEAL, app.sealed_secret)
    return _setup(secret, await service.me(session, actor)) if secret else None


async def confirm(session: AsyncSession, actor: Actor, code: str, caller: Caller) -> Sequence[str] | None:
    """Turns it on, ends all other sessions; the recovery codes, which are shown once. None: the code is wrong. Raises
    NotProven, NotFound."""
    await sessions.check_proven(session, actor)
    app = await find(session, actor.user_id, is_locked=True)
    if app is None or app.confirmed_at is not None:
        raise NotFound("No authenticator app is being added. Begin again.")
    if not _uses_up(app, code):
        return None
    app.confirmed_at = now()
    session.add(app)
    await sessions.end_sessions(session, actor, caller)
    await security_log.note(session, actor.user_id, "authenticator_on", caller)
    return await _new_codes(session, actor.user_id)


def _uses_up(app: Authenticator, code: str) -> bool:
    """Whether the app shows this code now, or half a minute before or after; each works once."""
    secret = security.unseal(SEAL, app.sealed_secret)
    if secret is None:  # sealed under another secret key
        return False
    current = int(now().timestamp()) // STEP_S
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        if step > app.last_step and security.same(pyotp.TOTP(secret).generate_otp(step), code):
            app.last_step = step
            return True
    return False


async def check(session: AsyncSession, user_id: UUID, code: str, caller: Caller) -> bool:
    """A code of the app, or a recovery code. Counts the try. Commit whatever the answer is."""
    if not await guesses.take(session, guessed_at(user_id)):
        return False
    app = await find(session, user_id, is_locked=True)
    is_right = app is not None and app.confirmed_at is not None and _uses_up(app, code.replace(" ", ""))
    if is_right:
        session.add(app)
    elif await _use_recovery(session, user_id, code):
        is_right = True
        await security_log.note(session, user_id, "recovery_used", caller)
    if is_right:
        await guesses.give_back(session, guessed_at(user_id))
    else:
        await security_log.note(session, user_id, "second_refused", caller)
    await session.flush()
    return is_right


def _code_hash(code: str) -> str:
    return security.sha256("".join(each for each in code.lower() if each.isalnum()))


async def _use_recovery(session: AsyncSession, user_id: UUID, code: str) -> bool:
    theirs = col(RecoveryCode.user_id) == user_id, col(RecoveryCode.used_at).is_(None)
    use = update(RecoveryCode).where(*theirs, col(RecoveryCode.code_hash) == _code_hash(code)).values(used_at=now())
    return (await session.exec(use.returning(col(RecoveryCode.id)))).first() is not None


async def _new_codes(session: AsyncSession, user_id: UUID) -> Sequence[str]:
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    session.add_all([RecoveryCode(user_id=user_id, code_hash=_code_hash(code)) for code in codes])
    await session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


async def renew_recovery(session: AsyncSession, actor: Actor, caller: Caller) -> Sequence[str]:
    """In place of those there were; shown once. Raises NotProven, Conflict."""
    await sessions.check_proven(session, actor)
    if not await is_on(session, await service.me(session, actor)):
        raise Conflict("Recovery codes stand in for a second step: turn one on first.")
    await security_log.note(session, actor.user_id, "recovery_made", caller)
    return await _new_codes(session, actor.user_id)


async def recovery_left(session: AsyncSession, user_id: UUID) -> int:
    unused = RecoveryCode.user_id == user_id, col(RecoveryCode.used_at).is_(None)
    return (await session.exec(select(func.count()).select_from(RecoveryCode).where(*unused))).one()


async def turn_off(session: AsyncSession, actor: Actor, caller: Caller) -> None:
    """Raises NotProven, NotFound."""
    await sessions.check_proven(session, actor)
    app = await find(session, actor.user_id)
    if app is None or app.confirmed_at is None:
        raise NotFound("No authenticator app is on.")
    await session.delete(app)
    await session.flush()
    await security_log.note(session, actor.user_id, "authenticator_off", caller)
    await _drop_codes_if_off(session, actor)


async def ask_passkey(session: AsyncSession, actor: Actor, is_asked: bool, caller: Caller) -> Sequence[str]:
    """Whether a passkey is demanded as a second step. New recovery codes when it is and there were none, else nothing.
    Raises NotProven, Conflict."""
    await sessions.check_proven(session, actor)
    user = await service.me(session, actor)
    if is_asked and not await has_passkey(session, actor.user_id):
        raise Conflict("Add a passkey first.")
    user.asks_passkey = is_asked
    session.add(user)
    await session.flush()
    await security_log.note(session, actor.user_id, "passkey_asked" if is_asked else "passkey_not_asked", caller)
    if not is_asked:
        await _drop_codes_if_off(session, actor)
    elif await recovery_left(session, actor.user_id) == 0:
        return await _new_codes(session, actor.user_id)
    return []


async def _drop_codes_if_off(session: AsyncSession, actor: Actor) -> None:
    if not await is_on(session, await service.me(session, actor)):
        await session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == actor.user_id))
