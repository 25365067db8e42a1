"""Passkeys (WebAuthn level 3): added by their owner, and then enough to sign in alone, as the device verifies each use.

The challenge is the secret of a slip, so each works once and for ten minutes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from pexit_app.core import settings
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import Conflict, NotFound
from pexit_app.features.identity import security_log, service, sessions, slips
from pexit_app.features.identity.errors import WrongPasskey
from pexit_app.features.identity.models import Passkey, Slip, User
from pexit_app.features.identity.security_log import Caller

RP_NAME = "Pexit"
ENTER = "enter"
MAX_PASSKEYS, MAX_NAME_CHARS = 20, 80
TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})
Credential = Mapping[str, Any]


def _rp_id() -> str:
    return urlsplit(settings.load().origin).hostname or "localhost"


def _adding(actor: Actor) -> str:
    return f"add {actor.user_id}"


async def list_passkeys(session: AsyncSession, user_id: UUID) -> Sequence[Passkey]:
    query = select(Passkey).where(Passkey.user_id == user_id)
    return (await session.exec(query.order_by(col(Passkey.created_at), col(Passkey.id)))).all()


async def creation_options(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """For navigator.credentials.create(). Raises NotProven, Conflict."""
    await sessions.check_proven(session, actor)
    user = await service.me(session, actor)
    known = await list_passkeys(session, actor.user_id)
    if len(known) >= MAX_PASSKEYS:
        raise Conflict(
            f"You have {MAX_PASSKEYS} passkeys. Remove one that is not used any more.", {"limit": MAX_PASSKEYS}
        )
    challenge = await slips.hand_out(session, slips.PASSKEY, _adding(actor), {})
    options = webauthn.generate_registration_options(
        rp_id=_rp_id(),
        rp_name=RP_NAME,
        user_id=user.id.bytes,
        user_name=user.identifier or user.fairyname,
        user_display_name=user.name or user.fairyname,
        challenge=base64url_to_bytes(challenge),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in known
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    made: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return made


async def request_options(session: AsyncSession) -> dict[str, Any]:
    """For navigator.credentials.get(), by anybody: the device knows whose passkeys it has."""
    challenge = await slips.hand_out(session, slips.PASSKEY, ENTER, {})
    options = webauthn.generate_authentication_options(
        rp_id=_rp_id(),
        challenge=base64url_to_bytes(challenge),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    made: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return made


async def take_challenge(session: AsyncSession, credential: Credential) -> Slip | None:
    """The slip whose secret was signed, used up: commit that whatever comes of it."""
    try:
        data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = data["challenge"]
    except (KeyError, TypeError, ValueError):
        return None
    return await slips.take(session, slips.PASSKEY, challenge) if isinstance(challenge, str) else None


@contextmanager
def _verifying(credential: Credential) -> Iterator[dict[str, Any]]:
    """What every verification is given. What the library stumbles over, in an answer that anybody may have written, is
    refused like what it finds wrong."""
    try:
        challenge: str = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))["challenge"]
        yield {
            "credential": dict(credential),
            "expected_challenge": base64url_to_bytes(challenge),
            "expected_rp_id": _rp_id(),
            "expected_origin": settings.load().origin,
            "require_user_verification": True,
        }
    except Exception as error:
        raise WrongPasskey.of("credential", "This device's answer could not be verified.") from error


def verified_creation(credential: Credential) -> VerifiedRegistration:
    """Raises WrongPasskey."""
    with _verifying(credential) as given:
        return webauthn.verify_registration_response(**given)


def verified_use(credential: Credential, public_key: bytes, sign_count: int) -> VerifiedAuthentication:
    """Raises WrongPasskey."""
    with _verifying(credential) as given:
        return webauthn.verify_authentication_response(
            **given, credential_public_key=public_key, credential_current_sign_count=sign_count
        )


async def add(
    session: AsyncSession, actor: Actor, slip: Slip | None, credential: Credential, name: str, caller: Caller
) -> Passkey:
    """After take_challenge(). Raises NotProven, WrongPasskey."""
    await sessions.check_proven(session, actor)
    if slip is None or slip.subject != _adding(actor):
        raise WrongPasskey.of("credential", "This took longer than 10 minutes, or was used before. Try again.")
    seen = verified_creation(credential)
    name = " ".join(name.split())[:MAX_NAME_CHARS]
    told = credential["response"].get("transports")
    transports = told if isinstance(told, list) else []
    row = Passkey(
        user_id=actor.user_id,
        credential_id=bytes_to_base64url(seen.credential_id),
        public_key=seen.credential_public_key,
        sign_count=seen.sign_count,
        name=name if name.isprintable() and name else sessions.device_words(caller.agent),
        transports=sorted(TRANSPORTS & {each for each in transports if isinstance(each, str)}),
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise WrongPasskey.of("credential", "This passkey is here already.") from None
    await security_log.note(session, actor.user_id, "passkey_added", caller, row.name)
    return row


async def find_user(session: AsyncSession, slip: Slip | None, credential: Credential) -> User:
    """Whose passkey answered; notes its use. After take_challenge(). Raises WrongPasskey."""
    row = await _find(session, credential)
    if slip is None or slip.subject != ENTER or row is None:
        raise WrongPasskey.of("credential", "This passkey opens nothing here, or it took longer than 10 minutes.")
    seen = verified_use(credential, row.public_key, row.sign_count)
    row.sign_count, row.last_used_at = seen.new_sign_count, now()
    session.add(row)
    user = await session.get(User, row.user_id)
    assert user is not None  # passkeys go with their account
    return user


async def _find(session: AsyncSession, credential: Credential) -> Passkey | None:
    raw = credential.get("rawId")
    if not isinstance(raw, str):
        return None
    query = select(Passkey).where(Passkey.credential_id == raw.rstrip("="))
    return (await session.exec(query.with_for_update())).first()


async def remove(session: AsyncSession, actor: Actor, passkey_id: UUID, caller: Caller) -> None:
    """Raises NotProven, NotFound."""
    await sessions.check_proven(session, actor)
    row = await session.get(Passkey, passkey_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound("There is no such passkey.")
    await session.delete(row)
    await session.flush()
    await security_log.note(session, actor.user_id, "passkey_removed", caller, row.name)
